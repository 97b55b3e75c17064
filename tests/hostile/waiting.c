/*
 * tests/hostile/waiting.c - clients whose answer waits for another server, and
 * who meanwhile fall silent, vanish, or ask for more.
 * Threads: one.   Blocks: on the server and the muse of the group.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "hostile.h"
#include "tests/cmocka_all.h"
#include "tests/support/muse.h"
#include "tests/support/patience.h"

enum { MANY = 64, CROWD = 30 };

static struct server muse;

static int setup_a_slow_upstream(void **state)
{
    char url[MUSE_URL_MAX];
    const char *const args[] = {"--upstream", url, "--upstream-timeout", "3600",
                                NULL};

    (void)state;
    muse_start(&muse, hostile_program(), "100", "0");
    muse_url(&muse, "/", url);
    hostile_start(args, args);
    return 0;
}

static void ask(struct raw *raw, int count)
{
    char path[64];
    char request[TALK_MAX];

    (void)snprintf(path, sizeof path, "/suggestions?count=%d", count);
    talk_write_get(request, path);
    assert_true(raw_send_text(raw, request));
}

/* The next answer has so many titles. */
static void hear(struct raw *raw, int count)
{
    struct raw_answer answer;
    int titles = 0;

    assert_true(raw_read_answer(raw, &answer, false));
    assert_int_equal(answer.status, 200);
    for (const char *at = answer.body; (at = strstr(at, "\"title\":")); at++)
        titles++;
    assert_int_equal(titles, count);
    raw_answer_release(&answer);
}

/* Returns when the muse owes nothing: whoever asked was answered, or left. */
static void await_quiet(void)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (muse_count(&muse, "asked") !=
           muse_count(&muse, "answered") + muse_count(&muse, "left")) {
        if (now_ms() > deadline)
            fail_msg("calls to the upstream go on for nobody");
        a_moment();
    }
}

static void
a_half_close_while_the_upstream_is_slow_gets_the_answer(void **state)
{
    struct raw raw;
    int status;

    (void)state;
    hostile_open(&raw);
    ask(&raw, 3);
    raw_half_close(&raw);
    assert_int_equal(talk_read_all(&raw, &status, 1), 1);
    assert_int_equal(status, 200);
    raw_close(&raw);
}

static void suggestions_in_one_pipe_come_in_order(void **state)
{
    enum { REQUESTS = 5 };
    struct raw raw;

    (void)state;
    hostile_open(&raw);
    for (int i = 1; i <= REQUESTS; i++)
        ask(&raw, i);
    for (int i = 1; i <= REQUESTS; i++)
        hear(&raw, i);
    raw_close(&raw);
}

static void many_who_ask_and_vanish_harm_nobody(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++) {
        struct raw raw;

        hostile_open(&raw);
        ask(&raw, 1 + i % 10);
        if (i % 2)
            raw_reset(&raw);
        else
            raw_close(&raw);
    }
    await_quiet();
}

/* Of three one vanishes, by FIN or by RST, once all have asked. */
static void who_stays_gets_what_was_asked_for(void **state)
{
    struct raw clients[CROWD];
    long asked = muse_count(&muse, "asked");

    (void)state;
    for (int i = 0; i < CROWD; i++)
        hostile_settle(&clients[i]);
    for (int i = 0; i < CROWD; i++)
        ask(&clients[i], 1 + i % 7);
    muse_await(&muse, "asked", asked + CROWD);
    for (int i = 0; i < CROWD; i += 3)
        if (i % 2)
            raw_reset(&clients[i]);
        else
            raw_close(&clients[i]);
    for (int i = 0; i < CROWD; i++) {
        if (i % 3 != 0)
            hear(&clients[i], 1 + i % 7);
        raw_close(&clients[i]);
    }
    await_quiet();
}

int hostile_waiting(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_half_close_while_the_upstream_is_slow_gets_the_answer),
        HOSTILE_CASE(suggestions_in_one_pipe_come_in_order),
        HOSTILE_CASE(many_who_ask_and_vanish_harm_nobody),
        HOSTILE_CASE(who_stays_gets_what_was_asked_for),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    int failures = HOSTILE_GROUP("clients of a slow upstream", cases,
                                 setup_a_slow_upstream);

    server_release(&muse);
    return failures;
}
