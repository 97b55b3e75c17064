/*
 * tests/system/hashes.h - what the cases about hashes share.
 * Threads: one.
 * Blocks:  on the server of the case.
 * Owns:    nothing; the clients are the case's.
 *
 * A hash is held at a gate on the thread that is about to make it (hash.work),
 * and so takes as long as the case wants. hash.wait is what a request waits at,
 * from the time when its hash is taken to the time when it is done.
 */
#ifndef TODO_TESTS_SYSTEM_HASHES_H
#define TODO_TESTS_SYSTEM_HASHES_H

#include "tests/support/raw.h"

/* No user has it. */
#define HASHES_WRONG "wrong horse battery"

/* One hash at once, and two behind it: so many places there are with these
 * arguments. With the second list the server takes an hour to stop. */
enum { HASHES_PLACES = 3 };
extern const char *const hashes_few[];
extern const char *const hashes_no_hurry[];

/* Asks for a token of a name that nobody has: one hash, and then 401. */
void hashes_ask(struct raw *raw);

/* From now on hashes are held; `count` clients wait for theirs, the first of
 * them at the gate, which is system_gate. */
void hashes_hold(struct raw *clients, int count);

/* The same, with one client that signs up as "somebody", and whose hash is at
 * the gate. */
void hashes_hold_new_user(struct raw *client);

/* The running test fails if one of them was answered. */
void hashes_expect_all_wait(struct raw *clients, int count);

/* Lets all hashes go, and reads an answer on each of these: 401. */
void hashes_let_go(struct raw *clients, int count);

/* The server has no place for a hash at this path, and says when to come again.
 */
void hashes_expect_busy(const char *path);

/* The running test fails unless so many hashes were begun. */
void hashes_expect_begun(int count);

/* How many marks of this verb a probe has made; and until there are so many. */
int hashes_marks(const char *label, const char *verb);
void hashes_await_marks(const char *label, const char *verb, int count);

/* POST /tokens with the name and the password; gives the status. */
int hashes_sign_in(const char *name, const char *password);

#endif
