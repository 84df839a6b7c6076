// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// What the provider's child finds around it. A script in the place of the launcher writes it down and ends.
#include "mock_server.h"

#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const char script[] =
    "#!/bin/sh\n"
    "{ umask; while read line; do case $line in SigBlk*|SigIgn*) echo \"$line\";; esac; done </proc/$$/status\n"
    "readlink /proc/$$/fd/*; echo \"socket $3\"; : >\"$3.made\"; echo \"$1 $2 $4 $6 $7\"; } >\"$5/report\"\n"
    "exit 3\n";

static char said[4096];

static void keep_log(wsrep_log_level_t level, const char *text) {
    if (level <= WSREP_LOG_ERROR) {
        snprintf(said, sizeof said, "%s", text);
    }
}

// The launcher is looked for beside the directory of the library: here, of this program.
static void write_launcher(char *path, size_t size) {
    char self[PATH_MAX] = "";
    CHECK(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    char directory[PATH_MAX];
    snprintf(directory, sizeof directory, "%.4000s/../bin", dirname(self));
    CHECK(mkdir(directory, 0755) == 0 || access(directory, W_OK) == 0);
    CHECK((size_t)snprintf(path, size, "%.4000s/carillon", directory) < size);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    CHECK(fd >= 0 && write(fd, script, sizeof script - 1) == (ssize_t)sizeof script - 1 && close(fd) == 0);
}

static wsrep_status_t start(const char *data_dir) {
    wsrep_t w = {0};
    CHECK(wsrep_loader(&w) == 0);
    const wsrep_gtid_t none = {.seqno = WSREP_SEQNO_UNDEFINED};
    const struct wsrep_init_args args = {.data_dir = data_dir, .options = "", .state_id = &none, .logger_cb = keep_log};
    const wsrep_status_t status = w.init(&w, &args);
    w.free(&w);
    return status;
}

static void read_report(const char *data_dir, char *report, size_t size) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s.carillon/sidecar.sock.made", data_dir);
    CHECK(unlink(path) == 0); // beside the socket, by the name that the child has for it
    snprintf(path, sizeof path, "%s.carillon/report", data_dir);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    const ssize_t n = read(fd, report, size - 1);
    CHECK(n > 0);
    report[n] = 0;
    close(fd);
    unlink(path);
}

// Signals 32 and 33 are libc's own: nobody may set them, and what make starts by posix_spawn ignores them.
#define LIBC_SIGNALS (3ULL << 31)

static unsigned long long signals(const char *report, const char *name) {
    const char *line = strstr(report, name);
    CHECK(line);
    return strtoull(line + strlen(name), NULL, 16);
}

// However long the path, the socket is in the state directory, so that nothing lies about elsewhere after a kill -9.
static void a_deep_data_directory(const char *base) {
    char data_dir[512];
    snprintf(data_dir, sizeof data_dir, "%s/%0200d", base, 0);
    CHECK(mkdir(data_dir, 0700) == 0);
    CHECK(start(data_dir) == WSREP_NODE_FAIL && strstr(said, "ended at once with status 3"));
    char report[4096];
    read_report(data_dir, report, sizeof report);
    CHECK(strstr(report, "socket /proc/self/fd/3/sidecar.sock\n"));
    char state[600];
    snprintf(state, sizeof state, "%s.carillon", data_dir);
    CHECK(rmdir(state) == 0 && rmdir(data_dir) == 0);
}

// As on Debian, where the server may write neither beside its data directory nor in /var/lib: what to do is said in full.
static void no_place_for_the_state(void) {
    fflush(NULL);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        const uid_t nobody = 65534;
        CHECK(geteuid() != 0 || (setgid(nobody) == 0 && setuid(nobody) == 0));
        CHECK(start("/proc/self") == WSREP_NODE_FAIL);
        char wanted[256];
        const struct group *group = getgrgid(getegid());
        const struct passwd *user = getpwuid(geteuid());
        CHECK(group && user);
        snprintf(wanted, sizeof wanted, "install -d -o %s -g %s -m 700 /var/lib/carillon ", user->pw_name, group->gr_name);
        if (!strstr(said, wanted) || !strstr(said, "carillon.dir")) {
            fprintf(stderr, "%s\n", said);
            _exit(1);
        }
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// On a full disk no sidecar is started: it would enter the group, and leave it at once. There is never room in /proc.
static void room_for_the_state(const char *base) {
    char reason[512] = "";
    CHECK(!room_for_state("/proc", reason, sizeof reason));
    CHECK(strstr(reason, "state in /proc: No space left on device: 0 MB are free, a node begins with 16 at least. Make room there"));
    char missing[SCRATCH_LENGTH + 16];
    snprintf(missing, sizeof missing, "%s/missing", base);
    CHECK(!room_for_state(missing, reason, sizeof reason) && strstr(reason, "/missing: No such file or directory"));
    CHECK(room_for_state(base, reason, sizeof reason));
    CHECK(rmdir(base) == 0 && mkdir(base, 0700) == 0); // nothing was left there
}

int main(void) {
    char launcher[PATH_MAX];
    write_launcher(launcher, sizeof launcher);
    char base[SCRATCH_LENGTH];
    scratch_directory(base);
    room_for_the_state(base);
    char data_dir[64];
    snprintf(data_dir, sizeof data_dir, "%s/data", base);
    CHECK(mkdir(data_dir, 0700) == 0);

    // A server blocks and ignores signals, and has files that the child must not inherit.
    umask(022);
    CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR && signal(SIGUSR1, SIG_IGN) != SIG_ERR);
    sigset_t blocked;
    sigfillset(&blocked);
    CHECK(pthread_sigmask(SIG_BLOCK, &blocked, NULL) == 0);
    char inherited[96];
    snprintf(inherited, sizeof inherited, "%s/ibdata", base);
    const int fd = open(inherited, O_RDWR | O_CREAT, 0600);
    CHECK(fd >= 0);

    CHECK(start(data_dir) == WSREP_NODE_FAIL);
    CHECK(strstr(said, "ended at once with status 3"));
    char report[4096];
    read_report(data_dir, report, sizeof report);
    if (getenv("CARILLON_TEST_LOG")) {
        fputs(report, stderr);
    }
    CHECK(strncmp(report, "0077\n", 5) == 0);
    CHECK(signals(report, "SigBlk:") == 0);
    CHECK((signals(report, "SigIgn:") & ~LIBC_SIGNALS) == 0);
    CHECK(strstr(report, "/dev/null") && !strstr(report, "ibdata"));
    CHECK(strstr(report, "sidecar --socket --dir --parent"));
    char parent[24];
    snprintf(parent, sizeof parent, " %d\n", (int)getpid());
    CHECK(strstr(report, parent));
    CHECK(umask(0) == 022); // of this process

    a_deep_data_directory(base);
    no_place_for_the_state();

    // Nothing that can be executed: said at once.
    CHECK(chmod(launcher, 0600) == 0);
    if (access(launcher, X_OK) != 0) {
        CHECK(start(data_dir) == WSREP_NODE_FAIL && strstr(said, "cannot be executed"));
    }
    close(fd);
    unlink(inherited);
    unlink(launcher);
    char state[80];
    snprintf(state, sizeof state, "%s.carillon", data_dir);
    CHECK(rmdir(state) == 0 && rmdir(data_dir) == 0 && rmdir(base) == 0);
    puts("child: ok");
    return 0;
}
