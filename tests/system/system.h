/*
 * tests/system/system.h - what the groups of the system suite share.
 * Threads: one, but for crash.c.
 * Blocks:  each case, until its servers have ended.
 * Owns:    the servers and the held database of the running case.
 *
 * Here the programs are looked at from outside: what they take on the command
 * line, what they say, how they start, wait, stop and die.
 */
#ifndef TODO_TESTS_SYSTEM_H
#define TODO_TESTS_SYSTEM_H

#include <stdbool.h>

#include "tests/support/gate.h"
#include "tests/support/groups.h"
#include "tests/support/hold.h"
#include "tests/support/raw.h"
#include "tests/support/server.h"
#include "tests/support/talk.h"

extern const char *system_program; /* the one under test */
extern const char *system_other;   /* its sibling, for what they share */

/* Of the running case. */
extern struct server system_server;
extern struct server system_second;
extern struct server system_muse; /* the upstream */
extern struct hold system_hold;
extern struct gate system_gate;

/* True when the program under test keeps a thread for each connection. */
bool system_is_sync(void);

/* Starts the server of the case with more arguments (ends in NULL, or NULL).
 * Its clock stands (server_stop_clock): only the test makes a client late. */
void system_start(const char *const *args);

/* The same, but its clock runs: for what comes to a server that stands still
 * with its clock going on. */
void system_start_in_real_time(const char *const *args);

/* Starts the muse of the case, which waits `delay` milliseconds before it
 * answers, and the server with the muse's `path` as its upstream and with more
 * arguments. Its clock runs. */
void system_start_upstream(const char *path, const char *delay,
                           const char *const *args);

/* The path of a database that is not there yet and outlives servers; the case's
 * teardown removes it. One for each case. */
const char *system_fresh_db(void);

/* Opens a connection to the server of the case. */
void system_open(struct raw *raw);

/* Sends the request on a new connection, without waiting for the answer. */
void system_ask(struct raw *raw, const char *request);

/* The same while the server sleeps: it finds the connection and the bytes at
 * once, and its parser does not wait for them. */
void system_ask_asleep(struct raw *raw, const char *request);

/* The same with a POST of a todo with this title. */
void system_ask_post(struct raw *raw, const char *title);

/* Reads one answer, closes, and gives the status (0 when none came whole). */
int system_hear(struct raw *raw);

/* From now on the server of the case holds whoever comes to this probe; the
 * gate is system_gate. */
void system_hold_at(const char *label);

/* Returns when the server has served others meanwhile. */
void system_look_around(void);

/* Waits until the log of the server has this text, and gives it all: free(3).
 * Meanwhile a second passes for the server, again and again, if `passes`. */
char *system_await_logged(const char *text, bool passes);

/* The running test fails unless the text is one line that says something. */
void system_expect_one_line(const char *text);

/* Runs the program with these arguments (ends in NULL): exit 2, nothing on
 * standard output, and one line on standard error that names what is wrong. */
void system_expect_mistaken(const char *const *args, const char *named);

/* The running test fails unless the answer has the field with this value. */
void system_expect_field(const struct raw_answer *answer, const char *name,
                         const char *expected);

/* Sends the signal to the server of the case, and waits until new clients are
 * refused. */
void system_begin_stop(int signal);

/* How many bytes for this client lie in the kernel on the server's side. */
unsigned long system_kept_by_kernel(const struct raw *raw);

/* How many bytes for this client have left the server and are not read. Never
 * fewer than there are. */
size_t system_on_the_way(const struct raw *raw);

/* How many bytes from this client the server has not read: they lie in the
 * kernel, on either side. Never fewer than there are. */
unsigned long system_not_taken(const struct raw *raw);

/* Returns when the server has read all that was sent on this connection, or has
 * answered without that. */
void system_await_read(struct raw *raw);

/* Test teardown: ends and removes what the case left. */
int system_release(void **state);

#define SYSTEM_CASE(function)                                                  \
    cmocka_unit_test_teardown(function, system_release)

/* The groups; each gives the number of its failures. */
int system_options(void);
int system_environment(void);
int system_startup(void);
int system_inherited(void);
int system_reach(void);
int system_hosts(void);
int system_prefix(void);
int system_cors(void);
int system_fields(void);
int system_deadlines(void);
int system_bodies(void);
int system_descriptors(void);
int system_frozen(void);
int system_log(void);
int system_drain(void);
int system_handed(void);
int system_everybody(void);
int system_held(void);
int system_pair(void);
int system_crash(void);
int system_full(void);
int system_lost(void);
int system_suggestions(void);
int system_suggestions_leave(void);
int system_events(void);
int system_followers(void);
int system_leavers(void);
int system_export(void);
int system_export_pages(void);
int system_gates(void);
int system_late(void);
int system_queues(void);
int system_together(void);
int system_unread(void);
int system_accounts(void);
int system_hashes(void);
int system_beside(void);
int system_hashes_leave(void);
int system_hashes_cost(void);
int system_secrets(void);
int system_others(void);
int system_forged(void);
int system_counts(void);
int system_counts_leave(void);
int system_reminders(void);
int system_reminders_pair(void);
int system_limits(void);
int system_limits_who(void);
int system_metrics(void);
int system_locks(void);

/* Of ./learn more. */
int system_more_05(void);
int system_more_06(void);
int system_more_08(void);
int system_more_09(void);
int system_more_10(void);
int system_more_14(void);
int system_more_16(void);

#endif
