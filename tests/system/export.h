/*
 * tests/system/export.h - what the cases about the export share.
 * Threads: one.
 * Blocks:  on the server of the case.
 * Owns:    the export under way.
 */
#ifndef TODO_TESTS_EXPORT_H
#define TODO_TESTS_EXPORT_H

#include "tests/support/stream.h"

enum {
    EXPORT_ROWS = 50000, /* 20 MB of lines: no buffer holds them */
    EXPORT_FEW_ROWS = 2000
};

/* The answer of the running case. */
extern struct stream export_stream;

extern const char export_request[];

/* Arguments with which a client may stop for as long as a case takes. */
extern const char *const export_patient[];

int export_setup(void **state);
int export_release(void **state);

#define EXPORT_CASE(function)                                                  \
    cmocka_unit_test_setup_teardown(function, export_setup, export_release)

/* Puts todos into the table, with ids from 1, as fast as SQLite can. */
void export_fill(int rows);

/* Asks for all todos with a small window; something of them is on its way. */
void export_begin(void);

/* The id in the next line, which ends as a todo's does; 0 behind the last. */
long long export_next_id(void);

/* Reads lines whose ids go from `from` to `to`, one by one. */
void export_read_rows(long long from, long long to);

/* Fails the running test unless the answer is whole. */
void export_expect_end(void);

/* Fails the running test unless the log has this status (" 500 ") of the first
 * export that ended. */
void export_expect_logged(const char *status);

/* Waits until the server has logged the request, which it does at its end; at
 * each look so many seconds have passed for the server. The log must say 499:
 * the answer was not taken to its end. */
void export_await_cut(double seconds);

#endif
