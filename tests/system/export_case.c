/*
 * tests/system/export_case.c - an export under way, read line by line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "tests/support/sql.h"

enum { SMALL_WINDOW = 4096 };

struct stream export_stream;
const char *const export_patient[] = {"--write-timeout", "3600", NULL};

int export_release(void **state)
{
    stream_close(&export_stream);
    return system_release(state);
}

int export_setup(void **state)
{
    (void)state;
    export_stream.raw.fd = -1;
    return 0;
}

void export_fill(int rows)
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

const char export_request[] = "GET /todos/export HTTP/1.1\r\n"
                              "Host: localhost\r\n"
                              "\r\n";

void export_begin(void)
{
    export_stream = (struct stream){.raw = {.fd = -1}};
    raw_open_small_segments(&export_stream.raw, "127.0.0.1", system_server.port,
                            SMALL_WINDOW);
    assert_true(raw_send_text(&export_stream.raw, export_request));
    assert_int_equal(stream_begin(&export_stream), 200);
}

long long export_next_id(void)
{
    const char *line = stream_line(&export_stream);

    if (!line)
        return 0;
    assert_true(strncmp(line, "{\"id\":", 6) == 0);
    assert_true(line[strlen(line) - 1] == '}');
    return talk_id_of(line);
}

void export_read_rows(long long from, long long to)
{
    for (long long id = from; id <= to; id++)
        assert_int_equal(export_next_id(), id);
}

void export_expect_end(void)
{
    assert_int_equal(export_next_id(), 0);
    assert_int_equal(export_stream.end, STREAM_WHOLE);
}

void export_expect_logged(const char *status)
{
    char *log = server_log(&system_server);
    char *end = strstr(log, "/todos/export");
    char *line = log;

    assert_non_null(end);
    *end = '\0';
    if (strrchr(log, '\n'))
        line = strrchr(log, '\n') + 1;
    if (!strstr(line, status))
        fail_msg("the answer is cut, and the log has not%sbut\n%s/todos/export",
                 status, line);
    free(log);
}

void export_await_cut(double seconds)
{
    long long deadline = now_ms() + PATIENCE_MS;
    bool ended = false;

    while (!ended) {
        char *log = server_log(&system_server);

        assert_true(now_ms() < deadline);
        ended = strstr(log, "/todos/export");
        free(log);
        server_pass_time(&system_server, seconds);
        a_moment();
    }
    export_expect_logged(" 499 ");
}
