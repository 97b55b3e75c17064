/*
 * tests/system/others.c - a stream whose owner does nothing, while somebody
 * else changes todos all the time.
 * Threads: one, and some that change todos.
 * Blocks:  on the server of the case.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/account.h"
#include "tests/support/patience.h"
#include "tests/support/stream.h"

enum { WRITERS = 4 }; /* so that no pause is long, on a busy machine either */

static struct stream streams[2];
static pthread_t writers[WRITERS];
static atomic_bool writes;
static atomic_bool failed;
static atomic_int written;
static char theirs[ACCOUNT_TOKEN_MAX];

/* Not by what fails the test: that is for its own thread. */
static void *write_on(void *unused)
{
    while (writes)
        if (account_talk(system_server.port, "POST /todos", theirs,
                         "{\"title\":\"theirs\"}", NULL) == 201)
            written++;
        else
            failed = true;
    return unused;
}

static void begin_writing(void)
{
    account_begin(system_server.port, "theirs", theirs);
    failed = false;
    writes = true;
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, write_on, NULL), 0);
}

static void end_writing(void)
{
    if (!atomic_exchange(&writes, false))
        return;
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_join(writers[i], NULL), 0);
    assert_false(failed);
}

static int follow(struct stream *stream, const char *token)
{
    return account_follow(stream, system_server.port, token);
}

static int release(void **state)
{
    end_writing();
    for (int i = 0; i < 2; i++)
        stream_close(&streams[i]);
    return system_release(state);
}

/* --- cases ---------------------------------------------------------------- */

/* So little time passes that nothing is due; and others change some todos. */
static void pass_among_changes(void)
{
    enum { SOME = 20 };
    long long deadline = now_ms() + PATIENCE_MS;
    int before = written;

    server_pass_time(&system_server, 0.4);
    while (written < before + SOME) {
        assert_true(now_ms() < deadline);
        a_moment();
    }
}

/* It is a stream on which nothing happens. */
static void changes_of_others_do_not_put_off_a_heartbeat(void **state)
{
    static const char *const args[] = {"--auth", "--heartbeat", "1", NULL};
    char mine[ACCOUNT_TOKEN_MAX];

    (void)state;
    system_start(args);
    account_begin(system_server.port, "mine", mine);
    assert_int_equal(follow(&streams[0], mine), 200);
    begin_writing();
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 3; j++)
            pass_among_changes();
        stream_expect_heartbeat(&streams[0]);
    }
    end_writing();
}

/* Nothing is sent to it by which the server could learn of that, and it is
 * never quiet for a while: the clock stands. */
static void a_subscriber_leaves_while_others_change_todos(void **state)
{
    static const char *const args[] = {"--auth",      "--max-streams", "1",
                                       "--heartbeat", "3600",          NULL};
    long long deadline = now_ms() + PATIENCE_MS;
    char mine[ACCOUNT_TOKEN_MAX];
    int status;

    (void)state;
    system_start(args);
    account_begin(system_server.port, "mine", mine);
    assert_int_equal(follow(&streams[0], mine), 200);
    server_stop_clock(&system_server);
    begin_writing();
    stream_close(&streams[0]);
    while ((status = follow(&streams[1], mine)) == 503) {
        assert_true(now_ms() < deadline);
        stream_close(&streams[1]);
        a_moment();
    }
    assert_int_equal(status, 200);
    end_writing();
}

#define OTHERS_CASE(function) cmocka_unit_test_teardown(function, release)

int system_others(void)
{
    const struct CMUnitTest cases[] = {
        OTHERS_CASE(changes_of_others_do_not_put_off_a_heartbeat),
        OTHERS_CASE(a_subscriber_leaves_while_others_change_todos),
    };

    return GROUP("what others do", cases, NULL, NULL);
}
