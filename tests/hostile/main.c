/*
 * tests/hostile/main.c - clients that break rules, leave, stall and lie.
 * Usage: todo-hostile PROGRAM [PATTERN], where PROGRAM is one of the two
 * servers, and only the cases whose names match PATTERN run.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/setup/process.h"
#include "hostile.h"
#include "tests/cmocka_all.h"
#include "tests/support/groups.h"
#include "tests/support/patience.h"

struct server hostile_server;
static const char *program;

const char *hostile_program(void)
{
    return program;
}

bool hostile_is_sync(void)
{
    return groups_is_sync(program);
}

void hostile_start(const char *const *sync_args, const char *const *async_args)
{
    server_start(&hostile_server, program,
                 hostile_is_sync() ? sync_args : async_args);
    server_stop_clock(&hostile_server);
}

int hostile_setup(void **state)
{
    (void)state;
    hostile_start(NULL, NULL);
    return 0;
}

void hostile_open(struct raw *raw)
{
    raw_open(raw, "127.0.0.1", hostile_server.port);
}

void hostile_settle(struct raw *raw)
{
    long long deadline = now_ms() + PATIENCE_MS;
    char request[TALK_MAX];
    struct raw_answer answer;
    int status;

    talk_write_get(request, "/healthz");
    for (;;) {
        hostile_open(raw);
        assert_true(raw_send_text(raw, request));
        assert_true(raw_read_answer(raw, &answer, false));
        status = answer.status;
        raw_answer_release(&answer);
        if (status != 503 || now_ms() > deadline)
            break;
        raw_close(raw);
        a_moment();
    }
    assert_int_equal(status, 200);
}

/* A case that failed leaves its clients behind. The clock stands, so they would
 * keep their threads, and the suite would hang instead of saying so. */
int hostile_still_serves(void **state)
{
    (void)state;
    server_pass_time_at_end(&hostile_server, 60);
    talk_still_serves(hostile_server.port);
    return 0;
}

void the_server_ends_with_nothing_left_over(void **state)
{
    (void)state;
    server_stop(&hostile_server);
}

/* Group teardown: whatever still runs is killed. */
static int release(void **state)
{
    (void)state;
    server_release(&hostile_server);
    return 0;
}

int hostile_group(const char *name, const struct CMUnitTest *cases,
                  size_t count, int (*setup)(void **state))
{
    return groups_run_one(name, cases, count, setup, release);
}

int main(int argc, char **argv)
{
    static int (*const groups[])(void) = {
        hostile_leaving,        hostile_slow,     hostile_crowd,
        hostile_overload,       hostile_framing,  hostile_chunks,
        hostile_first_requests, hostile_refusals, hostile_heads,
        hostile_bodies,         hostile_noise,    hostile_pipelines,
        hostile_waiting,        hostile_streams,  hostile_logins,
        hostile_limits,         hostile_counts,   hostile_metrics};

    if (!process_begin())
        return EXIT_FAILURE;
    if (argc != 2 && argc != 3) {
        (void)fprintf(stderr, "usage: %s PROGRAM [PATTERN]\n", argv[0]);
        return 2;
    }
    program = argv[1];
    return groups_run(groups, sizeof groups / sizeof groups[0],
                      argc == 3 ? argv[2] : NULL);
}
