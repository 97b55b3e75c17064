/*
 * tests/hostile/counts.c - crowds that ask how many todos there are, and leave.
 * Threads: one.   Blocks: on the server of the group.
 *
 * Whoever stays is told, however many have left before and meanwhile.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "hostile.h"
#include "tests/cmocka_all.h"
#include "tests/support/gate.h"

enum { MANY = 500, CROWD = 40, ROUNDS = 5, NOW_AND_THEN = 50 };

static struct gate gate;
static int todos; /* that the cases have made */

static void ask(struct raw *raw)
{
    char request[TALK_MAX];

    talk_write_get(request, "/todos/stats");
    hostile_open(raw);
    talk_send(raw, request);
}

/* Makes a todo, and asks: it is counted. */
static void expect_counted(void)
{
    char request[TALK_MAX], total[32];
    struct raw_answer answer;

    (void)talk_create(hostile_server.port, "counted");
    (void)snprintf(total, sizeof total, "{\"total\":%d,", ++todos);
    talk_write_get(request, "/todos/stats");
    talk_expect(talk_patiently(hostile_server.port, request, &answer), 200);
    if (!strstr(answer.body, total))
        fail_msg("%s is no count of %d", answer.body, todos);
    raw_answer_release(&answer);
}

/* Ends what a case that failed has held, and deletes what was made. */
static int release(void **state)
{
    const char *clear = "DELETE /todos HTTP/1.1\r\nHost: localhost\r\n\r\n";
    int failed;

    gate_release(&gate);
    failed = hostile_still_serves(state);
    todos = 0;
    return talk_patiently(hostile_server.port, clear, NULL) == 204 ? failed
                                                                   : -1;
}

#define COUNT_CASE(function) cmocka_unit_test_teardown(function, release)

/* Each leaves at once, wherever its question may be by then. */
static void clients_that_ask_for_a_count_and_leave_harm_nobody(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++) {
        struct raw raw;

        ask(&raw);
        if (i % 2)
            raw_reset(&raw);
        else
            raw_close(&raw);
        if (i % NOW_AND_THEN == 0)
            expect_counted();
    }
    expect_counted();
}

/* A count is under way; a crowd gathers for the next one and leaves, and
 * another one comes. */
static void crowds_that_wait_for_a_count_and_leave_harm_nobody(void **state)
{
    struct raw first, crowd[CROWD], last;
    struct raw_answer answer;

    (void)state;
    gate_hold(&gate, &hostile_server, "count.done");
    ask(&first);
    gate_await(&gate, 1);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CROWD; i++)
            ask(&crowd[i]);
        gate_await_waiting(&gate, "flight.wait", CROWD);
        (void)talk_create(hostile_server.port, "beside");
        todos++;
        for (int i = 0; i < CROWD; i++)
            raw_reset(&crowd[i]);
        gate_await_waiting(&gate, "flight.wait", 0);
    }
    ask(&last);
    gate_await_waiting(&gate, "flight.wait", 1);
    raw_reset(&first);
    gate_release(&gate);
    (void)raw_read_answer(&last, &answer, false);
    talk_expect(answer.status, 200);
    raw_answer_release(&answer);
    raw_close(&last);
    expect_counted();
}

int hostile_counts(void)
{
    const struct CMUnitTest cases[] = {
        COUNT_CASE(clients_that_ask_for_a_count_and_leave_harm_nobody),
        COUNT_CASE(crowds_that_wait_for_a_count_and_leave_harm_nobody),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("counts", cases, hostile_setup);
}
