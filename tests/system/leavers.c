/*
 * tests/system/leavers.c - what is left of a stream when its client reads no
 * more or leaves, and of a client when its stream ends too early.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "tests/support/sql.h"

enum {
    STREAMS = 3,
    FEW = 64 /* changes of 1 KB: far fewer than a sleeper may owe */
};

static struct stream streams[STREAMS];

static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < STREAMS; i++)
        streams[i].raw.fd = -1;
    return 0;
}

static int release(void **state)
{
    for (int i = 0; i < STREAMS; i++)
        stream_close(&streams[i]);
    return system_release(state);
}

#define LEAVERS_CASE(function)                                                 \
    cmocka_unit_test_setup_teardown(function, setup, release)

static void fill_table_with(int rows)
{
    char sql[256];

    (void)snprintf(
        sql, sizeof sql,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < %d) INSERT INTO todos (title, completed,"
        " created_at, updated_at) SELECT printf('%%.*c', 190, 'x'), 0, 0, 0"
        " FROM n",
        rows);
    sql_exec(system_server.db, sql);
}

/* With 8 MB of lines, more than the buffers of a connection hold. */
static void fill_table(void)
{
    fill_table_with(20000);
}

/* Changes come until the kernel takes no more of them for the second client,
 * who does not read. The first reads them all, and is told of each after it. */
static void fill_the_pipe(struct stream *reads, const struct stream *sleeps)
{
    unsigned long before;
    unsigned long kept = 0;
    long long last = changes_newest();

    do {
        before = kept;
        changes_make(FEW - 1);
        (void)talk_create(system_server.port, "rings");
        last = changes_read(reads, last, FEW);
        if (!system_is_sync()) /* there the thread stands, and owes nothing */
            kept = system_kept_by_kernel(&sleeps->raw);
    } while (system_is_sync() ? last < CHANGES_TOO_MANY : kept > before);
    if (system_is_sync()) {
        gate_open(&system_gate, &system_server);
        gate_await_waiting(&system_gate, "client.send", 1);
    }
}

/* Two comments come behind an event on a stream that is read: what the server
 * had sent before, it has done with. On all others they come as well, or lie in
 * a queue. */
static void let_hearts_beat(struct stream *reads)
{
    (void)talk_create(system_server.port, "now");
    (void)changes_read_created(reads, "now");
    for (int i = 0; i < 2; i++) {
        server_pass_time(&system_server, 0.1);
        stream_expect_heartbeat(reads);
    }
}

/* Twice more than half of the time passes. Signs of life that the subscriber
 * does not read are no sign of its own, and give it no time. */
static void heartbeats_do_not_keep_who_never_reads(void **state)
{
    static const char *const args[] = {
        "--max-streams",   "2",  "--heartbeat", "0.05",
        "--write-timeout", "10", NULL};
    long long deadline = now_ms() + PATIENCE_MS;

    (void)state;
    system_start(args);
    changes_follow(&streams[0], -1);
    changes_follow_blindly(&streams[1], changes_newest());
    changes_await_subscribers(2);
    fill_the_pipe(&streams[0], &streams[1]);
    assert_int_equal(stream_open_events(&streams[2], system_server.port, -1),
                     503); /* it is not let go yet */
    stream_close(&streams[2]);
    for (int i = 0; i < 2; i++) {
        server_pass_time(&system_server, 6);
        let_hearts_beat(&streams[0]);
    }
    while (stream_open_events(&streams[2], system_server.port, -1) != 200) {
        if (now_ms() > deadline)
            fail_msg("a client that never reads is kept: its heartbeats count");
        stream_close(&streams[2]);
        a_moment();
    }
}

/* Where the log has a line with this text; the test fails without one. */
static const char *line_with(const char *log, const char *text)
{
    const char *found = strstr(log, text);

    if (!found)
        fail_msg("the log has no line with \"%s\":\n%s", text, log);
    while (found > log && found[-1] != '\n')
        found--;
    return found;
}

/* The line of the stream comes behind that of what was asked meanwhile, and
 * says that the client left. */
static void expect_logged_at_its_end(const char *log)
{
    const char *line = line_with(log, "/todos/events");
    const char *status = strstr(line, " 499 ");
    size_t len = strcspn(line, "\n");

    if (line < line_with(log, "/meanwhile"))
        fail_msg("a stream was logged before it ended");
    if (!status || status > line + len)
        fail_msg(
            "the client of a stream left: the log is to say 499, not: %.*s",
            (int)len, line);
}

/* As a request does. Until then nobody knows how long it was, or how it ended.
 */
static void a_stream_is_logged_when_it_ends(void **state)
{
    char *log;

    (void)state;
    system_start(NULL);
    changes_follow(&streams[0], -1);
    changes_follow(&streams[1], -1);
    assert_int_equal(talk_get(system_server.port, "/meanwhile", NULL), 404);
    stream_close(&streams[0]);
    log = system_await_logged("/todos/events", true);
    expect_logged_at_its_end(log);
    free(log);
    server_stop(&system_server); /* the other one hears bye */
    log = server_log(&system_server);
    (void)line_with(strstr(log, " 499 "), " 200 "); /* its bye was its end */
    free(log);
}

/* Begins to read this path by HTTP/1.0, to which an end of the connection is
 * the end of the answer. */
static void begin_by_http_1_0(const char *path)
{
    char request[TALK_MAX];

    (void)snprintf(request, sizeof request,
                   "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
    streams[0] = (struct stream){.raw = {.fd = -1}};
    raw_open_small_segments(&streams[0].raw, "127.0.0.1", system_server.port,
                            4096);
    assert_true(raw_send_text(&streams[0].raw, request));
    assert_int_equal(stream_begin(&streams[0]), 200);
}

static void expect_cut(const char *what)
{
    while (stream_line(&streams[0]))
        ;
    if (streams[0].end == STREAM_WHOLE)
        fail_msg("%s looks whole", what);
    assert_int_equal(streams[0].end, STREAM_CUT);
}

/* The next page cannot be read. */
static void half_an_export_is_not_whole_to_http_1_0(void **state)
{
    char *log;

    (void)state;
    system_start(NULL);
    fill_table();
    begin_by_http_1_0("/todos/export");
    sql_exec(system_server.db, "ALTER TABLE todos RENAME TO hidden");
    expect_cut("half an export");
    server_stop(&system_server);
    log = server_log(&system_server);
    (void)line_with(log, " 500 ");
    free(log);
}

/* Nobody reads on until the server has ended the connection. */
static void
an_export_that_is_read_too_late_is_not_whole_to_http_1_0(void **state)
{
    static const char *const args[] = {"--write-timeout", "1", NULL};
    char *log;

    (void)state;
    system_start(args);
    fill_table();
    begin_by_http_1_0("/todos/export");
    log = system_await_logged("/todos/export", true);
    (void)line_with(log, " 499 ");
    free(log);
    expect_cut("an export that was read too late");
    server_stop(&system_server);
}

static void
an_export_that_the_server_does_not_outlive_is_not_whole(void **state)
{
    (void)state;
    system_start(NULL);
    fill_table();
    begin_by_http_1_0("/todos/export");
    server_signal(&system_server, SIGKILL);
    server_expect_end(&system_server, 128 + SIGKILL);
    expect_cut("an export of a server that was killed");
}

static void expect_whole(void)
{
    while (stream_line(&streams[0]))
        ;
    assert_int_equal(streams[0].end, STREAM_WHOLE);
    server_stop(&system_server);
}

/* All of it lies in the kernel, and the server reads for another second before
 * it closes: that must not take the answer away. */
static void a_whole_export_is_whole_to_http_1_0(void **state)
{
    enum { ROWS = 300, MOMENTS = 100 };

    (void)state;
    system_start(NULL);
    fill_table_with(ROWS);
    begin_by_http_1_0("/todos/export");
    free(system_await_logged("/todos/export", false));
    server_pass_time(&system_server, 2);
    for (int i = 0; i < MOMENTS; i++)
        a_moment(); /* it looks at its clock, and closes */
    expect_whole();
}

/* Meanwhile all that was to come is deleted. */
static void an_export_whose_last_page_is_empty_is_whole(void **state)
{
    (void)state;
    system_start(NULL);
    fill_table();
    begin_by_http_1_0("/todos/export");
    sql_exec(system_server.db, "DELETE FROM todos");
    expect_whole();
}

/* It has left, so the stream ends before its end, and that is a reset. */
static void a_subscriber_by_http_1_0_that_ends_its_side_is_reset(void **state)
{
    (void)state;
    system_start(NULL);
    begin_by_http_1_0("/todos/events");
    raw_half_close(&streams[0].raw);
    talk_until_late(&system_server, &streams[0].raw);
    expect_cut("a stream that its client has left");
    server_stop(&system_server);
}

int system_leavers(void)
{
    const struct CMUnitTest cases[] = {
        LEAVERS_CASE(half_an_export_is_not_whole_to_http_1_0),
        LEAVERS_CASE(an_export_that_is_read_too_late_is_not_whole_to_http_1_0),
        LEAVERS_CASE(an_export_that_the_server_does_not_outlive_is_not_whole),
        LEAVERS_CASE(a_whole_export_is_whole_to_http_1_0),
        LEAVERS_CASE(an_export_whose_last_page_is_empty_is_whole),
        LEAVERS_CASE(a_subscriber_by_http_1_0_that_ends_its_side_is_reset),
        LEAVERS_CASE(a_stream_is_logged_when_it_ends),
        LEAVERS_CASE(heartbeats_do_not_keep_who_never_reads),
    };

    return GROUP("leavers", cases, NULL, NULL);
}
