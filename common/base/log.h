/*
 * common/base/log.h - lines for people, on standard error.
 * Threads: any.
 * Blocks:  log_stop alone.
 * Owns:    a thread and a bounded queue.
 *
 * Standard error may be a pipe that nobody reads. A thread that writes to it
 * then stands still, and the loop must not. So a line goes to a queue, and a
 * thread of the log does the writing, at most 10 ms later. When the queue is
 * full, lines are dropped and counted.
 */
#ifndef TODO_COMMON_LOG_H
#define TODO_COMMON_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

enum { LOG_STOP_SECONDS = 1 }; /* so long is an unread pipe waited for */

/* Starts the writing thread; until then lines are written by the caller. From
 * main, before other threads start. False with errno when there is no thread to
 * be had; the log then works as before. */
bool log_start(enum log_level level);

/* Writes what is queued and ends the thread. Lines logged later are written at
 * once by the caller. When standard error takes nothing for LOG_STOP_SECONDS,
 * the lines and the thread are left to the end of the process. */
void log_stop(void);

/* The name this thread bears in the log: "loop", "reader-1", "req-17". At most
 * 15 bytes are kept. Threads other than the first also bear it in top -H, ps -L
 * and gdb. */
void log_name_thread(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* That name; "-" for a thread that was given none. Lent as long as it runs. */
const char *log_thread_name(void);

/* Queues a line: time, level, thread, `where`, text. Never waits for standard
 * error. Text from clients is escaped by the caller or is known to be safe. */
void log_error(const char *where, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_warn(const char *where, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_info(const char *where, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_debug(const char *where, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether lines of this level are written: ask before costly formatting. */
bool log_wants(enum log_level level);

/* The line about one request: id, status, milliseconds, method, path. Control
 * and non-ASCII bytes of the path are shown as '?'; of a long path the
 * beginning is shown. Costs less than a microsecond. */
void log_request(const char *id, const char *method, const char *path,
                 size_t path_len, int status, int64_t microseconds);

#endif
