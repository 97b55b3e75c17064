/*
 * tests/hostile/pipelines.c - requests sent before the answers to others.
 * Threads: one.   Blocks: on the server of the group.
 */
#include <stdio.h>
#include <string.h>

#include "hostile.h"
#include "tests/cmocka_all.h"

enum { PIPELINED = 200 };

static char pipeline[PIPELINED * TALK_MAX];

static void title_of(char title[32], const char *word, int number)
{
    (void)snprintf(title, 32, "%s %03d", word, number);
}

/* Opens a connection and sends all that stands in `pipeline` at once. */
static void send_pipeline(struct raw *raw)
{
    hostile_open(raw);
    talk_send(raw, pipeline);
}

/* Reads one answer, which must have this status. */
static void expect(struct raw *raw, int status, bool to_head)
{
    struct raw_answer answer;

    (void)raw_read_answer(raw, &answer, to_head);
    talk_expect(answer.status, status);
    raw_answer_release(&answer);
}

static void two_hundred_requests_at_once_are_answered_in_order(void **state)
{
    struct raw raw;
    char *to = pipeline;
    char title[32];
    long long last_id = 0;

    (void)state;
    for (int i = 0; i < PIPELINED; i++) {
        char request[TALK_MAX];

        title_of(title, "in order", i);
        talk_write_post(request, title);
        to = stpcpy(to, request);
    }
    send_pipeline(&raw);
    for (int i = 0; i < PIPELINED; i++) {
        struct raw_answer answer;

        title_of(title, "in order", i);
        (void)raw_read_answer(&raw, &answer, false);
        talk_expect(answer.status, 201);
        talk_expect_title(&answer, title);
        assert_true(talk_id_of(answer.body) > last_id);
        last_id = talk_id_of(answer.body);
        raw_answer_release(&answer);
    }
    assert_false(raw_readable(&raw, 0));
    raw_close(&raw);
}

#define TO_HOST " HTTP/1.1\r\nHost: localhost\r\n"

static void different_requests_at_once_are_answered_in_order(void **state)
{
    static const struct {
        const char *request;
        int status;
    } turns[] = {
        {"GET /healthz" TO_HOST "\r\n", 200},
        {"HEAD /healthz" TO_HOST "\r\n", 200},
        {"GET /none" TO_HOST "\r\n", 404},
        {"HEAD /none" TO_HOST "\r\n", 404},
        {"OPTIONS /todos" TO_HOST "\r\n", 204},
        {"DELETE /healthz" TO_HOST "\r\n", 405},
        {"GET /todos?none=1" TO_HOST "\r\n", 422},
        {"POST /todos" TO_HOST "Content-Type: application/json\r\n"
         "Content-Length: 2\r\n\r\n{}",
         422},
        {"GET /readyz" TO_HOST "\r\n", 200},
    };
    enum { TURNS = sizeof turns / sizeof turns[0] };
    struct raw raw;
    char *to = pipeline;

    (void)state;
    for (size_t i = 0; i < TURNS; i++)
        to = stpcpy(to, turns[i].request);
    send_pipeline(&raw);
    for (size_t i = 0; i < TURNS; i++)
        expect(&raw, turns[i].status,
               strncmp(turns[i].request, "HEAD", 4) == 0);
    assert_false(raw_readable(&raw, 0));
    raw_close(&raw);
}

static void a_pipelined_read_sees_the_write_before_it(void **state)
{
    struct raw raw;
    struct raw_answer answer;

    (void)state;
    talk_write_post(pipeline, "written just now");
    (void)strcat(pipeline, "GET /todos?q=just+now" TO_HOST "\r\n");
    send_pipeline(&raw);
    expect(&raw, 201, false);
    (void)raw_read_answer(&raw, &answer, false);
    talk_expect(answer.status, 200);
    talk_expect_title(&answer, "written just now");
    raw_answer_release(&answer);
    raw_close(&raw);
}

/* Sends what stands in `pipeline` by one send(2), and nothing more. */
static void expect_both(int first, int second)
{
    struct raw raw;
    int statuses[2] = {0, 0};

    send_pipeline(&raw);
    raw_half_close(&raw);
    size_t count = talk_read_all(&raw, statuses, 2);

    if (count != 2)
        fail_msg("two requests got %zu answers", count);
    talk_expect(statuses[0], first);
    talk_expect(statuses[1], second);
    raw_close(&raw);
}

/* The first is answered at once, or waits for the disk while the second is
 * kept. */
static void two_requests_in_one_piece_get_two_answers(void **state)
{
    char write[TALK_MAX];

    (void)state;
    talk_write_post(write, "one of two");
    (void)snprintf(pipeline, sizeof pipeline, "%s%s",
                   "GET /healthz" TO_HOST "\r\n", write);
    expect_both(200, 201);
    (void)snprintf(pipeline, sizeof pipeline, "%s%s", write,
                   "GET /healthz" TO_HOST "\r\n");
    expect_both(201, 200);
}

static void half_a_request_behind_a_whole_one_delays_no_answer(void **state)
{
    struct raw raw;
    char request[TALK_MAX];

    (void)state;
    talk_write_post(request, "in halves");
    size_t half = strlen(request) / 2;

    (void)snprintf(pipeline, sizeof pipeline, "%s%.*s",
                   "GET /healthz" TO_HOST "\r\n", (int)half, request);
    send_pipeline(&raw);
    expect(&raw, 200, false);
    talk_send(&raw, request + half);
    expect(&raw, 201, false);
    raw_close(&raw);
}

/* Plays `first` with a POST behind it, which must be dropped. Gives the number
 * of answers, and their statuses. */
static size_t dropped_behind(const char *first, int *statuses, size_t max)
{
    struct raw raw;
    char request[TALK_MAX];

    talk_write_post(request, "behind the end");
    (void)snprintf(pipeline, sizeof pipeline, "%s%s%s", first, request,
                   request);
    send_pipeline(&raw);
    size_t count = talk_read_all(&raw, statuses, max);

    raw_close(&raw);
    talk_expect_count(hostile_server.port, "behind", 0);
    return count;
}

static void a_request_behind_connection_close_is_dropped(void **state)
{
    int status;

    (void)state;
    assert_int_equal(dropped_behind("GET /healthz" TO_HOST
                                    "Connection: close\r\n\r\n",
                                    &status, 1),
                     1);
    talk_expect(status, 200);
}

static void a_request_behind_a_closing_write_is_dropped(void **state)
{
    int status;

    (void)state;
    assert_int_equal(dropped_behind("POST /todos" TO_HOST
                                    "Connection: close\r\n"
                                    "Content-Type: application/json\r\n"
                                    "Content-Length: 20\r\n\r\n"
                                    "{\"title\":\"the last\"}",
                                    &status, 1),
                     1);
    talk_expect(status, 201);
    talk_expect_count(hostile_server.port, "last", 1);
}

static void a_request_behind_http_1_0_is_dropped(void **state)
{
    int status;

    (void)state;
    assert_int_equal(
        dropped_behind("GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n",
                       &status, 1),
        1);
    talk_expect(status, 200);
}

static void a_broken_request_takes_no_answer_from_those_before(void **state)
{
    char requests[TALK_MAX];
    char *to = requests;
    int statuses[6] = {0, 0, 0, 0, 0, 400};

    (void)state;
    for (int i = 0; i < 5; i++)
        to = stpcpy(to, "GET /healthz" TO_HOST "\r\n");
    (void)stpcpy(to, "BROKEN\r\n\r\n");
    assert_in_range(dropped_behind(requests, statuses, 6), 5, 6);
    for (int i = 0; i < 5; i++)
        talk_expect(statuses[i], 200);
    assert_in_range(statuses[5], 400, 499);
}

static void a_refused_frame_behind_a_write_loses_no_answer(void **state)
{
    char requests[TALK_MAX];
    int statuses[2];

    (void)state;
    talk_write_post(requests, "the one before");
    (void)strcat(requests, "POST /todos" TO_HOST "Content-Length: 1\r\n"
                           "Content-Length: 2\r\n\r\n");
    assert_int_equal(dropped_behind(requests, statuses, 2), 2);
    talk_expect(statuses[0], 201);
    talk_expect(statuses[1], 400);
}

static void five_hundred_connections_one_after_another_are_served(void **state)
{
    char request[TALK_MAX];

    (void)state;
    talk_write_get(request, "/healthz");
    for (int i = 0; i < 500; i++)
        talk_expect(talk_patiently(hostile_server.port, request, NULL), 200);
}

int hostile_pipelines(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(two_hundred_requests_at_once_are_answered_in_order),
        HOSTILE_CASE(different_requests_at_once_are_answered_in_order),
        HOSTILE_CASE(a_pipelined_read_sees_the_write_before_it),
        HOSTILE_CASE(two_requests_in_one_piece_get_two_answers),
        HOSTILE_CASE(half_a_request_behind_a_whole_one_delays_no_answer),
        HOSTILE_CASE(a_request_behind_connection_close_is_dropped),
        HOSTILE_CASE(a_request_behind_a_closing_write_is_dropped),
        HOSTILE_CASE(a_request_behind_http_1_0_is_dropped),
        HOSTILE_CASE(a_broken_request_takes_no_answer_from_those_before),
        HOSTILE_CASE(a_refused_frame_behind_a_write_loses_no_answer),
        HOSTILE_CASE(five_hundred_connections_one_after_another_are_served),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("pipelines", cases, hostile_setup);
}
