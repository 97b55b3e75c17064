/*
 * tests/unit/upstream_async_test.c - a socket of one call cannot be watched,
 * and a client leaves before it is answered.
 *
 * A server that has a loop and an upstream, and does not listen. The upstream
 * is a stub whose answer the case sends when it likes.
 */
#include <string.h>

#include <uv.h>

#include "async_impl/request.h"
#include "async_impl/server.h"
#include "async_impl/upstream.h"
#include "common/base/container_of.h"
#include "tests/unit/stub.h"
#include "tests/unit/unit.h"

enum { PATIENCE_MS = 30000, NO_PATIENCE_MS = 50, TURNS = 10 };

static const char answer[] = "HTTP/1.1 200 OK\r\n"
                             "Content-Length: 16\r\n"
                             "\r\n"
                             "{\"title\":\"milk\"}";

/* Sockets that are watched from now on, before one cannot be; and how many
 * could not. */
static int to_watch, unwatched;

/* The linker puts the second of these in the place of uv_poll_init_socket, and
 * calls that the first (ld(1), --wrap). */
/* NOLINTBEGIN: the names are the linker's */
int __real_uv_poll_init_socket(uv_loop_t *loop, uv_poll_t *poll,
                               uv_os_sock_t socket);
int __wrap_uv_poll_init_socket(uv_loop_t *loop, uv_poll_t *poll,
                               uv_os_sock_t socket);

int __wrap_uv_poll_init_socket(uv_loop_t *loop, uv_poll_t *poll,
                               uv_os_sock_t socket)
{
    if (to_watch-- > 0)
        return __real_uv_poll_init_socket(loop, poll, socket);
    unwatched++;
    return UV_ENOMEM;
}
/* NOLINTEND */

/* A request, and whether it has its answer. */
struct asker {
    struct request rq;
    struct buf array;
    bool done;
};

static struct config config;
static struct server server;
static struct stub stub;
static struct asker first, second;

static int setup(void **state)
{
    (void)state;
    first = second = (struct asker){.rq = {.server = &server}};
    stub_listen(&stub);
    config = (struct config){.upstream = stub.url,
                             .upstream_timeout_ms = PATIENCE_MS};
    server = (struct server){.config = &config, .thread = uv_thread_self()};
    unwatched = 0;
    assert_int_equal(uv_loop_init(&server.loop), 0);
    server.upstream = upstream_new(&server.loop, &config);
    assert_true(server.upstream != NULL);
    return 0;
}

/* Nothing of the upstream's is left in the loop. */
static int teardown(void **state)
{
    (void)state;
    upstream_cancel(&first.rq); /* unless they are done */
    upstream_cancel(&second.rq);
    upstream_close(server.upstream);
    uv_run(&server.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&server.loop), 0);
    stub_close(&stub);
    buf_release(&first.array);
    buf_release(&second.array);
    return 0;
}

#define upstream_test(name)                                                    \
    cmocka_unit_test_setup_teardown(name, setup, teardown)

static void finish(struct request *rq)
{
    struct asker *asker = container_of(rq, struct asker, rq);

    assert_false(asker->done); /* exactly once */
    asker->done = true;
}

static void ask_for(struct asker *asker, int count)
{
    asker->done = false;
    asker->rq.err = TODO_OK;
    upstream_ask(&asker->rq, count, &asker->array, finish);
}

static void ask(struct asker *asker)
{
    ask_for(asker, 1);
}

static void run_until_done(const struct asker *asker)
{
    while (!asker->done)
        uv_run(&server.loop, UV_RUN_ONCE);
}

/* The others go on, and are answered. */
static void a_socket_that_cannot_be_watched_harms_no_other_call(void **state)
{
    (void)state;
    to_watch = 1;
    ask(&first);
    while (to_watch > 0)
        uv_run(&server.loop, UV_RUN_NOWAIT);
    ask(&second);
    while (unwatched == 0)
        uv_run(&server.loop, UV_RUN_NOWAIT);
    for (int i = 0; i < TURNS; i++)
        uv_run(&server.loop, UV_RUN_NOWAIT);
    assert_false(first.done);
    assert_false(second.done);
    stub_serve(&stub, answer, strlen(answer));
    run_until_done(&first);
    assert_int_equal(first.rq.err, TODO_OK);
    assert_false(second.done);
    upstream_cancel(&second.rq);
    assert_int_equal(second.rq.err, TODO_ERR_GONE);
    assert_int_equal(pthread_join(stub.thread, NULL), 0);
}

static void a_call_that_is_not_watched_ends_in_time(void **state)
{
    (void)state;
    to_watch = 0;
    config.upstream_timeout_ms = NO_PATIENCE_MS;
    ask(&first);
    run_until_done(&first);
    assert_int_equal(first.rq.err, TODO_ERR_UPSTREAM_TIMEOUT);
}

/* So often that there would be no room for more if one call in ten still
 * counted as under way. */
static void calls_that_are_ended_are_ended_whole_and_once(void **state)
{
    enum { TEN = 10 };

    (void)state;
    for (int i = 0; i < UPSTREAM_MAX_CALLS; i++) {
        ask_for(&first, TEN);
        assert_false(first.done);
        upstream_cancel(&first.rq);
        assert_true(first.done);
        assert_int_not_equal(first.rq.err, TODO_OK);
        assert_true(first.rq.calls == NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        upstream_test(a_socket_that_cannot_be_watched_harms_no_other_call),
        upstream_test(a_call_that_is_not_watched_ends_in_time),
        upstream_test(calls_that_are_ended_are_ended_whole_and_once),
    };

    return cmocka_run_group_tests_name("upstream_async", tests, NULL, NULL);
}
