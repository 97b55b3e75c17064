/*
 * tests/support/sql.h - looks into a database, or writes to it, from outside.
 * Threads: one.
 * Blocks:  until the database yields.
 * Owns:    nothing after a return.
 *
 * Each call has a connection of its own, as another program would, and fails
 * the running test when SQLite does.
 */
#ifndef TODO_TESTS_SQL_H
#define TODO_TESTS_SQL_H

#include <stddef.h>
#include <stdint.h>

void sql_exec(const char *path, const char *sql);

/* One number, by a statement with up to one parameter (or NULL). */
int64_t sql_number(const char *path, const char *sql, const char *parameter);

/* The bytes of one column of one row, which must be `size`. */
void sql_bytes(const char *path, const char *sql, unsigned char *bytes,
               size_t size);

#endif
