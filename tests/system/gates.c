/*
 * tests/system/gates.c - requests are held at their probes: what may be seen
 * before a commit, what not, and who waits for whom.
 * Threads: one.   Blocks: on the server of the case.
 *
 * The order of events is the test's: a gate (common/base/gates.h) holds a
 * request in the middle of its work, for as long as it takes to look around.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"

enum { CROWD = 6, ROUNDS = 5 };

static void a_write_is_neither_seen_nor_answered_before_its_commit(void **state)
{
    struct raw write;

    (void)state;
    system_start(NULL);
    system_hold_at("store.commit");
    system_ask_post(&write, "held");
    gate_await(&system_gate, 1);
    talk_expect_count(system_server.port, "held", 0);
    if (raw_readable(&write, 0))
        fail_msg("a write was answered before its COMMIT");
    gate_release(&system_gate);
    talk_expect(system_hear(&write), 201);
    talk_expect_count(system_server.port, "held", 1);
}

static void a_write_killed_before_its_commit_was_not_answered(void **state)
{
    const char *db = system_fresh_db();
    struct raw write;
    struct raw_answer answer;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        server_start_on(&system_server, system_program, db, NULL);
        system_hold_at("store.commit");
        system_ask_post(&write, "lost");
        gate_await(&system_gate, 1);
        server_signal(&system_server, SIGKILL);
        server_expect_end(&system_server, 128 + SIGKILL);
        assert_false(raw_read_answer(&write, &answer, false));
        raw_answer_release(&answer);
        raw_close(&write);
        gate_release(&system_gate);
        server_release(&system_server);
    }
    server_start_on(&system_server, system_program, db, NULL);
    talk_expect_count(system_server.port, "lost", 0);
}

/* Lets a first write commit, while CROWD others wait behind it; they share the
 * next transaction, and it is held right before its COMMIT. */
static void hold_a_crowd_at_its_commit(struct raw others[CROWD])
{
    struct gate lock = {0};
    struct raw first;

    gate_hold(&lock, &system_server, "store.lock");
    system_hold_at("store.commit");
    system_ask_post(&first, "first");
    gate_await(&lock, 1);
    for (int i = 0; i < CROWD; i++)
        system_ask_post(&others[i], "other");
    gate_await_waiting(&lock, "keeper.write", 1 + CROWD);
    system_look_around(); /* what is counted is queued by then */
    gate_pass(&lock);
    gate_await(&system_gate, 1);
    gate_pass(&system_gate);
    talk_expect(system_hear(&first), 201);
    gate_await(&lock, 1);
    gate_release(&lock);
    gate_await(&system_gate, 1);
}

static void what_was_answered_before_a_commit_outlives_kill_9(void **state)
{
    const char *db = system_fresh_db();
    struct raw others[CROWD];
    int answered = 0, there;

    (void)state;
    server_start_on(&system_server, system_program, db, NULL);
    hold_a_crowd_at_its_commit(others);
    system_look_around(); /* it has time to say what it should not */
    server_signal(&system_server, SIGKILL);
    server_expect_end(&system_server, 128 + SIGKILL);
    for (int i = 0; i < CROWD; i++)
        answered += system_hear(&others[i]) == 201;
    gate_release(&system_gate);
    server_release(&system_server);
    server_start_on(&system_server, system_program, db, NULL);
    there = talk_count(system_server.port, "other");
    if (answered > there)
        fail_msg("%d of %d writes were answered 201 before their COMMIT; after "
                 "kill -9 %d of them are there",
                 answered, CROWD, there);
}

static void writes_that_come_during_a_commit_share_the_next(void **state)
{
    struct raw first, others[CROWD];
    char threads[256];
    int commits;

    (void)state;
    system_start(NULL);
    system_hold_at("store.commit");
    system_ask_post(&first, "first");
    gate_await(&system_gate, 1);
    for (int i = 0; i < CROWD; i++)
        system_ask_post(&others[i], "other");
    gate_await_waiting(&system_gate, "keeper.write", 1 + CROWD);
    system_look_around(); /* what is counted is queued by then */
    gate_pass(&system_gate);
    talk_expect(system_hear(&first), 201);
    gate_await(&system_gate, 1);
    talk_expect_count(system_server.port, "other", 0);
    gate_keep(&system_gate);
    gate_pass(&system_gate);
    for (int i = 0; i < CROWD; i++)
        talk_expect(system_hear(&others[i]), 201);
    talk_expect_count(system_server.port, "other", CROWD);
    commits = gate_marks(&system_gate, "stand", threads, sizeof threads);
    print_message("%d writes took %d commits\n", 1 + CROWD, commits);
    if (commits < 2 || commits > CROWD)
        fail_msg("from 2 to %d commits were expected", CROWD);
}

/* A conditional write, all of whose rivals are on their way before the first
 * one is decided. */
static void decide_among_rivals(const char *method, int wins, int loses)
{
    struct raw rivals[CROWD];
    char path[64], request[TALK_MAX];
    int won = 0;

    (void)snprintf(path, sizeof path, "/todos/%lld",
                   talk_create(system_server.port, "wanted"));
    system_hold_at("store.lock");
    for (int i = 0; i < CROWD; i++) {
        (void)snprintf(request, sizeof request,
                       "%s %s HTTP/1.1\r\n"
                       "Host: localhost\r\n"
                       "If-Match: \"%s-1\"\r\n"
                       "Content-Type: application/json\r\n"
                       "Content-Length: 13\r\n"
                       "\r\n"
                       "{\"title\":\"%d\"}",
                       method, path, path + strlen("/todos/"), i);
        system_ask(&rivals[i], request);
    }
    gate_await_waiting(&system_gate, "keeper.write", CROWD);
    gate_release(&system_gate);
    for (int i = 0; i < CROWD; i++) {
        int status = system_hear(&rivals[i]);

        won += status == wins;
        assert_true(status == wins || status == loses);
    }
    assert_int_equal(won, 1);
}

static void of_rivals_that_wait_together_one_put_wins(void **state)
{
    (void)state;
    system_start(NULL);
    decide_among_rivals("PUT", 200, 412);
}

static void of_rivals_that_wait_together_one_patch_wins(void **state)
{
    (void)state;
    system_start(NULL);
    decide_among_rivals("PATCH", 200, 412);
}

static void of_rivals_that_wait_together_one_delete_wins(void **state)
{
    (void)state;
    system_start(NULL);
    decide_among_rivals("DELETE", 204, 404);
}

/* Reads on the way to the disk are held: all others are not, as long as there
 * are threads for them. */
static void a_held_read_holds_up_no_write(void **state)
{
    char request[TALK_MAX];
    struct raw read;

    (void)state;
    system_start(NULL);
    system_hold_at("store.read");
    talk_write_get(request, "/todos");
    system_ask(&read, request);
    gate_await(&system_gate, 1);
    talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
    talk_write_post(request, "beside");
    talk_expect(talk(system_server.port, request, NULL), 201);
    if (raw_readable(&read, 0))
        fail_msg("a read was answered while it was held");
    gate_release(&system_gate);
    talk_expect(system_hear(&read), 200);
}

/* A job outlives the connection of the client that wanted it: on a thread, in
 * the queue behind that, or at a read. */
static void jobs_of_clients_that_left_harm_nobody(void **state)
{
    struct gate read = {0};
    struct raw clients[CROWD];
    char request[TALK_MAX];

    (void)state;
    system_start(NULL);
    gate_hold(&read, &system_server, "store.read");
    system_hold_at("store.lock");
    talk_write_get(request, "/todos");
    system_ask(&clients[0], request);
    gate_await(&read, 1);
    system_ask_post(&clients[1], "has left");
    gate_await(&system_gate, 1);
    for (int i = 2; i < CROWD; i++)
        system_ask_post(&clients[i], "has left");
    gate_await_waiting(&system_gate, "keeper.write", CROWD - 1);
    system_look_around(); /* what is counted is queued by then */
    for (int i = 0; i < CROWD; i++)
        raw_reset(&clients[i]);
    system_look_around(); /* the resets came first */
    gate_release(&system_gate);
    gate_release(&read);
    talk_still_serves(system_server.port);
    server_stop(&system_server);
}

/* What the gates say to nonsense: they must not hold anybody for it. */
static void gates_refuse_what_they_do_not_know(void **state)
{
    static const char *const lines[] = {"\n",
                                        "hold\n",
                                        "hold store.read 1\n",
                                        "open store.read\n",
                                        "pass store.read\n",
                                        "await store.read\n",
                                        "await store.read one\n",
                                        "await store.read -1\n",
                                        "waiting store.read 1 2\n",
                                        "trace all\n",
                                        "mono\n",
                                        "mono 1\n",
                                        "mono -1\n",
                                        "mono +\n",
                                        "mono +1s\n",
                                        "mono +1 2\n",
                                        "mono +-1\n",
                                        "mono +9223372036854775807\n",
                                        "mono +99999999999999999999\n",
                                        "mono go\n",
                                        "wall\n",
                                        "wall 1\n",
                                        "wall +\n",
                                        "wall -\n",
                                        "wall +1 freeze\n",
                                        "wall -1h\n",
                                        "wall -9223372036854775808\n",
                                        "wall stop\n",
                                        "clock +1\n"};

    (void)state;
    system_start(NULL);
    system_hold_at("store.read");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (steer_say(&system_gate.steer, lines[i]))
            fail_msg("the gates took this line: %s", lines[i]);
        assert_true(system_gate.steer.answer[0] != '\0');
    }
    gate_release(&system_gate);
    talk_still_serves(system_server.port);
    server_stop(&system_server);
}

/* What learn-runner says of the servers in this folder. Free with free(3). */
static char *explanation(void)
{
    char runner[1024];
    const char *argv[] = {runner, "explain", system_server.dir, NULL};
    char *out, *err;

    (void)snprintf(runner, sizeof runner, "%.*s/learn-runner",
                   (int)(strrchr(system_program, '/') - system_program),
                   system_program);
    assert_int_equal(program_run(argv, &out, &err), 0);
    assert_string_equal(err, "");
    free(err);
    return out;
}

static void expect_explanation(const char *const *words)
{
    char *said = explanation();

    for (; *words; words++)
        if (!strstr(said, *words))
            fail_msg("no '%s' in:\n%s", *words, said);
    free(said);
}

static void a_hang_at_a_gate_is_explained(void **state)
{
    const char *const words[] = {
        "request #1 (create_todo) waits for", "the disk, to commit",
        "stands still at store.commit,\n    for request #1",
        "a gate of the check holds it", NULL};
    struct raw write;

    (void)state;
    system_start(NULL);
    system_hold_at("store.commit");
    system_ask_post(&write, "held");
    gate_await(&system_gate, 1);
    expect_explanation(words);
    gate_release(&system_gate);
    talk_expect(system_hear(&write), 201);
}

/* Which of many lists it is that waits, and no more of it than fits a line. */
static void a_list_that_hangs_is_explained_with_its_query(void **state)
{
    const char *const words[] = {
        "request #1 (list_todos) waits for the disk, to read",
        "\n    its query: ?completed=true&q=aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
        NULL};
    char request[TALK_MAX];
    struct raw read;

    (void)state;
    system_start(NULL);
    system_hold_at("store.read");
    talk_write_get(request, "/todos?completed=true&q=aaaaaaaaaaaaaaaaaaaaaaaaaa"
                            "aaaaaaaaaaaaaaaaaaaa");
    system_ask(&read, request);
    gate_await(&system_gate, 1);
    expect_explanation(words);
    gate_release(&system_gate);
    talk_expect(system_hear(&read), 200);
}

static void a_held_database_is_explained(void **state)
{
    const char *const words[] = {"request #1 (create_todo) waits for",
                                 "the lock of the database",
                                 "another program holds the database", NULL};
    struct raw write;

    (void)state;
    system_start(NULL);
    hold_begin(&system_hold, system_server.db);
    gate_open(&system_gate, &system_server);
    system_ask_post(&write, "held");
    gate_await_waiting(&system_gate, "store.lock", 1);
    expect_explanation(words);
    hold_end(&system_hold);
    talk_expect(system_hear(&write), 201);
}

int system_gates(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(a_write_is_neither_seen_nor_answered_before_its_commit),
        SYSTEM_CASE(a_write_killed_before_its_commit_was_not_answered),
        SYSTEM_CASE(what_was_answered_before_a_commit_outlives_kill_9),
        SYSTEM_CASE(writes_that_come_during_a_commit_share_the_next),
        SYSTEM_CASE(of_rivals_that_wait_together_one_put_wins),
        SYSTEM_CASE(of_rivals_that_wait_together_one_patch_wins),
        SYSTEM_CASE(of_rivals_that_wait_together_one_delete_wins),
        SYSTEM_CASE(a_held_read_holds_up_no_write),
        SYSTEM_CASE(jobs_of_clients_that_left_harm_nobody),
        SYSTEM_CASE(a_hang_at_a_gate_is_explained),
        SYSTEM_CASE(a_list_that_hangs_is_explained_with_its_query),
        SYSTEM_CASE(a_held_database_is_explained),
        SYSTEM_CASE(gates_refuse_what_they_do_not_know),
    };

    return GROUP("requests are held", cases, NULL, NULL);
}
