#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sync_impl/tap.h"
#include "tests/unit/unit.h"

#define HEAD "POST\r\n\r\n" /* as good as any: nobody reads it here */
#define MILK "4\r\nmilk\r\n0\r\n\r\n"

static int ends[2]; /* a client's, and that of civetweb */
static char buffer[1024];
static struct http_chunks chunks;

static int open_connection(void **state)
{
    (void)state;
    chunks = (struct http_chunks){0};
    tap_open(NULL, NULL, NULL);
    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static int close_connection(void **state)
{
    (void)state;
    tap_chunks_end();
    return close(ends[0]) || close(ends[1]);
}

/* Sends it, and reads it as civetweb does. Gives what recv said. */
static ssize_t comes(const char *text)
{
    ssize_t len = (ssize_t)strlen(text);

    assert_int_equal(write(ends[0], text, strlen(text)), len);
    return recv(ends[1], buffer, sizeof buffer, 0);
}

/* What the tap has told of a connection. */
struct told {
    int found, begins, ends;
};

static void note_found(void *arg, int fd)
{
    struct told *told = arg;

    assert_int_equal(fd, ends[1]);
    told->found++;
}

static void note_wait(void *arg, bool begins)
{
    struct told *told = arg;

    told->begins += begins;
    told->ends += !begins;
}

/* As civetweb looks whether something has come. */
static void look(void)
{
    struct pollfd at = {.fd = ends[1], .events = POLLIN};

    assert_int_equal(poll(&at, 1, 0), 0);
}

static void the_socket_is_told_once(void **state)
{
    struct told told = {0};

    (void)state;
    tap_open(note_found, note_wait, &told);
    look();
    look();
    assert_int_equal(told.found, 1);
}

/* civetweb has not looked at it, and a library looks at another one later. */
static void a_connection_that_has_ended_has_no_socket(void **state)
{
    struct told told = {0};

    (void)state;
    tap_open(note_found, note_wait, &told);
    tap_close();
    look();
    assert_int_equal(told.found, 0);
}

/* As civetweb waits for its client, or a library on this thread for a server.
 */
static int wait_for(int fd)
{
    struct pollfd at = {.fd = fd, .events = POLLIN};

    return poll(&at, 1, 1);
}

static void a_wait_ends_when_the_client_has_sent_something(void **state)
{
    struct told told = {0};

    (void)state;
    tap_open(note_found, note_wait, &told);
    assert_int_equal(wait_for(ends[1]), 0);
    assert_int_equal(wait_for(ends[1]), 0); /* civetweb waits in slices */
    assert_int_equal(told.begins, 2);
    assert_int_equal(told.ends, 0);
    assert_int_equal(write(ends[0], "x", 1), 1);
    assert_int_equal(wait_for(ends[1]), 1);
    assert_int_equal(told.ends, 1);
}

static void a_look_and_another_socket_are_no_wait(void **state)
{
    struct told told = {0};

    (void)state;
    tap_open(note_found, note_wait, &told);
    look();
    (void)wait_for(ends[0]);
    tap_close();
    (void)wait_for(ends[1]);
    assert_int_equal(told.begins + told.ends, 0);
}

static void what_came_with_the_head_is_judged(void **state)
{
    (void)state;
    assert_int_equal(comes(HEAD MILK), sizeof HEAD MILK - 1);
    tap_head_end(sizeof HEAD - 1);
    assert_true(tap_chunks_begin(&chunks, buffer + sizeof HEAD - 1));
    assert_true(http_chunks_are_whole(&chunks));
}

static void what_comes_later_is_judged(void **state)
{
    (void)state;
    assert_int_equal(comes(HEAD "4\r"), sizeof HEAD "4\r" - 1);
    tap_head_end(sizeof HEAD - 1);
    assert_true(tap_chunks_begin(&chunks, buffer + sizeof HEAD - 1));
    assert_int_equal(comes("\n"), 1);
    assert_int_equal(comes("milk\r\n0\r\n\r\n"), 11);
    assert_true(http_chunks_are_whole(&chunks));
}

static void what_is_refused_is_the_end(void **state)
{
    (void)state;
    assert_int_equal(comes(HEAD), sizeof HEAD - 1);
    tap_head_end(sizeof HEAD - 1);
    assert_true(tap_chunks_begin(&chunks, buffer));
    assert_int_equal(comes("4"), 1);
    assert_int_equal(comes(";"), 0);
    assert_int_equal(comes("\r\n"), 0);
    assert_int_equal(chunks.err, TODO_ERR_MALFORMED);
    tap_chunks_end();
    assert_int_equal(comes(";"), 1);
}

/* Two requests came at once; the second one has chunks. */
static void the_next_head_begins_behind_a_body(void **state)
{
    static const char both[] = HEAD "milk" HEAD MILK;
    size_t first = sizeof HEAD "milk" - 1;

    (void)state;
    assert_int_equal(comes(both), sizeof both - 1);
    tap_head_end(sizeof HEAD - 1);
    assert_int_equal(recv(ends[1], buffer, 1, MSG_DONTWAIT), -1);
    tap_body(4);
    tap_head_begin();
    tap_head_end(sizeof HEAD - 1);
    assert_true(tap_chunks_begin(&chunks, both + first + sizeof HEAD - 1));
    assert_true(http_chunks_are_whole(&chunks));
}

/* What others read while a request is served is none of civetweb's bytes. */
static void only_heads_are_counted(void **state)
{
    (void)state;
    assert_int_equal(comes(HEAD), sizeof HEAD - 1);
    tap_head_end(sizeof HEAD - 1);
    assert_int_equal(comes("an upstream answers"), 19);
    assert_true(tap_chunks_begin(&chunks, MILK));
    assert_int_equal(chunks.next, CHUNKS_SIZE);
}

/* As on a system where civetweb does not call the recv of this program. */
static void of_what_was_not_heard_nothing_is_told(void **state)
{
    (void)state;
    assert_int_equal(write(ends[0], HEAD, sizeof HEAD - 1), sizeof HEAD - 1);
    assert_int_equal(read(ends[1], buffer, sizeof buffer), sizeof HEAD - 1);
    tap_head_end(sizeof HEAD - 1);
    assert_false(tap_chunks_begin(&chunks, MILK));
    tap_open(NULL, NULL, NULL);
    assert_int_equal(comes(HEAD), sizeof HEAD - 1);
    tap_head_end(sizeof HEAD - 1);
    assert_true(tap_chunks_begin(&chunks, MILK));
}

#define TAP_CASE(name)                                                         \
    cmocka_unit_test_setup_teardown(name, open_connection, close_connection)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TAP_CASE(the_socket_is_told_once),
        TAP_CASE(a_connection_that_has_ended_has_no_socket),
        TAP_CASE(a_wait_ends_when_the_client_has_sent_something),
        TAP_CASE(a_look_and_another_socket_are_no_wait),
        TAP_CASE(what_came_with_the_head_is_judged),
        TAP_CASE(what_comes_later_is_judged),
        TAP_CASE(what_is_refused_is_the_end),
        TAP_CASE(the_next_head_begins_behind_a_body),
        TAP_CASE(only_heads_are_counted),
        TAP_CASE(of_what_was_not_heard_nothing_is_told),
    };

    return cmocka_run_group_tests_name("tap_sync", tests, NULL, NULL);
}
