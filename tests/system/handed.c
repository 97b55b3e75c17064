/*
 * tests/system/handed.c - a listening socket that outlives its server, and one
 * port with two servers behind it.
 * Threads: one.   Blocks: until the servers have ended.
 *
 * todo-sync has neither: civetweb makes its own sockets.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "tests/support/scrapes.h"

enum { AWAY = 64 }; /* descriptors below it are those of a program's start */

static const char *const no_hurry[] = {"--shutdown-timeout", "3600", NULL};

/* A socket of this family, under a number that no program is started with. */
static int socket_away(int family)
{
    int near = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int fd = fcntl(near, F_DUPFD_CLOEXEC, AWAY);

    assert_true(near >= 0 && fd >= 0);
    (void)close(near); /* the other number goes on */
    return fd;
}

/* A socket on a free port of 127.0.0.1, which is bound and does not listen. */
static int bind_away(int *port)
{
    struct sockaddr_in here = {.sin_family = AF_INET};
    socklen_t len = sizeof here;
    int fd = socket_away(AF_INET);

    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof here), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &len), 0);
    *port = ntohs(here.sin_port);
    return fd;
}

static int listen_away(int *port)
{
    int fd = bind_away(port);

    assert_int_equal(listen(fd, 128), 0);
    return fd;
}

/* It ends with one line that names the variable. */
static void expect_refused(const char *const *argv)
{
    char *out;
    char *err;

    assert_int_equal(program_run(argv, &out, &err), 1);
    assert_string_equal(out, "");
    system_expect_one_line(err);
    assert_non_null(strstr(err, "LISTEN_FDS"));
    free(out);
    free(err);
}

/* Whatever --port says. */
static void a_listening_socket_is_handed_over(void **state)
{
    static const char *const elsewhere[] = {"--port", "1", NULL};
    const char *argv[] = {system_program, "--db", system_fresh_db(), NULL};
    int port;
    int fd = listen_away(&port);

    (void)state;
    server_hand_over(fd);
    if (system_is_sync()) {
        expect_refused(argv);
    } else {
        server_start_on(&system_server, system_program, argv[2], elsewhere);
        assert_int_equal(system_server.port, port);
        talk_still_serves(port);
    }
    (void)close(fd);
}

static void expect_refused_by_shell(const char *script)
{
    const char *const argv[] = {
        "/bin/sh",      "-c",   script,
        system_program, "--db", "/nonexistent/folder/todos.db",
        "--port",       "0",    NULL};

    expect_refused(argv);
}

static void another_number_of_sockets_is_refused(void **state)
{
    (void)state;
    expect_refused_by_shell("LISTEN_PID=$$ LISTEN_FDS=0 exec \"$0\" \"$@\"");
    expect_refused_by_shell("LISTEN_PID=$$ LISTEN_FDS=2 exec \"$0\" \"$@\"");
    expect_refused_by_shell("LISTEN_PID=$$ LISTEN_FDS=-1 exec \"$0\" \"$@\"");
    expect_refused_by_shell("LISTEN_PID=$$ LISTEN_FDS=1x exec \"$0\" \"$@\"");
    expect_refused_by_shell("LISTEN_PID=$$ LISTEN_FDS= exec \"$0\" \"$@\"");
    expect_refused_by_shell("LISTEN_PID=$$ exec \"$0\" \"$@\"");
}

static void expect_handed_refused(int fd)
{
    const char *const argv[] = {system_program, "--db",
                                "/nonexistent/folder/todos.db", NULL};

    server_hand_over(fd);
    expect_refused(argv);
    (void)close(fd);
}

static void what_does_not_listen_on_ipv4_is_refused(void **state)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    int port;
    int local = socket_away(AF_UNIX);

    (void)state;
    expect_refused_by_shell(
        "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\" 3<&-");
    expect_refused_by_shell(
        "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\" 3</dev/null");
    expect_handed_refused(bind_away(&port));
    /* A name of Linux's own kind, by which no file is made (unix(7)). */
    (void)snprintf(path.sun_path + 1, sizeof path.sun_path - 1, "todo-%ld",
                   (long)getpid());
    assert_int_equal(bind(local, (struct sockaddr *)&path, sizeof path), 0);
    assert_int_equal(listen(local, 1), 0);
    expect_handed_refused(local);
}

/* They were for the process that started this one. */
static void sockets_of_another_process_count_for_nothing(void **state)
{
    const char *const args[] = {"--host", "127.0.0.1",       "--port", "0",
                                "--db",   system_fresh_db(), NULL};

    (void)state;
    server_start_by_shell(
        &system_server,
        "LISTEN_PID=1 LISTEN_FDS=2 exec \"$0\" \"$@\" 3</dev/null",
        system_program, args);
    talk_still_serves(system_server.port);
}

/* Starts a server on the socket; its clock stands. */
static void start_handed(struct server *server, int fd, const char *db)
{
    server_hand_over(fd);
    server_start_on(server, system_program, db, no_hurry);
    server_stop_clock(server);
}

/* Not even when the first one is killed. */
static void clients_in_the_queue_are_served_by_the_next(void **state)
{
    enum { CLIENTS = 20 };
    char request[TALK_MAX];
    struct raw clients[CLIENTS];
    int port;
    int fd = listen_away(&port);

    (void)state;
    if (system_is_sync()) {
        (void)close(fd);
        return;
    }
    start_handed(&system_server, fd, system_fresh_db());
    server_freeze(&system_server);
    talk_write_get(request, "/healthz");
    for (int i = 0; i < CLIENTS; i++)
        system_ask(&clients[i], request);
    server_signal(&system_server, SIGKILL);
    server_expect_end(&system_server, 128 + SIGKILL);
    start_handed(&system_second, fd, system_server.db);
    (void)close(fd);
    for (int i = 0; i < CLIENTS; i++)
        talk_expect(system_hear(&clients[i]), 200);
}

/* Asks on a connection that it keeps. One that was ended while it was idle is
 * opened anew; nothing else may go wrong. */
static void ask_kept(struct raw *raw, int port, const char *request)
{
    struct raw_answer answer = {0};
    bool sent = raw->fd >= 0 && raw_send_text(raw, request) &&
                raw_read_answer(raw, &answer, false);

    if (!sent) {
        assert_int_equal(raw->len, 0); /* no half of an answer */
        raw_answer_release(&answer);
        raw_close(raw);
        raw_open(raw, "127.0.0.1", port);
        talk_send(raw, request);
        assert_true(raw_read_answer(raw, &answer, false));
    }
    talk_expect(answer.status, 200);
    if (answer.closes)
        raw_close(raw);
    raw_answer_release(&answer);
}

static bool has_ended(const struct server *server)
{
    char path[64];

    /* It is a child that nobody has waited for: its line says that it died. */
    (void)snprintf(path, sizeof path, "/proc/%ld/fd/0", (long)server->pid);
    return access(path, F_OK) != 0;
}

/* A client asks on new connections and on one that it keeps, before, while and
 * after the first server goes. */
static void nobody_notices_that_the_next_one_takes_over(void **state)
{
    enum { BEFORE = 20, AFTER = 20, MOST = 100000 };
    char request[TALK_MAX];
    struct raw kept = {.fd = -1};
    int left = AFTER;
    int port;
    int fd = listen_away(&port);

    (void)state;
    if (system_is_sync()) {
        (void)close(fd);
        return;
    }
    talk_write_get(request, "/todos");
    start_handed(&system_server, fd, system_fresh_db());
    start_handed(&system_second, fd, system_server.db);
    (void)close(fd);
    for (int i = 0; left > 0; i++) {
        assert_in_range(i, 0, MOST);
        if (i == BEFORE)
            server_signal(&system_server, SIGTERM);
        if (i > BEFORE && has_ended(&system_server))
            left--;
        talk_expect(talk_get(port, "/todos", NULL), 200);
        ask_kept(&kept, port, request);
    }
    raw_close(&kept);
    server_expect_end(&system_server, 0);
    server_stop(&system_second);
}

/* That it was let in is told by another client. */
static void a_client_that_was_let_in_is_answered_after_sigterm(void **state)
{
    long long deadline = now_ms() + PATIENCE_MS;
    char request[TALK_MAX];
    struct raw fresh;
    struct raw half;

    (void)state;
    if (system_is_sync())
        return;
    system_start(no_hurry);
    talk_write_get(request, "/todos");
    system_open(&fresh);
    system_ask(&half, "GET /todos HTTP/1.1\r\nHo");
    while (scrapes_value(system_server.port, "todo_connections") != 3)
        assert_true(now_ms() < deadline); /* the third one scrapes */
    system_begin_stop(SIGTERM);
    talk_send(&fresh, request);
    talk_send(&half, "st: localhost\r\n\r\n");
    talk_expect(system_hear(&fresh), 200);
    talk_expect(system_hear(&half), 200);
    server_expect_end(&system_server, 0);
}

/* The lines of its log that tell of a request. */
static bool has_served(const struct server *server)
{
    char *log = server_log(server);
    bool served = strstr(log, "/healthz") != NULL;

    free(log);
    return served;
}

static void two_servers_share_a_port(void **state)
{
    enum { CLIENTS = 64 }; /* by chance all go to one: once in 2^63 */
    static const char *const shared[] = {"--reuse-port", NULL};
    char port[16];
    const char *const same[] = {"--port", port, "--reuse-port", NULL};
    const char *const alone[] = {system_program, "--port",          port,
                                 "--db",         system_fresh_db(), NULL};
    char *out;
    char *err;

    (void)state;
    if (system_is_sync())
        return;
    system_start(shared);
    (void)snprintf(port, sizeof port, "%d", system_server.port);
    server_start_on(&system_second, system_program, system_server.db, same);
    for (int i = 0; i < CLIENTS; i++)
        talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
    talk_still_serves(system_server.port);
    assert_int_equal(program_run(alone, &out, &err), 1);
    system_expect_one_line(err);
    free(out);
    free(err);
    server_stop(&system_second);
    talk_still_serves(system_server.port);
    assert_true(has_served(&system_server) && has_served(&system_second));
}

int system_handed(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(a_listening_socket_is_handed_over),
        SYSTEM_CASE(another_number_of_sockets_is_refused),
        SYSTEM_CASE(what_does_not_listen_on_ipv4_is_refused),
        SYSTEM_CASE(sockets_of_another_process_count_for_nothing),
        SYSTEM_CASE(clients_in_the_queue_are_served_by_the_next),
        SYSTEM_CASE(nobody_notices_that_the_next_one_takes_over),
        SYSTEM_CASE(a_client_that_was_let_in_is_answered_after_sigterm),
        SYSTEM_CASE(two_servers_share_a_port),
    };

    return GROUP("handed over", cases, NULL, NULL);
}
