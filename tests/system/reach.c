/*
 * tests/system/reach.c - who can reach the server, and under which name.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <stdio.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"

static bool reachable_at(const char *address)
{
    struct raw raw;
    bool reached = raw_try_open(&raw, address, system_server.port);

    if (reached)
        raw_close(&raw);
    return reached;
}

/* All of 127.0.0.0/8 is this machine on Linux; a server that listens on every
 * address also hears 127.0.0.2. */
static void without_host_only_127_0_0_1_is_heard(void **state)
{
    static const char *const args[] = {"--port", "0", NULL};

    (void)state;
    server_start_bare(&system_server, system_program, args);
    assert_true(reachable_at("127.0.0.1"));
    assert_false(reachable_at("127.0.0.2"));
}

static void host_says_which_address_is_heard(void **state)
{
    static const char *const args[] = {"--port", "0", "--host", "127.0.0.2",
                                       NULL};

    (void)state;
    server_start_bare(&system_server, system_program, args);
    assert_true(reachable_at("127.0.0.2"));
    assert_false(reachable_at("127.0.0.1"));
}

static void host_0_0_0_0_hears_every_address(void **state)
{
    static const char *const args[] = {"--port", "0", "--host", "0.0.0.0",
                                       NULL};

    (void)state;
    server_start_bare(&system_server, system_program, args);
    assert_true(reachable_at("127.0.0.1"));
    assert_true(reachable_at("127.0.0.2"));
}

/* Creates a todo with this Host field, and compares the beginning of its url
 * and the whole of its Location with what is expected. */
static void expect_urls_from(const char *host, const char *expected)
{
    char request[TALK_MAX];
    struct raw_answer answer;
    char location[300];
    char whole[300];

    (void)snprintf(request, sizeof request,
                   "POST /todos HTTP/1.1\r\n"
                   "Host: %s\r\n"
                   "Content-Type: application/json\r\n"
                   "Content-Length: 14\r\n"
                   "\r\n"
                   "{\"title\":\"at\"}",
                   host);
    assert_int_equal(talk(system_server.port, request, &answer), 201);
    (void)snprintf(whole, sizeof whole, "%s/todos/%lld", expected,
                   talk_id_of(answer.body));
    assert_true(
        raw_answer_field(&answer, "Location", location, sizeof location));
    assert_string_equal(location, whole);
    (void)snprintf(whole, sizeof whole, "\"url\":\"%s/todos/%lld\"}", expected,
                   talk_id_of(answer.body));
    assert_non_null(strstr(answer.body, whole));
    raw_answer_release(&answer);
}

static void urls_begin_with_the_host_of_the_request(void **state)
{
    static const char *const args[] = {"--allowed-host", "todo.example", NULL};

    (void)state;
    system_start(args);
    expect_urls_from("todo.example:8080", "http://todo.example:8080");
    expect_urls_from("127.0.0.1", "http://127.0.0.1");
    expect_urls_from("[::1]:80", "http://[::1]:80");
}

static void a_public_url_begins_them_whatever_host_is_sent(void **state)
{
    static const char *const args[] = {"--public-url",
                                       "https://todo.example/api", NULL};

    (void)state;
    system_start(args);
    expect_urls_from("localhost", "https://todo.example/api");
    expect_urls_from("todo.example:1", "https://todo.example/api");
}

int system_reach(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(without_host_only_127_0_0_1_is_heard),
        SYSTEM_CASE(host_says_which_address_is_heard),
        SYSTEM_CASE(host_0_0_0_0_hears_every_address),
        SYSTEM_CASE(urls_begin_with_the_host_of_the_request),
        SYSTEM_CASE(a_public_url_begins_them_whatever_host_is_sent),
    };

    return GROUP("reach", cases, NULL, NULL);
}
