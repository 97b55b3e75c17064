/*
 * tests/system/limits_case.h - clients that ask one server again and again.
 * Threads: one.
 * Blocks:  until their answers.
 * Owns:    nothing.
 *
 * The clock of the server stands, so a limit of N lets exactly N pass.
 */
#ifndef TODO_TESTS_LIMITS_CASE_H
#define TODO_TESTS_LIMITS_CASE_H

#include "system.h"

/* Where a client is. */
#define LIMITS_HERE  "127.0.0.1"
#define LIMITS_THERE "127.0.0.2"

/* Starts the server of the case with --rate-limit; with --auth as well. */
void limits_start(const char *rate);
void limits_start_with_auth(const char *rate);

/* Opens a connection to it from this address. */
void limits_open(struct raw *raw, const char *from);

/* Asks from this address, on a connection of its own. Gives the status, with
 * the answer unless that is NULL; raw_answer_release. */
int limits_talk(const char *from, const char *request,
                struct raw_answer *answer);

/* The same for a line such as "GET /todos", with a token or NULL. */
int limits_ask(const char *from, const char *line, const char *token);

/* How many of so many GET /todos in one segment pass. The running test fails
 * unless the others are 429. */
int limits_passed(const char *from, const char *token, int asked);

#endif
