/*
 * tests/system/lost.c - the database goes, or another one comes in its place,
 *                       while both programs have it open.
 * Threads: one.   Blocks: on the servers of the case.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/sql.h"

enum { BEFORE = 20, PATH_ROOM = 320, ASKED = 10 };

struct name {
    char path[PATH_ROOM];
};

static struct name beside(const char *db, const char *suffix)
{
    struct name name;

    (void)snprintf(name.path, sizeof name.path, "%.250s%s", db, suffix);
    return name;
}

static void move(const char *db, const char *from, const char *to)
{
    assert_int_equal(rename(beside(db, from).path, beside(db, to).path), 0);
}

static int count(const char *db, const char *title)
{
    return (int)sql_number(db, "SELECT count(*) FROM todos WHERE title = ?",
                           title);
}

/* A database with one todo, "restored", made by the program itself. */
static void make_backup(const char *db)
{
    struct name backup = beside(db, ".backup");

    server_start_on(&system_second, system_other, backup.path, NULL);
    (void)talk_create(system_second.port, "restored");
    server_stop(&system_second);
    server_release(&system_second);
}

/* Both programs on one database, each of which has written to it. */
static const char *start_both(void)
{
    const char *db = system_fresh_db();

    make_backup(db);
    server_start_on(&system_server, system_program, db, NULL);
    server_start_on(&system_second, system_other, db, NULL);
    for (int i = 0; i < BEFORE; i++)
        (void)talk_create(i % 2 ? system_server.port : system_second.port,
                          "before");
    return db;
}

static int create(int port)
{
    char request[TALK_MAX];

    talk_write_post(request, "too-late");
    return talk(port, request, NULL);
}

static void expect_one_line_says_why(struct server *server)
{
    char *log = server_log(server);
    char *found = strstr(log, "while it was in use");

    assert_non_null(found);
    assert_non_null(strstr(found, "Stop every server on this database"));
    assert_null(strstr(found + 1, "while it was in use"));
    free(log);
}

static void expect_lost(struct server *server)
{
    for (int i = 0; i < ASKED; i++) {
        talk_expect(create(server->port), 503);
        talk_expect(talk_get(server->port, "/readyz", NULL), 503);
        talk_expect(talk_get(server->port, "/todos/1", NULL), 503);
        talk_expect(talk_get(server->port, "/todos?q=b", NULL), 503);
    }
    talk_expect(talk_get(server->port, "/healthz", NULL), 200);
}

static void stop_both(void)
{
    server_stop(&system_server);
    server_stop(&system_second);
    expect_one_line_says_why(&system_server);
    expect_one_line_says_why(&system_second);
}

/* The program starts again on what is there now, and serves it. */
static void expect_served(const char *db, const char *title, int times)
{
    server_release(&system_server);
    server_start_on(&system_server, system_program, db, NULL);
    talk_expect_count(system_server.port, title, times);
    talk_expect_count(system_server.port, "too-late", 0);
    talk_still_serves(system_server.port);
    (void)talk_create(system_server.port, "after");
    server_stop(&system_server);
    assert_int_equal(count(db, "after"), 1);
}

static void both_notice_that_the_database_is_removed(void **state)
{
    const char *db = start_both();

    (void)state;
    assert_int_equal(unlink(db), 0);
    expect_lost(&system_server);
    expect_lost(&system_second);
    stop_both();
    expect_served(db, "before", 0); /* an empty one, and whole */
}

static void a_backup_in_its_place_is_served_after_a_restart(void **state)
{
    const char *db = start_both();

    (void)state;
    move(db, ".backup", "");
    expect_lost(&system_server);
    expect_lost(&system_second);
    stop_both();
    expect_served(db, "restored", 1);
    assert_int_equal(count(db, "before"), 0);
}

/* One is started again while the other still has the old file open, and nobody
 * has asked that one anything. */
static void what_one_restarted_wrote_the_other_does_not_take_away(void **state)
{
    const char *db = start_both();

    (void)state;
    move(db, ".backup", "");
    server_stop(&system_server);
    server_release(&system_server);
    server_start_on(&system_server, system_program, db, NULL);
    (void)talk_create(system_server.port, "after");
    expect_lost(&system_second);
    (void)talk_create(system_server.port, "after");
    server_stop(&system_second);
    (void)talk_create(system_server.port, "after");
    talk_expect_count(system_server.port, "after", 3);
    server_signal(&system_server, SIGKILL);
    server_expect_end(&system_server, 128 + SIGKILL);
    assert_int_equal(count(db, "after"), 3);
    assert_int_equal(count(db, "restored"), 1);
    assert_int_equal(count(db, "before"), 0);
}

static void a_file_moved_away_has_all_that_was_answered(void **state)
{
    const char *db = start_both();

    (void)state;
    move(db, "", ".aside");
    expect_lost(&system_server);
    expect_lost(&system_second);
    stop_both();
    move(db, ".aside", "");
    expect_served(db, "before", BEFORE);
}

static void a_log_that_is_removed_takes_nothing_along(void **state)
{
    static const char *const suffixes[] = {"-wal", "-shm"};

    for (int i = 0; i < 2; i++) {
        const char *db = start_both();

        assert_int_equal(unlink(beside(db, suffixes[i]).path), 0);
        expect_lost(&system_server);
        expect_lost(&system_second);
        stop_both();
        expect_served(db, "before", BEFORE);
        assert_int_equal(system_release(state), 0);
    }
}

int system_lost(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(both_notice_that_the_database_is_removed),
        SYSTEM_CASE(a_backup_in_its_place_is_served_after_a_restart),
        SYSTEM_CASE(what_one_restarted_wrote_the_other_does_not_take_away),
        SYSTEM_CASE(a_file_moved_away_has_all_that_was_answered),
        SYSTEM_CASE(a_log_that_is_removed_takes_nothing_along),
    };

    return GROUP("the database is lost", cases, NULL, NULL);
}
