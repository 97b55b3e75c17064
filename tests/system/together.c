/*
 * tests/system/together.c - many jobs are done at the same moment: each of them
 * is heard of, and so is the one that wrote.
 * Threads: one.   Blocks: on the server of the case.
 *
 * The loop of todo-async hears of what is done by a bell (async_impl/keeper.c),
 * which says nothing of how much that is. In todo-sync a thread wakes, and
 * looks for its own job.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "changes.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

enum {
    CLIENTS = 100,
    STREAMS = 3,
    FEW = 7, /* a queue has room for one more */
    TURNS = 3,
    WRITES = 20,
    NEWS = 3,
    CROWD = 16,
    ROUNDS = 80,
    MARKS_MAX = 1 << 15 /* that are kept (common/base/probe.c) */
};

static struct raw clients[CLIENTS];
static struct stream streams[STREAMS];

static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < CLIENTS; i++)
        clients[i].fd = -1;
    for (int i = 0; i < STREAMS; i++)
        streams[i].raw.fd = -1;
    return 0;
}

static int release(void **state)
{
    for (int i = 0; i < CLIENTS; i++)
        raw_close(&clients[i]);
    for (int i = 0; i < STREAMS; i++)
        stream_close(&streams[i]);
    return system_release(state);
}

#define TOGETHER_CASE(function)                                                \
    cmocka_unit_test_setup_teardown(function, setup, release)

static void start(void)
{
    static const char *const sync[] = {"--threads", "128", "--heartbeat",
                                       "3600", NULL};
    static const char *const async[] = {"--heartbeat", "3600", NULL};

    system_start(system_is_sync() ? sync : async);
}

static void follow(void)
{
    for (int i = 0; i < STREAMS; i++)
        changes_follow(&streams[i], -1);
}

/* Each begins when the one before it has read all there is. */
static void follow_one_by_one(void)
{
    for (int i = 0; i < STREAMS; i++) {
        changes_follow(&streams[i], -1);
        changes_await_subscribers(i + 1);
    }
}

/* The first write is held at its commit, and those that come meanwhile share
 * the next: so all of them but one are done at the same moment. */
static void ask_together(int count)
{
    system_hold_at("store.commit");
    system_ask_post(&clients[0], "first");
    gate_await(&system_gate, 1);
    for (int i = 1; i < count; i++)
        system_ask_post(&clients[i], "together");
}

static void hear_together(int count)
{
    system_look_around(); /* what came is queued by then */
    gate_release(&system_gate);
    for (int i = 0; i < count; i++)
        talk_expect(system_hear(&clients[i]), 201);
}

static void writes_done_together_are_told_to_all_in_order(void **state)
{
    (void)state;
    start();
    server_stop_clock(&system_server); /* and nothing is looked for */
    follow_one_by_one();
    ask_together(CLIENTS);
    gate_await_waiting(&system_gate, "keeper.write", CLIENTS);
    hear_together(CLIENTS);
    for (int i = 0; i < STREAMS; i++)
        (void)changes_read(&streams[i], 0, CLIENTS);
}

/* A place that is not given back is missed when there are few. */
static void writes_done_together_give_all_their_places_back(void **state)
{
    static const char *const async[] = {"--store-queue", "8", NULL};

    (void)state;
    system_start(system_is_sync() ? NULL : async);
    for (int i = 0; i < TURNS; i++) {
        ask_together(FEW);
        hear_together(FEW);
    }
    talk_still_serves(system_server.port);
}

/*
 * Who rings
 */

/* What the marks say of writes and of the feed, which reads for request 0:
 * nobody. */
struct telling {
    bool written; /* something, since the feed last began to read the log */
    bool heard;   /* the loop has finished a request of that */
    bool reading;
};

static void follow_mark(const char *line, struct telling *t)
{
    char thread[32], request[16], verb[16], label[32];
    bool goes;

    if (sscanf(line, "%*s %31s %15s %15s %31s", thread, request, verb, label) !=
        4)
        return;
    goes = strcmp(verb, "go") == 0;
    if (strcmp(label, "store.commit") == 0)
        t->written = t->written || goes;
    if (strcmp(thread, "loop") != 0)
        return;
    if (strcmp(verb, "begin") == 0 && t->heard && !t->reading)
        fail_msg("a write was done, and before request %s was taken up, nobody "
                 "had the subscribers told of it",
                 request);
    if (strcmp(label, "keeper.write") == 0 && goes)
        t->heard = t->written;
    if (strcmp(label, "keeper.read") != 0 || strcmp(request, "0") != 0)
        return;
    t->reading = !goes;
    if (t->reading)
        t->written = t->heard = false;
}

/* The watcher looks at the log twice a second, and so hides a writer that never
 * rings. But one that rings does so before another request is taken up: the log
 * is read then, or it is being read and will be read once more. */
static void expect_a_ring_behind_each_write(void)
{
    struct telling telling = {0};
    FILE *marks = tmpfile();
    char line[STEER_LINE_SIZE];
    int count = 0;

    assert_non_null(marks);
    assert_true(steer_trace(&system_gate.steer, marks));
    rewind(marks);
    for (; fgets(line, sizeof line, marks); count++)
        follow_mark(line, &telling);
    (void)fclose(marks); /* its end was read */
    /* none was so old that it is gone */
    assert_in_range(count, 1, MARKS_MAX - 1);
}

/* All streams have read what there is, and wait: for a thread that is twice at
 * feed_wait, since the first time it only looks. */
static void follow_until_all_wait(void)
{
    if (!system_is_sync()) {
        follow();
        gate_open(&system_gate, &system_server);
        gate_await_waiting(&system_gate, "feed.event", STREAMS);
        return;
    }
    system_hold_at("feed.event");
    follow();
    gate_await(&system_gate, STREAMS);
    for (int i = 0; i < STREAMS; i++)
        gate_pass(&system_gate);
    gate_await(&system_gate, STREAMS);
    gate_release(&system_gate);
}

/* The watcher stands still while others write, read and tell. */
static void write_while_the_watcher_stands(void)
{
    system_hold_at("store.read");
    changes_let_look(&system_server);
    gate_await(&system_gate, 1);
    gate_keep(&system_gate);
    (void)talk_create(system_server.port, "told");
    for (int i = 0; i < STREAMS; i++)
        (void)changes_read_created(&streams[i], "told");
}

static void write_one_by_one(void)
{
    for (int i = 0; i < WRITES; i++)
        (void)talk_create(system_server.port, "told");
    expect_a_ring_behind_each_write();
    for (int i = 0; i < STREAMS; i++)
        (void)changes_read(&streams[i], 0, WRITES);
}

static void who_writes_rings_and_does_not_leave_it_to_the_watcher(void **state)
{
    (void)state;
    start();
    follow_until_all_wait();
    if (system_is_sync())
        write_while_the_watcher_stands();
    else
        write_one_by_one();
}

/* How often somebody has gone on from this probe: nobody in particular, such as
 * the watcher (request 0), or a request. */
static int count_gone(const char *label, bool nobody)
{
    char line[STEER_LINE_SIZE], request[16], verb[16], at[32];
    FILE *marks = tmpfile();
    int count = 0;

    assert_non_null(marks);
    assert_true(steer_trace(&system_gate.steer, marks));
    rewind(marks);
    while (fgets(line, sizeof line, marks))
        count +=
            sscanf(line, "%*s %*s %15s %15s %31s", request, verb, at) == 3 &&
            strcmp(verb, "go") == 0 && strcmp(at, label) == 0 &&
            (strcmp(request, "0") == 0) == nobody;
    (void)fclose(marks); /* its end was read */
    return count;
}

static void await_a_look(void)
{
    long long deadline = now_ms() + PATIENCE_MS;
    int before = count_gone("store.read", true);

    changes_let_look(&system_server);
    while (count_gone("store.read", true) == before) {
        if (now_ms() > deadline)
            fail_msg("the server has not looked for changes");
        a_moment();
    }
}

/* Two looks at the log are over that began after this. (In todo-async, a look
 * is a read like the one after a write: there may be one of these before.) */
static void await_two_looks(void)
{
    int enough = system_is_sync() ? 3 : 4;

    for (int i = 0; i < enough; i++)
        await_a_look();
}

static void write_and_look_around(int port)
{
    (void)talk_create(port, "news");
    changes_let_look(&system_server);
    for (int i = 0; i < STREAMS; i++)
        (void)changes_read_created(&streams[i], "news");
    await_two_looks();
}

/* They begin when there are changes that the feed has not rung for. Then one of
 * this server's is told, one of the other's, and one more; and a write that
 * changes nothing. */
static void each_change_wakes_each_listener_once(void **state)
{
    int woken, first = system_is_sync() ? 1 : 0;

    (void)state;
    start();
    server_start_on(&system_second, system_other, system_server.db, NULL);
    (void)talk_create(system_second.port, "before");
    follow_until_all_wait();
    gate_release(&system_gate);
    gate_open(&system_gate, &system_server);
    await_two_looks();
    write_and_look_around(system_server.port);
    write_and_look_around(system_second.port);
    write_and_look_around(system_server.port);
    talk_expect(talk(system_server.port,
                     "DELETE /todos/99 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     NULL),
                404);
    await_two_looks();
    woken = count_gone("feed.event", false);
    if (woken != (first + NEWS) * STREAMS)
        fail_msg("%d changes woke %d listeners %d times", NEWS, STREAMS,
                 woken - first * STREAMS);
    /* where it stands: then a read for each, and two to begin with */
    if (system_is_sync())
        assert_int_equal(count_gone("store.read", false), (2 + NEWS) * STREAMS);
}

/* Every fourth writes. Each asks again when it has its answer. */
static void ask_again(int i)
{
    char request[TALK_MAX];

    if (i % 4 == 0)
        talk_write_post(request, "among reads");
    else
        talk_write_get(request, "/todos?limit=1");
    assert_true(raw_send_text(&clients[i], request));
}

static void hear(int i)
{
    struct raw_answer answer;

    assert_true(raw_read_answer(&clients[i], &answer, false));
    talk_expect(answer.status, i % 4 == 0 ? 201 : 200);
    raw_answer_release(&answer);
}

static void writes_done_beside_reads_are_told_as_well(void **state)
{
    (void)state;
    start();
    follow_until_all_wait();
    for (int i = 0; i < CROWD; i++) {
        system_open(&clients[i]);
        ask_again(i);
    }
    for (int round = 1; round < ROUNDS; round++)
        for (int i = 0; i < CROWD; i++) {
            hear(i);
            ask_again(i);
        }
    for (int i = 0; i < CROWD; i++)
        hear(i);
    if (!system_is_sync())
        expect_a_ring_behind_each_write();
    for (int i = 0; i < STREAMS; i++)
        (void)changes_read(&streams[i], 0, ROUNDS * CROWD / 4);
}

/*
 * The end
 */

/* Returns when the write has been heard of: by the loop, or by its thread. */
static void await_done(void)
{
    long long deadline = now_ms() + PATIENCE_MS;
    struct gate done;
    char threads[64];

    gate_open(&done, &system_server);
    done.label = "keeper.write";
    while (gate_marks(&done, "go", threads, sizeof threads) == 0) {
        if (now_ms() > deadline)
            fail_msg("no write was done");
        a_moment();
    }
    gate_release(&done);
}

/* All have left but a write that is at its commit, and the watcher's look at
 * the log. So the last one that the server waits for is a job; when it is done,
 * the threads of the store are told to end, and one of them is at work. */
static void the_last_that_a_server_waits_for_may_be_a_job(void **state)
{
    struct stream_event event;
    struct gate commit = {0};

    (void)state;
    start();
    follow_until_all_wait();
    gate_release(&system_gate);
    system_hold_at("store.read");
    changes_let_look(&system_server);
    gate_await(&system_gate, 1);
    gate_hold(&commit, &system_server, "store.commit");
    system_ask_post(&clients[0], "last");
    gate_await(&commit, 1);
    raw_reset(&clients[0]);
    system_look_around();
    system_begin_stop(SIGTERM);
    for (int i = 0; i < STREAMS; i++) {
        while (stream_event(&streams[i], &event))
            ;
        stream_close(&streams[i]);
    }
    gate_release(&commit);
    await_done();
    gate_release(&system_gate);
    server_expect_end(&system_server, 0);
}

int system_together(void)
{
    const struct CMUnitTest cases[] = {
        TOGETHER_CASE(writes_done_together_are_told_to_all_in_order),
        TOGETHER_CASE(writes_done_together_give_all_their_places_back),
        TOGETHER_CASE(who_writes_rings_and_does_not_leave_it_to_the_watcher),
        TOGETHER_CASE(each_change_wakes_each_listener_once),
        TOGETHER_CASE(writes_done_beside_reads_are_told_as_well),
        TOGETHER_CASE(the_last_that_a_server_waits_for_may_be_a_job),
    };

    return GROUP("what is done together", cases, NULL, NULL);
}
