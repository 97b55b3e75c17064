/*
 * tests/support/groups.h - a suite of groups, each a file with its cases.
 * Threads: one.
 * Blocks:  until the cases have run.
 *
 * cmocka runs one group after the other and also greets those that have no case
 * of the wanted name: sixty lines around the one that matters. Here such groups
 * are passed over.
 */
#ifndef TODO_TESTS_GROUPS_H
#define TODO_TESTS_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

struct CMUnitTest;

/* Runs the groups, of them only the cases whose names match `pattern` (fnmatch;
 * NULL: all). Lets the suite open as many files as it may: a thousand clients
 * need more than the usual 1024. Gives the exit status: 0 all passed, 1 not
 * all, 2 with a message when no case has such a name. */
int groups_run(int (*const *groups)(void), size_t count, const char *pattern);

/* Runs a group's wanted cases; without any, not even `setup`. Gives the number
 * of failures. */
int groups_run_one(const char *name, const struct CMUnitTest *cases,
                   size_t count, int (*setup)(void **state),
                   int (*teardown)(void **state));

#define GROUP(name, cases, setup, teardown)                                    \
    groups_run_one(name, cases, sizeof(cases) / sizeof((cases)[0]), setup,     \
                   teardown)

/* True when the program of this path keeps a thread for each connection. */
bool groups_is_sync(const char *program);

#endif
