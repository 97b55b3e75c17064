/*
 * tests/unit/conns_async_test.c - who is let in when memory runs out, who is
 * late when the loop comes late, and who goes when all owe too much?
 *
 * A server that has a loop and connections, and no handlers. Its feed reads
 * nothing.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "async_impl/answer.h"
#include "async_impl/conn.h"
#include "async_impl/server.h"
#include "common/base/clock.h"
#include "tests/support/patience.h"
#include "tests/unit/unit.h"

static struct config config = {.head_timeout_ms = 1000,
                               .idle_timeout_ms = 1000,
                               .write_timeout_ms = 3600 * 1000,
                               .heartbeat_ms = 1,
                               .max_streams = 1};
static struct server server;
static bool no_memory;

/* While `lends`, libuv closes handles, and the case calls back. */
static bool lends;
static int lent_count;
static struct lent {
    uv_handle_t *handle;
    uv_close_cb closed;
} lent_socket, lent_timer;

static size_t owed; /* by whoever has a stream */

/* NOLINTBEGIN: the names are the linker's */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __real_uv_close(uv_handle_t *handle, uv_close_cb closed);
void __wrap_uv_close(uv_handle_t *handle, uv_close_cb closed);
void __wrap_keeper_read_alone(struct keeper *keeper, struct keeper_job *job);
size_t __wrap_uv_stream_get_write_queue_size(const uv_stream_t *stream);

void *__wrap_calloc(size_t count, size_t size)
{
    return no_memory ? NULL : __real_calloc(count, size);
}

void __wrap_uv_close(uv_handle_t *handle, uv_close_cb closed)
{
    __real_uv_close(handle, lends ? NULL : closed);
    if (!lends)
        return;
    lent_count++;
    *(handle->type == UV_TIMER ? &lent_timer : &lent_socket) =
        (struct lent){handle, closed};
}

void __wrap_keeper_read_alone(struct keeper *keeper, struct keeper_job *job)
{
    (void)keeper;
    (void)job;
}

size_t __wrap_uv_stream_get_write_queue_size(const uv_stream_t *stream)
{
    (void)stream;
    return owed;
}
/* NOLINTEND */

static void on_connection(uv_stream_t *listener, int status) /* LOOP */
{
    (void)listener;
    assert_int_equal(status, 0);
    conn_accept(&server);
}

static void listen_somewhere(void)
{
    struct sockaddr_in here;

    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &here), 0);
    assert_int_equal(uv_tcp_init(&server.loop, &server.listener), 0);
    assert_int_equal(
        uv_tcp_bind(&server.listener, (const struct sockaddr *)&here, 0), 0);
    assert_int_equal(
        uv_listen((uv_stream_t *)&server.listener, 8, on_connection), 0);
}

static int setup(void **state)
{
    (void)state;
    no_memory = false;
    owed = 0;
    config.max_connections = 8;
    server = (struct server){.config = &config};
    assert_int_equal(uv_loop_init(&server.loop), 0);
    server.conns = conns_new(&server);
    server.metrics = metrics_new();
    assert_non_null(server.conns);
    assert_non_null(server.metrics);
    listen_somewhere();
    return 0;
}

static void leave(struct conn *conn)
{
    int before = server.conns->count;

    conn_close(conn);
    while (server.conns->count == before)
        (void)uv_run(&server.loop, UV_RUN_ONCE);
}

static int teardown(void **state)
{
    (void)state;
    while (server.conns->first) /* also where an assertion failed */
        leave(server.conns->first);
    feed_close(server.feed);
    uv_close((uv_handle_t *)&server.listener, NULL);
    assert_int_equal(uv_run(&server.loop, UV_RUN_DEFAULT), 0);
    conns_free(server.conns);
    metrics_free(server.metrics);
    assert_int_equal(uv_loop_close(&server.loop), 0);
    return 0;
}

#define conns_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Nobody would go later and make the loop accept again. */
static void somebody_is_let_in_without_memory(void **state)
{
    struct conn *conn;

    (void)state;
    no_memory = true;
    conn = conns_open(server.conns);
    assert_non_null(conn);
    assert_null(conns_open(server.conns));
    leave(conn);
}

static void each_is_let_in_without_memory(void **state)
{
    (void)state;
    no_memory = true;
    for (int i = 0; i < 3; i++) {
        struct conn *conn = conns_open(server.conns);

        assert_non_null(conn);
        assert_int_equal(conn->state, CONN_OPEN);
        leave(conn);
    }
}

/* A client connects; gives its socket. */
static int come(void)
{
    struct sockaddr_in there;
    int len = sizeof there;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int before = server.conns->count;

    assert_true(fd >= 0);
    assert_int_equal(
        uv_tcp_getsockname(&server.listener, (struct sockaddr *)&there, &len),
        0);
    assert_int_equal(connect(fd, (struct sockaddr *)&there, sizeof there), 0);
    while (server.conns->count == before)
        (void)uv_run(&server.loop, UV_RUN_ONCE);
    return fd;
}

/* The client sends a byte, its deadline passes, and the loop, which stood still
 * meanwhile, goes on: timers first, and then what has come. */
static void send_and_stand_still(int fd, struct conn *conn)
{
    assert_int_equal(send(fd, "G", 1, 0), 1);
    clock_move(1000);
    for (; uv_timer_get_due_in(&conn->timer) > 0; uv_update_time(&server.loop))
        a_moment();
    (void)uv_run(&server.loop, UV_RUN_NOWAIT);
}

static void what_has_come_is_taken_before_it_is_late(void **state)
{
    int fd = come();
    struct conn *conn = server.conns->first;

    (void)state;
    send_and_stand_still(fd, conn);
    assert_int_equal(conn->state, CONN_READING);
    leave(conn);
    assert_int_equal(close(fd), 0);
}

static void what_comes_behind_the_last_answer_is_read(void **state)
{
    int fd = come();
    struct conn *conn = server.conns->first;

    (void)state;
    conn->state = CONN_LINGERING;
    send_and_stand_still(fd, conn);
    assert_int_equal(conn->state, CONN_LINGERING);
    assert_int_equal(conn->dropped, 1);
    leave(conn);
    assert_int_equal(close(fd), 0);
}

/* Two idle clients, the second since later; gives their connections. */
static void two_come(int fds[2], struct conn *conns[2])
{
    for (int i = 0; i < 2; i++) {
        fds[i] = come();
        conns[i] = server.conns->youngest;
        clock_move(1);
    }
    clock_move(200);
}

static void two_leave(const int fds[2], struct conn *conns[2])
{
    for (int i = 0; i < 2; i++)
        conn_close(conns[i]);
    while (server.conns->count > 0)
        (void)uv_run(&server.loop, UV_RUN_ONCE);
    for (int i = 0; i < 2; i++)
        assert_int_equal(close(fds[i]), 0);
}

static void whoever_has_waited_for_longest_makes_room(void **state)
{
    struct conn *conns[2];
    int fds[2];

    (void)state;
    two_come(fds, conns);
    conns_make_room(server.conns);
    assert_int_equal(conns[0]->state, CONN_CLOSING);
    assert_int_equal(conns[1]->state, CONN_OPEN);
    two_leave(fds, conns);
}

/* The loop has not come round to it. */
static void who_has_sent_something_is_not_idle(void **state)
{
    struct conn *conns[2];
    int fds[2];

    (void)state;
    two_come(fds, conns);
    assert_int_equal(send(fds[0], "G", 1, 0), 1);
    conns_make_room(server.conns);
    assert_int_equal(conns[0]->state, CONN_OPEN);
    assert_int_equal(conns[1]->state, CONN_CLOSING);
    two_leave(fds, conns);
}

/* There is one place, and the next client stands on a spare one. */
static void a_spare_place_is_not_for_long(void **state)
{
    int fds[2];
    struct conn *second;

    (void)state;
    config.max_connections = 1;
    fds[0] = come();
    fds[1] = come();
    second = server.conns->first;
    assert_true(second->spare);
    assert_int_equal(second->deadline - second->since_us, CONNS_SOON_MS * 1000);
    for (int i = 0; i < 2; i++)
        assert_int_equal(close(fds[i]), 0);
}

static void say_closed(const struct lent *lent)
{
    if (lent->closed)
        lent->closed(lent->handle);
}

/* libuv is done with one of them, and then with the other. Gives whether the
 * connection is there until then, and no longer. */
static bool lives_until_both_are_closed(bool timer_first)
{
    int fd = come();
    bool lives;

    lends = true;
    lent_count = 0;
    conn_close(server.conns->first);
    conn_close(server.conns->first); /* says nothing new */
    lends = false;
    if (lent_count != 2)
        fail_msg("conn_close, called twice, closes %d handles and not 2",
                 lent_count);
    (void)uv_run(&server.loop, UV_RUN_NOWAIT);
    say_closed(timer_first ? &lent_timer : &lent_socket);
    lives = server.conns->count == 1;
    if (lives)
        say_closed(timer_first ? &lent_socket : &lent_timer);
    for (; server.conns->count > 0; lives = false) /* it still does */
        conn_unref(server.conns->first);
    assert_int_equal(close(fd), 0);
    return lives;
}

/* libuv promises no order. */
static void a_connection_lives_until_both_handles_are_closed(void **state)
{
    (void)state;
    if (!lives_until_both_are_closed(true))
        fail_msg("it does not, if libuv is done with the timer first");
    if (!lives_until_both_are_closed(false))
        fail_msg("it does not, if libuv is done with the socket first");
}

/* A client comes whose stream has nothing but heartbeats; gives its socket. */
static int follow(void)
{
    static struct request rq;
    int fd = come();

    server.feed = feed_new(&server);
    assert_non_null(server.feed);
    assert_int_equal(feed_enter(server.feed), TODO_OK);
    rq = (struct request){.server = &server, .conn = server.conns->first};
    rq.reply.path = "/todos/events";
    rq.conn->refs++; /* the request's */
    assert_true(feed_subscribe(&rq, 0));
    return fd;
}

static bool has_come(int fd)
{
    char bytes[64 * 1024];

    return recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0;
}

/* Takes turns until the subscriber is told something; false when it is let go
 * instead. */
static bool is_told(int fd)
{
    long long until = now_ms() + PATIENCE_MS;

    while (server.conns->count > 0 && !has_come(fd)) {
        assert_true(now_ms() < until);
        clock_move(config.heartbeat_ms);
        (void)uv_run(&server.loop, UV_RUN_ONCE);
    }
    return server.conns->count > 0;
}

static void who_owes_little_is_told_more(void **state)
{
    int fd = follow();

    (void)state;
    server.conns->unsent = CONNS_UNSENT_MAX;
    if (!is_told(fd))
        fail_msg("a subscriber that has read all is let go for others");
    server.conns->unsent = 0;
    owed = 1;
    if (!is_told(fd))
        fail_msg("a subscriber that has a byte to read is let go");
    assert_int_equal(close(fd), 0);
}

static void who_owes_something_goes_when_all_owe_too_much(void **state)
{
    int fd = follow();

    (void)state;
    owed = 1;
    if (!is_told(fd))
        fail_msg("a subscriber that owes little is let go");
    assert_int_equal(server.conns->unsent, owed);
    server.conns->unsent += CONNS_UNSENT_MAX;
    if (is_told(fd))
        fail_msg("all together owe too much, and one that has a part in that "
                 "is told more");
    assert_int_equal(close(fd), 0);
}

static bool is_taken;

static void on_taken(struct request *rq) /* LOOP */
{
    (void)rq;
    is_taken = true;
}

/* An answer of which the kernel takes a part. */
static void answer_much(struct request *rq)
{
    static char bytes[4 * 1024 * 1024];

    is_taken = false;
    rq->reply.out = (struct buf){.data = bytes, .len = sizeof bytes};
    answer_write(rq->conn, &rq->reply, on_taken);
}

static void await_taken(int fd)
{
    long long until = now_ms() + PATIENCE_MS;

    while (!is_taken) {
        assert_true(now_ms() < until);
        (void)has_come(fd);
        (void)uv_run(&server.loop, UV_RUN_NOWAIT);
    }
}

static void answers_wait_unless_all_owe_too_much(void **state)
{
    int fd = come();
    struct conn *conn = server.conns->first;
    static struct request rq;

    (void)state;
    rq = (struct request){.server = &server, .conn = conn};
    conn_bound_send_buffer(conn);
    conn->rq = &rq;
    conn->state = CONN_WAITING;
    answer_much(&rq);
    assert_false(is_taken);
    assert_in_range(server.conns->unsent, 1, rq.reply.out.len);
    await_taken(fd);
    assert_int_equal(rq.err, TODO_OK);
    assert_int_equal(server.conns->unsent, 0);
    server.conns->unsent = CONNS_UNSENT_MAX;
    answer_much(&rq);
    assert_true(is_taken);
    assert_int_equal(rq.err, TODO_ERR_GONE);
    assert_int_equal(server.conns->unsent, CONNS_UNSENT_MAX);
    assert_int_equal(close(fd), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        conns_test(a_connection_lives_until_both_handles_are_closed),
        conns_test(somebody_is_let_in_without_memory),
        conns_test(each_is_let_in_without_memory),
        conns_test(what_has_come_is_taken_before_it_is_late),
        conns_test(what_comes_behind_the_last_answer_is_read),
        conns_test(whoever_has_waited_for_longest_makes_room),
        conns_test(who_has_sent_something_is_not_idle),
        conns_test(a_spare_place_is_not_for_long),
        conns_test(who_owes_little_is_told_more),
        conns_test(who_owes_something_goes_when_all_owe_too_much),
        conns_test(answers_wait_unless_all_owe_too_much),
    };

    clock_let_move();
    clock_move(0);
    return cmocka_run_group_tests_name("conns_async", tests, NULL, NULL);
}
