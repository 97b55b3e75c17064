/*
 * tests/support/muse.h - runs the muse (tests/muse/muse.h) for a test.
 * Threads: one.
 * Blocks:  until the muse listens, or has counted enough.
 * Owns:    nothing; server_release ends a muse as it does a server.
 */
#ifndef TODO_TESTS_SUPPORT_MUSE_H
#define TODO_TESTS_SUPPORT_MUSE_H

#include <stddef.h>

#include "tests/support/server.h"

enum { MUSE_URL_MAX = 64 };

/* Writes the path of the muse that lies beside `server_program`. */
void muse_program(char *program, size_t size, const char *server_program);

/* Starts the muse that lies beside `server_program`. It waits `delay` (in
 * milliseconds) before it answers, and listens on `port`, or any if "0". */
void muse_start(struct server *muse, const char *server_program,
                const char *delay, const char *port);

/* Writes its URL with this path: what --upstream takes. */
void muse_url(const struct server *muse, const char *path,
              char url[MUSE_URL_MAX]);

/* One of the numbers of /stats. */
long muse_count(const struct server *muse, const char *name);

/* Returns when that number has come to `least`. */
void muse_await(const struct server *muse, const char *name, long least);

#endif
