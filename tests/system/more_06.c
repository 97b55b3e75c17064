/*
 * tests/system/more_06.c - a client that has left keeps no place in a queue.
 * Threads: one.   Blocks: on the server of the case.
 *
 * The servers here do not do that: ./learn more 06 asks for it.
 */
#include <stdio.h>

#include "system.h"
#include "tests/cmocka_all.h"

enum { QUEUE = 4, LEAVERS = QUEUE - 1, ROUNDS = 2 };

static const char search[] = "GET /todos?q=milk HTTP/1.1\r\n"
                             "Host: localhost\r\n"
                             "\r\n";

static const char *const small_queue[] = {"--store-queue", "4", NULL};

/* One is at work, and the others wait behind it: the queue is full. */
static void fill_queue(struct raw *first, struct raw others[LEAVERS],
                       const char *label, const char *request)
{
    system_ask(first, request);
    gate_await(&system_gate, 1);
    for (int i = 0; i < LEAVERS; i++)
        system_ask(&others[i], request);
    gate_await_waiting(&system_gate, label, QUEUE);
    system_look_around(); /* what is counted is queued by then */
    talk_expect(talk(system_server.port, request, NULL), 503);
}

static void leave(struct raw leavers[LEAVERS])
{
    for (int i = 0; i < LEAVERS; i++)
        raw_reset(&leavers[i]);
    system_look_around(); /* the resets came first */
}

static void places_of_clients_that_left_are_free_at_once(void **state)
{
    struct raw first, leavers[LEAVERS], later[LEAVERS];
    char threads[256];

    (void)state;
    system_start(small_queue);
    for (int round = 1; round <= ROUNDS; round++) {
        system_hold_at("store.read");
        fill_queue(&first, leavers, "keeper.read", search);
        leave(leavers);
        for (int i = 0; i < LEAVERS; i++)
            system_ask(&later[i], search);
        gate_await_waiting(&system_gate, "keeper.read", QUEUE);
        system_look_around();
        for (int i = 0; i < LEAVERS; i++)
            if (raw_readable(&later[i], 0))
                fail_msg("the queue had no place for search %d of %d that came "
                         "after as many clients had left",
                         i + 1, LEAVERS);
        talk_expect(talk(system_server.port, search, NULL), 503);
        gate_release(&system_gate);
        talk_expect(system_hear(&first), 200);
        for (int i = 0; i < LEAVERS; i++)
            talk_expect(system_hear(&later[i]), 200);
    }
    system_hold_at("store.read");
    int run = gate_marks(&system_gate, "stand", threads, sizeof threads);

    if (run != ROUNDS * QUEUE)
        fail_msg("%d searches were run, for %d clients that stayed", run,
                 ROUNDS * QUEUE);
}

static void what_clients_that_left_wanted_to_write_is_not_written(void **state)
{
    struct raw first, leavers[LEAVERS];
    char request[TALK_MAX];

    (void)state;
    system_start(small_queue);
    system_hold_at("store.lock");
    talk_write_post(request, "by-few");
    fill_queue(&first, leavers, "keeper.write", request);
    leave(leavers);
    gate_release(&system_gate);
    talk_expect(system_hear(&first), 201);
    (void)talk_create(system_server.port, "behind-all"); /* had they waited */
    talk_expect_count(system_server.port, "by-few", 1);
    server_stop(&system_server);
}

int system_more_06(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(places_of_clients_that_left_are_free_at_once),
        SYSTEM_CASE(what_clients_that_left_wanted_to_write_is_not_written),
    };

    return GROUP("one step further: 06", cases, NULL, NULL);
}
