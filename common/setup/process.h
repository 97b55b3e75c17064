/*
 * common/setup/process.h - what a process arranges before it does anything
 * else.
 * Threads: main, before others start.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_COMMON_PROCESS_H
#define TODO_COMMON_PROCESS_H

#include <signal.h>
#include <stdbool.h>

/* Makes a program independent of how it was started. The first call of main.
 *
 * A descriptor from 0 to 2 that is closed is opened on /dev/null, or the first
 * socket would get its number, and what is printed would go to a client. To
 * read from such an input and to write to such an output is an error as before
 * (EBADF). False, with a message, when /dev/null cannot be opened: the program
 * must end.
 *
 * Signals that the parent ignores or blocks are neither from then on: exec(3)
 * hands both down, and a shell ignores SIGINT for what it starts by `&`. The
 * one exception is SIGHUP, which nohup(1) has ignored on purpose. */
bool process_begin(void);

/* What a server needs besides. Closes the descriptors that the parent left open
 * beside the first three and `kept` (config_take_listener; -1 for none),
 * ignores SIGPIPE (a client that left would end the server by it) and SIGXFSZ
 * (a file at its size limit would), and raises the soft limit of open
 * descriptors to the hard one (setrlimit(2)). */
void process_prepare(int kept);

/* The signals that stop a server: SIGTERM and SIGINT. A signal is for a
 * process, and any thread that does not block it may be the one that gets it
 * (signal(7)). So a server blocks these before it starts a thread, as threads
 * inherit what is blocked, and one thread alone takes them. */
void process_stop_signals(sigset_t *set);

/* How many descriptors may be open; INT_MAX for no limit. After
 * process_prepare. */
int process_descriptors(void);

#endif
