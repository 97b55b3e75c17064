/*
 * tests/support/hold.h - holds a server's database from outside, as another
 * program with a long write transaction would.
 * Threads: its owner's.
 * Blocks:  hold_begin, while a write of the server is on its way.
 * Owns:    its own connection to the database file.
 */
#ifndef TODO_TESTS_HOLD_H
#define TODO_TESTS_HOLD_H

struct hold {
    struct sqlite3 *db; /* NULL when nothing is held */
};

/* BEGIN IMMEDIATE: from here on no other connection can write, all can read.
 * Fails the running test when the database does not yield. */
void hold_begin(struct hold *hold, const char *db);

/* Lets go; nothing was changed. Accepts {0} and a second call. */
void hold_end(struct hold *hold);

#endif
