/*
 * tests/system/reminders.c - what is due, and a wall clock that does as it
 * likes.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "due_case.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "tests/support/sql.h"

enum {
    LOOKS = 3,
    SECOND = 1000,
    HOUR = 3600 * SECOND,
    FEW = 3,
    CROWD = 300, /* more than a few groups */
    MANY = 10000,
    ROUNDS = 5
};

#define YEAR_1    (-62135596800000LL)
#define YEAR_2001 978307200000LL
#define YEAR_9999 253402300799999LL

static const char *db;
static long long now; /* when the case began, by the server's wall clock */

/* There is always one more that waits, for the looks to be seen. */
static void start(const char *const *args)
{
    db = due_start(args);
    now = due_now(&system_server);
    due_write(db, "some day", 1, YEAR_9999);
}

/* It looks, and tells none of them. */
static void expect_not_told(const char *title)
{
    due_await_looks(&system_server, LOOKS);
    if (due_told(db, title) > 0)
        fail_msg("\"%s\" was told before its time", title);
}

/* It looks, and tells these. */
static void expect_told(const char *title, int count)
{
    due_await_looks(&system_server, LOOKS);
    due_expect_once_in_order(db, title, count);
}

/*
 * The wall clock
 */

static void it_is_told_at_its_time_and_not_a_millisecond_before(void **state)
{
    (void)state;
    start(NULL);
    due_write(db, "due", 1, now + HOUR);
    expect_not_told("due");
    server_move_wall(&system_server, HOUR - 1);
    expect_not_told("due");
    server_move_wall(&system_server, 1);
    expect_told("due", 1);
}

/* Whatever other clock the server may look at, that one goes on. */
static void while_the_wall_clock_stands_nothing_more_is_due(void **state)
{
    (void)state;
    start(NULL);
    due_write(db, "due", 1, now + 1);
    expect_not_told("due");
    server_move_wall(&system_server, 1);
    expect_told("due", 1);
}

/* The clock that it waits by stands meanwhile, as in a computer that sleeps. */
static void
a_time_that_has_come_is_seen_without_waiting_for_a_look(void **state)
{
    (void)state;
    start(NULL);
    due_write(db, "due", 1, now + HOUR);
    expect_not_told("due");
    server_move_wall(&system_server, HOUR);
    due_await_told(NULL, db, "due", 1);
}

static void a_clock_set_back_puts_it_off(void **state)
{
    (void)state;
    start(NULL);
    due_write(db, "due", 1, now + HOUR);
    expect_not_told("due");
    server_move_wall(&system_server, -HOUR);
    expect_not_told("due");
    server_move_wall(&system_server, HOUR);
    expect_not_told("due");
    server_move_wall(&system_server, HOUR);
    expect_told("due", 1);
    server_move_wall(&system_server, -HOUR);
    due_await_looks(&system_server, LOOKS);
    server_move_wall(&system_server, HOUR);
    expect_told("due", 1);
}

static void a_clock_set_forward_brings_it_on(void **state)
{
    (void)state;
    start(NULL);
    due_write(db, "due", 1, now + HOUR);
    due_write(db, "later", 1, now + 2 * HOUR);
    expect_not_told("due");
    server_move_wall(&system_server, HOUR);
    expect_told("due", 1);
    assert_int_equal(due_told(db, "later"), 0);
    server_move_wall(&system_server, HOUR);
    expect_told("later", 1);
}

/* Somebody sets it wrong, and sees that. The server goes by what it shows now,
 * and not by what it has shown. */
static void a_clock_that_was_wrong_for_a_while_is_believed_again(void **state)
{
    (void)state;
    start(NULL);
    server_move_wall(&system_server, 2 * HOUR);
    due_await_looks(&system_server, LOOKS);
    server_move_wall(&system_server, -2 * HOUR);
    due_write(db, "due", 1, now + HOUR);
    expect_not_told("due");
    server_move_wall(&system_server, HOUR);
    expect_told("due", 1);
}

/* What others write is found by looking: nobody rings for it. */
static void an_earlier_time_is_seen_within_a_look(void **state)
{
    (void)state;
    start(NULL);
    due_write(db, "late", 1, now + HOUR);
    expect_not_told("late");
    due_write(db, "early", 1, now + SECOND);
    due_await_looks(&system_server, 1);
    server_move_wall(&system_server, SECOND);
    due_await_told(NULL, db, "early", 1);
    assert_int_equal(due_told(db, "late"), 0);
}

/* A wait of weeks, or of thousands of years, is a wait all the same: it does
 * not end at once, again and again. */
static void no_time_is_too_far_away(void **state)
{
    const long long weeks = 21LL * 24 * HOUR;
    int waits;

    (void)state;
    start(NULL);
    due_write(db, "first", 1, YEAR_1);
    due_write(db, "weeks", 1, now + weeks);
    expect_told("first", 1);
    waits = due_waits(&system_server);
    system_look_around();
    for (int i = 0; i < 20; i++)
        a_moment();
    /* One look may have been on its way. */
    assert_in_range(due_waits(&system_server), waits, waits + 1);
    server_move_wall(&system_server, weeks - 1);
    expect_not_told("weeks");
    server_move_wall(&system_server, 1);
    expect_told("weeks", 1);
    assert_int_equal(due_told(db, "some day"), 0);
}

/*
 * While nobody runs
 */

static void restart(long long ahead)
{
    server_stop(&system_server);
    server_release(&system_server);
    due_start_on(&system_server, system_program, db, NULL);
    if (ahead != 0)
        server_move_wall(&system_server, ahead);
}

static void what_came_due_meanwhile_is_told_at_the_start(void **state)
{
    (void)state;
    start(NULL);
    due_write(db, "due", FEW, YEAR_2001);
    expect_told("due", FEW);
    server_stop(&system_server);
    server_release(&system_server);
    due_write(db, "meanwhile", FEW, YEAR_2001);
    due_start_on(&system_server, system_program, db, NULL);
    expect_told("meanwhile", FEW);
    expect_told("due", FEW);
}

static void a_clock_set_back_meanwhile_tells_nothing_twice(void **state)
{
    (void)state;
    start(NULL);
    due_write(db, "due", 1, now + HOUR);
    due_write(db, "later", 1, now + 2 * HOUR);
    server_move_wall(&system_server, HOUR);
    expect_told("due", 1);
    restart(-HOUR);
    expect_not_told("later");
    server_move_wall(&system_server, HOUR);
    expect_told("due", 1);
    restart(2 * HOUR);
    expect_told("later", 1);
    expect_told("due", 1);
}

static void ten_thousand_that_came_due_meanwhile_are_told_in_order(void **state)
{
    (void)state;
    start(NULL);
    server_stop(&system_server);
    server_release(&system_server);
    due_write(db, "due", MANY, YEAR_2001);
    due_start_on(&system_server, system_program, db, NULL);
    expect_told("due", MANY);
}

/*
 * Beside others
 */

/* While a group is being told, somebody writes. That comes next, or together
 * with the next group: it is answered before a third one. */
static void groups_let_a_write_in_between(void **state)
{
    struct raw write;

    (void)state;
    start(NULL);
    due_write(db, "due", CROWD, now + SECOND);
    expect_not_told("due");
    system_hold_at("due.found");
    server_move_wall(&system_server, HOUR);
    gate_await(&system_gate, 1);
    system_ask_post(&write, "between");
    gate_await_waiting(&system_gate, "keeper.write", 2);
    system_look_around(); /* what is counted is queued by then */
    for (int group = 0; group < 2; group++) {
        gate_pass(&system_gate);
        gate_await(&system_gate, 1);
    }
    talk_expect(system_hear(&write), 201);
    gate_release(&system_gate);
    expect_told("due", CROWD);
}

static void reads_go_on_while_a_group_is_told(void **state)
{
    (void)state;
    start(NULL);
    system_hold_at("due.found");
    due_write(db, "due", 1, YEAR_2001);
    due_await_held(&system_server, &system_gate);
    talk_expect_count(system_server.port, "due", 1);
    assert_int_equal(due_told(db, "due"), 0);
    gate_release(&system_gate);
    expect_told("due", 1);
}

/* It waits for the lock as long as a request does, and not again at once. */
static void a_database_that_is_held_puts_it_off(void **state)
{
    (void)state;
    start(NULL);
    due_write(db, "due", CROWD, now + SECOND);
    expect_not_told("due");
    hold_begin(&system_hold, db);
    server_move_wall(&system_server, HOUR);
    due_await_at_lock(&system_server);
    server_pass_time(&system_server, 10);
    free(system_await_logged("locked", false));
    system_look_around();
    assert_int_equal(due_told(db, "due"), 0);
    hold_end(&system_hold);
    expect_told("due", CROWD);
}

/* By its id, in the list of todos that were written so. */
static void ask(const char *method, const char *title, const char *body)
{
    char request[TALK_MAX];
    long long id =
        sql_number(db, "SELECT id FROM todos WHERE title = ?", title);

    (void)snprintf(request, sizeof request,
                   "%s /todos/%lld HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "Content-Type: application/json\r\n"
                   "Content-Length: %zu\r\n"
                   "\r\n"
                   "%s",
                   method, id, strlen(body), body);
    assert_in_range(talk(system_server.port, request, NULL), 200, 204);
}

static void what_is_deleted_or_completed_in_time_is_not_told(void **state)
{
    (void)state;
    start(NULL);
    due_write(db, "deleted", 1, now + HOUR);
    due_write(db, "completed", 1, now + HOUR);
    due_write(db, "put off", 1, now + HOUR);
    due_write(db, "due", 1, now + HOUR);
    expect_not_told("due");
    ask("DELETE", "deleted", "");
    ask("PATCH", "completed", "{\"completed\":true}");
    ask("PATCH", "put off", "{\"due_at\":\"9999-01-01T00:00:00Z\"}");
    server_move_wall(&system_server, HOUR);
    expect_told("due", 1);
    assert_int_equal(due_told(db, "deleted"), 0);
    assert_int_equal(due_told(db, "completed"), 0);
    assert_int_equal(due_told(db, "put off"), 0);
    ask("PATCH", "completed", "{\"completed\":false}");
    expect_told("completed", 1);
}

/* It has looked, and stands at the lock. Somebody else has it first. */
static void what_is_changed_before_it_has_the_lock_is_seen(void **state)
{
    int told;

    (void)state;
    start(NULL);
    due_write(db, "deleted", 1, now + HOUR);
    due_write(db, "completed", 1, now + HOUR);
    due_write(db, "put off", 1, now + HOUR);
    due_write(db, "due", 1, now + HOUR);
    expect_not_told("due");
    system_hold_at("store.lock");
    server_move_wall(&system_server, HOUR);
    due_await_held(&system_server, &system_gate);
    sql_exec(db, "DELETE FROM todos WHERE title = 'deleted';"
                 "UPDATE todos SET completed = 1 WHERE title = 'completed';"
                 "UPDATE todos SET due_at = due_at + 3600000"
                 " WHERE title = 'put off'");
    gate_release(&system_gate);
    expect_told("due", 1);
    told = (int)sql_number(
        db, "SELECT count(*) FROM changes WHERE kind = 'due'", NULL);
    if (told != 1)
        fail_msg("1 of 4 todos is still due, so 1 reminder was to be told, and "
                 "not %d",
                 told);
}

/*
 * The end
 */

static void a_group_that_is_being_told_is_told_before_the_end(void **state)
{
    (void)state;
    start(NULL);
    system_hold_at("due.found");
    due_write(db, "due", CROWD, YEAR_2001);
    due_await_held(&system_server, &system_gate);
    system_begin_stop(SIGTERM);
    gate_release(&system_gate);
    server_expect_end(&system_server, 0);
    assert_in_range(due_told(db, "due"), 1, CROWD - 1);
}

static void a_group_beyond_the_shutdown_timeout_is_cut_with_exit_1(void **state)
{
    (void)state;
    start(NULL);
    system_hold_at("due.found");
    due_write(db, "due", 1, YEAR_2001);
    due_await_held(&system_server, &system_gate);
    system_begin_stop(SIGTERM);
    server_pass_time_at_end(&system_server, 10);
    server_expect_end(&system_server, 1);
    gate_release(&system_gate);
    server_release(&system_server);
    due_start_on(&system_server, system_program, db, NULL);
    expect_told("due", 1);
}

/* It is killed while it tells, and started again, and killed again. */
static void kill_9_loses_no_reminder_and_tells_none_twice(void **state)
{
    int told = 0;

    (void)state;
    start(NULL);
    for (int round = 1; round <= ROUNDS; round++) {
        due_write(db, "due", CROWD, YEAR_2001 + (long long)round * HOUR);
        due_await_told(&system_server, db, "due", told + 1);
        server_signal(&system_server, SIGKILL);
        server_expect_end(&system_server, 128 + SIGKILL);
        server_release(&system_server);
        told = due_told(db, "due");
        due_start_on(&system_server, system_program, db, NULL);
    }
    expect_told("due", ROUNDS * CROWD);
}

int system_reminders(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(it_is_told_at_its_time_and_not_a_millisecond_before),
        SYSTEM_CASE(while_the_wall_clock_stands_nothing_more_is_due),
        SYSTEM_CASE(a_time_that_has_come_is_seen_without_waiting_for_a_look),
        SYSTEM_CASE(a_clock_set_back_puts_it_off),
        SYSTEM_CASE(a_clock_set_forward_brings_it_on),
        SYSTEM_CASE(a_clock_that_was_wrong_for_a_while_is_believed_again),
        SYSTEM_CASE(an_earlier_time_is_seen_within_a_look),
        SYSTEM_CASE(no_time_is_too_far_away),
        SYSTEM_CASE(what_came_due_meanwhile_is_told_at_the_start),
        SYSTEM_CASE(a_clock_set_back_meanwhile_tells_nothing_twice),
        SYSTEM_CASE(ten_thousand_that_came_due_meanwhile_are_told_in_order),
        SYSTEM_CASE(groups_let_a_write_in_between),
        SYSTEM_CASE(reads_go_on_while_a_group_is_told),
        SYSTEM_CASE(a_database_that_is_held_puts_it_off),
        SYSTEM_CASE(what_is_deleted_or_completed_in_time_is_not_told),
        SYSTEM_CASE(what_is_changed_before_it_has_the_lock_is_seen),
        SYSTEM_CASE(a_group_that_is_being_told_is_told_before_the_end),
        SYSTEM_CASE(a_group_beyond_the_shutdown_timeout_is_cut_with_exit_1),
        SYSTEM_CASE(kill_9_loses_no_reminder_and_tells_none_twice),
    };

    return GROUP("reminders", cases, NULL, NULL);
}
