/*
 * tests/unit/conn_sync_test.c - whose place is taken when others wait for one?
 *
 * The sockets are real; that civetweb has them is said by the case, and the
 * clock is moved by it.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <civetweb.h>

#include "common/base/clock.h"
#include "common/base/listen.h"
#include "sync_impl/conn.h"
#include "sync_impl/conns.h"
#include "sync_impl/server.h"
#include "tests/unit/unit.h"

enum { THREADS = 3 };

static struct config config;
static struct server server;
static int listener;

/* A connection that civetweb has accepted. */
struct pair {
    int client, accepted;
    struct conn *conn;
};

/* The thread of the case waits for those who leave: one does. */
static pthread_t case_thread;
static struct conn *leaver;

/* NOLINTBEGIN: the names are the linker's */
int __real_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until);
int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until);

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until)
{
    if (!pthread_equal(pthread_self(), case_thread))
        return __real_pthread_cond_timedwait(cond, lock, until);
    pthread_mutex_unlock(lock);
    if (leaver)
        conns_close(leaver);
    else
        clock_move(200);
    leaver = NULL;
    pthread_mutex_lock(lock);
    return 0;
}
/* NOLINTEND */

static void listen_somewhere(void)
{
    config.port = 0;
    listener = listen_at("127.0.0.1", &config.port, 8, false);
    assert_true(listener >= 0);
}

static void pair_open(struct pair *pair)
{
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_port = htons((in_port_t)config.port)};

    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    pair->client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(
        connect(pair->client, (struct sockaddr *)&there, sizeof there), 0);
    pair->accepted = accept(listener, NULL, NULL);
    assert_true(pair->accepted >= 0);
    pair->conn = conns_open(server.conns);
    conn_found(pair->conn, pair->accepted);
    conn_waits(pair->conn, true);
}

/* Its thread begins to wait for that. */
static void pair_waits(const struct pair *pair, int64_t within_ms, int how)
{
    conn_expect(pair->conn, within_ms, how);
    conn_waits(pair->conn, true);
}

/* What conns_close leaves of it. */
static void pair_left(struct pair *pair)
{
    assert_int_equal(close(pair->accepted), 0);
    assert_int_equal(close(pair->client), 0);
}

static void pair_close(struct pair *pair)
{
    conns_close(pair->conn);
    pair_left(pair);
}

/* It has asked, and was answered; the next request may come. */
static void pair_idle(struct pair *pair)
{
    conn_request_begin(pair->conn, NULL);
    conn_note_heard(pair->conn);
    conn_request_end(pair->conn);
}

/* Its thread would stand in this read until the watch shuts the socket. */
static void expect_cut(const struct pair *pair)
{
    char byte;

    assert_int_equal(recv(pair->accepted, &byte, 1, 0), 0);
    assert_true(atomic_load(&pair->conn->late));
}

static void expect_kept(const struct pair *pair)
{
    char byte;

    assert_int_equal(recv(pair->accepted, &byte, 1, MSG_DONTWAIT), -1);
}

static int setup(void **state)
{
    (void)state;
    config = (struct config){.threads = THREADS,
                             .idle_timeout_ms = 60000,
                             .head_timeout_ms = 10000,
                             .body_timeout_ms = 30000};
    case_thread = pthread_self();
    listen_somewhere();
    server = (struct server){.config = &config};
    server.conns = conns_new(&server);
    assert_true(server.conns != NULL);
    atomic_store(&server.conns->ready, true);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    conns_free(server.conns);
    return close(listener);
}

#define conn_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* All of them come, and there is no room for more. */
static void pairs_open(struct pair pairs[THREADS])
{
    for (int i = 0; i < THREADS; i++)
        pair_open(&pairs[i]);
}

static void pairs_close(struct pair pairs[THREADS + 1])
{
    for (int i = 0; i <= THREADS; i++)
        pair_close(&pairs[i]);
}

/* All have come, one has been idle for long enough, and another comes. */
static void one_more_comes(struct pair pairs[THREADS + 1])
{
    pairs_open(pairs);
    pair_idle(&pairs[0]);
    clock_move(200);
    pair_open(&pairs[THREADS]);
}

static void who_has_been_idle_for_longest_makes_room(void **state)
{
    struct pair pairs[THREADS + 1];

    (void)state;
    pairs_open(pairs);
    pair_idle(&pairs[1]);
    clock_move(1);
    pair_idle(&pairs[0]);
    pair_idle(&pairs[2]);
    clock_move(200);
    pair_open(&pairs[THREADS]);
    expect_cut(&pairs[1]);
    expect_kept(&pairs[0]);
    expect_kept(&pairs[2]);
    expect_kept(&pairs[THREADS]);
    pairs_close(pairs);
}

/* It asks again in a moment. */
static void who_has_just_been_served_stays(void **state)
{
    struct pair pairs[THREADS + 1];

    (void)state;
    pairs_open(pairs);
    for (int i = 0; i < THREADS; i++)
        pair_idle(&pairs[i]);
    clock_move(199);
    pair_open(&pairs[THREADS]);
    assert_int_equal(conn_overload(pairs[THREADS].conn), TODO_ERR_BUSY);
    for (int i = 0; i < THREADS; i++)
        expect_kept(&pairs[i]);
    pairs_close(pairs);
}

static void the_room_that_was_made_is_waited_for(void **state)
{
    struct pair pairs[THREADS + 1];

    (void)state;
    one_more_comes(pairs);
    leaver = pairs[0].conn;
    assert_int_equal(conn_overload(pairs[THREADS].conn), TODO_OK);
    assert_null(leaver);
    pair_left(&pairs[0]);
    for (int i = 1; i <= THREADS; i++)
        pair_close(&pairs[i]);
}

/* Its thread has to say 408 first. */
static void the_room_of_a_late_head_is_waited_for(void **state)
{
    struct pair pairs[THREADS + 1];

    (void)state;
    pairs_open(pairs);
    for (int i = 1; i < THREADS; i++)
        conn_request_begin(pairs[i].conn, NULL);
    clock_move(200);
    pair_open(&pairs[THREADS]);
    expect_cut(&pairs[0]);
    conn_request_begin(pairs[0].conn, NULL); /* to be refused */
    leaver = pairs[0].conn;
    assert_int_equal(conn_overload(pairs[THREADS].conn), TODO_OK);
    assert_int_equal(close(pairs[0].accepted), 0);
    assert_int_equal(close(pairs[0].client), 0);
    for (int i = 1; i <= THREADS; i++)
        pair_close(&pairs[i]);
}

/* The thread of the one that was cut may be kept from leaving. */
static void room_is_not_waited_for_in_vain(void **state)
{
    struct pair pairs[THREADS + 1];

    (void)state;
    one_more_comes(pairs);
    assert_int_equal(conn_overload(pairs[THREADS].conn), TODO_ERR_BUSY);
    pairs_close(pairs);
}

/* The first takes it, though the other one was there as well. */
static void a_place_that_is_made_goes_to_one(void **state)
{
    struct pair pairs[THREADS + 1];
    struct pair other;

    (void)state;
    one_more_comes(pairs);
    pair_open(&other);
    leaver = pairs[0].conn;
    assert_int_equal(conn_overload(pairs[THREADS].conn), TODO_OK);
    assert_int_equal(conn_overload(other.conn), TODO_ERR_BUSY);
    pair_left(&pairs[0]);
    for (int i = 1; i <= THREADS; i++)
        pair_close(&pairs[i]);
    pair_close(&other);
}

/* Its request had come before it was cut, and may take long. */
static void who_asks_all_the_same_is_not_waited_for(void **state)
{
    struct pair pairs[THREADS + 1];
    int64_t before;

    (void)state;
    pairs_open(pairs);
    pair_idle(&pairs[0]);
    conn_request_begin(pairs[1].conn, NULL);
    conn_request_begin(pairs[2].conn, NULL);
    clock_move(200);
    pair_open(&pairs[THREADS]);
    expect_cut(&pairs[0]);
    conn_goes_on(pairs[0].conn);
    conn_request_begin(pairs[0].conn, NULL);
    before = clock_mono_us();
    assert_int_equal(conn_overload(pairs[THREADS].conn), TODO_ERR_BUSY);
    assert_int_equal(clock_mono_us(), before);
    pairs_close(pairs);
}

/* Nobody has looked since it began. */
static void a_head_that_has_begun_is_not_idle(void **state)
{
    struct pair pairs[THREADS + 1];

    (void)state;
    pairs_open(pairs);
    pair_idle(&pairs[0]);
    conn_request_begin(pairs[1].conn, NULL);
    conn_request_begin(pairs[2].conn, NULL);
    clock_move(200);
    assert_int_equal(send(pairs[0].client, "G", 1, 0), 1);
    pair_open(&pairs[THREADS]);
    assert_false(atomic_load(&pairs[0].conn->late));
    pairs_close(pairs);
}

static void while_places_are_short_heads_are_due_soon(void **state)
{
    struct pair pairs[THREADS + 1];

    (void)state;
    pairs_open(pairs);
    pair_open(&pairs[THREADS]);
    clock_move(200);
    for (int i = 0; i <= THREADS; i++)
        expect_cut(&pairs[i]);
    pairs_close(pairs);
}

/* The last one is late, and so the watch has looked at all. */
static void while_there_is_room_nobody_is_hurried(void **state)
{
    struct pair pairs[THREADS];

    (void)state;
    pairs_open(pairs);
    clock_move(9998);
    pair_waits(&pairs[THREADS - 1], 1, SHUT_RD);
    clock_move(1); /* it is due when it stands, and not on its way there */
    expect_cut(&pairs[THREADS - 1]);
    expect_kept(&pairs[0]);
    expect_kept(&pairs[1]);
    for (int i = 0; i < THREADS; i++)
        pair_close(&pairs[i]);
}

/* As an answer does that the client does not take. */
static void fill(int fd)
{
    static const char bytes[64 * 1024];

    while (send(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        ;
}

/* A client that takes an answer has done all that was asked of it. */
static void whoever_is_answered_is_not_hurried(void **state)
{
    struct pair pairs[THREADS + 1];

    (void)state;
    pairs_open(pairs);
    pair_open(&pairs[THREADS]);
    pair_waits(&pairs[0], 30000, SHUT_RDWR);
    fill(pairs[0].accepted);
    clock_move(200);
    for (int i = 1; i <= THREADS; i++)
        expect_cut(&pairs[i]);
    expect_kept(&pairs[0]);
    pairs_close(pairs);
}

/* The process may have stood still: what lies in the socket came in time. The
 * watch looks at the first one first, so it has when the other one is cut. */
static void what_has_come_is_taken_before_a_client_is_late(void **state)
{
    struct pair one, other;

    (void)state;
    pair_open(&one);
    pair_open(&other);
    assert_int_equal(send(one.client, "x", 1, 0), 1);
    pair_waits(&one, 1000, SHUT_RD);
    pair_waits(&other, 1000, SHUT_RD);
    clock_move(1000);
    expect_cut(&other);
    assert_false(atomic_load(&one.conn->late));
    pair_close(&one);
    pair_close(&other);
}

/* When the process goes on, the watch may be the last to look: the thread has
 * sent more, as much as the kernel takes, and waits anew. */
static void a_thread_that_has_gone_on_since_is_not_late(void **state)
{
    struct pair one, other;

    (void)state;
    pair_open(&one);
    pair_open(&other);
    fill(one.accepted);
    fill(other.accepted);
    pair_waits(&one, 1000, SHUT_RDWR);
    pair_waits(&other, 1000, SHUT_RDWR);
    atomic_store(&one.conn->waits, clock_mono_us() + 1001 * 1000);
    clock_move(1000);
    expect_cut(&other);
    assert_false(atomic_load(&one.conn->late));
    pair_close(&one);
    pair_close(&other);
}

/* It has taken all that had come, and has not said so yet. */
static void a_thread_at_work_is_not_late(void **state)
{
    struct pair one, other;

    (void)state;
    pair_open(&one);
    pair_open(&other);
    pair_waits(&one, 1000, SHUT_RD);
    pair_waits(&other, 1000, SHUT_RD);
    conn_waits(one.conn, false);
    clock_move(1000);
    expect_cut(&other);
    assert_false(atomic_load(&one.conn->late));
    pair_close(&one);
    pair_close(&other);
}

/* It may say nothing, and civetweb would stand by it for seconds. */
static void a_client_since_the_stop_is_shut_with_the_listener(void **state)
{
    struct pair pair;
    char byte;

    (void)state;
    conns_stop(server.conns);
    pair_open(&pair);
    conns_refuse(server.conns);
    assert_int_equal(recv(pair.accepted, &byte, 1, MSG_DONTWAIT), 0);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        conn_test(who_has_been_idle_for_longest_makes_room),
        conn_test(who_has_just_been_served_stays),
        conn_test(the_room_that_was_made_is_waited_for),
        conn_test(the_room_of_a_late_head_is_waited_for),
        conn_test(room_is_not_waited_for_in_vain),
        conn_test(a_place_that_is_made_goes_to_one),
        conn_test(who_asks_all_the_same_is_not_waited_for),
        conn_test(a_head_that_has_begun_is_not_idle),
        conn_test(while_places_are_short_heads_are_due_soon),
        conn_test(while_there_is_room_nobody_is_hurried),
        conn_test(whoever_is_answered_is_not_hurried),
        conn_test(what_has_come_is_taken_before_a_client_is_late),
        conn_test(a_thread_that_has_gone_on_since_is_not_late),
        conn_test(a_thread_at_work_is_not_late),
        conn_test(a_client_since_the_stop_is_shut_with_the_listener),
    };

    clock_let_move();
    clock_move(0);
    return cmocka_run_group_tests_name("conn_sync", tests, NULL, NULL);
}
