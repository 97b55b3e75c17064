/*
 * tests/system/more_10.c - one step further than exercise 10: the thread of
 * todo-sync looks at its client, too, before it makes another call.
 * Threads: one.   Blocks: on the server of the case.
 *
 * Of todo-sync alone: the loop has no moment between two calls.
 */
#include <stdlib.h>
#include <string.h>

#include "by_hand.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

static struct by_hand upstream;
static struct raw client, call;

static int setup(void **state)
{
    (void)state;
    client.fd = call.fd = -1;
    by_hand_listen(&upstream);
    return 0;
}

static int teardown(void **state)
{
    by_hand_close(&upstream);
    raw_close(&client);
    raw_close(&call);
    return system_release(state);
}

#define MORE_CASE(function)                                                    \
    cmocka_unit_test_setup_teardown(function, setup, teardown)

/* Returns when the first call has come. */
static void start_and_ask(const char *path)
{
    by_hand_start_and_ask(&upstream, &client, path);
    by_hand_take(&upstream, &call);
    by_hand_read(&call);
}

/* The client has left before the first call is answered. */
static void no_other_call_is_made_for_a_client_that_reset(void **state)
{
    long long deadline = now_ms() + PATIENCE_MS;
    bool logged = false;

    (void)state;
    start_and_ask("/suggestions?count=3");
    raw_reset(&client);
    by_hand_answer(&call);
    while (!logged) {
        char *log = server_log(&system_server);

        logged = strstr(log, " 499 ") != NULL;
        free(log);
        if (raw_readable(&call, 0))
            fail_msg("the upstream is asked again, for nobody");
        if (now_ms() > deadline)
            fail_msg("the client has left, and no line of the log says 499");
        a_moment();
    }
    server_stop(&system_server);
}

/* It only ends its side, and so says that it has said all. */
static void a_client_that_has_said_all_still_gets_every_title(void **state)
{
    enum { CALLS = 3 };

    (void)state;
    start_and_ask("/suggestions?count=3");
    raw_half_close(&client);
    system_look_around(); /* the end came first */
    by_hand_answer(&call);
    for (int i = 1; i < CALLS; i++) {
        by_hand_read(&call);
        by_hand_answer(&call);
    }
    talk_expect(system_hear(&client), 200);
    server_stop(&system_server);
}

int system_more_10(void)
{
    const struct CMUnitTest cases[] = {
        MORE_CASE(no_other_call_is_made_for_a_client_that_reset),
        MORE_CASE(a_client_that_has_said_all_still_gets_every_title),
    };

    return GROUP("a thread that looks up", cases, NULL, NULL);
}
