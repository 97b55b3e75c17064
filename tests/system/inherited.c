/*
 * tests/system/inherited.c - a program does what it promises however it was
 * started: exec(3) hands down closed descriptors, and ignored and blocked
 * signals.
 * Threads: one.   Blocks: until the programs listen or have ended.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/muse.h"

static const char *const closings[] = {
    "exec \"$0\" \"$@\" <&-",
    "exec \"$0\" \"$@\" >&-",
    "exec \"$0\" \"$@\" 2>&-",
    "exec \"$0\" \"$@\" <&- >&- 2>&-",
};
enum { CLOSINGS = sizeof closings / sizeof closings[0] };

/* More lines than a pipe takes that nobody reads (64 KiB): what is written to a
 * descriptor must not end in one that is somebody else's. */
enum { REQUESTS = 1000 };

static void start_by_shell(const char *script)
{
    const char *const args[] = {
        "--host",          "127.0.0.1",          "--port", "0", "--db",
        system_fresh_db(), "--shutdown-timeout", "3600",   NULL};

    server_start_by_shell(&system_server, script, system_program, args);
}

static void fill_the_log(void)
{
    for (int i = 0; i < REQUESTS; i++)
        talk_expect(talk_get(system_server.port, "/no-such-path", NULL), 404);
}

static void a_server_needs_none_of_its_first_descriptors(void **state)
{
    (void)state;
    for (int i = 0; i < CLOSINGS; i++) {
        start_by_shell(closings[i]);
        fill_the_log();
        server_stop(&system_server);
        (void)system_release(NULL);
    }
}

static void a_muse_needs_none_of_its_first_descriptors(void **state)
{
    static const char *const args[] = {"--port", "0", NULL};
    char program[300];

    (void)state;
    muse_program(program, sizeof program, system_program);
    for (int i = 0; i < CLOSINGS; i++) {
        server_start_by_shell(&system_muse, closings[i], program, args);
        (void)muse_count(&system_muse, "asked");
        server_stop(&system_muse);
        (void)system_release(NULL);
    }
}

/* Keeps a request in flight, which waits for its body. */
static void expect_to_hear_both(int first, int second)
{
    static const char half[] = "POST /todos HTTP/1.1\r\n"
                               "Host: localhost\r\n"
                               "Content-Type: application/json\r\n"
                               "Content-Length: 20\r\n"
                               "Expect: 100-continue\r\n"
                               "\r\n";
    struct raw write;

    system_ask(&write, half);
    assert_true(raw_readable(&write, RAW_TIMEOUT_MS)); /* 100 Continue */
    system_begin_stop(first);
    server_signal(&system_server, second);
    server_expect_end(&system_server, 128 + second);
    raw_close(&write);
}

static void expect_to_hear(void (*start)(void))
{
    static const int signals[] = {SIGTERM, SIGINT};

    for (int i = 0; i < 2; i++) {
        start();
        server_signal(&system_server, signals[i]);
        server_expect_end(&system_server, 0);
        (void)system_release(NULL);
        for (int j = 0; j < 2; j++) {
            start();
            expect_to_hear_both(signals[i], signals[j]);
            (void)system_release(NULL);
        }
    }
}

/* What ends a process ends a server, unless it has said otherwise. */
static void expect_to_end_by(int signal, void (*start)(void))
{
    int served = 0;

    start();
    server_signal(&system_server, signal);
    while (talk_get(system_server.port, "/healthz", NULL) != 0)
        if (++served == REQUESTS)
            fail_msg("signal %d came, and the server goes on", signal);
    server_expect_end(&system_server, 128 + signal);
    (void)system_release(NULL);
}

static void start_ignoring(void)
{
    start_by_shell("trap '' INT TERM QUIT CHLD PIPE; exec \"$0\" \"$@\"");
}

static void ignored_signals_are_heard(void **state)
{
    (void)state;
    expect_to_hear(start_ignoring);
}

/* The program inherits what is blocked here, for a moment. */
static void start_blocking(void)
{
    sigset_t all;
    sigset_t usual;

    sigfillset(&all);
    assert_int_equal(sigprocmask(SIG_BLOCK, &all, &usual), 0);
    server_launch(&system_server, system_program, system_fresh_db(), NULL);
    assert_int_equal(sigprocmask(SIG_SETMASK, &usual, NULL), 0);
    server_await(&system_server);
}

static void blocked_signals_are_heard(void **state)
{
    (void)state;
    expect_to_hear(start_blocking);
    expect_to_end_by(SIGALRM, start_blocking);
}

/* Whether this thread of the server blocks what stops a server (proc(5)). */
static bool blocks_stops(const char *thread)
{
    unsigned long long stops = 1ULL << (SIGTERM - 1) | 1ULL << (SIGINT - 1);
    unsigned long long blocked = 0;
    char path[64];
    char line[256];
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%d/task/%.16s/status",
                   (int)system_server.pid, thread);
    file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (strncmp(line, "SigBlk:", strlen("SigBlk:")) == 0)
            blocked = strtoull(line + strlen("SigBlk:"), NULL, 16);
    (void)fclose(file); /* it was only read */
    return (blocked & stops) == stops;
}

/* The first thread may have a signal blocked as well, and wait for it. */
static void only_the_first_thread_is_given_what_stops_it(void **state)
{
    static const char *const args[] = {"--auth", NULL};
    char path[64];
    char first[16];
    const struct dirent *entry;
    int others = 0;
    DIR *threads;

    (void)state;
    system_start(args);
    (void)snprintf(first, sizeof first, "%d", (int)system_server.pid);
    (void)snprintf(path, sizeof path, "/proc/%s/task", first);
    threads = opendir(path);
    assert_non_null(threads);
    while ((entry = readdir(threads))) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, first) == 0)
            continue;
        others++;
        if (!blocks_stops(entry->d_name))
            fail_msg("thread %s may be given SIGTERM or SIGINT", entry->d_name);
    }
    (void)closedir(threads); /* it was only read */
    assert_true(others > 0);
}

/* A user that starts it by nohup(1) wants it to outlive the terminal. */
static void an_ignored_hangup_stays_ignored(void **state)
{
    (void)state;
    start_by_shell("trap '' HUP; exec \"$0\" \"$@\"");
    server_signal(&system_server, SIGHUP);
    talk_still_serves(system_server.port);
    server_stop(&system_server);
}

/* Also where this suite is run by nohup(1). */
static void start_hearing_hangups(void)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    struct sigaction now;

    assert_int_equal(sigaction(SIGHUP, &usual, &now), 0);
    system_start(NULL);
    assert_int_equal(sigaction(SIGHUP, &now, NULL), 0);
}

static void other_signals_end_the_server(void **state)
{
    (void)state;
    expect_to_end_by(SIGHUP, start_hearing_hangups);
    expect_to_end_by(SIGALRM, start_hearing_hangups);
    expect_to_end_by(SIGUSR1, start_hearing_hangups);
}

int system_inherited(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(a_server_needs_none_of_its_first_descriptors),
        SYSTEM_CASE(a_muse_needs_none_of_its_first_descriptors),
        SYSTEM_CASE(ignored_signals_are_heard),
        SYSTEM_CASE(blocked_signals_are_heard),
        SYSTEM_CASE(only_the_first_thread_is_given_what_stops_it),
        SYSTEM_CASE(an_ignored_hangup_stays_ignored),
        SYSTEM_CASE(other_signals_end_the_server),
    };

    return GROUP("inherited", cases, NULL, NULL);
}
