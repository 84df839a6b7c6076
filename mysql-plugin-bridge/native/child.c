// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The sidecar as a child of the server. With carillon.sidecar=unix:/path somebody else runs it, and there is only the path.
#include "provider.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { SOCKET_PATH_MAX = sizeof((struct sockaddr_un){0}.sun_path) - 1, TERM_AFTER_MS = 3000, KILL_AFTER_MS = 10000 };

// The sidecar makes it under another name first, in a directory of its own beside it.
enum { SOCKET_MARGIN = 16, STATE_FD_OF_CHILD = 3 };
static const char SOCKET_NAME[] = "sidecar.sock";
static const char SHARED_STATE_DIR[] = "/var/lib/carillon";

static char *format_text(const char *format, const char *a, const char *b) {
    char *text = NULL;
    return asprintf(&text, format, a, b) < 0 ? NULL : text;
}

static bool make_dir(const char *path) {
    struct stat info;
    if (mkdir(path, 0700) == 0) {
        return true;
    }
    const int saved = errno;
    const bool ok = saved == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode) && access(path, R_OK | W_OK | X_OK) == 0;
    errno = saved == EEXIST ? EACCES : saved;
    return ok;
}

static char *data_dir_path(struct provider *p) {
    char *path = realpath(p->args.data_dir && *p->args.data_dir ? p->args.data_dir : ".", NULL);
    return path ? path : strdup(p->args.data_dir ? p->args.data_dir : ".");
}

// Of this process, as chown takes them.
static void own_names(char *user, char *group, size_t size) {
    char buffer[1024];
    struct passwd passwd;
    struct passwd *found_user = NULL;
    snprintf(user, size, "%u", (unsigned)geteuid());
    if (getpwuid_r(geteuid(), &passwd, buffer, sizeof buffer, &found_user) == 0 && found_user) {
        snprintf(user, size, "%s", found_user->pw_name);
    }
    struct group entry;
    struct group *found_group = NULL;
    snprintf(group, size, "%u", (unsigned)getegid());
    if (getgrgid_r(getegid(), &entry, buffer, sizeof buffer, &found_group) == 0 && found_group) {
        snprintf(group, size, "%s", found_group->gr_name);
    }
}

// State is kept outside of the data directory, whose unknown entries snapshot scripts copy or delete.
static bool choose_state_dir(struct provider *p, char *reason, size_t size) {
    struct session *s = &p->session;
    if (p->options.dir) {
        s->state_dir = strdup(p->options.dir);
        if (s->state_dir && make_dir(s->state_dir)) {
            return true;
        }
        snprintf(reason, size, "the state directory carillon.dir=%s cannot be made or written to (%s)", p->options.dir, strerror(errno));
        return false;
    }
    char *data_dir = data_dir_path(p);
    if (!data_dir) {
        snprintf(reason, size, "memory ran out");
        return false;
    }
    s->state_dir = format_text("%s%s", data_dir, ".carillon");
    if (s->state_dir && make_dir(s->state_dir)) {
        free(data_dir);
        return true;
    }
    const int first = errno;
    char hash[17];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)XXH3_64bits(data_dir, strlen(data_dir)));
    char *beside = s->state_dir;
    s->state_dir = format_text("%s/%s", SHARED_STATE_DIR, hash);
    const bool ok = s->state_dir && make_dir(s->state_dir);
    if (!ok) {
        const int second = errno;
        char user[64];
        char group[64];
        own_names(user, group, sizeof user);
        snprintf(reason, size,
            "no place for the node's state: %s (%s), %s (%s). Run this as root, once: install -d -o %s -g %s -m 700 %s ; or name a "
                 "directory that the server may write to with the option carillon.dir", beside ? beside : data_dir, strerror(first),
                     s->state_dir ? s->state_dir : SHARED_STATE_DIR, strerror(second), user, group, SHARED_STATE_DIR);
    }
    free(beside);
    free(data_dir);
    return ok;
}

static char *socket_beneath(int fd) {
    char *address = NULL;
    return asprintf(&address, "/proc/self/fd/%d/%s", fd, SOCKET_NAME) < 0 ? NULL : address;
}

// However deep the state directory is, the socket is in it: a directory elsewhere would be left behind by every kill -9. A path that is too
// long is shortened by a descriptor of the directory, which both processes have.
static bool choose_socket(struct session *s, char *reason, size_t size) {
    s->socket_path = format_text("%s/%s", s->state_dir, SOCKET_NAME);
    if (s->socket_path && strlen(s->socket_path) + SOCKET_MARGIN <= SOCKET_PATH_MAX) {
        s->socket_address = strdup(s->socket_path);
        return s->socket_address != NULL;
    }
    s->state_fd = open(s->state_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    s->socket_address = s->state_fd < 0 ? NULL : socket_beneath(s->state_fd);
    char *directory = s->socket_address ? strndup(s->socket_address, strlen(s->socket_address) - strlen(SOCKET_NAME)) : NULL;
    const bool ok = s->socket_path && directory && access(directory, W_OK) == 0;
    free(directory);
    if (!ok) {
        snprintf(reason, size, "the path of the state directory %s is too long for a socket, and there is no other way into it (%s); "
                 "name a shorter one with the option carillon.dir", s->state_dir, strerror(errno));
    }
    return ok;
}

static bool find_launcher(struct session *s, char *reason, size_t size) {
    Dl_info info;
    char *library = dladdr((void *)&find_launcher, &info) && info.dli_fname ? realpath(info.dli_fname, NULL) : NULL;
    char *slash = library ? strrchr(library, '/') : NULL;
    if (!slash) {
        free(library);
        snprintf(reason, size, "the provider does not know where it was loaded from");
        return false;
    }
    *slash = 0;
    char *relative = format_text("%s%s", library, "/../bin/carillon");
    s->launcher = relative ? realpath(relative, NULL) : NULL;
    const bool ok = s->launcher && access(s->launcher, X_OK) == 0;
    if (!ok) {
        snprintf(reason, size,
            "the launcher %s cannot be executed (%s): libcarillon.so must stay in lib/ of its distribution, readable by the "
                 "server's user, or the option carillon.sidecar=unix:/path must name a running sidecar",
                     relative ? relative : "", strerror(errno));
    }
    free(relative);
    free(library);
    return ok;
}

bool child_prepare(struct provider *p, char *reason, size_t size) {
    struct session *s = &p->session;
    s->child = -1;
    if (!p->options.sidecar) {
        return choose_state_dir(p, reason, size) && find_launcher(s, reason, size) && choose_socket(s, reason, size);
    }
    static const char scheme[] = "unix:";
    const char *path = p->options.sidecar + sizeof scheme - 1;
    if (strncmp(p->options.sidecar, scheme, sizeof scheme - 1) != 0 || *path != '/' || strlen(path) > SOCKET_PATH_MAX) {
        snprintf(reason, size, "carillon.sidecar=%s: expected unix: and an absolute path of at most %d bytes", p->options.sidecar,
                 (int)SOCKET_PATH_MAX);
        return false;
    }
    s->external = true;
    s->socket_path = strdup(path);
    s->socket_address = strdup(path);
    return s->socket_path && s->socket_address;
}

// In the memory of the parent, after vfork: only system calls, and nothing is written but on this stack.
static void run_child(const char *launcher, char *const *argv, pid_t parent, int state_fd) {
    sigset_t none;
    sigemptyset(&none);
    for (int signal_number = 1; signal_number < NSIG; signal_number++) {
        struct sigaction standard = {.sa_handler = SIG_DFL};
        sigaction(signal_number, &standard, NULL);
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(126); // the server ended in between
    }
    umask(077);
    // A session of its own: the terminal's signals are the server's, and where the kernel shares the processors by session (autogroup), it
    // has more of them than one of hundreds of clients has. Elsewhere its group can be given priority.
    setsid();
    const int null = open("/dev/null", O_RDONLY);
    if (null >= 0) {
        dup2(null, 0);
    }
    dup2(2, 1); // what it says before it can speak to the server ends up in the server's log
    if (state_fd == STATE_FD_OF_CHILD) {
        fcntl(state_fd, F_SETFD, 0);
    } else if (state_fd >= 0) {
        dup2(state_fd, STATE_FD_OF_CHILD);
    }
    close_range(state_fd >= 0 ? STATE_FD_OF_CHILD + 1 : STATE_FD_OF_CHILD, ~0U, 0);
    execv(launcher, argv);
    static const char message[] = "carillon: the launcher of the sidecar cannot be executed\n";
    (void)!write(2, message, sizeof message - 1);
    _exit(127);
}

bool child_spawn(struct provider *p, char *reason, size_t size) {
    struct session *s = &p->session;
    char parent_text[16];
    const pid_t parent = getpid();
    snprintf(parent_text, sizeof parent_text, "%d", (int)parent);
    unlink(s->socket_path);
    char *address = s->state_fd < 0 ? strdup(s->socket_address) : socket_beneath(STATE_FD_OF_CHILD);
    if (!address) {
        snprintf(reason, size, "memory ran out");
        return false;
    }
    char *const argv[] = {s->launcher,  (char *)"sidecar", (char *)"--socket", address, (char *)"--dir",
                          s->state_dir, (char *)"--parent", parent_text,        NULL};
    s->child_started = now_ns();
    // The session's thread ends after the child or with the server, so the death signal comes with the server's end and not before.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // A fork would copy the page tables of a server of any size, and its locks as they happen to be.
    const pid_t child = vfork();
    if (child == 0) {
        run_child(s->launcher, argv, parent, s->state_fd);
    }
    const int error = errno;
    free(address);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (child < 0) {
        snprintf(reason, size, "no process for the sidecar: %s", strerror(error));
        return false;
    }
    s->child = child;
    provider_log(p, WSREP_LOG_INFO, "Started the sidecar: %s sidecar --dir %s (process %d)", s->launcher, s->state_dir, (int)child);
    return true;
}

bool child_ended(struct provider *p, int *status) {
    struct session *s = &p->session;
    *status = 0;
    const pid_t ended = waitpid(s->child, status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) {
        return false;
    }
    if (ended < 0 && errno == ECHILD && kill(s->child, 0) == 0) {
        return false; // somebody else reaps; it is still there
    }
    s->child = -1;
    return true;
}

void child_stop(struct provider *p) {
    struct session *s = &p->session;
    int status;
    // Its socket is closed: it leaves by itself, unless it hangs.
    for (int ms = 0; s->child > 0 && !child_ended(p, &status); ms += 10) {
        if (ms == TERM_AFTER_MS) {
            kill(s->child, SIGTERM);
        } else if (ms == KILL_AFTER_MS) {
            kill(s->child, SIGKILL);
        }
        const struct timespec pause = {.tv_nsec = 10 * MS};
        nanosleep(&pause, NULL);
    }
}

void child_cleanup(struct provider *p) {
    struct session *s = &p->session;
    if (!s->external && s->socket_path) {
        unlink(s->socket_path);
    }
    if (s->state_fd >= 0) {
        close(s->state_fd);
        s->state_fd = -1;
    }
}
