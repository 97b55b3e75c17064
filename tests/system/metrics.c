/*
 * tests/system/metrics.c - what GET /metrics says of those that wait now. Each
 * is held where it waits, so that there is a number to compare with.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <string.h>

#include "hashes.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "tests/support/scrapes.h"

enum { WRITERS = 4, STREAMS = 3 };

static double value_now(const char *series)
{
    return scrapes_value(system_server.port, series);
}

static void expect_number(const char *series, double seen, int value)
{
    if (seen != value)
        fail_msg("%s is %g, not %d", series, seen, value);
}

static void expect_now(const char *series, int value)
{
    expect_number(series, value_now(series), value);
}

/* It becomes so: a thread that has answered has a step or two to go. */
static void expect_soon(const char *series, int value)
{
    long long deadline = now_ms() + PATIENCE_MS;
    double seen;

    while ((seen = value_now(series)) != value && now_ms() < deadline)
        a_moment();
    expect_number(series, seen, value);
}

/* The one that asks is in flight as well. */
static void expect_in_flight(int others)
{
    expect_now("http_requests_in_flight", others + 1);
    if (system_is_sync())
        expect_soon("todo_threads_busy", others + 1);
}

static void expect_nobody_waits(void)
{
    expect_soon("http_requests_in_flight", 1);
    if (system_is_sync()) {
        expect_soon("todo_threads_busy", 1);
        expect_soon("todo_writers_waiting", 0);
    } else {
        expect_soon("todo_jobs{queue=\"read\"}", 0);
        expect_soon("todo_jobs{queue=\"search\"}", 0);
        expect_soon("todo_jobs{queue=\"write\"}", 0);
        expect_soon("todo_store_threads_busy", 0);
    }
}

/* The first commits, the others stand behind it. */
static void writers_that_wait_are_in_the_metrics(void **state)
{
    struct raw writers[WRITERS];

    (void)state;
    system_start(NULL);
    system_hold_at("store.commit");
    system_ask_post(&writers[0], "held");
    gate_await(&system_gate, 1);
    for (int i = 1; i < WRITERS; i++) {
        system_ask_post(&writers[i], "behind it");
        gate_await_waiting(&system_gate, "keeper.write", i + 1);
    }
    expect_in_flight(WRITERS);
    if (system_is_sync()) {
        expect_soon("todo_writers_waiting", WRITERS - 1);
    } else {
        expect_soon("todo_jobs{queue=\"write\"}", WRITERS);
        expect_soon("todo_jobs{queue=\"read\"}", 0);
        expect_soon("todo_store_threads_busy", 1);
    }
    gate_release(&system_gate);
    for (int i = 0; i < WRITERS; i++)
        talk_expect(system_hear(&writers[i]), 201);
    expect_nobody_waits();
}

static void readers_that_wait_are_in_the_metrics(void **state)
{
    static const char *const paths[] = {"/todos", "/todos?q=milk",
                                        "/todos?q=tea"};
    enum { READERS = sizeof paths / sizeof paths[0] };
    struct raw readers[READERS];

    (void)state;
    system_start(NULL);
    system_hold_at("store.read");
    for (int i = 0; i < READERS; i++) {
        char request[TALK_MAX];

        talk_write_get(request, paths[i]);
        system_ask(&readers[i], request);
        gate_await_waiting(&system_gate, "keeper.read", i + 1);
    }
    /* On the loop the second search waits for the one thread that searches. */
    gate_await(&system_gate, system_is_sync() ? READERS : 2);
    expect_in_flight(READERS);
    if (!system_is_sync()) {
        expect_soon("todo_jobs{queue=\"read\"}", 1);
        expect_soon("todo_jobs{queue=\"search\"}", 2);
        expect_soon("todo_jobs{queue=\"write\"}", 0);
        expect_soon("todo_store_threads_busy", 2);
    }
    gate_release(&system_gate);
    for (int i = 0; i < READERS; i++)
        talk_expect(system_hear(&readers[i]), 200);
    expect_nobody_waits();
}

static void hashes_that_wait_are_in_the_metrics(void **state)
{
    struct raw clients[HASHES_PLACES];

    (void)state;
    system_start(hashes_few);
    expect_soon("todo_hashes_running", 0);
    hashes_hold(clients, HASHES_PLACES);
    expect_in_flight(HASHES_PLACES);
    expect_soon("todo_hashes_running", 1);
    expect_soon("todo_hashes_waiting", HASHES_PLACES - 1);
    hashes_let_go(clients, HASHES_PLACES);
    expect_soon("todo_hashes_running", 0);
    expect_soon("todo_hashes_waiting", 0);
    expect_nobody_waits();
}

/* Twice a second the server looks for those that have left. */
static void expect_no_stream_in_time(void)
{
    long long deadline = now_ms() + PATIENCE_MS;
    double seen;

    while ((seen = value_now("todo_streams")) > 0 && now_ms() < deadline)
        server_pass_time(&system_server, 1);
    expect_number("todo_streams", seen, 0);
}

static void streams_are_in_the_metrics(void **state)
{
    struct raw streams[STREAMS];
    char request[TALK_MAX];
    struct raw_answer head;

    (void)state;
    system_start(NULL);
    talk_write_get(request, "/todos/events");
    for (int i = 0; i < STREAMS; i++) {
        system_ask(&streams[i], request);
        assert_true(raw_read_head(&streams[i], &head));
        raw_answer_release(&head);
        expect_soon("todo_streams", i + 1);
    }
    expect_in_flight(STREAMS);
    for (int i = 0; i < STREAMS; i++)
        raw_close(&streams[i]);
    expect_no_stream_in_time();
    expect_nobody_waits();
}

/* Whatever a connection costs, it is there to be seen. */
static void connections_are_in_the_metrics(void **state)
{
    struct raw idle[2];
    struct raw_answer answer;

    (void)state;
    system_start(NULL);
    expect_soon("todo_connections", 1);
    for (int i = 0; i < 2; i++) {
        system_ask(&idle[i],
                   "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_true(raw_read_answer(&idle[i], &answer, false));
        raw_answer_release(&answer);
    }
    expect_soon("todo_connections", 3);
    expect_soon("http_requests_in_flight", 1);
    for (int i = 0; i < 2; i++)
        raw_close(&idle[i]);
    expect_soon("todo_connections", 1);
}

int system_metrics(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(writers_that_wait_are_in_the_metrics),
        SYSTEM_CASE(readers_that_wait_are_in_the_metrics),
        SYSTEM_CASE(hashes_that_wait_are_in_the_metrics),
        SYSTEM_CASE(streams_are_in_the_metrics),
        SYSTEM_CASE(connections_are_in_the_metrics),
    };

    return GROUP("metrics", cases, NULL, NULL);
}
