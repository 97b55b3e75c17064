/*
 * tests/hostile/metrics.c - clients that ask for the metrics and do not take
 * them, and clients that would like to be in them.
 * Threads: one.   Blocks: on the server of the group.
 */
#include <stdio.h>

#include "hostile.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "tests/support/scrapes.h"

enum {
    MANY = 300,
    NOW_AND_THEN = 50,
    PIPELINED = 100,
    CROWD = 8,
    SMALL = 4096
};

static void ask(struct raw *raw)
{
    char request[TALK_MAX];

    talk_write_get(request, "/metrics");
    hostile_open(raw);
    talk_send(raw, request);
}

/* More than a connection with small segments takes. */
static void ask_for_much(struct raw *raw)
{
    char request[TALK_MAX];

    talk_write_get(request, "/metrics");
    raw_open_small_segments(raw, "127.0.0.1", hostile_server.port, SMALL);
    for (int i = 0; i < PIPELINED; i++)
        (void)raw_send_text(raw, request); /* it may be cut off */
}

static size_t series_now(void)
{
    struct scrape scrape;
    size_t count;

    scrapes_take(&scrape, hostile_server.port);
    count = scrape.series_count;
    scrape_release(&scrape);
    return count;
}

/* The one that asks, and nobody else. */
static void expect_nobody_in_flight(void)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (scrapes_value(hostile_server.port, "http_requests_in_flight") != 1)
        if (now_ms() < deadline)
            a_moment();
        else
            fail_msg("requests are in flight whose clients have left");
}

static void clients_that_scrape_and_leave_are_not_in_flight(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++) {
        struct raw raw;

        ask(&raw);
        if (i % 2)
            raw_reset(&raw);
        else
            raw_close(&raw);
        if (i % NOW_AND_THEN == 0)
            (void)series_now();
    }
    expect_nobody_in_flight();
}

/* They read nothing. One answer of each is held up, and no more are made. */
static void clients_that_scrape_and_do_not_read_harm_nobody(void **state)
{
    struct raw crowd[CROWD];

    (void)state;
    for (int i = 0; i < CROWD; i++)
        ask_for_much(&crowd[i]);
    (void)series_now();
    for (int i = 0; i < CROWD; i++)
        raw_reset(&crowd[i]);
    expect_nobody_in_flight();
}

static void ask_for_nothing(int number)
{
    char request[TALK_MAX];

    (void)snprintf(request, sizeof request,
                   "%s /p%d\"\\}?q=%d HTTP/1.1\r\nHost: localhost\r\n\r\n",
                   number % 2 ? "GET" : "DELETE", number, number);
    talk_expect(talk_patiently(hostile_server.port, request, NULL), 404);
}

/* Of whatever they invent there is one series, and it is there already. */
static void invented_paths_and_methods_make_no_series(void **state)
{
    size_t before;

    (void)state;
    ask_for_nothing(0);
    (void)series_now(); /* it is in the next one */
    before = series_now();
    for (int i = 1; i < MANY; i++)
        ask_for_nothing(i);
    assert_int_equal(series_now(), before);
}

int hostile_metrics(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(clients_that_scrape_and_leave_are_not_in_flight),
        HOSTILE_CASE(clients_that_scrape_and_do_not_read_harm_nobody),
        HOSTILE_CASE(invented_paths_and_methods_make_no_series),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("metrics", cases, hostile_setup);
}
