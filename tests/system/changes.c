#include "changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/http/reply.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/sql.h"

enum {
    SMALL_WINDOW = 4096,
    DATA_SIZE = 900,      /* the least that a change has */
    OWED_MAX = 256 * 1024 /* what todo-async keeps for a subscriber */
};

_Static_assert(CHANGES_TOO_MANY *DATA_SIZE >
                   2 * REPLY_KERNEL_MAX + 2 * SMALL_WINDOW + OWED_MAX,
               "so many changes may all lie in buffers");

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { LENIENCE = 32 };
#else
enum { LENIENCE = 1 };
#endif

void changes_make(int count)
{
    char sql[512];

    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                   " FROM n WHERE i < %d) INSERT INTO changes (kind, data)"
                   " SELECT 'updated', '{\"id\":1,\"title\":\"' ||"
                   " printf('%%.*c', %d, 'x') || '\"}' FROM n",
                   count, DATA_SIZE);
    sql_exec(system_server.db, sql);
}

void changes_let_look(struct server *server)
{
    server_pass_time(server, 0.5);
}

void changes_follow(struct stream *stream, long long last_id)
{
    assert_int_equal(stream_open_events(stream, system_server.port, last_id),
                     200);
}

void changes_follow_blindly(struct stream *stream, long long last_id)
{
    char request[256];

    *stream = (struct stream){.raw = {.fd = -1}};
    (void)snprintf(request, sizeof request,
                   "GET /todos/events HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "Last-Event-ID: %lld\r\n"
                   "\r\n",
                   last_id);
    raw_open_small_window(&stream->raw, "127.0.0.1", system_server.port,
                          SMALL_WINDOW);
    assert_true(raw_send_text(&stream->raw, request));
    assert_int_equal(stream_begin(stream), 200);
}

void changes_await_subscribers(int count)
{
    gate_open(&system_gate, &system_server);
    gate_await_waiting(&system_gate, "feed.event", count);
    gate_release(&system_gate);
}

long long changes_read(struct stream *stream, long long after, int count)
{
    for (int i = 0; i < count; i++) {
        struct stream_event event;

        if (!stream_event(stream, &event))
            fail_msg("%d events behind %lld came, not %d", i, after, count);
        assert_string_not_equal(event.name, "bye");
        assert_string_not_equal(event.name, "reset");
        assert_int_equal(event.id, after + 1);
        after = event.id;
    }
    return after;
}

long long changes_read_created(struct stream *stream, const char *title)
{
    char member[256];
    struct stream_event event;

    (void)snprintf(member, sizeof member, "\"title\":\"%s\"", title);
    assert_true(stream_event(stream, &event));
    assert_string_equal(event.name, "created");
    assert_non_null(strstr(event.data, member));
    return event.id;
}

void changes_expect_bye(struct stream *stream)
{
    struct stream_event event;

    assert_true(stream_event(stream, &event));
    assert_string_equal(event.name, "bye");
    assert_null(stream_line(stream));
    assert_int_equal(stream->end, STREAM_WHOLE);
}

long long changes_newest(void)
{
    return sql_number(system_server.db,
                      "SELECT coalesce(max(id), 0) FROM changes", NULL);
}

long changes_resident_kib(void)
{
    char path[64];
    char line[256] = "";
    long pages;
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%ld/statm",
                   (long)system_server.pid);
    file = fopen(path, "r");
    assert_non_null(file);
    (void)fgets(line, sizeof line, file); /* an empty one fails below */
    (void)fclose(file);                   /* it was only read */
    /* size resident shared text lib data dt (proc(5)) */
    pages = strtol(line + strcspn(line, " "), NULL, 10);
    assert_true(pages > 0);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

void changes_expect_grown(long before, long at_most_kib)
{
    long now = changes_resident_kib();

    if (now > before + at_most_kib * LENIENCE)
        fail_msg("%ld KiB in memory, and %ld before", now, before);
}
