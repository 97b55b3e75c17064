/*
 * tests/system/more_16.c - a hash that has waited for too long is not begun.
 * Threads: one.   Blocks: on the server of the case.
 *
 * The servers here do not do that: ./learn more 16 asks for it.
 */
#include "hashes.h"
#include "system.h"
#include "tests/cmocka_all.h"

enum { TOO_LONG_S = 3, A_MOMENT_S = 1 }; /* two seconds are the limit */

/* The hash that is held is made; those that wait behind it come to the thread
 * in turn. */
static void let_go(void)
{
    gate_keep(&system_gate);
    gate_pass(&system_gate);
}

static void expect_too_late(struct raw *raw)
{
    struct raw_answer answer;

    (void)raw_read_answer(raw, &answer, false);
    talk_expect(answer.status, 503);
    system_expect_field(&answer, "Retry-After", "1");
    raw_answer_release(&answer);
    raw_close(raw);
}

static void whoever_waits_too_long_for_a_hash_is_503(void **state)
{
    struct raw clients[HASHES_PLACES];
    int begun;

    (void)state;
    system_start(hashes_few);
    hashes_hold(clients, HASHES_PLACES);
    server_pass_time(&system_server, TOO_LONG_S);
    let_go();
    talk_expect(system_hear(&clients[0]), 401);
    for (int i = 1; i < HASHES_PLACES; i++)
        expect_too_late(&clients[i]);
    begun = hashes_marks("hash.work", "stand");
    if (begun != 1)
        fail_msg("%d hashes were begun, where all but one had waited too long",
                 begun);
    talk_expect(hashes_sign_in("nobody", HASHES_WRONG), 401);
}

/* One has waited too long, one for a moment, and one is under way all the time.
 */
static void a_hash_that_has_waited_for_a_moment_is_made(void **state)
{
    struct raw clients[HASHES_PLACES];

    (void)state;
    system_start(hashes_few);
    hashes_hold(clients, HASHES_PLACES - 1);
    server_pass_time(&system_server, TOO_LONG_S);
    hashes_ask(&clients[HASHES_PLACES - 1]);
    gate_await_waiting(&system_gate, "hash.wait", HASHES_PLACES);
    server_pass_time(&system_server, A_MOMENT_S);
    let_go();
    talk_expect(system_hear(&clients[0]), 401);
    expect_too_late(&clients[1]);
    talk_expect(system_hear(&clients[HASHES_PLACES - 1]), 401);
}

int system_more_16(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(whoever_waits_too_long_for_a_hash_is_503),
        SYSTEM_CASE(a_hash_that_has_waited_for_a_moment_is_made),
    };

    return GROUP("one step further: 16", cases, NULL, NULL);
}
