/*
 * tests/system/export.c - an export to a reader that stops, leaves, or reads
 * while others write.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/gate.h"
#include "tests/support/patience.h"
#include "tests/support/sql.h"

enum {
    ROWS = 50000, /* 20 MB of lines: no buffer holds them */
    MANY_ROWS = 200000,
    PAGE_ROWS = 100,
    PAGES = ROWS / PAGE_ROWS,
    HELD_PAGES = PAGES / 4, /* 5 MB; the kernel's buffers end at 4 */
    SOME_PAGES = 4,
    LOOKS = 20,
    FEW_ROWS = 2000,
    GROWN_KIB = 8192,
    SMALL_WINDOW = 4096
};

static struct stream stream;

/* A client may stop for as long as a case takes. */
static const char *const patient[] = {"--write-timeout", "3600", NULL};

static int release(void **state)
{
    stream_close(&stream);
    return system_release(state);
}

static int setup(void **state)
{
    (void)state;
    stream.raw.fd = -1;
    return 0;
}

#define EXPORT_CASE(function)                                                  \
    cmocka_unit_test_setup_teardown(function, setup, release)

/* Puts todos into the table, with ids from 1, as fast as SQLite can. */
static void fill(int rows)
{
    char sql[512];

    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                   " FROM n WHERE i < %d) INSERT INTO todos (title, completed,"
                   " created_at, updated_at)"
                   " SELECT 'row ' || i || printf('%%.*c', 190, 'x'), 0, 0, 0"
                   " FROM n",
                   rows);
    sql_exec(system_server.db, sql);
}

static const char request[] = "GET /todos/export HTTP/1.1\r\n"
                              "Host: localhost\r\n"
                              "\r\n";

/* Asks for all todos with a small window; something of them is on its way. */
static void begin(void)
{
    stream = (struct stream){.raw = {.fd = -1}};
    raw_open_small_window(&stream.raw, "127.0.0.1", system_server.port,
                          SMALL_WINDOW);
    assert_true(raw_send_text(&stream.raw, request));
    assert_int_equal(stream_begin(&stream), 200);
}

/* The id in the next line, which ends as a todo's does; 0 behind the last. */
static long long next_id(void)
{
    const char *line = stream_line(&stream);

    if (!line)
        return 0;
    assert_true(strncmp(line, "{\"id\":", 6) == 0);
    assert_true(line[strlen(line) - 1] == '}');
    return talk_id_of(line);
}

/* Reads lines whose ids go from `from` to `to`, one by one. */
static void read_rows(long long from, long long to)
{
    for (long long id = from; id <= to; id++)
        assert_int_equal(next_id(), id);
}

static void expect_end(void)
{
    assert_int_equal(next_id(), 0);
    assert_int_equal(stream.end, STREAM_WHOLE);
}

/* A snapshot that is held keeps a checkpoint from coming to the end of the log
 * (sqlite.org/pragma.html#pragma_wal_checkpoint): the first number is 1. */
static void expect_no_snapshot_held(void)
{
    assert_int_equal(
        sql_number(system_server.db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL),
        0);
}

static void a_reader_that_stops_holds_nobody_up(void **state)
{
    (void)state;
    system_start(patient);
    fill(ROWS);
    begin();
    read_rows(1, 1);
    for (int i = 0; i < 3; i++) {
        talk_still_serves(system_server.port);
        expect_no_snapshot_held();
    }
    read_rows(2, ROWS + 3);
    expect_end();
}

static void watch_reads(void)
{
    gate_open(&system_gate, &system_server);
    system_gate.label = "store.read";
}

/* How often the database was read since watch_reads. */
static int count_reads(void)
{
    char threads[64];

    return gate_marks(&system_gate, "stand", threads, sizeof threads);
}

/* What the kernel and the server hold for him is read, and no more. Each GET
 * stands in the same line as a page of the export, were one to be fetched. */
static void pages_wait_for_the_reader(void **state)
{
    int pages;

    (void)state;
    system_start(patient);
    fill(ROWS);
    watch_reads();
    begin();
    read_rows(1, 1);
    for (int i = 0; i < PAGES; i++)
        assert_int_equal(talk_get(system_server.port, "/todos?limit=1", NULL),
                         200);
    pages = count_reads() - PAGES;
    print_message("%d of %d pages are fetched for a reader that has stopped\n",
                  pages, PAGES);
    gate_release(&system_gate);
    if (pages > HELD_PAGES)
        fail_msg("%d pages are fetched, and he has read one row", pages);
    read_rows(2, ROWS);
    expect_end();
}

/* When the second page is asked for, all of the first is with the client. Who
 * collects pages before he sends them has sent none. */
static void a_page_is_sent_before_the_next_is_fetched(void **state)
{
    (void)state;
    system_start(NULL);
    fill(FEW_ROWS);
    gate_hold(&system_gate, &system_server, "store.read");
    system_ask(&stream.raw, request);
    gate_await(&system_gate, 1);
    gate_pass(&system_gate);
    for (int page = 1; page < SOME_PAGES; page++) {
        gate_await(&system_gate, 1);
        for (int i = 0; i < LOOKS; i++) /* it has time to come */
            assert_int_equal(talk_get(system_server.port, "/healthz", NULL),
                             200);
        if (!raw_readable(&stream.raw, 0))
            fail_msg("page %d is fetched, and page %d was not sent", page + 1,
                     page);
        if (page == 1)
            assert_int_equal(stream_begin(&stream), 200);
        read_rows((page - 1) * PAGE_ROWS + 1, page * PAGE_ROWS);
        gate_pass(&system_gate);
    }
    gate_release(&system_gate);
    read_rows((SOME_PAGES - 1) * PAGE_ROWS + 1, FEW_ROWS);
    expect_end();
}

/* The server logs a request at its end. */
static void await_end_of_request(void)
{
    long long deadline = now_ms() + PATIENCE_MS;
    bool ended = false;

    while (!ended) {
        char *log = server_log(&system_server);

        assert_true(now_ms() < deadline);
        ended = strstr(log, "/todos/export");
        free(log);
        a_moment();
    }
}

static void nothing_is_fetched_for_a_reader_that_left(void **state)
{
    int pages;

    (void)state;
    system_start(patient);
    fill(ROWS);
    watch_reads();
    begin();
    read_rows(1, 1);
    raw_reset(&stream.raw);
    await_end_of_request();
    pages = count_reads();
    gate_release(&system_gate);
    if (pages > HELD_PAGES)
        fail_msg("he left at his first row, and %d of %d pages were fetched",
                 pages, PAGES);
}

/* Some of it is with the client when the rest cannot be read. It is too late
 * for another status: that it is not whole shows in how it ends. */
static void an_export_that_fails_midway_is_cut_off(void **state)
{
    long long id = 1;
    long long got;

    (void)state;
    system_start(patient);
    fill(ROWS);
    begin();
    read_rows(1, 1);
    sql_exec(system_server.db, "ALTER TABLE todos RENAME TO hidden");
    while ((got = next_id()) != 0)
        if (got != ++id)
            fail_msg("the disk failed, and row %lld came where %lld was due",
                     got, id);
    if (stream.end == STREAM_WHOLE)
        fail_msg("the disk failed, and the answer ends as a whole one does");
    assert_int_equal(stream.end, STREAM_CUT);
}

static void memory_is_bounded_whatever_the_size_of_the_table(void **state)
{
    long before;

    (void)state;
    system_start(patient);
    fill(FEW_ROWS);
    begin();
    read_rows(1, FEW_ROWS); /* what an export allocates at all */
    expect_end();
    stream_close(&stream);
    sql_exec(system_server.db, "DELETE FROM todos");
    sql_exec(system_server.db, "DELETE FROM sqlite_sequence");
    fill(MANY_ROWS);
    before = changes_resident_kib();
    begin();
    for (int row = 1; row <= MANY_ROWS; row++) {
        assert_int_equal(next_id(), row);
        if (row % (MANY_ROWS / 10) == 1)
            changes_expect_grown(before, GROWN_KIB);
    }
    expect_end();
}

static void send_write(const char *method, long long id, const char *body)
{
    char text[TALK_MAX];

    (void)snprintf(text, sizeof text,
                   "%s /todos/%lld HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "Content-Type: application/json\r\n"
                   "Content-Length: %zu\r\n"
                   "\r\n"
                   "%s",
                   method, id, strlen(body), body);
    assert_in_range(talk(system_server.port, text, NULL), 200, 204);
}

/* Behind the reader and before it rows go, come and change. */
static void what_is_written_meanwhile_neither_repeats_nor_hides(void **state)
{
    const char *line;

    (void)state;
    system_start(patient);
    fill(ROWS);
    begin();
    read_rows(1, 10);
    send_write("DELETE", 5, "");
    send_write("DELETE", ROWS - 5, "");
    send_write("PATCH", 6, "{\"title\":\"changed behind\"}");
    send_write("PATCH", ROWS - 4, "{\"title\":\"changed before\"}");
    assert_int_equal(talk_create(system_server.port, "came"), ROWS + 1);
    read_rows(11, ROWS - 6);
    line = stream_line(&stream);
    assert_non_null(line);
    assert_int_equal(talk_id_of(line), ROWS - 4);
    assert_non_null(strstr(line, "\"changed before\""));
    read_rows(ROWS - 3, ROWS + 1);
    expect_end();
}

static void readers_that_leave_harm_nobody(void **state)
{
    (void)state;
    system_start(NULL);
    fill(ROWS);
    for (int i = 0; i < 20; i++) {
        begin();
        read_rows(1, 1 + i * 10);
        if (i % 2)
            raw_reset(&stream.raw);
        stream_close(&stream);
    }
    talk_still_serves(system_server.port);
    expect_no_snapshot_held();
    server_stop(&system_server);
}

/* It is cut off, and cannot be taken for whole. */
static void a_reader_that_stops_for_good_is_cut_off(void **state)
{
    static const char *const args[] = {"--write-timeout", "1", NULL};
    long long id = 1;
    long long got;

    (void)state;
    system_start(args);
    fill(ROWS);
    begin();
    await_end_of_request();
    while ((got = next_id()) != 0)
        assert_int_equal(got, id++);
    assert_int_equal(stream.end, STREAM_CUT);
    assert_true(id < ROWS);
}

static void an_export_under_way_is_finished_at_sigterm(void **state)
{
    static const char *const args[] = {"--shutdown-timeout", "3600", NULL};

    (void)state;
    system_start(args);
    fill(ROWS);
    begin();
    read_rows(1, 1);
    system_begin_stop(SIGTERM);
    read_rows(2, ROWS);
    expect_end();
    assert_int_equal(server_wait(&system_server), 0);
}

static void an_export_that_cannot_begin_is_500(void **state)
{
    struct raw_answer answer;

    (void)state;
    system_start(NULL);
    sql_exec(system_server.db, "ALTER TABLE todos RENAME TO hidden");
    assert_int_equal(talk_get(system_server.port, "/todos/export", &answer),
                     500);
    assert_true(strstr(answer.body, "\"status\":500") != NULL);
    raw_answer_release(&answer);
    sql_exec(system_server.db, "ALTER TABLE hidden RENAME TO todos");
    assert_int_equal(talk_get(system_server.port, "/todos/export", NULL), 200);
}

int system_export(void)
{
    const struct CMUnitTest cases[] = {
        EXPORT_CASE(an_export_that_cannot_begin_is_500),
        EXPORT_CASE(a_reader_that_stops_holds_nobody_up),
        EXPORT_CASE(a_page_is_sent_before_the_next_is_fetched),
        EXPORT_CASE(pages_wait_for_the_reader),
        EXPORT_CASE(nothing_is_fetched_for_a_reader_that_left),
        EXPORT_CASE(an_export_that_fails_midway_is_cut_off),
        EXPORT_CASE(memory_is_bounded_whatever_the_size_of_the_table),
        EXPORT_CASE(what_is_written_meanwhile_neither_repeats_nor_hides),
        EXPORT_CASE(readers_that_leave_harm_nobody),
        EXPORT_CASE(a_reader_that_stops_for_good_is_cut_off),
        EXPORT_CASE(an_export_under_way_is_finished_at_sigterm),
    };

    return GROUP("export", cases, NULL, NULL);
}
