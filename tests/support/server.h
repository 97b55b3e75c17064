/*
 * tests/support/server.h - runs one of the server programs for a test.
 * Threads: one.
 * Blocks:  until the server listens or has ended.
 * Owns:    the child process and its folder from mkdtemp(3).
 */
#ifndef TODO_TESTS_SERVER_H
#define TODO_TESTS_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "tests/support/steer.h"

struct server {
    pid_t pid;
    int port;
    const char *program; /* its path; borrowed */
    char dir[256];       /* fresh folder; removed by server_release */
    char db[300];        /* the database file inside it, or the one given */
    char log[300];       /* its standard error goes to this file */
    bool owns_dir;
    struct steer clock; /* open when the test has its clock */
};

/* All of these start programs with the environment of the suite, which
 * groups_run has cleaned (environment.h), and with what a test set since. */

/* Starts `program` (a path) on 127.0.0.1 port 0 with a fresh database file,
 * gates in its folder (gate.h) where probes are built in, and
 * the extra arguments (a NULL-terminated list, or NULL), and waits for its
 * port file. Fails the running cmocka test when it does not come up. */
void server_start(struct server *server, const char *program,
                  const char *const *args);

/* As server_start on an existing database file. */
void server_start_on(struct server *server, const char *program, const char *db,
                     const char *const *args);

/* As server_start, but only with --db and --port-file beside the arguments:
 * where to listen is left to them and to the program. */
void server_start_bare(struct server *server, const char *program,
                       const char *const *args);

/* As server_start, for a program that is none of the two: with nothing but
 * --port-file beside the arguments. */
void server_start_other(struct server *server, const char *program,
                        const char *const *args);

/* As server_start_other, by a shell: the script ends in `exec "$0" "$@"`, with
 * what is to be arranged before it and behind it. */
void server_start_by_shell(struct server *server, const char *script,
                           const char *program, const char *const *args);

/* The next program that is started has this socket to listen on
 * (config_take_listener). Borrowed: the test closes its own descriptor, which
 * is not 3. */
void server_hand_over(int fd);

/* The two halves of server_start_on, for servers that come up together. */
void server_launch(struct server *server, const char *program, const char *db,
                   const char *const *args);
void server_await(struct server *server);

/* Stops the clock of the server's deadlines (common/base/gates.h): none passes
 * before the test says so, however slow the machine is; and it looks neither
 * for what another server wrote nor for clients that left. Two clocks go on by
 * themselves: civetweb's, which comes behind ours, and libcurl's, for the
 * upstream. Without probes it does nothing. */
void server_stop_clock(struct server *server);

/* So many seconds pass for its deadlines. The running test fails when the
 * server is gone; server_pass_time_at_end does nothing then. */
void server_pass_time(struct server *server, double seconds);
void server_pass_time_at_end(struct server *server, double seconds);

/* So many seconds pass again and again, a hundred times at most, until the
 * server has ended: it may come to set a deadline only after the first time. */
void server_pass_time_until_end(struct server *server, double seconds);

/* The same for one that is frozen, whose clock was stopped before: it finds
 * that they have passed when it is thawed. It gives its threads the time to end
 * their naps, so that all of them go on at once then: a right server minds not
 * even that. */
void server_pass_time_frozen(struct server *server, double seconds);

/* Its wall clock: stops it; lets it go on; sets it so many milliseconds
 * forward, or back when negative. */
void server_freeze_wall(struct server *server);
void server_let_wall_go(struct server *server);
void server_move_wall(struct server *server, long long ms);

void server_signal(struct server *server, int signal);

/* The whole process stands still, no thread of it runs, until it is thawed
 * (SIGSTOP, SIGCONT): it finds all at once what has come meanwhile. */
void server_freeze(struct server *server);
void server_thaw(struct server *server);

/* Waits for the end; gives the exit status, or 128 + n after signal n.
 * Fails the running test when it has not ended after PATIENCE_MS. */
int server_wait(struct server *server);

/* The running test fails unless it ends with this status, as server_wait gives
 * it. */
void server_expect_end(struct server *server, int status);

/* SIGTERM, wait; the running test fails unless the exit status is 0. */
void server_stop(struct server *server);

/* Ends the running test with what the server has logged, and releases it. */
void server_fail(struct server *server, const char *what);

/* The whole log so far. Gives: free with free(3). */
char *server_log(const struct server *server);

/* Kills what still runs and removes the folder. What has ended without being
 * waited for is shown with its log. Accepts {0} and twice. */
void server_release(struct server *server);

/* Runs a program to its end; gives exit status and its two outputs (free(3)).
 */
int program_run(const char *const *argv, char **out, char **err);

#endif
