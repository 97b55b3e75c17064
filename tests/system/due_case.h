/*
 * tests/system/due_case.h - todos that are due, and who has told that.
 * Threads: one.
 * Blocks:  until a server has looked, or told.
 * Owns:    nothing after a return.
 *
 * The clocks of the case's servers stand (system_start): a server looks when
 * half a second of its monotonic clock has passed, and a time comes when its
 * wall clock is set. Todos are written, and what was told is read, as another
 * program would that has the database open.
 */
#ifndef TODO_TESTS_DUE_CASE_H
#define TODO_TESTS_DUE_CASE_H

#include "tests/support/gate.h"
#include "tests/support/server.h"

/* Starts the server of the case on a database that outlives it; both of its
 * clocks stand. Gives the path. */
const char *due_start(const char *const *args);

/* Starts another one on this database, like that. */
void due_start_on(struct server *server, const char *program, const char *db,
                  const char *const *args);

/* What its wall clock shows. */
long long due_now(const struct server *server);

/* Writes so many todos of this title, which are due one millisecond after the
 * other; the last one written is due first. */
void due_write(const char *db, const char *title, int count, long long first);

/* How many reminders of todos of this title have been told. */
int due_told(const char *db, const char *title);

/* Time passes for the server, or for none (NULL), until so many are told. */
void due_await_told(struct server *server, const char *db, const char *title,
                    int count);

/* Time passes for the server until it is held at this gate; until it stands at
 * the lock of the database. */
void due_await_held(struct server *server, struct gate *gate);
void due_await_at_lock(struct server *server);

/* The test fails unless each todo of this title was told once, and the one that
 * was due first was told first. */
void due_expect_once_in_order(const char *db, const char *title, int count);

/* How often the server has begun to wait for what is due some day. */
int due_waits(const struct server *server);

/* Time passes for the server until it has looked so often, from now on, and has
 * told what it found. It must find something that is due some day. */
void due_await_looks(struct server *server, int count);

#endif
