#include "changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/sql.h"

enum {
    SMALL_WINDOW = 4096,
    DATA_SIZE = 900,      /* the least that a change has */
    OWED_MAX = 256 * 1024 /* what todo-async keeps for a subscriber */
};

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

/* The most that the kernel lets a socket send ahead: the last of three numbers
 * (tcp(7), tcp_wmem). Where it does not tell, it is what Linux does with much
 * memory. */
static long send_buffer_max(void)
{
    FILE *file = fopen("/proc/sys/net/ipv4/tcp_wmem", "r");
    char line[128] = "", *at = line;
    long max = 0;

    if (file) {
        (void)fgets(line, sizeof line, file); /* an empty one is no number */
        (void)fclose(file);                   /* it was only read */
    }
    for (int i = 0; i < 3; i++)
        max = strtol(at, &at, 10);
    return max > 0 ? max : 4 << 20;
}

void changes_expect_too_many(int count)
{
    long kept = send_buffer_max() + 2L * SMALL_WINDOW + OWED_MAX;

    if ((long)count * DATA_SIZE <= kept)
        fail_msg("%d changes of %d bytes may all lie in buffers: these hold up "
                 "to %ld bytes (/proc/sys/net/ipv4/tcp_wmem)",
                 count, DATA_SIZE, kept);
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
