/*
 * tests/hostile/hostile.h - what the groups of hostile clients share.
 * Threads: one.
 * Blocks:  each group, until its server has ended.
 * Owns:    the one server that the running group uses.
 *
 * A group is a file. It starts a server with flags that fit, plays one bad
 * client a case, and after each case a fresh client must be served. Its last
 * case ends the server by SIGTERM, and the exit status must be 0.
 */
#ifndef TODO_TESTS_HOSTILE_H
#define TODO_TESTS_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/support/raw.h"
#include "tests/support/server.h"
#include "tests/support/talk.h"

/* The server of the running group. */
extern struct server hostile_server;

/* The path of the program. */
const char *hostile_program(void);

/* True when the program is the one with a thread per connection. */
bool hostile_is_sync(void);

/* Starts the group's server: with `sync_args` or `async_args`, each a list that
 * ends in NULL, or NULL. Its clock stands (server_stop_clock). For use in a
 * group's setup. */
void hostile_start(const char *const *sync_args, const char *const *async_args);

/* The setup of groups that need no flags. */
int hostile_setup(void **state);

/* Opens a connection to the group's server. */
void hostile_open(struct raw *raw);

/* Connects and is served once, so that the connection surely holds a place. The
 * server may still be busy with noticing that those before have left. */
void hostile_settle(struct raw *raw);

/* Test teardown: a fresh client gets right answers. */
int hostile_still_serves(void **state);

/* The last case of each group: SIGTERM, exit 0. */
void the_server_ends_with_nothing_left_over(void **state);

struct CMUnitTest;

/* Runs a group on a server of its own, that `setup` starts; when the group has
 * no case of those asked for, no server is started. Gives the number of its
 * failures. */
int hostile_group(const char *name, const struct CMUnitTest *cases,
                  size_t count, int (*setup)(void **state));

#define HOSTILE_GROUP(name, cases, setup)                                      \
    hostile_group(name, cases, sizeof(cases) / sizeof((cases)[0]), setup)

/* A case, after which the server must serve a fresh client. */
#define HOSTILE_CASE(function)                                                 \
    cmocka_unit_test_teardown(function, hostile_still_serves)

/* The groups; each gives the number of its failures. */
int hostile_leaving(void);
int hostile_slow(void);
int hostile_crowd(void);
int hostile_overload(void);
int hostile_framing(void);
int hostile_chunks(void);
int hostile_first_requests(void);
int hostile_refusals(void);
int hostile_heads(void);
int hostile_bodies(void);
int hostile_noise(void);
int hostile_pipelines(void);
int hostile_waiting(void);
int hostile_streams(void);
int hostile_logins(void);
int hostile_limits(void);
int hostile_counts(void);
int hostile_metrics(void);

#endif
