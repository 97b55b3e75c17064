/*
 * tests/system/reminders_pair.c - both servers on one database: which of them
 * tells what is due?
 * Threads: one.   Blocks: on the servers of the case.
 *
 * One is held on its way, wherever it may be: it has seen that something is
 * due, it has found what, it has written that it told. The other one goes on.
 */
#include <signal.h>

#include "due_case.h"
#include "system.h"
#include "tests/cmocka_all.h"

enum { CROWD = 150 /* three groups */, LOOKS = 3, HOUR = 3600000 };

#define YEAR_2001 978307200000LL
#define YEAR_9999 253402300799999LL

/* Behind the look; with the lock of the database; before the commit. */
static const char *const places[] = {"store.lock", "due.found", "store.commit"};

enum { PLACES = sizeof places / sizeof *places };

static const char *db;

static void start_one(void)
{
    db = due_start(NULL);
    due_write(db, "some day", 1, YEAR_9999);
}

static void start_both(void)
{
    start_one();
    due_start_on(&system_second, system_other, db, NULL);
}

static void look_both(void)
{
    due_await_looks(&system_server, LOOKS);
    due_await_looks(&system_second, LOOKS);
}

/* The first one stands there, on its way to tell CROWD. The second one, if
 * there is one, has not come to that: it stands still, lest a look that had
 * begun before finds them. */
static void hold_first_at(const char *place)
{
    bool both = system_second.pid > 0;

    system_hold_at(place);
    if (both)
        server_freeze(&system_second);
    due_write(db, "due", CROWD, YEAR_2001);
    due_await_held(&system_server, &system_gate);
    if (both)
        server_thaw(&system_second);
}

static void end_case(void **state)
{
    assert_int_equal(system_release(state), 0);
}

static void both_look_and_each_reminder_is_told_once(void **state)
{
    (void)state;
    start_both();
    for (int round = 1; round <= 5; round++) {
        due_write(db, "due", CROWD, YEAR_2001 + (long long)round * HOUR);
        server_pass_time(&system_second, 1);
        due_await_told(&system_server, db, "due", round * CROWD);
    }
    look_both();
    due_expect_once_in_order(db, "due", 5 * CROWD);
}

/* The first one has looked, and has not written: the other one tells all. */
static void what_the_other_one_told_meanwhile_is_not_told_again(void **state)
{
    (void)state;
    start_both();
    hold_first_at("store.lock");
    due_await_told(&system_second, db, "due", CROWD);
    gate_release(&system_gate);
    due_await_looks(&system_server, LOOKS);
    due_expect_once_in_order(db, "due", CROWD);
}

/* With the lock, or before its commit: the other one waits for the lock. */
static void one_that_is_held_with_the_lock_is_waited_for(void **state)
{
    for (int i = 1; i < PLACES; i++) {
        start_both();
        hold_first_at(places[i]);
        due_await_at_lock(&system_second);
        gate_release(&system_gate);
        due_await_told(&system_second, db, "due", CROWD);
        look_both();
        due_expect_once_in_order(db, "due", CROWD);
        end_case(state);
    }
}

static void one_that_is_killed_on_its_way_is_stood_in_for(void **state)
{
    for (int i = 0; i < PLACES; i++) {
        start_both();
        hold_first_at(places[i]);
        server_signal(&system_server, SIGKILL);
        server_expect_end(&system_server, 128 + SIGKILL);
        gate_release(&system_gate);
        server_release(&system_server);
        due_await_told(&system_second, db, "due", CROWD);
        due_start_on(&system_server, system_program, db, NULL);
        look_both();
        due_expect_once_in_order(db, "due", CROWD);
        end_case(state);
    }
}

/* With a transaction behind it, or two, it comes to the lock for the next one:
 * there it is killed, and the other one starts, and goes on. */
static void
one_that_is_killed_between_two_writes_loses_and_repeats_nothing(void **state)
{
    for (int written = 1; written <= 2; written++) {
        start_one();
        hold_first_at("store.lock");
        for (int i = 0; i < written; i++) {
            gate_pass(&system_gate);
            gate_await(&system_gate, 1);
        }
        server_signal(&system_server, SIGKILL);
        server_expect_end(&system_server, 128 + SIGKILL);
        gate_release(&system_gate);
        server_release(&system_server);
        due_start_on(&system_second, system_other, db, NULL);
        due_await_looks(&system_second, LOOKS);
        due_expect_once_in_order(db, "due", CROWD);
        end_case(state);
    }
}

static void
one_that_is_killed_on_its_way_goes_on_when_it_starts_again(void **state)
{
    for (int i = 0; i < PLACES; i++) {
        start_one();
        hold_first_at(places[i]);
        server_signal(&system_server, SIGKILL);
        server_expect_end(&system_server, 128 + SIGKILL);
        gate_release(&system_gate);
        server_release(&system_server);
        assert_int_equal(due_told(db, "due"), 0);
        due_start_on(&system_server, system_program, db, NULL);
        due_await_told(&system_server, db, "due", CROWD);
        due_await_looks(&system_server, LOOKS);
        due_expect_once_in_order(db, "due", CROWD);
        end_case(state);
    }
}

/* Each goes by its own clock: the first to see the time tells it, and the other
 * one does not tell it again when it comes there. */
static void two_wall_clocks_tell_one_reminder(void **state)
{
    long long now;

    (void)state;
    start_both();
    now = due_now(&system_server);
    due_write(db, "due", 1, now + HOUR);
    look_both();
    assert_int_equal(due_told(db, "due"), 0);
    server_move_wall(&system_second, 2 * HOUR);
    due_await_told(NULL, db, "due", 1);
    server_move_wall(&system_server, HOUR);
    look_both();
    due_expect_once_in_order(db, "due", 1);
}

int system_reminders_pair(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(both_look_and_each_reminder_is_told_once),
        SYSTEM_CASE(what_the_other_one_told_meanwhile_is_not_told_again),
        SYSTEM_CASE(one_that_is_held_with_the_lock_is_waited_for),
        SYSTEM_CASE(one_that_is_killed_on_its_way_is_stood_in_for),
        SYSTEM_CASE(
            one_that_is_killed_between_two_writes_loses_and_repeats_nothing),
        SYSTEM_CASE(one_that_is_killed_on_its_way_goes_on_when_it_starts_again),
        SYSTEM_CASE(two_wall_clocks_tell_one_reminder),
    };

    return GROUP("reminders of two servers", cases, NULL, NULL);
}
