/*
 * tests/system/counts.h - what the cases about counts share.
 * Threads: one.
 * Blocks:  on the server of the case.
 * Owns:    nothing; the clients are the case's.
 *
 * A count is held at a gate when it is done (count.done): it has seen the todos
 * of a moment, and has not told anybody. Whoever asks now waits for the next
 * one (flight.wait).
 */
#ifndef TODO_TESTS_SYSTEM_COUNTS_H
#define TODO_TESTS_SYSTEM_COUNTS_H

#include "tests/support/raw.h"

/* GET /todos/stats, without waiting for the answer. */
void counts_ask(struct raw *raw);

/* The next count is held there; this client asks for it. */
void counts_hold(struct raw *raw, const char *label);

/* So many more ask, one after the other, and wait for the next count; `before`
 * wait for it already. */
void counts_gather(struct raw *clients, int count, int before);

/* Reads an answer on each: 200, and so many todos. */
void counts_expect(struct raw *clients, int count, int total);

/* Reads an answer on each: 503. */
void counts_expect_slow(struct raw *clients, int count);

/* The running test fails if one of them was answered. */
void counts_expect_all_wait(struct raw *clients, int count);

/* One that asks now is told so many; each such question counts once more. */
void counts_expect_next(int total);

/* The running test fails unless so many counts were begun. */
void counts_expect_begun(int count);

/* How many marks of this verb a probe has made; and until there are so many. */
int counts_marks(const char *label, const char *verb);
void counts_await_marks(const char *label, const char *verb, int count);

#endif
