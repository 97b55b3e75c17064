/*
 * tests/hostile/build.h - puts long requests together and plays them.
 * Threads: one.
 * Blocks:  the plays, until the answer.
 * Owns:    one static buffer.
 */
#ifndef TODO_TESTS_BUILD_H
#define TODO_TESTS_BUILD_H

#include <stddef.h>

enum { KIB = 1024, MIB = 1024 * 1024 };

/* Starts a request anew with this text. */
void begin(const char *text);

/* Starts `GET /healthz` with a Host; more fields and the empty line follow. */
void begin_get(void);

/* Starts a whole POST /todos with this body. */
void begin_post(const char *body);

/* Adds the text, or many times the text. 5 MiB is the most. */
void add(const char *text);
void add_times(const char *text, size_t times);

/* Sends the request with a second one behind it. Gives the status of the only
 * answer, 0 when the connection ended without one; the running test fails when
 * the second request was answered too. */
int refused_with(void);

/* The same where the server's parser may decide: any 4xx, or just the end. */
void is_refused_somehow(void);

/* Sends the request twice on one connection. Both get this status: the server
 * read neither too little nor too much. */
void is_answered_with(int status);

#endif
