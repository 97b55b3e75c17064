/*
 * exercises/runner/child.h - processes that end no later than this one.
 * Threads: the main one.
 * Blocks:  where a comment says so.
 * Owns:    nothing but process ids.
 *
 * Each child leads a process group of its own: Ctrl-C reaches the runner alone,
 * which then stops its children in order. On Linux the kernel sends SIGTERM to
 * a child whose runner was killed.
 */
#ifndef TODO_RUNNER_CHILD_H
#define TODO_RUNNER_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* As many words as a command handed to child_start may have, and its NULL. */
enum { MAX_ARGUMENTS = 64 };

struct child {
    const char *name; /* for messages; borrowed */
    pid_t pid;        /* 0: not started, or ended and waited for */
    int status;       /* once ended: exit status, or 128 + signal number */
    int port;         /* a server's; 0 until it listens */
    char url[40];     /* http://127.0.0.1:PORT */
};

/* What a server is started with. All borrowed until server_start returns. */
struct server_options {
    const char *bin_dir; /* where todo-sync and todo-async are */
    const char *dir;     /* where the port file may be */
    const char *db;
    int port;              /* 0: any */
    bool auth;             /* it asks for tokens */
    bool gates;            /* its gates go to `dir` */
    const char *trace;     /* its marks go there, with gates; or NULL */
    const char *threads;   /* of todo-sync; NULL: as many as it likes */
    const char *hash_jobs; /* NULL: as many as they like */
};

/* Blocks the signals that end the runner and SIGCHLD, so that children_watch
 * can wait for them. To be called once, before any child_start. */
void children_init(void);

/* Starts argv[0], found by path. False, with a message, when it cannot. */
bool child_start(struct child *child, const char *const *argv);

/* Starts bin_dir/name and blocks until it has written its port file. False when
 * it ends before that (children_stop says so) or a signal asks us to end. */
bool server_start(struct child *child, const char *name,
                  const struct server_options *options);

/* Starts muse (tests/muse/), the upstream of servers that are started later:
 * they find it in the environment. It is of our own build also when they are of
 * another. Blocks and fails as server_start does. */
bool upstream_start(struct child *muse, const struct server_options *options,
                    const char *delay_ms);

/* Blocks until a child ends and gives it, or gives NULL when a signal asks the
 * runner to end. */
struct child *children_watch(struct child *children, size_t count);

/* Blocks until the child has ended, its seconds are over, or a signal asks the
 * runner to end. */
enum child_end { CHILD_ENDED, CHILD_LATE, CHILD_END_ASKED };
enum child_end child_await(struct child *child, int seconds);

/* Sends SIGTERM to those that run and blocks until all have ended. A further
 * Ctrl-C is passed on; what has not ended after STOP_SECONDS is killed. False,
 * with a message, when a server's exit status was not 0. */
enum { STOP_SECONDS = 60 };
bool children_stop(struct child *children, size_t count);

#endif
