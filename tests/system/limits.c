/*
 * tests/system/limits.c - a client may send so many requests a second: exactly
 * as many pass, and the others hear when to come again.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <stdlib.h>
#include <string.h>

#include "limits_case.h"
#include "tests/cmocka_all.h"

static const char *const rates[] = {"1", "3", "100"};

enum { RATES = sizeof rates / sizeof *rates };

/* Each rate on a server of its own. */
static void with_each_rate(void **state, void (*play)(int rate))
{
    for (int i = 0; i < RATES; i++) {
        limits_start(rates[i]);
        play(atoi(rates[i])); /* NOLINT(cert-err34-c): written above */
        assert_int_equal(system_release(state), 0);
    }
}

/*
 * How many
 */

static void expect_limit_in_one_segment(int rate)
{
    for (int second = 0; second < 3; second++) {
        assert_int_equal(limits_passed(LIMITS_HERE, NULL, rate + 50), rate);
        assert_int_equal(limits_passed(LIMITS_HERE, NULL, 10), 0);
        server_pass_time(&system_server, 1);
    }
}

static void of_one_segment_exactly_as_many_pass(void **state)
{
    with_each_rate(state, expect_limit_in_one_segment);
}

enum { CROWD = 40, EACH = 4 };

/* Threads are held before they are counted, and go on together; a loop finds
 * all that has come at once. */
static void send_at_once(struct raw *clients, const char *requests)
{
    if (system_is_sync())
        system_hold_at("limit.take");
    else
        server_freeze(&system_server);
    for (int i = 0; i < CROWD; i++)
        talk_send(&clients[i], requests);
    if (system_is_sync())
        gate_await(&system_gate, CROWD);
    else
        server_thaw(&system_server);
    gate_release(&system_gate);
}

static void expect_limit_of_a_crowd(int rate)
{
    static const char four[] = "GET /todos HTTP/1.1\r\nHost: localhost\r\n\r\n"
                               "GET /todos HTTP/1.1\r\nHost: localhost\r\n\r\n"
                               "GET /todos HTTP/1.1\r\nHost: localhost\r\n\r\n"
                               "GET /todos HTTP/1.1\r\nHost: localhost\r\n\r\n";
    struct raw clients[CROWD];
    int passed = 0;

    for (int i = 0; i < CROWD; i++)
        system_open(&clients[i]);
    send_at_once(clients, four);
    for (int i = 0; i < CROWD * EACH; i++) {
        struct raw_answer answer;

        (void)raw_read_answer(&clients[i / EACH], &answer, false);
        passed += answer.status == 200;
        raw_answer_release(&answer);
    }
    for (int i = 0; i < CROWD; i++)
        raw_close(&clients[i]);
    assert_int_equal(passed, rate);
}

static void of_a_crowd_at_once_exactly_as_many_pass(void **state)
{
    with_each_rate(state, expect_limit_of_a_crowd);
}

/* One has passed, and is served only after the others have come. */
static void a_request_counts_from_the_moment_it_passes(void **state)
{
    enum { RATE = 3, MORE = 10 };
    char request[TALK_MAX];
    struct raw held;
    int passed;

    (void)state;
    limits_start("3");
    system_hold_at("store.read");
    talk_write_get(request, "/todos");
    system_ask(&held, request);
    gate_await(&system_gate, 1);
    gate_keep(&system_gate);
    passed = limits_passed(LIMITS_HERE, NULL, MORE);
    gate_release(&system_gate);
    passed += system_hear(&held) == 200;
    passed += limits_passed(LIMITS_HERE, NULL, MORE);
    if (passed != RATE)
        fail_msg("requests that passed: %d; that may pass: %d", passed, RATE);
}

static void without_a_limit_all_pass(void **state)
{
    (void)state;
    limits_start("0");
    assert_int_equal(limits_passed(LIMITS_HERE, NULL, 500), 500);
}

static void a_limit_below_none_is_a_mistake(void **state)
{
    static const char *const wrong[] = {"-1", "1000001", "1.5", "many", ""};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *const args[] = {"--rate-limit", wrong[i], NULL};

        system_expect_mistaken(args, "--rate-limit");
    }
}

/*
 * When to come again
 */

static void expect_room_after_retry(int rate)
{
    char request[TALK_MAX];
    struct raw_answer answer;
    char value[16];

    talk_write_get(request, "/todos");
    assert_int_equal(limits_passed(LIMITS_HERE, NULL, rate), rate);
    for (int turn = 0; turn < 3; turn++) {
        int status;

        while ((status = limits_talk(LIMITS_HERE, request, &answer)) == 200)
            raw_answer_release(&answer);
        talk_expect(status, 429);
        assert_true(
            raw_answer_field(&answer, "Retry-After", value, sizeof value));
        assert_true(strspn(value, "0123456789") == strlen(value));
        raw_answer_release(&answer);
        assert_true(atoi(value) >= 1); /* NOLINT(cert-err34-c): digits */
        server_pass_time(&system_server, atoi(value)); /* NOLINT(cert-err34-c)*/
        assert_true(limits_passed(LIMITS_HERE, NULL, 1) == 1);
    }
}

static void whoever_waits_as_long_as_told_passes(void **state)
{
    with_each_rate(state, expect_room_after_retry);
}

static void room_comes_back_evenly(void **state)
{
    (void)state;
    limits_start("100");
    assert_int_equal(limits_passed(LIMITS_HERE, NULL, 110), 100);
    server_pass_time(&system_server, 0.009);
    assert_int_equal(limits_passed(LIMITS_HERE, NULL, 1), 0);
    server_pass_time(&system_server, 0.001);
    assert_int_equal(limits_passed(LIMITS_HERE, NULL, 5), 1);
    server_pass_time(&system_server, 0.5);
    assert_int_equal(limits_passed(LIMITS_HERE, NULL, 60), 50);
    server_pass_time(&system_server, 3600);
    assert_int_equal(limits_passed(LIMITS_HERE, NULL, 110), 100);
}

static void once_a_second_is_not_a_moment_sooner(void **state)
{
    (void)state;
    limits_start("1");
    assert_int_equal(limits_passed(LIMITS_HERE, NULL, 2), 1);
    server_pass_time(&system_server, 0.999);
    assert_int_equal(limits_passed(LIMITS_HERE, NULL, 2), 0);
    server_pass_time(&system_server, 0.001);
    assert_int_equal(limits_passed(LIMITS_HERE, NULL, 2), 1);
}

static void a_refusal_says_what_is_wrong(void **state)
{
    char request[TALK_MAX];
    struct raw_answer answer;

    (void)state;
    limits_start("1");
    talk_write_get(request, "/todos");
    talk_expect(limits_talk(LIMITS_HERE, request, NULL), 200);
    talk_expect(limits_talk(LIMITS_HERE, request, &answer), 429);
    system_expect_field(&answer, "Content-Type", "application/problem+json");
    system_expect_field(&answer, "Retry-After", "1");
    assert_non_null(strstr(answer.body, "#problem-too-many-requests"));
    raw_answer_release(&answer);
}

/* As after other refusals: only a body that nobody reads ends it. */
static void a_refusal_keeps_the_connection(void **state)
{
    char get[TALK_MAX], post[TALK_MAX];
    struct raw_answer answer;
    struct raw raw;

    (void)state;
    limits_start("1");
    talk_write_get(get, "/todos");
    talk_write_post(post, "too many");
    limits_open(&raw, LIMITS_HERE);
    for (int i = 0; i < 6; i++) {
        talk_send(&raw, get);
        assert_true(raw_read_answer(&raw, &answer, false));
        talk_expect(answer.status, i % 2 == 0 ? 200 : 429);
        assert_false(answer.closes);
        raw_answer_release(&answer);
        if (i % 2 == 1)
            server_pass_time(&system_server, 1);
    }
    talk_send(&raw, get);
    assert_true(raw_read_answer(&raw, &answer, false));
    raw_answer_release(&answer);
    talk_send(&raw, post);
    assert_true(raw_read_answer(&raw, &answer, false));
    talk_expect(answer.status, 429);
    assert_true(answer.closes);
    raw_answer_release(&answer);
    raw_close(&raw);
    server_pass_time(&system_server, 1);
    talk_expect_count(system_server.port, "too", 0);
}

/*
 * What counts
 */

static void health_is_free(void **state)
{
    static const char *const lines[] = {
        "GET /healthz", "HEAD /healthz", "OPTIONS /healthz",
        "GET /readyz",  "HEAD /readyz",  "OPTIONS /readyz",
        "GET /metrics", "HEAD /metrics", "OPTIONS /metrics"};

    (void)state;
    limits_start("1");
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
            if (strncmp(lines[i], "HEAD", 4) != 0)
                assert_true(limits_ask(LIMITS_HERE, lines[i], NULL) < 300);
        assert_int_equal(limits_passed(LIMITS_HERE, NULL, 2), turn == 0);
    }
}

static void all_else_counts(void **state)
{
    static const char *const lines[] = {
        "GET /",        "GET /docs",     "GET /openapi.json",
        "GET /live",    "GET /waiting",  "OPTIONS /todos",
        "GET /todos/1", "DELETE /todos", "GET /todos?limit=x"};

    (void)state;
    limits_start("1");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_true(limits_ask(LIMITS_HERE, lines[i], NULL) != 429);
        talk_expect(limits_ask(LIMITS_HERE, lines[i], NULL), 429);
        server_pass_time(&system_server, 1);
    }
}

/* These come before it in the order of checks. */
static void what_is_refused_before_does_not_count(void **state)
{
    static const char expects[] = "GET /todos HTTP/1.1\r\nHost: localhost\r\n"
                                  "Expect: much\r\n\r\n";

    (void)state;
    limits_start("1");
    for (int turn = 0; turn < 2; turn++) {
        talk_expect(limits_ask(LIMITS_HERE, "GET /nowhere", NULL), 404);
        talk_expect(limits_ask(LIMITS_HERE, "PUT /todos", NULL), 405);
        talk_expect(limits_talk(LIMITS_HERE, expects, NULL), 417);
        assert_int_equal(limits_passed(LIMITS_HERE, NULL, 2), turn == 0);
    }
}

static void a_stream_counts_once(void **state)
{
    struct raw_answer answer;
    struct raw stream;

    (void)state;
    limits_start("2");
    limits_open(&stream, LIMITS_HERE);
    talk_send(&stream, "GET /todos/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_true(raw_read_head(&stream, &answer));
    talk_expect(answer.status, 200);
    raw_answer_release(&answer);
    assert_int_equal(limits_passed(LIMITS_HERE, NULL, 2), 1);
    server_pass_time(&system_server, 1);
    assert_int_equal(limits_passed(LIMITS_HERE, NULL, 3), 2);
    raw_close(&stream);
}

int system_limits(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(of_one_segment_exactly_as_many_pass),
        SYSTEM_CASE(of_a_crowd_at_once_exactly_as_many_pass),
        SYSTEM_CASE(a_request_counts_from_the_moment_it_passes),
        SYSTEM_CASE(without_a_limit_all_pass),
        SYSTEM_CASE(a_limit_below_none_is_a_mistake),
        SYSTEM_CASE(whoever_waits_as_long_as_told_passes),
        SYSTEM_CASE(room_comes_back_evenly),
        SYSTEM_CASE(once_a_second_is_not_a_moment_sooner),
        SYSTEM_CASE(a_refusal_says_what_is_wrong),
        SYSTEM_CASE(a_refusal_keeps_the_connection),
        SYSTEM_CASE(health_is_free),
        SYSTEM_CASE(all_else_counts),
        SYSTEM_CASE(what_is_refused_before_does_not_count),
        SYSTEM_CASE(a_stream_counts_once),
    };

    return GROUP("limits", cases, NULL, NULL);
}
