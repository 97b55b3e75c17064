/*
 * tests/support/steer.h - talks to a server's gates (common/base/gates.h).
 * Threads: its owner's.
 * Blocks:  steer_say, until the answer or PATIENCE_MS.
 * Owns:    the connection.
 */
#ifndef TODO_TESTS_STEER_H
#define TODO_TESTS_STEER_H

#include <stdbool.h>
#include <stdio.h>

enum { STEER_LINE_SIZE = 128, STEER_PATH_SIZE = 108 /* unix(7) */ };

struct steer {
    FILE *in;                     /* answers; NULL: not open */
    char answer[STEER_LINE_SIZE]; /* the last one, without its newline */
};

/* Writes the path of a server's socket. False when it is too long. */
bool steer_path(char path[STEER_PATH_SIZE], const char *dir,
                const char *program, long pid);

/* False, with errno, when nobody listens there. */
bool steer_open(struct steer *steer, const char *path);

/* Says a line ("hold store.read\n"). True when the answer is "ok"; else it
 * stands in `answer`, and is empty when none came. */
bool steer_say(struct steer *steer, const char *line);

/* Says a line, and does not wait for the answer: it comes on `in`. False when
 * the server is gone. */
bool steer_ask(struct steer *steer, const char *line);

/* Copies the marks of a trace, a line each, to `out`. False when the server is
 * gone before the last one. */
bool steer_trace(struct steer *steer, FILE *out);

/* Accepts {0} and a second call. */
void steer_close(struct steer *steer);

#endif
