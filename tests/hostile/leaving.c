/*
 * tests/hostile/leaving.c - clients that leave before all is said.
 * Threads: one.   Blocks: on the server of the group.
 */
#include <stddef.h>

#include "hostile.h"
#include "tests/cmocka_all.h"
#include "tests/support/gate.h"

enum {
    MANY = 50,
    READERS = 10,
    PAGES = 20 /* for each: more than a socket takes (tcp_wmem, tcp(7)) */
};

static int setup_with_a_long_list(void **state)
{
    (void)state;
    hostile_start(NULL, NULL);
    talk_fill_list(hostile_server.port);
    return 0;
}

/* All of them leave when none of their answers can go on: each is more than the
 * kernel takes. */
static void leave_in_the_middle_of_an_answer(void (*leave)(struct raw *raw))
{
    struct raw readers[READERS];
    struct gate gate = {0};
    char request[TALK_MAX];

    gate_open(&gate, &hostile_server);
    talk_write_get(request, "/todos?limit=1000");
    for (int i = 0; i < READERS; i++) {
        raw_open_small_segments(&readers[i], "127.0.0.1", hostile_server.port,
                                4096);
        for (int j = 0; j < PAGES; j++)
            talk_send(&readers[i], request);
        gate_await_waiting(&gate, "client.send", i + 1);
    }
    for (int i = 0; i < READERS; i++)
        leave(&readers[i]);
    gate_release(&gate);
}

static void a_reset_in_the_middle_of_an_answer_harms_nobody(void **state)
{
    (void)state;
    leave_in_the_middle_of_an_answer(raw_reset);
}

static void a_close_in_the_middle_of_an_answer_harms_nobody(void **state)
{
    (void)state;
    leave_in_the_middle_of_an_answer(raw_close);
}

static void a_reset_before_the_answer_harms_nobody(void **state)
{
    char request[TALK_MAX];

    (void)state;
    talk_write_post(request, "reset before the answer");
    for (int i = 0; i < MANY; i++) {
        struct raw raw;

        hostile_open(&raw);
        assert_true(raw_send_text(&raw, request));
        raw_reset(&raw);
    }
}

static void a_reset_with_requests_still_in_the_pipe_harms_nobody(void **state)
{
    char request[TALK_MAX];

    (void)state;
    talk_write_get(request, "/todos?limit=100");
    for (int i = 0; i < MANY; i++) {
        struct raw raw;

        hostile_open(&raw);
        for (int j = 0; j < MANY; j++)
            assert_true(raw_send_text(&raw, request));
        assert_true(raw_readable(&raw, RAW_TIMEOUT_MS));
        raw_reset(&raw);
    }
}

static void a_connection_without_a_byte_harms_nobody(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++) {
        struct raw raw;

        hostile_open(&raw);
        raw_close(&raw);
        hostile_open(&raw);
        raw_reset(&raw);
    }
}

/* Sends the beginning of a request and leaves, by FIN and by RST in turn. */
static void begin_and_vanish(const char *beginning)
{
    for (int i = 0; i < MANY; i++) {
        struct raw raw;

        hostile_open(&raw);
        assert_true(raw_send_text(&raw, beginning));
        if (i % 2)
            raw_close(&raw);
        else
            raw_reset(&raw);
    }
}

static void vanishing_in_the_head_harms_nobody(void **state)
{
    (void)state;
    begin_and_vanish("GET /todos HT");
    begin_and_vanish("GET /todos HTTP/1.1\r\nHost: localhost\r\nAcc");
    begin_and_vanish("GET /todos HTTP/1.1\r\nHost: localhost\r\n\r");
}

static const char half_a_body[] = "POST /todos HTTP/1.1\r\n"
                                  "Host: localhost\r\n"
                                  "Content-Type: application/json\r\n"
                                  "Content-Length: 1000\r\n"
                                  "\r\n"
                                  "{\"title\":\"half a body\"}";

static const char half_the_chunks[] = "POST /todos HTTP/1.1\r\n"
                                      "Host: localhost\r\n"
                                      "Content-Type: application/json\r\n"
                                      "Transfer-Encoding: chunked\r\n"
                                      "\r\n"
                                      "16\r\n{\"title\":\"half a body\"}\r\n";

static void vanishing_in_the_body_stores_nothing(void **state)
{
    (void)state;
    begin_and_vanish(half_a_body);
    begin_and_vanish(half_the_chunks);
    talk_expect_count(hostile_server.port, "half", 0);
}

static void vanishing_after_100_continue_harms_nobody(void **state)
{
    static const char polite[] = "POST /todos HTTP/1.1\r\n"
                                 "Host: localhost\r\n"
                                 "Content-Type: application/json\r\n"
                                 "Content-Length: 20\r\n"
                                 "Expect: 100-continue\r\n"
                                 "\r\n";
    (void)state;
    for (int i = 0; i < MANY; i++) {
        struct raw raw;

        hostile_open(&raw);
        assert_true(raw_send_text(&raw, polite));
        assert_true(raw_readable(&raw, RAW_TIMEOUT_MS)); /* the 100 is there */
        raw_close(&raw);
    }
}

static void a_half_close_after_a_request_still_gets_the_answer(void **state)
{
    struct raw raw;
    char request[TALK_MAX];
    int status;

    (void)state;
    talk_write_post(request, "asked and fell silent");
    hostile_open(&raw);
    assert_true(raw_send_text(&raw, request));
    raw_half_close(&raw);
    assert_int_equal(talk_read_all(&raw, &status, 1), 1);
    talk_expect(status, 201);
    raw_close(&raw);
}

static void a_half_close_after_ten_requests_gets_ten_answers(void **state)
{
    struct raw raw;
    char request[TALK_MAX];
    int statuses[10];

    (void)state;
    talk_write_get(request, "/todos?limit=10");
    hostile_open(&raw);
    for (int i = 0; i < 10; i++)
        assert_true(raw_send_text(&raw, request));
    raw_half_close(&raw);
    assert_int_equal(talk_read_all(&raw, statuses, 10), 10);
    for (int i = 0; i < 10; i++)
        talk_expect(statuses[i], 200);
    raw_close(&raw);
}

/* What is cut off by a half-close is never obeyed. Gives what its client hears:
 * 400, or 0 for nothing. */
static int half_close_after(const char *beginning)
{
    struct raw raw;
    int status = 0;

    hostile_open(&raw);
    assert_true(raw_send_text(&raw, beginning));
    raw_half_close(&raw);
    if (!raw_readable(&raw, RAW_TIMEOUT_MS))
        fail_msg("a client has ended its side in the middle of a request, and "
                 "the server waits for the rest");
    assert_in_range(talk_read_all(&raw, &status, 1), 0, 1);
    raw_close(&raw);
    return status;
}

/* civetweb reads heads, and says nothing to half of one. */
static void a_half_close_in_the_head_ends_the_connection(void **state)
{
    static const char *const heads[] = {
        "GE", "GET /todos HTTP/1.1\r\nHost: localhost\r\nAcc",
        "GET /todos HTTP/1.1\r\nHost: localhost\r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        int status = half_close_after(heads[i]);

        if (status != 0)
            talk_expect(status, 400);
    }
}

static void a_half_close_in_the_body_is_400_and_stores_nothing(void **state)
{
    (void)state;
    talk_expect(half_close_after(half_a_body), 400);
    talk_expect(half_close_after(half_the_chunks), 400);
    talk_expect_count(hostile_server.port, "half", 0);
}

int hostile_leaving(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_reset_in_the_middle_of_an_answer_harms_nobody),
        HOSTILE_CASE(a_close_in_the_middle_of_an_answer_harms_nobody),
        HOSTILE_CASE(a_reset_before_the_answer_harms_nobody),
        HOSTILE_CASE(a_reset_with_requests_still_in_the_pipe_harms_nobody),
        HOSTILE_CASE(a_connection_without_a_byte_harms_nobody),
        HOSTILE_CASE(vanishing_in_the_head_harms_nobody),
        HOSTILE_CASE(vanishing_in_the_body_stores_nothing),
        HOSTILE_CASE(vanishing_after_100_continue_harms_nobody),
        HOSTILE_CASE(a_half_close_after_a_request_still_gets_the_answer),
        HOSTILE_CASE(a_half_close_after_ten_requests_gets_ten_answers),
        HOSTILE_CASE(a_half_close_in_the_head_ends_the_connection),
        HOSTILE_CASE(a_half_close_in_the_body_is_400_and_stores_nothing),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("clients that leave", cases, setup_with_a_long_list);
}
