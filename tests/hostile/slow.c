/*
 * tests/hostile/slow.c - clients that are slow, each within its rights or
 * until a deadline ends it.
 * Threads: one.   Blocks: on the server of the group.
 *
 * With the usual deadlines, slowness alone is no fault and must be served. When
 * they pass, the server must end what does not come. They pass because a case
 * says so (server_pass_time).
 */
#include <stdio.h>
#include <string.h>

#include "hostile.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

enum { DRIBBLED = 20 };

static void a_head_one_byte_at_a_time_is_answered(void **state)
{
    struct raw raw;
    struct raw_answer answer;
    char request[TALK_MAX];

    (void)state;
    talk_write_get(request, "/healthz");
    hostile_open(&raw);
    assert_true(raw_send_dribble(&raw, request));
    (void)raw_read_answer(&raw, &answer, false);
    talk_expect(answer.status, 200);
    raw_answer_release(&answer);
    raw_close(&raw);
}

static void a_body_one_byte_at_a_time_is_stored(void **state)
{
    struct raw raw;
    struct raw_answer answer;
    char request[TALK_MAX];

    (void)state;
    talk_write_post(request, "byte by byte");
    hostile_open(&raw);
    assert_true(raw_send_dribble(&raw, request));
    (void)raw_read_answer(&raw, &answer, false);
    talk_expect(answer.status, 201);
    talk_expect_title(&answer, "byte by byte");
    raw_answer_release(&answer);
    raw_close(&raw);
}

static void chunks_one_byte_at_a_time_are_stored(void **state)
{
    static const char request[] = "POST /todos HTTP/1.1\r\n"
                                  "Host: localhost\r\n"
                                  "Content-Type: application/json\r\n"
                                  "Transfer-Encoding: chunked\r\n"
                                  "\r\n"
                                  "9\r\n{\"title\":\r\n"
                                  "1\r\n\"\r\n"
                                  "00b\r\nin chunks\"}\r\n"
                                  "0\r\n\r\n";
    struct raw raw;
    struct raw_answer answer;

    (void)state;
    hostile_open(&raw);
    assert_true(raw_send_dribble(&raw, request));
    (void)raw_read_answer(&raw, &answer, false);
    talk_expect(answer.status, 201);
    talk_expect_title(&answer, "in chunks");
    raw_answer_release(&answer);
    raw_close(&raw);
}

static void dribbled_pipelined_requests_are_answered_in_order(void **state)
{
    struct raw raw;

    (void)state;
    hostile_open(&raw);
    for (int i = 0; i < DRIBBLED; i++) {
        char request[TALK_MAX];
        char title[32];

        (void)snprintf(title, sizeof title, "dribble %02d", i);
        talk_write_post(request, title);
        assert_true(raw_send_dribble(&raw, request));
    }
    for (int i = 0; i < DRIBBLED; i++) {
        struct raw_answer answer;
        char title[32];

        (void)snprintf(title, sizeof title, "dribble %02d", i);
        (void)raw_read_answer(&raw, &answer, false);
        talk_expect(answer.status, 201);
        talk_expect_title(&answer, title);
        raw_answer_release(&answer);
    }
    raw_close(&raw);
}

static void two_dribbling_clients_each_get_their_own_answer(void **state)
{
    struct raw raw[2];
    char requests[2][TALK_MAX];
    static const char *const titles[2] = {"left hand", "rightful"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        hostile_open(&raw[i]);
        talk_write_post(requests[i], titles[i]);
    }
    for (size_t at = 0; requests[0][at] || requests[1][at]; at++)
        for (int i = 0; i < 2; i++)
            if (at < strlen(requests[i]))
                assert_true(raw_send(&raw[i], &requests[i][at], 1));
    for (int i = 0; i < 2; i++) {
        struct raw_answer answer;

        (void)raw_read_answer(&raw[i], &answer, false);
        talk_expect(answer.status, 201);
        talk_expect_title(&answer, titles[i]);
        raw_answer_release(&answer);
        raw_close(&raw[i]);
    }
}

static void a_request_may_be_split_at_every_byte(void **state)
{
    struct raw raw;
    char request[TALK_MAX];

    (void)state;
    talk_write_post(request, "split");
    size_t len = strlen(request);

    hostile_open(&raw);
    for (size_t at = 1; at < len; at++) {
        struct raw_answer answer;

        assert_true(raw_send(&raw, request, at));
        assert_true(raw_send(&raw, request + at, len - at));
        (void)raw_read_answer(&raw, &answer, false);
        talk_expect(answer.status, 201);
        talk_expect_title(&answer, "split");
        raw_answer_release(&answer);
    }
    raw_close(&raw);
}

/* Sends a POST in pieces of `size` bytes, but for the first, which has `first`.
 * Between two pieces another client is served: by then a loop has been handed
 * the piece before, and must have kept it. */
static void post_in_pieces(const char *request, size_t first, size_t size)
{
    struct raw raw;
    struct raw_answer answer;
    size_t len = strlen(request);

    hostile_open(&raw);
    assert_true(raw_send(&raw, request, first));
    for (size_t at = first; at < len; at += size) {
        talk_expect(talk_get(hostile_server.port, "/healthz", NULL), 200);
        if (!raw_send(&raw, request + at, len - at < size ? len - at : size))
            fail_msg("cut behind byte %zu, the request was not read on", at);
    }
    (void)raw_read_answer(&raw, &answer, false);
    if (answer.status != 201)
        fail_msg("cut behind byte %zu of %zu, the request got status %d, not "
                 "201",
                 first, len, answer.status);
    talk_expect_title(&answer, "in pieces");
    raw_answer_release(&answer);
    raw_close(&raw);
}

static void a_request_in_two_pieces_is_one_request(void **state)
{
    char request[TALK_MAX];

    (void)state;
    talk_write_post(request, "in pieces");
    post_in_pieces(request, strlen("POST /to"), TALK_MAX);
    post_in_pieces(request, (size_t)(strstr(request, "\r\n\r\n") - request) + 2,
                   TALK_MAX);
    post_in_pieces(request, (size_t)(strchr(request, '{') - request), TALK_MAX);
    post_in_pieces(request, strlen(request) - 1, TALK_MAX);
}

static void a_request_in_pieces_of_one_byte_is_one_request(void **state)
{
    char request[TALK_MAX];

    (void)state;
    talk_write_post(request, "in pieces");
    post_in_pieces(request, 1, 1);
}

/*
 * Beyond a deadline
 */

/* Short, as civetweb has a clock of its own for a head, which no test moves. It
 * is a second longer than ours. */
static int setup_for_late_heads(void **state)
{
    static const char *const args[] = {"--head-timeout", "1", NULL};

    (void)state;
    hostile_start(args, args);
    return 0;
}

static int setup_for_late_bodies(void **state)
{
    static const char *const args[] = {"--head-timeout",
                                       "100",
                                       "--body-timeout",
                                       "10",
                                       "--idle-timeout",
                                       "3600",
                                       "--write-timeout",
                                       "3600",
                                       NULL};

    (void)state;
    hostile_start(args, args);
    return 0;
}

/* Sends `drop` each second, until the server says or does something. */
static void dribble_until_readable(struct raw *raw, const char *drop)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (!raw_readable(raw, 0)) {
        if (now_ms() > deadline)
            fail_msg("the server lets a client dribble forever");
        if (!raw_send_text(raw, drop))
            break;
        server_pass_time(&hostile_server, 1);
        a_moment();
    }
}

static void expect_408_and_close(struct raw *raw)
{
    int status = 0;
    size_t answers;

    talk_until_late(&hostile_server, raw);
    answers = talk_read_all(raw, &status, 1);

    if (answers == 0)
        fail_msg("too late, and the connection was closed without a 408");
    if (status != 408)
        fail_msg("too late, and the answer is %d, not 408", status);
    assert_int_equal(answers, 1);
    raw_close(raw);
}

/* A late head may be told so or not; either way the connection ends. */
static void expect_close(struct raw *raw)
{
    int status = 408;
    size_t answers;

    talk_until_late(&hostile_server, raw);
    answers = talk_read_all(raw, &status, 1);

    if (answers > 1 || status < 400 || status > 499)
        fail_msg("too late, and it got %zu answers, the first with status %d",
                 answers, status);
    raw_close(raw);
}

static const char head_of_a_body[] = "POST /todos HTTP/1.1\r\n"
                                     "Host: localhost\r\n"
                                     "Content-Type: application/json\r\n"
                                     "Content-Length: 60000\r\n"
                                     "\r\n";

static void a_silent_body_is_ended_with_408(void **state)
{
    struct raw raw;

    (void)state;
    hostile_open(&raw);
    assert_true(raw_send_text(&raw, head_of_a_body));
    expect_408_and_close(&raw);
}

static void a_dribbled_body_is_ended_with_408(void **state)
{
    struct raw raw;

    (void)state;
    hostile_open(&raw);
    assert_true(raw_send_text(&raw, head_of_a_body));
    dribble_until_readable(&raw, " ");
    expect_408_and_close(&raw);
}

static void dribbled_chunks_are_ended_with_408(void **state)
{
    struct raw raw;

    (void)state;
    hostile_open(&raw);
    assert_true(raw_send_text(&raw, "POST /todos HTTP/1.1\r\n"
                                    "Host: localhost\r\n"
                                    "Content-Type: application/json\r\n"
                                    "Transfer-Encoding: chunked\r\n"
                                    "\r\n"));
    dribble_until_readable(&raw, "1\r\n \r\n");
    expect_408_and_close(&raw);
}

static void a_silent_head_is_ended(void **state)
{
    struct raw raw;

    (void)state;
    hostile_open(&raw);
    assert_true(raw_send_text(&raw, "GET /healthz HTTP/1.1\r\nHost: loc"));
    expect_close(&raw);
}

static void a_dribbled_head_is_ended(void **state)
{
    struct raw raw;

    (void)state;
    hostile_open(&raw);
    assert_true(raw_send_text(&raw, "GET /healthz HTTP/1.1\r\nX-Endless: "));
    dribble_until_readable(&raw, "a");
    expect_close(&raw);
}

static void a_dribbled_head_after_an_answer_is_ended(void **state)
{
    struct raw raw;
    struct raw_answer answer;
    char request[TALK_MAX];

    (void)state;
    talk_write_get(request, "/healthz");
    hostile_open(&raw);
    assert_true(raw_send_text(&raw, request));
    (void)raw_read_answer(&raw, &answer, false);
    talk_expect(answer.status, 200);
    raw_answer_release(&answer);
    assert_true(raw_send_text(&raw, "GET /healthz HTTP/1.1\r\nX-Endless: "));
    dribble_until_readable(&raw, "a");
    expect_close(&raw);
}

static void a_connection_that_never_speaks_is_ended(void **state)
{
    struct raw raw;

    (void)state;
    hostile_open(&raw);
    expect_close(&raw);
}

static int late_bodies(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_silent_body_is_ended_with_408),
        HOSTILE_CASE(a_dribbled_body_is_ended_with_408),
        HOSTILE_CASE(dribbled_chunks_are_ended_with_408),
        HOSTILE_CASE(a_dribbled_head_after_an_answer_is_ended),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("bodies too slow", cases, setup_for_late_bodies);
}

/* Whether a fresh client is served is not asked behind each: it may be late as
 * well. */
static int late_heads(void)
{
    const struct CMUnitTest cases[] = {
        cmocka_unit_test(a_silent_head_is_ended),
        cmocka_unit_test(a_dribbled_head_is_ended),
        cmocka_unit_test(a_connection_that_never_speaks_is_ended),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("heads too slow", cases, setup_for_late_heads);
}

static int usual_deadlines(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_head_one_byte_at_a_time_is_answered),
        HOSTILE_CASE(a_body_one_byte_at_a_time_is_stored),
        HOSTILE_CASE(chunks_one_byte_at_a_time_are_stored),
        HOSTILE_CASE(dribbled_pipelined_requests_are_answered_in_order),
        HOSTILE_CASE(two_dribbling_clients_each_get_their_own_answer),
        HOSTILE_CASE(a_request_may_be_split_at_every_byte),
        HOSTILE_CASE(a_request_in_two_pieces_is_one_request),
        HOSTILE_CASE(a_request_in_pieces_of_one_byte_is_one_request),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("slow clients", cases, hostile_setup);
}

int hostile_slow(void)
{
    return usual_deadlines() + late_bodies() + late_heads();
}
