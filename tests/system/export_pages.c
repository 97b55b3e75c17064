/*
 * tests/system/export_pages.c - when the next page of an export is fetched.
 * Threads: one.   Blocks: on the server of the case.
 *
 * The probe `store.read` tells of each page.
 */
#include <string.h>

#include "export.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/gate.h"

enum {
    PAGE_ROWS = 100,
    PAGES = EXPORT_ROWS / PAGE_ROWS,
    HELD_PAGES = PAGES / 4, /* 5 MB; the kernel's buffers end at 4 */
    SOME_PAGES = 4,
    LOOKS = 20
};

/* A reader has asked for all todos, and has read one. */
static void begin_and_count_reads(void)
{
    system_start(export_patient);
    export_fill(EXPORT_ROWS);
    gate_open(&system_gate, &system_server);
    system_gate.label = "store.read";
    export_begin();
    export_read_rows(1, 1);
}

/* How often the database was read since. */
static int count_reads(void)
{
    char threads[64];

    return gate_marks(&system_gate, "stand", threads, sizeof threads);
}

/* What has left the server and is not read. */
static size_t count_on_the_way(void)
{
    const struct stream *stream = &export_stream;

    return system_on_the_way(&stream->raw) + stream->len - stream->at;
}

/* Reads the rows from the second to this one; gives how many bytes they are. */
static size_t read_bytes_to(int last)
{
    size_t len = 0;

    for (int id = 2; id <= last; id++) {
        const char *line = stream_line(&export_stream);

        if (!line || talk_id_of(line) != id)
            fail_msg("row %d is to come now, and not: %s", id,
                     line ? line : "the end");
        len += strlen(line) + 1;
    }
    return len;
}

/* The kernel has taken all pages but the last one. */
static void expect_one_page_in_flight(int pages, size_t on_the_way)
{
    int before = pages > 1 ? (pages - 1) * PAGE_ROWS : 1;
    size_t len = read_bytes_to(before);

    if (len > on_the_way)
        fail_msg("page %d is fetched, and %zu bytes of the pages before it are "
                 "not with the kernel",
                 pages, len - on_the_way);
    export_read_rows(before + 1, EXPORT_ROWS);
    export_expect_end();
}

/* What the kernel and the server hold for him is read, and no more. Each GET
 * stands in the same line as a page of the export, were one to be fetched. */
static void pages_wait_for_the_reader(void **state)
{
    int pages;
    size_t on_the_way;

    (void)state;
    begin_and_count_reads();
    for (int i = 0; i < PAGES; i++)
        assert_int_equal(talk_get(system_server.port, "/todos?limit=1", NULL),
                         200);
    pages = count_reads() - PAGES;
    on_the_way = count_on_the_way();
    print_message("%d of %d pages are fetched for a reader that has stopped\n",
                  pages, PAGES);
    gate_release(&system_gate);
    if (pages > HELD_PAGES)
        fail_msg("%d pages are fetched, and it has read one row", pages);
    expect_one_page_in_flight(pages, on_the_way);
}

/* When the second page is asked for, all of the first is with the client. A
 * server that collects pages before it sends them has sent none. */
static void a_page_is_sent_before_the_next_is_fetched(void **state)
{
    (void)state;
    system_start(NULL);
    export_fill(EXPORT_FEW_ROWS);
    gate_hold(&system_gate, &system_server, "store.read");
    system_ask(&export_stream.raw, export_request);
    gate_await(&system_gate, 1);
    gate_pass(&system_gate);
    for (int page = 1; page < SOME_PAGES; page++) {
        gate_await(&system_gate, 1);
        for (int i = 0; i < LOOKS; i++) /* it has time to come */
            assert_int_equal(talk_get(system_server.port, "/healthz", NULL),
                             200);
        if (!raw_readable(&export_stream.raw, 0))
            fail_msg("page %d is fetched, and page %d was not sent", page + 1,
                     page);
        if (page == 1)
            assert_int_equal(stream_begin(&export_stream), 200);
        export_read_rows((page - 1) * PAGE_ROWS + 1, page * PAGE_ROWS);
        gate_pass(&system_gate);
    }
    gate_release(&system_gate);
    export_read_rows((SOME_PAGES - 1) * PAGE_ROWS + 1, EXPORT_FEW_ROWS);
    export_expect_end();
}

static void nothing_is_fetched_for_a_reader_that_left(void **state)
{
    int pages;

    (void)state;
    begin_and_count_reads();
    raw_reset(&export_stream.raw);
    export_await_cut(0);
    pages = count_reads();
    gate_release(&system_gate);
    if (pages > HELD_PAGES)
        fail_msg("it left at its first row, and %d of %d pages were fetched",
                 pages, PAGES);
}

int system_export_pages(void)
{
    const struct CMUnitTest cases[] = {
        EXPORT_CASE(a_page_is_sent_before_the_next_is_fetched),
        EXPORT_CASE(pages_wait_for_the_reader),
        EXPORT_CASE(nothing_is_fetched_for_a_reader_that_left),
    };

    return GROUP("pages of an export", cases, NULL, NULL);
}
