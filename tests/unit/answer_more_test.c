/*
 * tests/unit/answer_more_test.c - how much of an answer stays in memory while
 * its client is slow?
 *
 * All of it does: this is what `./learn more` asks for, after exercise 03. So
 * CTest does not run it. A server that has a loop and connections, and no
 * handlers.
 */
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "async_impl/answer.h"
#include "async_impl/conn.h"
#include "async_impl/conns.h"
#include "async_impl/request.h"
#include "async_impl/server.h"
#include "tests/support/patience.h"
#include "tests/unit/unit.h"

enum {
    HOUR_MS = 3600 * 1000,
    SMALLEST = 64 * 1024, /* of the answers */
    LARGEST = 64 * 1024 * 1024,
    BUFFER = 128 * 1024, /* of the sockets */
    PERIOD = 251         /* of the bytes of an answer */
};

static struct config config = {.max_connections = 8,
                               .head_timeout_ms = HOUR_MS,
                               .idle_timeout_ms = HOUR_MS,
                               .write_timeout_ms = HOUR_MS};
static struct server server;
static size_t in_use; /* bytes that were allocated and not freed */

/* NOLINTBEGIN: the names are the linker's */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *memory);

void *__wrap_malloc(size_t size)
{
    void *memory = __real_malloc(size);

    in_use += malloc_usable_size(memory);
    return memory;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *memory = __real_calloc(count, size);

    in_use += malloc_usable_size(memory);
    return memory;
}

void *__wrap_realloc(void *old, size_t size)
{
    size_t before = malloc_usable_size(old);
    void *memory = __real_realloc(old, size);

    if (memory || size == 0)
        in_use -= before;
    in_use += malloc_usable_size(memory);
    return memory;
}

void __wrap_free(void *memory)
{
    in_use -= malloc_usable_size(memory);
    __real_free(memory);
}
/* NOLINTEND */

static void on_connection(uv_stream_t *listener, int status) /* LOOP */
{
    (void)listener;
    assert_int_equal(status, 0);
    conn_accept(&server);
}

static int setup(void **state)
{
    struct sockaddr_in here;

    (void)state;
    server = (struct server){.config = &config};
    assert_int_equal(uv_loop_init(&server.loop), 0);
    server.conns = conns_new(&server);
    assert_non_null(server.conns);
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &here), 0);
    assert_int_equal(uv_tcp_init(&server.loop, &server.listener), 0);
    assert_int_equal(
        uv_tcp_bind(&server.listener, (const struct sockaddr *)&here, 0), 0);
    assert_int_equal(
        uv_listen((uv_stream_t *)&server.listener, 8, on_connection), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (server.conns->first) /* where an assertion failed */
        conn_close(server.conns->first);
    uv_close((uv_handle_t *)&server.listener, NULL);
    assert_int_equal(uv_run(&server.loop, UV_RUN_DEFAULT), 0);
    conns_free(server.conns);
    assert_int_equal(uv_loop_close(&server.loop), 0);
    return 0;
}

/* A client connects; gives its socket. The kernel keeps little for it, and
 * always as much. */
static int come(void)
{
    struct sockaddr_in there;
    int len = sizeof there, size = BUFFER;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size),
                     0);
    assert_int_equal(
        uv_tcp_getsockname(&server.listener, (struct sockaddr *)&there, &len),
        0);
    assert_int_equal(connect(fd, (struct sockaddr *)&there, sizeof there), 0);
    while (!server.conns->first)
        (void)uv_run(&server.loop, UV_RUN_ONCE);
    assert_int_equal(
        uv_send_buffer_size((uv_handle_t *)&server.conns->first->tcp, &size),
        0);
    return fd;
}

/* As if a handler had made it. */
static void answer(struct conn *conn, size_t size)
{
    struct request *rq = request_new(conn);

    assert_non_null(rq);
    for (size_t i = 0; i < size; i++) {
        char byte = (char)(i % PERIOD);

        buf_put(&rq->reply.out, &byte, 1);
    }
    rq->reply.keep_alive = true;
    conn->rq = rq;
    conn->state = CONN_WAITING;
    conn->refs++;
    answer_send(conn, &rq->reply);
}

/* The client reads an answer. Then the connection is for the next one. */
static void hear(int fd, const struct conn *conn, size_t size)
{
    static unsigned char bytes[64 * 1024];
    long long deadline = now_ms() + PATIENCE_MS;
    size_t got = 0;

    while (got < size || conn->state == CONN_ANSWERING) {
        ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

        if (n <= 0 && (n == 0 || errno != EAGAIN))
            fail_msg("the connection ends behind %zu bytes of %zu", got, size);
        for (ssize_t i = 0; i < n; i++, got++)
            if (bytes[i] != got % PERIOD)
                fail_msg("byte %zu of an answer is not what was answered", got);
        (void)uv_run(&server.loop, UV_RUN_NOWAIT);
        assert_true(now_ms() < deadline);
    }
    assert_int_equal(got, size);
    assert_int_equal(conn->state, CONN_OPEN);
}

static size_t rest_of(const struct conn *conn)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&conn->tcp);
}

/* Answers, and each answer is a little longer, until the kernel does not take
 * the whole one: so it takes nearly all of it. Gives its length. */
static size_t answer_until_it_waits(int fd, struct conn *conn)
{
    size_t size = SMALLEST;

    while (answer(conn, size), rest_of(conn) == 0) {
        hear(fd, conn, size);
        size += size / 8;
        assert_true(size < LARGEST);
    }
    assert_true(size > SMALLEST);
    return size;
}

static void a_slow_client_costs_what_the_kernel_has_not_taken(void **state)
{
    size_t before = in_use, idle, size, kept;
    int fd = come();
    struct conn *conn = server.conns->first;

    (void)state;
    idle = in_use;
    size = answer_until_it_waits(fd, conn);
    kept = in_use - idle;
    if (kept > size / 2)
        fail_msg("the kernel has taken all but %zu of %zu bytes, and %zu stay "
                 "in memory",
                 rest_of(conn), size, kept);
    hear(fd, conn, size);
    if (in_use != idle)
        fail_msg("the answer was taken, and %zu bytes stay in memory",
                 in_use - idle);
    (void)answer_until_it_waits(fd, conn);
    assert_int_equal(close(fd), 0); /* a reset: there is something to read */
    while (server.conns->count > 0)
        (void)uv_run(&server.loop, UV_RUN_ONCE);
    if (in_use != before)
        fail_msg("the client has left, and %zu bytes stay in memory",
                 in_use - before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_slow_client_costs_what_the_kernel_has_not_taken, setup, teardown),
    };

    return cmocka_run_group_tests_name("answer_more", tests, NULL, NULL);
}
