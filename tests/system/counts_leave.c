/*
 * tests/system/counts_leave.c - clients that leave while they wait for a count,
 * counts that take too long, and a server that is told to stop meanwhile.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <signal.h>

#include "counts.h"
#include "system.h"
#include "tests/cmocka_all.h"

enum { WAIT = 3 };

static const char *const no_hurry[] = {"--shutdown-timeout", "3600", NULL};

/*
 * Clients that leave
 */

static void
a_client_that_leaves_during_its_count_takes_nobody_down(void **state)
{
    struct raw first, clients[WAIT];

    (void)state;
    system_start(NULL);
    counts_hold(&first, "count.done");
    (void)talk_create(system_server.port, "meanwhile");
    counts_gather(clients, WAIT, 0);
    raw_reset(&first);
    system_look_around(); /* the reset came first */
    counts_expect_all_wait(clients, WAIT);
    gate_keep(&system_gate);
    gate_pass(&system_gate);
    counts_expect(clients, WAIT, 1);
    counts_expect_begun(2);
}

/* One of a flight counts for all of it, and nobody knows which: each of them
 * leaves once. */
static void whoever_leaves_a_flight_under_way_takes_nobody_down(void **state)
{
    struct raw first, clients[WAIT];

    (void)state;
    system_start(no_hurry);
    for (int leaves = 0; leaves < WAIT; leaves++) {
        counts_hold(&first, "count.done");
        counts_gather(clients, WAIT, 0);
        gate_pass(&system_gate);
        counts_expect(&first, 1, leaves);
        gate_await(&system_gate, 1);
        (void)talk_create(system_server.port, "meanwhile");
        raw_reset(&clients[leaves]);
        system_look_around();
        gate_release(&system_gate);
        for (int i = 0; i < WAIT; i++)
            if (i != leaves)
                counts_expect(&clients[i], 1, leaves);
    }
    server_stop(&system_server);
}

/* The first of those who wait would have counted for the others. */
static void whoever_leaves_a_flight_that_gathers_takes_nobody_down(void **state)
{
    struct raw first, clients[WAIT];

    (void)state;
    system_start(NULL);
    for (int leaves = 0; leaves < WAIT; leaves++) {
        counts_hold(&first, "count.done");
        counts_gather(clients, WAIT, 0);
        raw_reset(&clients[leaves]);
        gate_await_waiting(&system_gate, "flight.wait", WAIT - 1);
        gate_release(&system_gate);
        counts_expect(&first, 1, 0);
        for (int i = 0; i < WAIT; i++)
            if (i != leaves)
                counts_expect(&clients[i], 1, 0);
    }
}

static void nothing_is_counted_for_those_who_all_left(void **state)
{
    struct raw first, clients[WAIT];

    (void)state;
    system_start(no_hurry);
    counts_hold(&first, "count.done");
    counts_gather(clients, WAIT, 0);
    for (int i = 0; i < WAIT; i++)
        raw_reset(&clients[i]);
    counts_await_marks("flight.wait", "go", 1 + WAIT);
    gate_release(&system_gate);
    counts_expect(&first, 1, 0);
    system_hold_at("count.done");
    system_look_around();
    counts_expect_begun(1);
    gate_release(&system_gate);
    (void)talk_create(system_server.port, "later");
    counts_expect_next(1);
    server_stop(&system_server);
}

/* To have said all is not to have left. */
static void a_half_close_while_a_count_is_awaited_gets_the_answer(void **state)
{
    struct raw first, clients[WAIT];

    (void)state;
    system_start(NULL);
    counts_hold(&first, "count.done");
    counts_gather(clients, WAIT, 0);
    raw_half_close(&first);
    for (int i = 0; i < WAIT; i++)
        raw_half_close(&clients[i]);
    system_look_around();
    counts_expect_all_wait(clients, WAIT);
    gate_release(&system_gate);
    counts_expect(&first, 1, 0);
    counts_expect(clients, WAIT, 0);
}

/*
 * Too long
 */

static void a_count_that_takes_too_long_is_503_for_its_own_flight(void **state)
{
    struct raw first, clients[WAIT], late;

    (void)state;
    system_start(NULL);
    counts_hold(&first, "store.read");
    counts_gather(clients, WAIT, 0);
    gate_pass(&system_gate);
    counts_expect(&first, 1, 0);
    gate_await(&system_gate, 1);
    counts_gather(&late, 1, WAIT - 1);
    server_pass_time(&system_server, 2.1);
    counts_expect_all_wait(clients, WAIT);
    gate_release(&system_gate);
    counts_expect_slow(clients, WAIT);
    counts_expect(&late, 1, 0);
    (void)talk_create(system_server.port, "later");
    counts_expect_next(1);
}

/* Two counts may come before its answer: it waits for so long, and not less. */
static void a_client_that_waits_too_long_is_503_and_no_other(void **state)
{
    struct raw first, early, late;

    (void)state;
    system_start(NULL);
    counts_hold(&first, "count.done");
    counts_gather(&early, 1, 0);
    server_pass_time(&system_server, 3.9);
    system_look_around();
    counts_expect_all_wait(&early, 1);
    counts_gather(&late, 1, 1);
    server_pass_time(&system_server, 0.2);
    counts_expect_slow(&early, 1);
    system_look_around();
    counts_expect_all_wait(&late, 1);
    counts_expect_all_wait(&first, 1);
    (void)talk_create(system_server.port, "meanwhile");
    gate_release(&system_gate);
    counts_expect(&first, 1, 0);
    counts_expect(&late, 1, 1);
}

/* The count of its own flight is under way: that does not make it wait longer.
 */
static void a_wait_for_a_count_under_way_has_a_deadline_too(void **state)
{
    struct raw first, clients[WAIT];

    (void)state;
    system_start(NULL);
    counts_hold(&first, "count.done");
    counts_gather(clients, WAIT, 0);
    gate_pass(&system_gate);
    counts_expect(&first, 1, 0);
    gate_await(&system_gate, 1);
    server_pass_time(&system_server, 4.1);
    gate_await_waiting(&system_gate, "flight.wait", 0);
    counts_await_marks("flight.wait", "go", 1 + WAIT);
    (void)talk_create(system_server.port, "meanwhile");
    gate_release(&system_gate);
    for (int i = 0, told = 0; i < WAIT; i++) {
        int status = system_hear(&clients[i]);

        told += status == 200; /* the one that counts for them */
        if (status != 200)
            talk_expect(status, 503);
        assert_true(told <= 1);
    }
    counts_expect_next(1);
}

/*
 * The end
 */

static void counts_at_sigterm_are_answered(void **state)
{
    struct raw first, clients[WAIT];

    (void)state;
    system_start(no_hurry);
    counts_hold(&first, "count.done");
    (void)talk_create(system_server.port, "meanwhile");
    counts_gather(clients, WAIT, 0);
    system_begin_stop(SIGTERM);
    gate_release(&system_gate);
    counts_expect(&first, 1, 0);
    counts_expect(clients, WAIT, 1);
    server_expect_end(&system_server, 0);
}

static void clients_that_leave_a_count_let_the_server_end(void **state)
{
    struct raw first, clients[WAIT];

    (void)state;
    system_start(no_hurry);
    counts_hold(&first, "count.done");
    counts_gather(clients, WAIT, 0);
    system_begin_stop(SIGTERM);
    raw_reset(&first);
    for (int i = 0; i < WAIT; i++)
        raw_reset(&clients[i]);
    gate_release(&system_gate);
    server_expect_end(&system_server, 0);
}

int system_counts_leave(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(a_client_that_leaves_during_its_count_takes_nobody_down),
        SYSTEM_CASE(whoever_leaves_a_flight_under_way_takes_nobody_down),
        SYSTEM_CASE(whoever_leaves_a_flight_that_gathers_takes_nobody_down),
        SYSTEM_CASE(nothing_is_counted_for_those_who_all_left),
        SYSTEM_CASE(a_half_close_while_a_count_is_awaited_gets_the_answer),
        SYSTEM_CASE(a_count_that_takes_too_long_is_503_for_its_own_flight),
        SYSTEM_CASE(a_client_that_waits_too_long_is_503_and_no_other),
        SYSTEM_CASE(a_wait_for_a_count_under_way_has_a_deadline_too),
        SYSTEM_CASE(counts_at_sigterm_are_answered),
        SYSTEM_CASE(clients_that_leave_a_count_let_the_server_end),
    };

    return GROUP("counts and who leaves", cases, NULL, NULL);
}
