/*
 * common/base/gates.h - stops a request at a probe until a test lets it go on.
 * Threads: any; it has some of its own.
 * Blocks:  gates_pass at a closed gate, gates_stop for its threads.
 * Owns:    a socket and a file in the folder of --gates, and the threads that
 *          listen to the socket.
 *
 * The socket is DIR/PROGRAM-PID.gates (unix(7)). A line is a command, and each
 * gets a line back: "ok", or what is wrong.
 *
 *   hold LABEL       whoever comes to probe_stand(…, LABEL) stays there
 *   await LABEL N    answers when N are held there
 *   waiting LABEL N  answers when N requests wait for LABEL, held or not
 *   pass LABEL       lets one go, the one that came first
 *   keep LABEL       those held stay, all that come later pass
 *   release LABEL    lets all go, and all that come later
 *   trace            the marks so far, a line each, and then "ok"
 *   mono +MS         stops the clock of deadlines (clock_mono_us), and sets it
 *                    so many milliseconds forward
 *   wall +MS         sets the wall clock (clock_wall_ms) so many milliseconds
 *   wall -MS         forward, or back
 *   wall freeze      stops the wall clock
 *   wall go          lets it go on from where it stands
 *
 * While the process stands still (SIGSTOP) it hears no line. So where the clock
 * of deadlines stands is also in a file, DIR/PROGRAM-PID.clock: a long long,
 * microseconds, and 0 while the clock runs. A tester may map it (mmap(2)) and
 * set it forward.
 *
 * A line that is none of these changes nothing. So a test decides in which
 * order things happen, and no clock does. It exists only where TODO_PROBES is
 * built in, and there only with --gates.
 */
#ifndef TODO_COMMON_GATES_H
#define TODO_COMMON_GATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From main, before other threads start. On failure writes one line to `why`.
 */
bool gates_start(const char *dir, const char *program, char *why, size_t size);

/* Lets everybody go and ends the threads. Does nothing if none were started. */
void gates_stop(void);

/* One more request waits for LABEL (1), or one less (-1). */
void gates_count(const char *label, int change);

/* Returns at once unless the gate is held; then when it lets the caller go, and
 * gives true. */
bool gates_pass(uint32_t request, const char *label);

#endif
