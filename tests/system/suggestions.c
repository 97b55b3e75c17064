/*
 * tests/system/suggestions.c - the upstream is slow, wrong, or not there.
 * Threads: one.   Blocks: on the server and the muse of the case.
 *
 * The muse counts the clients that asked, those that were answered and those
 * that left before. So what came first is known by its counts, and no clock is
 * read.
 */
#include <stdio.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/muse.h"
#include "tests/support/patience.h"

static const char *const patient[] = {"--upstream-timeout", "3600", NULL};
static const char *const impatient[] = {"--upstream-timeout", "0.1", NULL};

static int ask(const char *query)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/suggestions%s", query);
    return talk_get(system_server.port, path, NULL);
}

/* The answer to one question with this upstream; and the server goes on. */
static void expect_status(const char *path, const char *const *args, int status)
{
    int got;

    system_start_upstream(path, "0", args);
    got = ask("");
    if (got != status)
        fail_msg("%s is %d, not %d", path, got, status);
    got = ask("?count=10"); /* what one call comes to, ten come to */
    if (got != status)
        fail_msg("%s, ten times, is %d, not %d", path, got, status);
    talk_still_serves(system_server.port);
    server_stop(&system_server);
    (void)system_release(NULL);
}

static void a_good_upstream_is_200(void **state)
{
    (void)state;
    expect_status("/", patient, 200);
    expect_status("/drip", patient, 200);
}

/* The server knows where it is before it serves, and asks nobody then. */
static void an_upstream_may_have_a_name(void **state)
{
    const char *args[] = {"--upstream", NULL, "--upstream-timeout", "3600",
                          NULL};
    char url[MUSE_URL_MAX];

    (void)state;
    muse_start(&system_muse, system_program, "0", "0");
    (void)snprintf(url, sizeof url, "http://localhost:%d/", system_muse.port);
    args[1] = url;
    system_start(args);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask("?count=10"), 200);
    assert_int_equal(muse_count(&system_muse, "asked"), 30);
    server_stop(&system_server);
}

static void an_upstream_that_is_no_use_is_502(void **state)
{
    static const char *const paths[] = {"/error",     "/garbage", "/no-title",
                                        "/bad-title", "/close",   "/long"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        expect_status(paths[i], patient, 502);
}

static void an_upstream_that_does_not_end_is_504(void **state)
{
    (void)state;
    expect_status("/hang", impatient, 504);
    expect_status("/lie", impatient, 504);
}

/* More than a minute would pass before the last byte came. A machine may be so
 * slow that the time is over before the muse is asked: then once more. */
static void a_deadline_ends_what_drips(void **state)
{
    long long deadline = now_ms() + PATIENCE_MS;

    (void)state;
    system_start_upstream("/drip", "800", impatient);
    do
        assert_int_equal(ask(""), 504);
    while (muse_count(&system_muse, "asked") == 0 && now_ms() < deadline);
    assert_int_equal(muse_count(&system_muse, "asked"), 1);
    assert_int_equal(muse_count(&system_muse, "answered"), 0);
    muse_await(&system_muse, "left", 1);
    server_stop(&system_server);
}

/* Ten calls of 60 ms, one after the other, take longer than 0.36 s; what a slow
 * machine adds only makes it more. */
static void ten_calls_in_turn_are_too_many(void)
{
    static const char *const args[] = {"--upstream-timeout", "0.36", NULL};

    system_start_upstream("/", "60", args);
    assert_int_equal(ask("?count=10"), 504);
    assert_in_range(muse_count(&system_muse, "asked"), 0, 9);
}

/* They wait at the same time, and one deadline ends them all. A machine may be
 * so slow that it passes before the last of them is asked: then once more. */
static void ten_calls_at_once_end_together(void)
{
    long long deadline = now_ms() + PATIENCE_MS;

    system_start_upstream("/hang", "0", impatient);
    do
        assert_int_equal(ask("?count=10"), 504);
    while (muse_count(&system_muse, "most") < 10 && now_ms() < deadline);
    assert_int_equal(muse_count(&system_muse, "most"), 10);
}

static void one_deadline_is_for_all_calls_of_a_request(void **state)
{
    (void)state;
    if (system_is_sync())
        ten_calls_in_turn_are_too_many();
    else
        ten_calls_at_once_end_together();
    talk_still_serves(system_server.port);
    server_stop(&system_server);
}

/* One call fits in what the request has, two do not: the second is given up on
 * its way. That it is asked more than once is for a machine so slow that the
 * second is never made: a wrong server passes there, and a right one always. */
static void a_call_gets_no_more_than_the_one_before_it_left(void **state)
{
    static const char *const args[] = {"--upstream-timeout", "0.18", NULL};
    int times = system_is_sync() ? 3 : 1;

    (void)state;
    system_start_upstream("/", "120", system_is_sync() ? args : patient);
    for (int i = 0; i < times; i++)
        assert_int_equal(ask("?count=2"), system_is_sync() ? 504 : 200);
    server_stop(&system_server);
}

/* A tenth of the deadline is less than the first call takes, and the whole is
 * far more than all take together. */
static void a_call_may_use_what_the_others_need_not(void **state)
{
    static const char *const args[] = {"--upstream-timeout", "3", NULL};

    (void)state;
    system_start_upstream("/wakes", "350", args);
    assert_int_equal(ask("?count=10"), 200);
    server_stop(&system_server);
}

static void a_thread_asks_once_at_a_time(void)
{
    system_start_upstream("/", "5", patient);
    assert_int_equal(ask("?count=10"), 200);
    assert_int_equal(muse_count(&system_muse, "asked"), 10);
    assert_int_equal(muse_count(&system_muse, "most"), 1);
}

static void a_loop_asks_all_at_once(void)
{
    char request[TALK_MAX];
    struct raw raw;

    system_start_upstream("/hang", "0", patient);
    talk_write_get(request, "/suggestions?count=10");
    system_ask(&raw, request);
    muse_await(&system_muse, "most", 10);
    assert_int_equal(muse_count(&system_muse, "answered"), 0);
    raw_reset(&raw);
}

static void calls_are_made_as_the_room_waits(void **state)
{
    (void)state;
    if (system_is_sync())
        a_thread_asks_once_at_a_time();
    else
        a_loop_asks_all_at_once();
    server_stop(&system_server);
}

static void connections_to_the_upstream_are_used_again(void **state)
{
    enum { ROUNDS = 5 };
    char request[TALK_MAX];
    struct raw_answer answer;
    struct raw raw;

    (void)state;
    system_start_upstream("/", "0", patient);
    talk_write_get(request, "/suggestions?count=10");
    system_open(&raw);
    for (int i = 0; i < ROUNDS; i++) {
        assert_true(raw_send_text(&raw, request));
        assert_true(raw_read_answer(&raw, &answer, false));
        assert_int_equal(answer.status, 200);
        raw_answer_release(&answer);
    }
    raw_close(&raw);
    assert_int_equal(muse_count(&system_muse, "asked"), ROUNDS * 10);
    assert_in_range(muse_count(&system_muse, "connections"), 1,
                    system_is_sync() ? 1 : 10);
    server_stop(&system_server);
}

/* Ends the muse, and gives what starts it again where it was. */
static void stop_muse(char port[8])
{
    (void)snprintf(port, 8, "%d", system_muse.port);
    server_stop(&system_muse);
    server_release(&system_muse);
}

static void an_upstream_that_is_down_is_502_until_it_is_up(void **state)
{
    char port[8];

    (void)state;
    system_start_upstream("/", "0", patient);
    stop_muse(port);
    assert_int_equal(ask(""), 502);
    assert_int_equal(ask("?count=10"), 502);
    assert_int_equal(talk_get(system_server.port, "/readyz", NULL), 200);
    muse_start(&system_muse, system_program, "0", port);
    assert_int_equal(ask("?count=10"), 200);
    server_stop(&system_server);
}

/* The connections that were kept are of no use then. */
static void an_upstream_that_was_started_anew_is_200(void **state)
{
    char port[8];

    (void)state;
    system_start_upstream("/", "0", patient);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask("?count=10"), 200);
        stop_muse(port);
        muse_start(&system_muse, system_program, "0", port);
    }
    assert_int_equal(ask("?count=10"), 200);
    server_stop(&system_server);
}

/* It has gone before the whole was sent, as its ceiling is far below. */
static void a_gigabyte_is_not_read(void **state)
{
    (void)state;
    system_start_upstream("/long", "0", patient);
    assert_int_equal(ask(""), 502);
    muse_await(&system_muse, "left", 1);
    assert_int_equal(muse_count(&system_muse, "answered"), 0);
    server_stop(&system_server);
}

static void what_is_refused_does_not_ask_the_upstream(void **state)
{
    (void)state;
    system_start_upstream("/", "0", patient);
    assert_int_equal(ask("?count=0"), 422);
    assert_int_equal(ask("?count=11"), 422);
    assert_int_equal(ask("?count=1&x=1"), 422);
    assert_int_equal(muse_count(&system_muse, "asked"), 0);
    server_stop(&system_server);
}

int system_suggestions(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(a_good_upstream_is_200),
        SYSTEM_CASE(an_upstream_may_have_a_name),
        SYSTEM_CASE(an_upstream_that_is_no_use_is_502),
        SYSTEM_CASE(an_upstream_that_does_not_end_is_504),
        SYSTEM_CASE(a_deadline_ends_what_drips),
        SYSTEM_CASE(one_deadline_is_for_all_calls_of_a_request),
        SYSTEM_CASE(a_call_gets_no_more_than_the_one_before_it_left),
        SYSTEM_CASE(a_call_may_use_what_the_others_need_not),
        SYSTEM_CASE(calls_are_made_as_the_room_waits),
        SYSTEM_CASE(connections_to_the_upstream_are_used_again),
        SYSTEM_CASE(an_upstream_that_is_down_is_502_until_it_is_up),
        SYSTEM_CASE(an_upstream_that_was_started_anew_is_200),
        SYSTEM_CASE(a_gigabyte_is_not_read),
        SYSTEM_CASE(what_is_refused_does_not_ask_the_upstream),
    };

    return GROUP("another server", cases, NULL, NULL);
}
