/*
 * tests/system/more_09.c - one step further than exercise 09: an upstream is
 * told how long the server waits for it.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <stdlib.h>
#include <string.h>

#include "by_hand.h"
#include "system.h"
#include "tests/cmocka_all.h"

enum { HOUR_MS = 3600 * 1000, TAKES_S = 5 };

static struct by_hand upstream;
static struct raw client, calls[2];

static int setup(void **state)
{
    (void)state;
    client.fd = calls[0].fd = calls[1].fd = -1;
    by_hand_listen(&upstream);
    return 0;
}

static int teardown(void **state)
{
    by_hand_close(&upstream);
    raw_close(&client);
    raw_close(&calls[0]);
    raw_close(&calls[1]);
    return system_release(state);
}

#define MORE_CASE(function)                                                    \
    cmocka_unit_test_setup_teardown(function, setup, teardown)

static void expect_200(void)
{
    talk_expect(system_hear(&client), 200);
    server_stop(&system_server);
}

/* What the next call on this connection is told, in milliseconds. */
static long long told(struct raw *call)
{
    static const char name[] = "\r\nTime-Left-Ms: ";
    const char *at;
    char *end = NULL;
    long long ms;

    by_hand_read(call);
    at = strstr(call->buf, name);
    if (!at || strstr(at + 1, name))
        fail_msg("not one field Time-Left-Ms in\n%s", call->buf);
    ms = strtoll(at + strlen(name), &end, 10);
    if (strncmp(end, "\r\n", 2) != 0 || ms < 1 || ms > HOUR_MS)
        fail_msg("not a number from 1 to %d in\n%s", HOUR_MS, call->buf);
    return ms;
}

static void an_upstream_is_told_how_long_it_has(void **state)
{
    (void)state;
    by_hand_start_and_ask(&upstream, &client, "/suggestions?count=2");
    by_hand_take(&upstream, &calls[0]);
    (void)told(&calls[0]);
    if (!system_is_sync()) { /* there both are under way */
        by_hand_take(&upstream, &calls[1]);
        (void)told(&calls[1]);
        by_hand_answer(&calls[1]);
    }
    by_hand_answer(&calls[0]);
    if (system_is_sync()) {
        (void)told(&calls[0]);
        by_hand_answer(&calls[0]);
    }
    expect_200();
}

/* Of calls in a row: the clock stands, but for what the first one takes. */
static void the_next_call_is_told_what_the_last_one_left(void **state)
{
    long long first;

    (void)state;
    by_hand_start_and_ask(&upstream, &client, "/suggestions?count=2");
    by_hand_take(&upstream, &calls[0]);
    first = told(&calls[0]);
    server_pass_time(&system_server, TAKES_S);
    by_hand_answer(&calls[0]);
    assert_in_range(told(&calls[0]), 1, first - TAKES_S * 1000);
    by_hand_answer(&calls[0]);
    expect_200();
}

int system_more_09(void)
{
    const struct CMUnitTest cases[] = {
        MORE_CASE(an_upstream_is_told_how_long_it_has),
        MORE_CASE(the_next_call_is_told_what_the_last_one_left),
    };

    return GROUP("an upstream is told", cases, NULL, NULL);
}
