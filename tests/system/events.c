/*
 * tests/system/events.c - event streams of one server: how many, how long, and
 * how they end.
 * Threads: one.   Blocks: on the server of the case.
 *
 * Deadlines that are not the matter of a case are an hour, so what ends, ends
 * for its own reason.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "changes.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "tests/support/sql.h"

enum { IDLE = 20, THREADS = 4, FEW = 3 };

static struct stream streams[IDLE];

static int release(void **state)
{
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        stream_close(&streams[i]);
    return system_release(state);
}

#define EVENTS_CASE(function) cmocka_unit_test_teardown(function, release)

static const char *const patient[] = {
    "--heartbeat", "3600", "--write-timeout", "3600", "--shutdown-timeout",
    "3600",        NULL};

/*
 * How many
 */

/* It is told when to come again, and why it is not let in. */
static void expect_refused_as_busy(struct stream *third)
{
    struct raw_answer answer;
    char value[16] = "";
    int status = stream_open_events(third, system_server.port, -1);

    if (status != 503)
        fail_msg("the third stream, with --max-streams 2, got %d", status);
    if (!raw_answer_field(&third->answer, "Retry-After", value, sizeof value))
        fail_msg("the third stream got 503 without Retry-After");
    assert_string_equal(value, "1");
    stream_close(third);
    status = talk_get(system_server.port, "/todos/events", &answer);
    assert_int_equal(status, 503);
    if (!strstr(answer.body, "#problem-busy\""))
        fail_msg("the third stream got 503, but not as one too many: %s",
                 answer.body);
    raw_answer_release(&answer);
}

static void streams_beyond_the_cap_are_503_and_others_are_served(void **state)
{
    static const char *const sync[] = {"--max-streams", "2", "--threads", "4",
                                       NULL};
    static const char *const async[] = {"--max-streams", "2", NULL};

    (void)state;
    system_start(system_is_sync() ? sync : async);
    changes_follow(&streams[0], -1);
    changes_follow(&streams[1], -1);
    for (int i = 0; i < 5; i++)
        expect_refused_as_busy(&streams[2]);
    talk_still_serves(system_server.port);
    for (int i = 0; i < 2; i++)
        (void)changes_read_created(&streams[i], "still here");
}

/* As many as there are threads, where a stream keeps one: some must be left.
 * Where it keeps none, there are a few more. */
static void idle_streams_leave_room_for_others(void **state)
{
    static const char *const sync[] = {"--threads", "4", NULL};
    int wanted = system_is_sync() ? THREADS : IDLE;
    int let_in = 0;

    (void)state;
    system_start(system_is_sync() ? sync : NULL);
    for (int i = 0; i < wanted; i++) {
        int status = stream_open_events(&streams[i], system_server.port, -1);

        assert_true(status == 200 || status == 503);
        let_in += status == 200;
        if (status == 503)
            stream_close(&streams[i]);
    }
    if (let_in == wanted) {
        int status = talk_get(system_server.port, "/todos", NULL);

        print_message("%d idle streams, and GET /todos is answered %d\n",
                      let_in, status);
        if (status != 200)
            fail_msg("%d streams wait, and all others hear %d", let_in, status);
    }
    talk_still_serves(system_server.port);
}

static void follow_when_there_is_a_place(long long deadline)
{
    int status;

    while ((status = stream_open_events(&streams[0], system_server.port, -1)) ==
           503) {
        if (now_ms() > deadline)
            fail_msg("the subscriber has left, and no place is free");
        stream_close(&streams[0]);
        server_pass_time(&system_server, 0.1); /* it looks for clients */
        a_moment();
    }
    assert_int_equal(status, 200);
}

/* By a reset or by an end, the server learns of it though it has nothing to
 * tell. */
static void a_place_is_free_when_its_subscriber_has_left(void **state)
{
    static const char *const args[] = {"--max-streams", "1", "--heartbeat",
                                       "3600", NULL};
    long long deadline = now_ms() + PATIENCE_MS;

    (void)state;
    system_start(args);
    for (int i = 0; i < 3; i++) {
        follow_when_there_is_a_place(deadline);
        changes_await_subscribers(1); /* it writes nothing any more */
        if (i == 1)
            raw_reset(&streams[0].raw);
        stream_close(&streams[0]);
    }
}

static void a_head_request_keeps_no_place(void **state)
{
    static const char *const args[] = {"--max-streams", "1", NULL};

    (void)state;
    system_start(args);
    for (int i = 0; i < 3; i++)
        assert_int_equal(talk(system_server.port,
                              "HEAD /todos/events HTTP/1.1\r\n"
                              "Host: localhost\r\n"
                              "Connection: close\r\n"
                              "\r\n"
                              "",
                              NULL),
                         0); /* a head that says chunked, and no body */
    changes_follow(&streams[0], -1);
}

/* Nothing has been sent yet, so it can be said why there is no stream. */
static void a_stream_that_cannot_begin_is_500_and_keeps_no_place(void **state)
{
    static const char *const args[] = {"--max-streams", "1", NULL};
    char type[64] = "";

    (void)state;
    system_start(args);
    sql_exec(system_server.db, "ALTER TABLE changes RENAME TO hidden");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(stream_open_events(&streams[0], system_server.port, 0),
                         500);
        assert_true(raw_answer_field(&streams[0].answer, "Content-Type", type,
                                     sizeof type));
        assert_string_equal(type, "application/problem+json");
        stream_close(&streams[0]);
    }
    sql_exec(system_server.db, "ALTER TABLE hidden RENAME TO changes");
    changes_follow(&streams[0], 0);
}

/*
 * How long
 */

/* Some wait for the time itself. All streams show life, whoever came last. */
static void a_heartbeat_keeps_a_silent_stream_alive(void **state)
{
    static const char *const args[] = {
        "--heartbeat", "0.05", "--head-timeout", "3600", "--write-timeout",
        "3600",        NULL};

    (void)state;
    system_start_in_real_time(args);
    for (int i = 0; i < FEW; i++)
        changes_follow(&streams[i], -1);
    for (int i = 0; i < FEW; i++)
        for (int beat = 0; beat < 3; beat++)
            stream_expect_heartbeat(&streams[i]);
    (void)talk_create(system_server.port, "between");
    for (int i = 0; i < FEW; i++) {
        (void)changes_read_created(&streams[i], "between");
        stream_expect_heartbeat(&streams[i]);
    }
}

static void no_heartbeat_comes_before_its_time(void **state)
{
    (void)state;
    system_start(patient);
    changes_follow(&streams[0], -1);
    for (int i = 0; i < 3; i++) {
        (void)talk_create(system_server.port, "news");
        (void)changes_read_created(&streams[0], "news");
    }
    assert_int_equal(streams[0].heartbeats, 0);
}

/* The deadlines of requests are over when one that was idle has ended. */
static void no_other_deadline_ends_a_stream(void **state)
{
    static const char *const args[] = {"--heartbeat",
                                       "3600",
                                       "--head-timeout",
                                       "10",
                                       "--body-timeout",
                                       "10",
                                       "--idle-timeout",
                                       "10",
                                       "--write-timeout",
                                       "10",
                                       NULL};
    char request[TALK_MAX];
    struct raw_answer answer;
    struct raw idle;

    (void)state;
    system_start(args);
    changes_follow(&streams[0], -1);
    talk_write_get(request, "/healthz");
    system_ask(&idle, request);
    assert_true(raw_read_answer(&idle, &answer, false));
    raw_answer_release(&answer);
    talk_until_late(&system_server, &idle);
    assert_true(raw_read_eof(&idle));
    raw_close(&idle);
    sql_exec(system_server.db,
             "INSERT INTO changes (kind, data) VALUES ('deleted', '{}')");
    changes_let_look(&system_server);
    (void)changes_read(&streams[0], 0, 1);
}

/*
 * How they end
 */

static void bye_is_the_last_event_at_sigterm(void **state)
{
    (void)state;
    system_start(patient);
    changes_follow(&streams[0], -1);
    changes_follow(&streams[1], -1);
    (void)talk_create(system_server.port, "before");
    for (int i = 0; i < 2; i++)
        (void)changes_read_created(&streams[i], "before");
    server_signal(&system_server, SIGTERM);
    for (int i = 0; i < 2; i++)
        changes_expect_bye(&streams[i]);
    server_expect_end(&system_server, 0);
}

static void bye_goes_to_http_1_0_too(void **state)
{
    (void)state;
    system_start(patient);
    streams[0] = (struct stream){.raw = {.fd = -1}};
    system_ask(&streams[0].raw, "GET /todos/events HTTP/1.0\r\n"
                                "Host: localhost\r\n\r\n");
    assert_int_equal(stream_begin(&streams[0]), 200);
    assert_false(streams[0].chunked);
    server_signal(&system_server, SIGTERM);
    changes_expect_bye(&streams[0]);
    server_expect_end(&system_server, 0);
}

static void bye_comes_also_to_who_does_not_read_yet(void **state)
{
    (void)state;
    system_start(patient);
    changes_make(10);
    changes_follow_blindly(&streams[0], 0);
    server_signal(&system_server, SIGTERM);
    server_expect_end(&system_server, 0);

    struct stream_event event;

    do /* some or all of the ten; nothing behind the bye */
        assert_true(stream_event(&streams[0], &event));
    while (strcmp(event.name, "bye") != 0);
    assert_null(stream_line(&streams[0]));
}

/* The subscriber is far behind and the server cannot send: it reads only when
 * the signal has come through. */
static void check_bye_behind(struct stream *stream)
{
    struct stream_event event;
    long long last = 0;

    changes_follow_blindly(stream, 0);
    assert_true(raw_readable(&stream->raw, RAW_TIMEOUT_MS)); /* events come */
    system_begin_stop(SIGTERM);
    for (;;) {
        assert_true(stream_event(stream, &event));
        if (strcmp(event.name, "bye") == 0)
            break;
        assert_int_equal(event.id, last + 1);
        last = event.id;
    }
    assert_null(stream_line(stream));
    assert_int_equal(stream->end, STREAM_WHOLE);
    server_expect_end(&system_server, 0);
}

static void bye_ends_a_stream_that_is_behind(void **state)
{
    (void)state;
    system_start(patient);
    changes_make(8000);
    check_bye_behind(&streams[0]);
}

/* One change, larger than all buffers: the last page is on its way. */
static void bye_ends_a_stream_in_its_last_page(void **state)
{
    (void)state;
    system_start(patient);
    sql_exec(system_server.db,
             "INSERT INTO changes (kind, data) VALUES ('deleted',"
             " '\"' || printf('%.*c', 8000000, 'x') || '\"')");
    check_bye_behind(&streams[0]);
}

static void a_full_pipe_does_not_keep_the_server(void **state)
{
    static const char *const args[] = {"--write-timeout", "3600",
                                       "--shutdown-timeout", "1", NULL};

    (void)state;
    system_start(args);
    changes_make(8000);
    changes_follow_blindly(&streams[0], 0);
    system_begin_stop(SIGTERM);
    server_pass_time_at_end(&system_server, 2);
    assert_in_range(server_wait(&system_server), 0, 1);
}

int system_events(void)
{
    const struct CMUnitTest cases[] = {
        EVENTS_CASE(streams_beyond_the_cap_are_503_and_others_are_served),
        EVENTS_CASE(idle_streams_leave_room_for_others),
        EVENTS_CASE(a_place_is_free_when_its_subscriber_has_left),
        EVENTS_CASE(a_head_request_keeps_no_place),
        EVENTS_CASE(a_stream_that_cannot_begin_is_500_and_keeps_no_place),
        EVENTS_CASE(a_heartbeat_keeps_a_silent_stream_alive),
        EVENTS_CASE(no_heartbeat_comes_before_its_time),
        EVENTS_CASE(no_other_deadline_ends_a_stream),
        EVENTS_CASE(bye_is_the_last_event_at_sigterm),
        EVENTS_CASE(bye_goes_to_http_1_0_too),
        EVENTS_CASE(bye_comes_also_to_who_does_not_read_yet),
        EVENTS_CASE(bye_ends_a_stream_that_is_behind),
        EVENTS_CASE(bye_ends_a_stream_in_its_last_page),
        EVENTS_CASE(a_full_pipe_does_not_keep_the_server),
    };

    return GROUP("event streams", cases, NULL, NULL);
}
