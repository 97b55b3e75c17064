/*
 * tests/system/more_14.c - how many threads the exports of todo-sync may keep
 * (exercise 14, one step further).
 * Threads: one.   Blocks: on the server of the case.
 */
#include <stdlib.h>

#include "export.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "tests/support/sql.h"

enum { PLACES = 2, SMALL_WINDOW = 4096, REFUSED = 5 };

static struct stream readers[PLACES];
static struct stream further;

static int release(void **state)
{
    for (int i = 0; i < PLACES; i++)
        stream_close(&readers[i]);
    stream_close(&further);
    return system_release(state);
}

static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < PLACES; i++)
        readers[i].raw.fd = -1;
    further.raw.fd = -1;
    return 0;
}

#define MORE_CASE(function)                                                    \
    cmocka_unit_test_setup_teardown(function, setup, release)

/* Asks for all todos, and reads no more than the head of the answer. */
static int begin(struct stream *reader)
{
    *reader = (struct stream){.raw = {.fd = -1}};
    raw_open_small_segments(&reader->raw, "127.0.0.1", system_server.port,
                            SMALL_WINDOW);
    assert_true(raw_send_text(&reader->raw, export_request));
    return stream_begin(reader);
}

/* Two slow readers have a thread each, and two threads are left. */
static void start_with_all_places_taken(void)
{
    static const char *const args[] = {"--threads", "4", "--write-timeout",
                                       "3600", NULL};

    system_start(args);
    export_fill(EXPORT_ROWS);
    for (int i = 0; i < PLACES; i++)
        talk_expect(begin(&readers[i]), 200);
}

static void expect_refused(void)
{
    if (begin(&further) != 503)
        fail_msg("of 4 threads a third one is an export's");
    system_expect_field(&further.answer, "Retry-After", "1");
    stream_close(&further);
}

static void exports_leave_half_of_the_threads_to_others(void **state)
{
    char request[TALK_MAX];

    (void)state;
    start_with_all_places_taken();
    talk_write_get(request, "/todos?limit=1");
    for (int i = 0; i < REFUSED; i++) {
        expect_refused();
        talk_expect(talk_patiently(system_server.port, request, NULL), 200);
    }
}

/* The threads of those before need a moment to notice that they have ended. */
static void begin_patiently(struct stream *reader, int expected)
{
    long long deadline = now_ms() + PATIENCE_MS;
    int status;

    while ((status = begin(reader)) == 503) {
        if (now_ms() > deadline)
            fail_msg("an export has ended, and its place is never free");
        stream_close(reader);
        a_moment();
    }
    talk_expect(status, expected);
}

static void expect_a_place(struct stream *reader)
{
    begin_patiently(reader, 200);
    expect_refused(); /* it was one place */
}

static void read_to_the_end(struct stream *reader, enum stream_end end)
{
    while (stream_line(reader))
        ;
    assert_int_equal(reader->end, end);
    stream_close(reader);
}

static void the_place_of_an_export_comes_back(void **state)
{
    (void)state;
    start_with_all_places_taken();
    expect_refused();
    raw_reset(&readers[0].raw);
    stream_close(&readers[0]);
    expect_a_place(&readers[0]);
    read_to_the_end(&readers[0], STREAM_WHOLE);
    expect_a_place(&readers[0]);
    sql_exec(system_server.db, "ALTER TABLE todos RENAME TO hidden");
    read_to_the_end(&readers[0], STREAM_CUT);
    begin_patiently(&further, 500); /* and this one keeps none, either */
    stream_close(&further);
    sql_exec(system_server.db, "ALTER TABLE hidden RENAME TO todos");
    expect_a_place(&readers[0]);
}

int system_more_14(void)
{
    const struct CMUnitTest cases[] = {
        MORE_CASE(exports_leave_half_of_the_threads_to_others),
        MORE_CASE(the_place_of_an_export_comes_back),
    };

    return GROUP("one step further than exercise 14", cases, NULL, NULL);
}
