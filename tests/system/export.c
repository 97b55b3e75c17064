/*
 * tests/system/export.c - an export to a reader that stops, leaves, or reads
 * while others write.
 * Threads: one.   Blocks: on the server of the case.
 */
#include "export.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "changes.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "tests/support/sql.h"

enum {
    MANY_ROWS = 200000,
    GROWN_KIB = 8192,
    LEFT_ROWS = 20000 /* 8 MB: twice what the buffers hold */
};

/* A snapshot that is held keeps a checkpoint from coming to the end of the log
 * (sqlite.org/pragma.html#pragma_wal_checkpoint): the first number is 1. */
static void expect_no_snapshot_held(void)
{
    if (sql_number(system_server.db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL))
        fail_msg("a read transaction is held while the reader reads nothing");
}

/* It stops twice, until the kernel takes no more, or else it may be quicker
 * than the server. Between two stops it reads more than a kernel holds. */
static void a_reader_that_stops_holds_nobody_up(void **state)
{
    enum { STOPS = 2, LOOKS = 3 };
    int row = 1;

    (void)state;
    system_start(export_patient);
    gate_open(&system_gate, &system_server);
    export_fill(EXPORT_ROWS);
    export_begin();
    for (int stop = 0; stop < STOPS; stop++) {
        export_read_rows(row, 1 + stop * EXPORT_ROWS / STOPS);
        row = 2 + stop * EXPORT_ROWS / STOPS;
        gate_await_waiting(&system_gate, "client.send", 1);
        for (int i = 0; i < LOOKS; i++) {
            talk_still_serves(system_server.port);
            expect_no_snapshot_held();
        }
    }
    export_read_rows(row, EXPORT_ROWS);
    while (export_next_id() != 0)
        ; /* some came meanwhile */
    assert_int_equal(export_stream.end, STREAM_WHOLE);
    server_stop(&system_server);
}

/* Some of it is with the client. */
static void begin_midway(void)
{
    system_start(export_patient);
    export_fill(EXPORT_ROWS);
    export_begin();
    export_read_rows(1, 1);
}

/* It is too late for another status: that the answer is not whole shows in how
 * it ends, and nothing of it may be left in the server. */
static void expect_cut_midway(const char *status)
{
    long long id = 1;
    long long got;

    while ((got = export_next_id()) != 0)
        if (got != ++id)
            fail_msg("the disk failed, and row %lld came where %lld was due",
                     got, id);
    if (export_stream.end == STREAM_WHOLE)
        fail_msg("the disk failed, and the answer ends as a whole one does");
    assert_int_equal(export_stream.end, STREAM_CUT);
    server_stop(&system_server);
    export_expect_logged(status);
}

/* The next page is looked for, and not found. */
static void an_export_that_fails_midway_is_cut_off(void **state)
{
    (void)state;
    begin_midway();
    sql_exec(system_server.db, "ALTER TABLE todos RENAME TO hidden");
    expect_cut_midway(" 500 ");
}

/* The next page is not even looked for: what was known of the one before is all
 * that is known. */
static void an_export_whose_database_is_lost_is_cut_off(void **state)
{
    (void)state;
    begin_midway();
    assert_int_equal(unlink(system_server.db), 0);
    expect_cut_midway(" 503 ");
}

static void memory_is_bounded_whatever_the_size_of_the_table(void **state)
{
    long before;

    (void)state;
    system_start(export_patient);
    export_fill(EXPORT_FEW_ROWS);
    export_begin();
    export_read_rows(1, EXPORT_FEW_ROWS); /* what an export allocates at all */
    export_expect_end();
    stream_close(&export_stream);
    sql_exec(system_server.db, "DELETE FROM todos");
    sql_exec(system_server.db, "DELETE FROM sqlite_sequence");
    export_fill(MANY_ROWS);
    before = changes_resident_kib();
    export_begin();
    for (int row = 1; row <= MANY_ROWS; row++) {
        assert_int_equal(export_next_id(), row);
        if (row % (MANY_ROWS / 10) == 1)
            changes_expect_grown(before, GROWN_KIB);
    }
    export_expect_end();
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
    system_start(export_patient);
    export_fill(EXPORT_ROWS);
    export_begin();
    export_read_rows(1, 10);
    send_write("DELETE", 5, "");
    send_write("DELETE", EXPORT_ROWS - 5, "");
    send_write("PATCH", 6, "{\"title\":\"changed behind\"}");
    send_write("PATCH", EXPORT_ROWS - 4, "{\"title\":\"changed before\"}");
    assert_int_equal(talk_create(system_server.port, "came"), EXPORT_ROWS + 1);
    export_read_rows(11, EXPORT_ROWS - 6);
    line = stream_line(&export_stream);
    if (!line || talk_id_of(line) != EXPORT_ROWS - 4)
        fail_msg("row %d is to come now, and not: %s", EXPORT_ROWS - 4,
                 line ? line : "the end");
    assert_non_null(strstr(line, "\"changed before\""));
    export_read_rows(EXPORT_ROWS - 3, EXPORT_ROWS + 1);
    export_expect_end();
}

static void readers_that_leave_harm_nobody(void **state)
{
    (void)state;
    system_start(NULL);
    export_fill(LEFT_ROWS);
    for (int i = 0; i < 20; i++) {
        export_begin();
        export_read_rows(1, 1 + i * 10);
        if (i % 2)
            raw_reset(&export_stream.raw);
        stream_close(&export_stream);
    }
    talk_still_serves(system_server.port);
    expect_no_snapshot_held();
    server_stop(&system_server);
}

/* It is cut off, and cannot be taken for whole. */
static void a_reader_that_stops_for_good_is_cut_off(void **state)
{
    static const char *const args[] = {"--write-timeout", "10", NULL};
    long long id = 1;
    long long got;

    (void)state;
    system_start(args);
    export_fill(EXPORT_ROWS);
    export_begin();
    export_await_cut(1);
    while ((got = export_next_id()) != 0)
        assert_int_equal(got, id++);
    if (export_stream.end == STREAM_WHOLE)
        fail_msg("it was cut off, and the answer ends as a whole one does");
    assert_int_equal(export_stream.end, STREAM_CUT);
    assert_true(id < EXPORT_ROWS);
}

static void an_export_under_way_is_finished_at_sigterm(void **state)
{
    static const char *const args[] = {"--shutdown-timeout", "3600", NULL};

    (void)state;
    system_start(args);
    export_fill(EXPORT_ROWS);
    export_begin();
    export_read_rows(1, 1);
    system_begin_stop(SIGTERM);
    export_read_rows(2, EXPORT_ROWS);
    export_expect_end();
    server_expect_end(&system_server, 0);
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
        EXPORT_CASE(an_export_that_fails_midway_is_cut_off),
        EXPORT_CASE(an_export_whose_database_is_lost_is_cut_off),
        EXPORT_CASE(memory_is_bounded_whatever_the_size_of_the_table),
        EXPORT_CASE(what_is_written_meanwhile_neither_repeats_nor_hides),
        EXPORT_CASE(readers_that_leave_harm_nobody),
        EXPORT_CASE(a_reader_that_stops_for_good_is_cut_off),
        EXPORT_CASE(an_export_under_way_is_finished_at_sigterm),
    };

    return GROUP("export", cases, NULL, NULL);
}
