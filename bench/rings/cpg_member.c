// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0
//
// cpg_member MEMBERS WINDOW BYTES PAUSE_US WARM_S MEASURE_S: one member of a Corosync process group in bench/ring, with the daemon of its
// namespace. A message counts when it is delivered in its order (cpg's "agreed"). Prints what DeliveryMeter prints.
#include <corosync/cpg.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define TRACKED (1 << 16)
#define LATENCIES (1 << 20)
#define SECOND 1000000000LL
// Between the last member's arrival and the first message, and between the end of the measured time and a member's own end.
#define APART_NS (2 * SECOND)

static int members, window, under_way;
static int64_t send_ns = INT64_MAX, from_ns = INT64_MAX, until_ns = INT64_MAX, warm_ns, measured_ns, not_before_ns, pause_ns;
static int64_t cpu_ns = -1, used_ns;
static int64_t sent_ns[TRACKED], latencies[LATENCIES];
static long sent, own_delivered, own, delivered;
static unsigned int self_node;

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

// The daemon works for this process alone: its time counts, too.
static int64_t cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    int64_t ns = (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * SECOND + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000LL;
    const char *daemon = getenv("DAEMON_PID");
    char path[64], text[1024];
    unsigned long user = 0, kernel = 0;
    snprintf(path, sizeof path, "/proc/%s/stat", daemon ? daemon : "self");
    FILE *file = daemon ? fopen(path, "r") : NULL;
    if (file) {
        char *rest = fgets(text, sizeof text, file) ? strrchr(text, ')') : NULL;
        if (rest && sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) == 2)
            ns += (int64_t)(user + kernel) * (SECOND / sysconf(_SC_CLK_TCK));
        fclose(file);
    }
    return ns;
}

static void on_delivered(cpg_handle_t handle, const struct cpg_name *group, uint32_t node, uint32_t pid, void *bytes, size_t length)
{
    (void)handle, (void)group, (void)bytes, (void)length;
    int64_t t = now();
    int measured = t >= from_ns && t < until_ns;
    if (t >= until_ns && !used_ns && cpu_ns >= 0)
        used_ns = cpu() - cpu_ns;
    if (measured) {
        if (cpu_ns < 0)
            cpu_ns = cpu();
        delivered++;
    }
    if (node == self_node && pid == (uint32_t)getpid()) {
        int64_t latency = t - sent_ns[own_delivered++ % TRACKED];
        if (measured && own < LATENCIES)
            latencies[own++] = latency;
        under_way--;
        not_before_ns = t + pause_ns;
    }
}

static void on_change(cpg_handle_t handle, const struct cpg_name *group, const struct cpg_address *list, size_t count,
                      const struct cpg_address *left, size_t left_count, const struct cpg_address *joined, size_t joined_count)
{
    (void)handle, (void)group, (void)list, (void)left, (void)left_count, (void)joined, (void)joined_count;
    if ((int)count == members && from_ns == INT64_MAX) {
        send_ns = now() + APART_NS;
        from_ns = send_ns + warm_ns;
        until_ns = from_ns + measured_ns;
    }
}

static void check(cs_error_t error, const char *what)
{
    if (error != CS_OK) {
        fprintf(stderr, "cpg_member: %s: error %d\n", what, error);
        exit(1);
    }
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

// False when the daemon takes no more at present.
static int send_more(cpg_handle_t handle, struct iovec *payload)
{
    while (under_way < window) {
        int64_t t = now();
        if (t < send_ns || t < not_before_ns)
            return 1;
        cs_error_t error = cpg_mcast_joined(handle, CPG_TYPE_AGREED, payload, 1);
        if (error == CS_ERR_TRY_AGAIN)
            return 0;
        check(error, "cpg_mcast_joined");
        sent_ns[sent++ % TRACKED] = t;
        under_way++;
    }
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "usage: cpg_member MEMBERS WINDOW BYTES PAUSE_US WARM_S MEASURE_S\n");
        return 2;
    }
    members = atoi(argv[1]), window = atoi(argv[2]);
    pause_ns = atoll(argv[4]) * 1000, warm_ns = atoll(argv[5]) * SECOND, measured_ns = atoll(argv[6]) * SECOND;
    struct iovec payload = {.iov_len = (size_t)atoll(argv[3])};
    payload.iov_base = calloc(1, payload.iov_len);
    cpg_callbacks_t callbacks = {.cpg_deliver_fn = on_delivered, .cpg_confchg_fn = on_change};
    struct cpg_name group = {.length = 8, .value = "measured"};
    cpg_handle_t handle;
    int fd;
    check(cpg_initialize(&handle, &callbacks), "cpg_initialize");
    check(cpg_local_get(handle, &self_node), "cpg_local_get");
    check(cpg_fd_get(handle, &fd), "cpg_fd_get");
    cs_error_t joined;
    while ((joined = cpg_join(handle, &group)) == CS_ERR_TRY_AGAIN)
        usleep(10000);
    check(joined, "cpg_join");
    while (until_ns == INT64_MAX || now() < until_ns + APART_NS) {
        int taken = send_more(handle, &payload);
        int64_t wait = not_before_ns - now();
        struct timespec limit = {.tv_nsec = !taken ? 50000 : wait > 0 && window > under_way ? wait : 20000000};
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        if (ppoll(&poll_fd, 1, &limit, NULL) > 0)
            check(cpg_dispatch(handle, CS_DISPATCH_ALL), "cpg_dispatch");
    }
    qsort(latencies, (size_t)own, sizeof *latencies, compare);
    printf("RESULT %lld %lld %ld %lld %lld\n", (long long)(delivered * SECOND / measured_ns),
           (long long)(delivered ? used_ns / delivered : 0), own, (long long)(own ? latencies[(own - 1) / 2] : 0),
           (long long)(own ? latencies[(own - 1) * 99 / 100] : 0));
    return 0;
}
