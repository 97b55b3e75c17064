/*
 * exercises/runner/others.h - is the machine busy with something else?
 * Threads: the main one.
 * Blocks:  for a second, where it says so.
 */
#ifndef TODO_RUNNER_OTHERS_H
#define TODO_RUNNER_OTHERS_H

#include <stdbool.h>
#include <stdint.h>

/* Clock ticks of all processors since the machine started. */
struct others_times {
    uint64_t idle, all;
};

/* Reads them from the first line of /proc/stat, proc_stat(5). What the host of
 * a virtual machine took is no idle time. False when it is no such line. */
bool others_read(struct others_times *times, const char *line);

/* How much of the time between two looks was not idle, in percent. */
int others_percent(const struct others_times *before,
                   const struct others_times *after);

/* Looks for a second how much that is now. -1 when the system does not say. */
int others_look(void);

/* Says so on stdout, in a line and with what to do, when it is too much for
 * what was measured meanwhile. */
void others_say(int percent);

#endif
