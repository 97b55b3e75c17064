/*
 * tests/system/changes.h - makes changes, and reads them from event streams.
 * Threads: one.
 * Blocks:  on the server of the case.
 * Owns:    nothing after a return.
 */
#ifndef TODO_TESTS_CHANGES_H
#define TODO_TESTS_CHANGES_H

#include "tests/support/server.h"
#include "tests/support/stream.h"

/* So many of them are more than the kernel keeps for a subscriber with a small
 * window that does not read, and the server besides. */
enum { CHANGES_TOO_MANY = 1000 };

/* Writes so many changes of 1 KB each into the log, as another program that has
 * the database open would: far faster than requests. */
void changes_make(int count);

/* Half a second passes for that server. Then it looks for what others have
 * written into its database. */
void changes_let_look(struct server *server);

/* Opens a stream of the server of the case; the test fails unless it is there.
 * `last_id` -1: from now on. */
void changes_follow(struct stream *stream, long long last_id);

/* The same with a small window; only the head is read. */
void changes_follow_blindly(struct stream *stream, long long last_id);

/* Returns when so many streams have read all there is and wait for more. The
 * head of a stream comes before that: one whose reader then sleeps might never
 * have been a subscriber. */
void changes_await_subscribers(int count);

/* Reads `count` events, whose numbers follow `after` one by one; gives the
 * last. */
long long changes_read(struct stream *stream, long long after, int count);

/* The next event tells that a todo with this title was created; gives its
 * number. */
long long changes_read_created(struct stream *stream, const char *title);

/* The next event is the last one: bye. Then the stream is whole. */
void changes_expect_bye(struct stream *stream);

/* The number of the newest change in the database. */
long long changes_newest(void);

/* What the server holds of memory now, in KiB. */
long changes_resident_kib(void);

/* The test fails when it holds more than `before` and so much. A sanitizer
 * keeps what was freed for a while: with one, only gross growth is judged. */
void changes_expect_grown(long before, long at_most_kib);

#endif
