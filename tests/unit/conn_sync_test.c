/*
 * tests/unit/conn_sync_test.c - which descriptor is the socket of a connection?
 *
 * The sockets are real; what civetweb tells of a connection, the case says.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <civetweb.h>

#include "common/base/clock.h"
#include "sync_impl/conns.h"
#include "sync_impl/server.h"
#include "tests/unit/unit.h"

enum { HIGH = 900 /* far beyond what the few threads here need */ };

static struct config config;
static struct server server;
static int listener, client_port;
static struct mg_request_info told;
static const char *told_link; /* NULL: civetweb has none */

/* In the place of civetweb's. */
const struct mg_request_info *
mg_get_request_info(const struct mg_connection *mg)
{
    (void)mg;
    return &told;
}

int mg_get_request_link(const struct mg_connection *mg, char *buf, size_t size)
{
    (void)mg;
    return told_link && snprintf(buf, size, "%s", told_link) > 0 ? 0 : -1;
}

/* A connection that civetweb has accepted. */
struct pair {
    int client, accepted;
    struct conn *conn;
};

static struct sockaddr_in loopback(const char *address, int port)
{
    struct sockaddr_in made = {.sin_family = AF_INET,
                               .sin_port = htons((in_port_t)port)};

    assert_int_equal(inet_pton(AF_INET, address, &made.sin_addr), 1);
    return made;
}

static void bind_to(int fd, const char *address, int port)
{
    struct sockaddr_in here = loopback(address, port);
    int yes = 1;

    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes),
                     0);
    assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof here), 0);
}

static int port_of(int fd)
{
    struct sockaddr_in here = {0};
    socklen_t len = sizeof here;

    assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &len), 0);
    return ntohs(here.sin_port);
}

/* From 127.0.0.1 and the port of the first client to this address of ours. */
static void pair_open(struct pair *pair, const char *address)
{
    struct sockaddr_in there = loopback(address, config.port);

    pair->client = socket(AF_INET, SOCK_STREAM, 0);
    bind_to(pair->client, "127.0.0.1", client_port);
    client_port = port_of(pair->client);
    assert_int_equal(
        connect(pair->client, (struct sockaddr *)&there, sizeof there), 0);
    pair->accepted = accept(listener, NULL, NULL);
    assert_true(pair->accepted >= 0);
    pair->conn = conns_open(server.conns);
}

static void pair_close(struct pair *pair)
{
    conns_close(pair->conn);
    assert_int_equal(close(pair->accepted), 0);
    assert_int_equal(close(pair->client), 0);
}

/* civetweb has read a head on it, for this URL. */
static void pair_ask(struct pair *pair, const char *link)
{
    told = (struct mg_request_info){.remote_port = client_port,
                                    .local_uri = link ? "/todos" : NULL};
    (void)snprintf(told.remote_addr, sizeof told.remote_addr, "127.0.0.1");
    told_link = link;
    conn_request_begin(pair->conn, NULL);
    conn_request_end(pair->conn);
}

static int setup(void **state)
{
    (void)state;
    client_port = 0;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    bind_to(listener, "0.0.0.0", 0);
    assert_int_equal(listen(listener, 2), 0);
    config = (struct config){.threads = 2,
                             .port = port_of(listener),
                             .idle_timeout_ms = 3600000,
                             .head_timeout_ms = 3600000};
    server = (struct server){.config = &config};
    server.conns = conns_new(&server);
    assert_true(server.conns != NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    conns_free(server.conns);
    return close(listener);
}

#define conn_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void a_socket_is_found_whatever_its_number(void **state)
{
    struct pair pair;
    int moved;

    (void)state;
    pair_open(&pair, "127.0.0.1");
    moved = fcntl(pair.accepted, F_DUPFD, HIGH);
    assert_true(moved >= HIGH);
    assert_int_equal(close(pair.accepted), 0);
    pair.accepted = moved;
    pair_ask(&pair, "http://127.0.0.1:80/todos");
    assert_int_equal(pair.conn->fd, pair.accepted);
    pair_close(&pair);
}

/* The same client address and port, and two addresses of ours: whichever asks
 * first, and whoever is silent. */
static void twins_are_told_apart_by_our_address(void **state)
{
    struct pair one, other;

    (void)state;
    pair_open(&one, "127.0.0.1");
    pair_open(&other, "127.0.0.2");
    pair_ask(&other, "http://127.0.0.2:80/todos");
    assert_int_equal(other.conn->fd, other.accepted);
    pair_ask(&one, "http://127.0.0.1/todos");
    assert_int_equal(one.conn->fd, one.accepted);
    pair_close(&one);
    pair_close(&other);
}

/* It does not tell our address when it refuses a head. */
static void the_socket_of_another_connection_is_not_taken(void **state)
{
    struct pair one, other;

    (void)state;
    pair_open(&one, "127.0.0.1");
    pair_open(&other, "127.0.0.2");
    pair_ask(&one, "http://127.0.0.1:80/todos");
    pair_ask(&other, NULL);
    assert_int_equal(one.conn->fd, one.accepted);
    assert_int_equal(other.conn->fd, other.accepted);
    pair_close(&one);
    pair_close(&other);
}

static void a_client_that_has_left_has_no_socket(void **state)
{
    struct linger at_once = {.l_onoff = 1};
    struct pair pair;
    char byte;

    (void)state;
    pair_open(&pair, "127.0.0.1");
    assert_int_equal(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &at_once,
                                sizeof at_once),
                     0);
    assert_int_equal(close(pair.client), 0); /* by a reset */
    assert_int_equal(recv(pair.accepted, &byte, 1, 0), -1);
    pair_ask(&pair, "http://127.0.0.1:80/todos");
    assert_int_equal(pair.conn->fd, -1);
    conns_close(pair.conn);
    assert_int_equal(close(pair.accepted), 0);
}

/* The process may have stood still: what lies in the socket came in time. The
 * watch looks at the first one first, so it has when the other one is cut. */
static void what_has_come_is_taken_before_a_client_is_late(void **state)
{
    struct pair one, other;
    char byte;

    (void)state;
    pair_open(&one, "127.0.0.1");
    pair_open(&other, "127.0.0.2");
    pair_ask(&one, "http://127.0.0.1:80/todos");
    pair_ask(&other, "http://127.0.0.2:80/todos");
    assert_int_equal(send(one.client, "x", 1, 0), 1);
    conn_expect(one.conn, 1000, SHUT_RD);
    conn_expect(other.conn, 1000, SHUT_RD);
    clock_move(1000);
    assert_int_equal(recv(other.accepted, &byte, 1, 0), 0);
    assert_true(atomic_load(&other.conn->late));
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
    pair_open(&pair, "127.0.0.1");
    conns_refuse(server.conns);
    assert_int_equal(recv(pair.accepted, &byte, 1, MSG_DONTWAIT), 0);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        conn_test(a_socket_is_found_whatever_its_number),
        conn_test(twins_are_told_apart_by_our_address),
        conn_test(the_socket_of_another_connection_is_not_taken),
        conn_test(a_client_that_has_left_has_no_socket),
        conn_test(what_has_come_is_taken_before_a_client_is_late),
        conn_test(a_client_since_the_stop_is_shut_with_the_listener),
    };

    clock_let_move();
    clock_move(0);
    return cmocka_run_group_tests_name("conn_sync", tests, NULL, NULL);
}
