/*
 * exercises/runner/runner.h - the verbs of learn-runner and what they share.
 * Threads: the main one.
 * Blocks:  until the verb is done.
 * Owns:    nothing.
 *
 * Each verb gets its own name as argv[0] and gives the exit status: 0 done,
 * 1 failed, 2 wrong usage.
 */
#ifndef TODO_RUNNER_RUNNER_H
#define TODO_RUNNER_RUNNER_H

#include <stdbool.h>

struct child;

/* The folder of this program and of the servers; set once, by main. */
extern const char *bin_dir;

/* learn-runner run: both servers on one database, until Ctrl-C. */
int run_command(int argc, char **argv);

/* learn-runner with: a command beside servers that live as long as it does. */
int with_command(int argc, char **argv);

/* learn-runner yours: a command beside a server of yours, in any language. */
int yours_command(int argc, char **argv);

/* learn-runner within: a command that is killed, with all that it started, when
 * its time is over. */
int within_command(int argc, char **argv);

/* learn-runner compare: one operation in both rooms, side by side; or all, as a
 * page. */
int compare_command(int argc, char **argv);

/* learn-runner explain: why the servers of a check do not go on. */
int explain_command(int argc, char **argv);

/* learn-runner timeline: a scenario against both servers, as a picture. */
int timeline_command(int argc, char **argv);

/* learn-runner bench: both servers measured on this machine, as a page. */
int bench_command(int argc, char **argv);

/* learn-runner claims: what people say, measured on this machine. */
int claims_command(int argc, char **argv);

/* Creates a todo on one server and reads it from the other, showing both
 * exchanges. False, with a message, when that fails. */
bool demo_show(const struct child *writer, const struct child *reader);

#endif
