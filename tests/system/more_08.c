/*
 * tests/system/more_08.c - searches leave threads to others.
 * Threads: one.   Blocks: on the server of the case.
 *
 * todo-sync does not do that: ./learn more 08 asks for it.
 */
#include <stdio.h>

#include "system.h"
#include "tests/cmocka_all.h"

enum { SEARCHES = 48, LATE = 5, ROUNDS = 2 };

/* As many as may search do. */
static void hold_searches(struct raw searches[SEARCHES])
{
    char request[TALK_MAX];

    talk_write_get(request, "/todos?q=milk");
    system_hold_at("store.read");
    for (int i = 0; i < SEARCHES; i++) {
        system_ask(&searches[i], request);
        gate_await(&system_gate, i + 1);
    }
    gate_keep(&system_gate);
}

static void searches_leave_threads_to_others(void **state)
{
    struct raw searches[SEARCHES];
    char path[64];

    (void)state;
    system_start(NULL);
    (void)snprintf(path, sizeof path, "/todos/%lld",
                   talk_create(system_server.port, "there before"));
    for (int round = 0; round < ROUNDS; round++) {
        hold_searches(searches);
        for (int i = 0; i < LATE; i++) {
            talk_expect(
                talk_get(system_server.port, "/todos?completed=true", NULL),
                503);
            talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
            talk_expect(talk_get(system_server.port, "/todos", NULL), 200);
            talk_expect(talk_get(system_server.port, path, NULL), 200);
        }
        gate_release(&system_gate);
        for (int i = 0; i < SEARCHES; i++)
            talk_expect(system_hear(&searches[i]), 200);
    }
}

int system_more_08(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(searches_leave_threads_to_others),
    };

    return GROUP("one step further: 08", cases, NULL, NULL);
}
