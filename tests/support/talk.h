/*
 * tests/support/talk.h - whole requests, written and checked in one line each.
 * Threads: its caller's.
 * Blocks:  until the answer, at most RAW_TIMEOUT_MS.
 * Owns:    nothing after a return.
 */
#ifndef TODO_TESTS_TALK_H
#define TODO_TESTS_TALK_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/support/raw.h"
#include "tests/support/server.h"

enum { TALK_MAX = 2048, TALK_TITLE_MAX = 201 };

/* The bytes of `GET path`, with a Host and nothing else. */
void talk_write_get(char request[TALK_MAX], const char *path);

/* The bytes of a POST that creates a todo; the title must need no escapes. */
void talk_write_post(char request[TALK_MAX], const char *title);

/* Sends the request on a connection of its own and reads one answer. Gives the
 * status, 0 when no whole answer came. `answer` may be NULL; else it gives the
 * answer: release with raw_answer_release. Never fails the test itself. */
int talk(int port, const char *request, struct raw_answer *answer);

/* Sends on an open connection. The running test fails when the server does not
 * take it all. */
void talk_send(struct raw *raw, const char *text);

/* As talk, but asks again while the answer is 503, for PATIENCE_MS: a server
 * that just lost a crowd of clients may not have noticed yet. */
int talk_patiently(int port, const char *request, struct raw_answer *answer);

/* As talk, for `GET path`. */
int talk_get(int port, const char *path, struct raw_answer *answer);

/* Creates a todo, patiently, and gives its id. The running test fails unless it
 * is 201. */
long long talk_create(int port, const char *title);

/* Adds a thousand todos with the longest title, so that a page of the list is
 * far more than a socket takes at once. */
void talk_fill_list(int port);

/* The id in a todo's JSON, or 0. */
long long talk_id_of(const char *json);

/* True when the body is a todo with this title. */
bool talk_has_title(const struct raw_answer *answer, const char *title);

/* How many todos, at most 1000, have `text` in their title; -1 when the server
 * did not answer 200. Patient. `text` needs no percent-encoding. */
int talk_count(int port, const char *text);

/* The running test fails, at the caller's line and in a sentence, unless a
 * status is the one that was expected (0: no answer came); unless the body is a
 * todo with this title; unless talk_count gives what was expected. */
#define talk_expect(status, expected)                                          \
    talk_expect_at(status, expected, __FILE__, __LINE__)
#define talk_expect_title(answer, title)                                       \
    talk_expect_title_at(answer, title, __FILE__, __LINE__)
#define talk_expect_count(port, text, expected)                                \
    talk_expect_count_at(port, text, expected, __FILE__, __LINE__)

void talk_expect_at(int status, int expected, const char *file, int line);
void talk_expect_title_at(const struct raw_answer *answer, const char *title,
                          const char *file, int line);
void talk_expect_count_at(int port, const char *text, int expected,
                          const char *file, int line);

/* Reads answers until the peer closes; gives how many, and the statuses of the
 * first `max`. Fails the running test when the connection stays open, or when
 * bytes are left that are no whole answer. */
size_t talk_read_all(struct raw *raw, int *statuses, size_t max);

/* Sends until the server has ended the connection, which a client that does not
 * read learns in no other way; meanwhile time passes for the server. Fails the
 * running test when it never does. */
void talk_until_cut(struct server *server, struct raw *raw);

/* Time passes for the server until it says or does something on this
 * connection, but not an hour. Fails the running test when it never does. */
void talk_until_late(struct server *server, struct raw *raw);

/* Sends more than the buffers of a connection hold; gives whether the peer has
 * ended it before all was sent. */
bool talk_flood(struct raw *raw);

/* The running test fails unless the server answers GET /healthz and creates
 * and reads a todo, each on a fresh connection. Patient. */
void talk_still_serves(int port);

#endif
