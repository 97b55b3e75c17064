/*
 * tests/hostile/streams.c - bad clients of what does not end by itself: event
 * streams and exports.
 * Threads: one.   Blocks: on the server of the group.
 */
#include <stdio.h>
#include <string.h>

#include "hostile.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "tests/support/stream.h"

enum { STREAMS = 2, ROUNDS = 100, CROWD = 4 };

static const char events[] = "GET /todos/events HTTP/1.1\r\n"
                             "Host: localhost\r\n"
                             "\r\n";
static const char export[] = "GET /todos/export HTTP/1.1\r\n"
                             "Host: localhost\r\n"
                             "\r\n";
static struct stream stream;

static int setup(void **state)
{
    static const char *const args[] = {"--max-streams", "2", NULL};

    (void)state;
    hostile_start(args, args);
    talk_fill_list(hostile_server.port);
    return 0;
}

static int still_serves(void **state)
{
    stream_close(&stream);
    return hostile_still_serves(state);
}

#define STREAMS_CASE(function) cmocka_unit_test_teardown(function, still_serves)

/* Subscribes as soon as there is a place: the server notices before long that
 * the client that had it has left. */
static void follow_patiently(void)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (stream_open_events(&stream, hostile_server.port, -1) == 503) {
        if (now_ms() > deadline)
            fail_msg("the clients have left, and no place is free");
        stream_close(&stream);
        server_pass_time(&hostile_server, 0.1); /* it looks for clients */
        a_moment();
    }
    assert_int_equal(stream.answer.status, 200);
}

static void expect_told(const char *title)
{
    struct stream_event event;

    (void)talk_create(hostile_server.port, title);
    if (!stream_event(&stream, &event))
        fail_msg("the stream ended before it told of a change");
    if (!strstr(event.data, title))
        fail_msg("the stream is to tell of \"%s\", and not: %s", title,
                 event.data);
}

/* Before, while and after the head is sent. */
static void subscribers_that_vanish_keep_no_place(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct raw raw;

        hostile_open(&raw);
        assert_true(raw_send_text(&raw, events));
        if (i % 3 > 0)
            assert_true(raw_readable(&raw, RAW_TIMEOUT_MS));
        if (i % 2)
            raw_reset(&raw);
        raw_close(&raw);
    }
    follow_patiently();
    expect_told("told after all");
}

static void exports_that_vanish_keep_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct raw raw;

        raw_open_small_segments(&raw, "127.0.0.1", hostile_server.port, 4096);
        assert_true(raw_send_text(&raw, export));
        if (i % 3 > 0)
            assert_true(raw_readable(&raw, RAW_TIMEOUT_MS));
        if (i % 2)
            raw_reset(&raw);
        raw_close(&raw);
    }
}

static void an_export_read_byte_by_byte_comes_whole(void **state)
{
    const char *line;
    long long last = 0;
    int count = 0;

    (void)state;
    assert_int_equal(
        stream_open(&stream, hostile_server.port, "/todos/export", ""), 200);
    stream.raw.sip = 1;
    for (; count < ROUNDS && (line = stream_line(&stream)); count++) {
        assert_true(talk_id_of(line) > last);
        last = talk_id_of(line);
    }
    assert_int_equal(count, ROUNDS);
    stream.raw.sip = 0;
    while (stream_line(&stream))
        count++;
    assert_int_equal(stream.end, STREAM_WHOLE);
    assert_true(count >= 1000);
}

static void events_read_byte_by_byte_come_whole(void **state)
{
    (void)state;
    follow_patiently();
    stream.raw.sip = 1;
    for (int i = 0; i < 10; i++)
        expect_told("in small bytes");
}

/* Each of them asks for a stream, then for one more on the same connection. */
static void requests_behind_a_stream_are_not_answered(void **state)
{
    (void)state;
    follow_patiently();
    for (int i = 0; i < CROWD; i++)
        (void)raw_send_some(&stream.raw, events, strlen(events));
    expect_told("the only answer");
    expect_told("goes on");
}

static void a_subscriber_that_floods_is_let_go(void **state)
{
    static const char noise[64 * 1024];
    long long deadline = now_ms() + PATIENCE_MS;

    (void)state;
    follow_patiently();
    while (!stream.raw.reset) {
        if (now_ms() > deadline)
            fail_msg("a subscriber may send for ever");
        (void)raw_send_some(&stream.raw, noise, sizeof noise);
        server_pass_time(&hostile_server, 0.5); /* it looks what has come */
        a_moment();
    }
}

static void a_crowd_that_subscribes_at_once_hears_200_or_503(void **state)
{
    enum { AT_ONCE = 40 };
    struct raw crowd[AT_ONCE];
    struct raw_answer answer;
    int let_in = 0;

    (void)state;
    follow_patiently(); /* so that those before have been noticed */
    for (int i = 0; i < AT_ONCE; i++) {
        hostile_open(&crowd[i]);
        assert_true(raw_send_text(&crowd[i], events));
    }
    for (int i = 0; i < AT_ONCE; i++) {
        assert_true(raw_read_head(&crowd[i], &answer));
        if (answer.status == 200)
            let_in++;
        else
            assert_int_equal(answer.status, 503);
        raw_answer_release(&answer);
    }
    assert_in_range(let_in, 0, STREAMS - 1);
    for (int i = 0; i < AT_ONCE; i++)
        raw_close(&crowd[i]);
    expect_told("undisturbed");
}

int hostile_streams(void)
{
    const struct CMUnitTest cases[] = {
        STREAMS_CASE(subscribers_that_vanish_keep_no_place),
        STREAMS_CASE(exports_that_vanish_keep_nothing),
        STREAMS_CASE(an_export_read_byte_by_byte_comes_whole),
        STREAMS_CASE(events_read_byte_by_byte_come_whole),
        STREAMS_CASE(requests_behind_a_stream_are_not_answered),
        STREAMS_CASE(a_subscriber_that_floods_is_let_go),
        STREAMS_CASE(a_crowd_that_subscribes_at_once_hears_200_or_503),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("clients of streams", cases, setup);
}
