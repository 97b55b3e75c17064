/*
 * tests/system/hosts.c - which names a server answers to, as it is told.
 * Threads: one.   Blocks: on the server of the case.
 *
 * What a server on loopback must do without being told is in the contract:
 * tests/contract/contract_hosts.c.
 */
#include <stdio.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"

/* The status of GET /todos in the name of this host, at this address. */
static int ask_at(const char *address, const char *host)
{
    char request[TALK_MAX];
    struct raw raw;

    (void)snprintf(request, sizeof request,
                   "GET /todos HTTP/1.1\r\n"
                   "Host: %s\r\n"
                   "\r\n",
                   host);
    raw_open(&raw, address, system_server.port);
    talk_send(&raw, request);
    return system_hear(&raw);
}

/* The hosts are parted by blanks. */
static void expect_hosts(const char *hosts, int status)
{
    while (*hosts) {
        char host[256];
        size_t len = strcspn(hosts, " ");

        (void)snprintf(host, sizeof host, "%.*s", (int)len, hosts);
        if (ask_at("127.0.0.1", host) != status)
            fail_msg("Host: %s is not %d", host, status);
        hosts += len + strspn(hosts + len, " ");
    }
}

static void the_host_of_the_public_url_is_served(void **state)
{
    static const char *const args[] = {"--public-url",
                                       "https://todo.example:8443/api", NULL};

    (void)state;
    system_start(args);
    expect_hosts("todo.example TODO.example:80 localhost 127.0.0.1", 200);
    expect_hosts("other.example a.todo.example todo.example.org api", 421);
}

static void hosts_that_are_allowed_are_served_beside_our_own(void **state)
{
    static const char *const args[] = {
        "--allowed-host", "todo.example,.page.example,10.1.2.3", NULL};

    (void)state;
    system_start(args);
    expect_hosts("todo.example Todo.Example.:8042 page.example a.page.example "
                 "b.a.page.example:80 10.1.2.3:80 localhost 127.0.0.1 [::1]:1",
                 200);
    expect_hosts("a.todo.example xtodo.example xpage.example page.example.org "
                 "10.1.2.4 other.example",
                 421);
}

static void a_star_allows_any_host(void **state)
{
    static const char *const args[] = {"--allowed-host", "*", NULL};

    (void)state;
    system_start(args);
    expect_hosts("whatever.example 127.1 [::2] localhost", 200);
    expect_hosts("a/b", 400); /* still no host */
}

static void elsewhere_any_host_is_served(void **state)
{
    static const char *const args[] = {"--port", "0", "--host", "0.0.0.0",
                                       NULL};

    (void)state;
    server_start_bare(&system_server, system_program, args);
    expect_hosts("whatever.example 127.1 10.0.0.1 localhost", 200);
}

static void elsewhere_too_a_list_of_hosts_is_obeyed(void **state)
{
    static const char *const args[] = {
        "--port",       "0", "--host", "0.0.0.0", "--allowed-host",
        "todo.example", NULL};

    (void)state;
    server_start_bare(&system_server, system_program, args);
    expect_hosts("todo.example localhost 127.0.0.1", 200);
    expect_hosts("whatever.example 10.0.0.1", 421);
}

static void another_address_on_loopback_is_on_loopback(void **state)
{
    static const char *const args[] = {"--port", "0", "--host", "127.0.0.2",
                                       NULL};

    (void)state;
    server_start_bare(&system_server, system_program, args);
    assert_int_equal(ask_at("127.0.0.2", "127.0.0.2"), 200);
    assert_int_equal(ask_at("127.0.0.2", "localhost"), 200);
    assert_int_equal(ask_at("127.0.0.2", "todo.example"), 421);
}

/* The page's name points here now, so to its browser this is the page's own
 * origin. */
static void a_page_that_rebinds_its_name_gets_nothing(void **state)
{
    static const char *const args[] = {"--cors-origin", "https://page.example",
                                       NULL};
    struct raw_answer answer;
    char value[256];

    (void)state;
    system_start(args);
    (void)talk_create(system_server.port, "secret");
    talk_expect(talk(system_server.port,
                     "GET /todos HTTP/1.1\r\n"
                     "Host: evil.example\r\n"
                     "Origin: http://evil.example\r\n"
                     "\r\n",
                     &answer),
                421);
    assert_null(strstr(answer.body, "secret"));
    assert_false(raw_answer_field(&answer, "Access-Control-Allow-Origin", value,
                                  sizeof value));
    assert_non_null(strstr(answer.body, "--allowed-host"));
    raw_answer_release(&answer);
    talk_expect(talk(system_server.port,
                     "DELETE /todos HTTP/1.1\r\n"
                     "Host: evil.example\r\n"
                     "Origin: http://evil.example\r\n"
                     "\r\n",
                     NULL),
                421);
    talk_expect_count(system_server.port, "secret", 1);
}

int system_hosts(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(the_host_of_the_public_url_is_served),
        SYSTEM_CASE(hosts_that_are_allowed_are_served_beside_our_own),
        SYSTEM_CASE(a_star_allows_any_host),
        SYSTEM_CASE(elsewhere_any_host_is_served),
        SYSTEM_CASE(elsewhere_too_a_list_of_hosts_is_obeyed),
        SYSTEM_CASE(another_address_on_loopback_is_on_loopback),
        SYSTEM_CASE(a_page_that_rebinds_its_name_gets_nothing),
    };

    return GROUP("hosts", cases, NULL, NULL);
}
