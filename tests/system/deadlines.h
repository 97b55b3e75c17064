/*
 * tests/system/deadlines.h - what the cases about deadlines share.
 * Threads: one.
 * Blocks:  until a client is late.
 * Owns:    nothing.
 */
#ifndef TODO_TESTS_DEADLINES_H
#define TODO_TESTS_DEADLINES_H

#include "tests/support/raw.h"

extern const char deadlines_half_head[];

/* Starts the server of the case with this deadline, and an hour for all others.
 */
void deadlines_start(const char *flag, const char *seconds);

/* Opens a connection and has one request answered on it. */
void deadlines_open(struct raw *raw);

/* Time passes until the server ends the connection; it must say nothing. */
void deadlines_expect_end(struct raw *raw);

/* The same for half a head: the parser of the server may say in its way that it
 * is late, or say nothing. */
void deadlines_expect_late_head(struct raw *raw);

/* The same, and the client must hear 408. */
void deadlines_expect_408(struct raw *raw);

/* The connection is as it was, and a request on it is answered. */
void deadlines_expect_served(struct raw *raw);

#endif
