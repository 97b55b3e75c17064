/*
 * tests/system/startup.c - what it takes to come up, and what to say when not.
 * Threads: one.   Blocks: until the programs listen or have ended.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "system.h"
#include "tests/cmocka_all.h"

/* The program cannot start on this database and port: exit 1, nothing on
 * standard output, one line on standard error. Gives the line. */
static char *expect_refused(const char *db, const char *port)
{
    const char *argv[] = {system_program, "--db", db, "--port", port, NULL};
    char *out;
    char *err;

    assert_int_equal(program_run(argv, &out, &err), 1);
    assert_string_equal(out, "");
    free(out);
    system_expect_one_line(err);
    return err;
}

static void expect_database_refused(const char *db)
{
    char *line = expect_refused(db, "0");

    assert_non_null(strstr(line, db));
    free(line);
}

/* Writes a file in the folder of the running server, which serves as a place
 * that is removed in the end. */
static void write_file(char path[300], const char *name, const char *text)
{
    FILE *file;

    (void)snprintf(path, 300, "%.250s/%s", system_server.dir, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void run_sql(const char *db, const char *sql)
{
    sqlite3 *other;

    assert_int_equal(sqlite3_open(db, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
}

static void the_port_file_holds_the_port_and_a_newline(void **state)
{
    char path[300];
    char expected[16];
    char found[16] = {0};

    (void)state;
    system_start(NULL);
    (void)snprintf(path, sizeof path, "%.250s/port", system_server.dir);
    (void)snprintf(expected, sizeof expected, "%d\n", system_server.port);
    int fd = open(path, O_RDONLY);

    assert_true(fd >= 0);
    assert_int_equal(read(fd, found, sizeof found - 1), strlen(expected));
    (void)close(fd); /* it was only read */
    assert_string_equal(found, expected);
    assert_int_equal(talk_get(system_server.port, "/healthz", NULL), 200);
}

static void one_line_says_where_it_listens(void **state)
{
    char port[16];

    (void)state;
    system_start(NULL);
    (void)snprintf(port, sizeof port, ":%d", system_server.port);
    server_stop(&system_server);
    char *log = server_log(&system_server);
    char *found = strstr(log, port);

    assert_non_null(found);
    assert_null(strstr(found + 1, port));
    free(log);
}

static void a_taken_port_is_one_line_and_exit_1(void **state)
{
    char port[16];
    char db[300];

    (void)state;
    system_start(NULL);
    (void)snprintf(port, sizeof port, "%d", system_server.port);
    (void)snprintf(db, sizeof db, "%.250s/second.db", system_server.dir);
    char *line = expect_refused(db, port);

    assert_non_null(strstr(line, port));
    free(line);
    talk_still_serves(system_server.port);
}

static void the_same_port_can_be_taken_again_at_once(void **state)
{
    char port[16];
    static const char *const patient[] = {"--shutdown-timeout", "3600", NULL};
    const char *const args[] = {"--host", "127.0.0.1", "--port", port, NULL};
    struct raw open_at_the_end;

    (void)state;
    system_start(patient);
    (void)snprintf(port, sizeof port, "%d", system_server.port);
    /* The server closes first, which leaves the port in TIME_WAIT. */
    system_open(&open_at_the_end);
    talk_still_serves(system_server.port);
    system_begin_stop(SIGTERM);
    server_pass_time_until_end(&system_server, 1); /* it might still ask */
    server_expect_end(&system_server, 0);
    raw_close(&open_at_the_end);
    server_start_bare(&system_second, system_program, args);
    assert_int_equal(system_second.port, strtol(port, NULL, 10));
    talk_still_serves(system_second.port);
}

static void a_folder_as_database_is_one_line_and_exit_1(void **state)
{
    (void)state;
    system_start(NULL);
    expect_database_refused(system_server.dir);
}

static void a_database_in_no_folder_is_one_line_and_exit_1(void **state)
{
    (void)state;
    expect_database_refused("/nonexistent/folder/todos.db");
}

/* Not even root can make a file there. */
static void a_database_that_cannot_be_made_is_one_line_and_exit_1(void **state)
{
    (void)state;
    expect_database_refused("/proc/todos.db");
}

static void a_file_that_is_no_database_is_one_line_and_exit_1(void **state)
{
    char path[300];
    static const char text[] =
        "This is a letter to my aunt and no SQLite database, although it is "
        "longer than the hundred bytes of the header of one.\n";
    char found[sizeof text] = {0};

    (void)state;
    system_start(NULL);
    write_file(path, "letter.txt", text);
    expect_database_refused(path);
    int fd = open(path, O_RDONLY);

    assert_true(fd >= 0);
    assert_int_equal(read(fd, found, sizeof found), sizeof text - 1);
    (void)close(fd); /* it was only read */
    assert_string_equal(found, text);
}

static void a_newer_schema_is_one_line_and_exit_1(void **state)
{
    (void)state;
    system_start(NULL);
    server_stop(&system_server);
    run_sql(system_server.db, "PRAGMA user_version = 9999");
    expect_database_refused(system_server.db);
}

static void a_database_of_others_is_one_line_and_exit_1(void **state)
{
    char path[300];

    (void)state;
    system_start(NULL);
    (void)snprintf(path, sizeof path, "%.250s/songs.db", system_server.dir);
    run_sql(path, "CREATE TABLE songs(name)");
    expect_database_refused(path);
}

static void a_pipe_as_database_is_one_line_and_exit_1(void **state)
{
    char path[300];

    (void)state;
    system_start(NULL);
    (void)snprintf(path, sizeof path, "%.250s/pipe", system_server.dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_database_refused(path);
}

static void a_broken_database_is_one_line_and_exit_1(void **state)
{
    char path[300];

    (void)state;
    system_start(NULL);
    (void)snprintf(path, sizeof path, "%.250s/broken.db", system_server.dir);
    run_sql(path, "CREATE TABLE later(x); CREATE TABLE todos(other)");
    expect_database_refused(path);
}

static void a_port_file_that_cannot_be_made_is_one_line_and_exit_1(void **state)
{
    char db[300];
    char *out;
    char *err;

    (void)state;
    system_start(NULL);
    (void)snprintf(db, sizeof db, "%.250s/second.db", system_server.dir);
    const char *argv[] = {system_program,
                          "--db",
                          db,
                          "--port",
                          "0",
                          "--port-file",
                          "/nonexistent/folder/port",
                          NULL};

    assert_int_equal(program_run(argv, &out, &err), 1);
    assert_string_equal(out, "");
    system_expect_one_line(err);
    assert_non_null(strstr(err, "/nonexistent/folder/port: No such file"));
    free(out);
    free(err);
}

static void what_was_stored_is_there_after_a_restart(void **state)
{
    char path[64];
    char request[TALK_MAX];
    struct raw_answer answer;

    (void)state;
    system_start(NULL);
    long long id = talk_create(system_server.port, "kept");

    server_stop(&system_server);
    server_start_on(&system_second, system_program, system_server.db, NULL);
    (void)snprintf(path, sizeof path, "/todos/%lld", id);
    talk_write_get(request, path);
    assert_int_equal(talk(system_second.port, request, &answer), 200);
    assert_true(talk_has_title(&answer, "kept"));
    raw_answer_release(&answer);
    assert_true(talk_create(system_second.port, "later") > id);
}

/* Not even when the last todo is deleted before. */
static void an_id_is_not_given_again_after_a_restart(void **state)
{
    char request[TALK_MAX];

    (void)state;
    system_start(NULL);
    long long id = talk_create(system_server.port, "gone");

    (void)snprintf(request, sizeof request,
                   "DELETE /todos/%lld HTTP/1.1\r\nHost: localhost\r\n\r\n",
                   id);
    assert_int_equal(talk(system_server.port, request, NULL), 204);
    server_stop(&system_server);
    server_start_on(&system_second, system_program, system_server.db, NULL);
    assert_true(talk_create(system_second.port, "new") > id);
}

/* Among hundreds of descriptors that are not its own, todo-sync would not find
 * the socket of a connection, and so not watch its deadlines. And whoever has
 * the other end of a pipe would wait for the end of the server. */
static void what_the_parent_has_open_is_not_kept(void **state)
{
    struct pollfd look = {.events = POLLIN};
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
    system_start(NULL);
    (void)close(ends[1]);
    look.fd = ends[0];
    if (poll(&look, 1, 0) != 1)
        fail_msg("the server keeps the other end of a pipe of its parent");
    (void)close(ends[0]);
}

int system_startup(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(the_port_file_holds_the_port_and_a_newline),
        SYSTEM_CASE(one_line_says_where_it_listens),
        SYSTEM_CASE(a_taken_port_is_one_line_and_exit_1),
        SYSTEM_CASE(the_same_port_can_be_taken_again_at_once),
        SYSTEM_CASE(a_folder_as_database_is_one_line_and_exit_1),
        SYSTEM_CASE(a_database_in_no_folder_is_one_line_and_exit_1),
        SYSTEM_CASE(a_database_that_cannot_be_made_is_one_line_and_exit_1),
        SYSTEM_CASE(a_file_that_is_no_database_is_one_line_and_exit_1),
        SYSTEM_CASE(a_newer_schema_is_one_line_and_exit_1),
        SYSTEM_CASE(a_database_of_others_is_one_line_and_exit_1),
        SYSTEM_CASE(a_pipe_as_database_is_one_line_and_exit_1),
        SYSTEM_CASE(a_broken_database_is_one_line_and_exit_1),
        SYSTEM_CASE(a_port_file_that_cannot_be_made_is_one_line_and_exit_1),
        SYSTEM_CASE(what_the_parent_has_open_is_not_kept),
        SYSTEM_CASE(what_was_stored_is_there_after_a_restart),
        SYSTEM_CASE(an_id_is_not_given_again_after_a_restart),
    };

    return GROUP("startup", cases, NULL, NULL);
}
