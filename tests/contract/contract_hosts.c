/*
 * Level 4: which hosts are served. What only this machine can reach, its
 * browser can, for any page whose name points here. So a server whose URL is on
 * loopback answers 421 to all but localhost, 127.0.0.0/8 and [::1]. Under any
 * other URL a server may have other names, and may serve any.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

#define FOREIGN "Host: todo.example\r\n"

static bool is_on_loopback(const struct api *api)
{
    char host[256];
    int port;

    http_address(api->http, "POST", host, &port);
    return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0;
}

/* Asks in the name of another host. Where that is served, it is answered with
 * this status. */
static void check_foreign(struct api *api, const char *request, int served)
{
    const struct answer *answer = wire_ask(api, request);

    if (answer->http.status != served || is_on_loopback(api))
        expect_problem(answer, 421);
}

static const struct answer *ask_as(struct api *api, const char *host)
{
    char request[256];

    (void)snprintf(request, sizeof request,
                   "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", host);
    return wire_ask(api, request);
}

static void our_own_hosts_are_served(void **state)
{
    static const char *const own[] = {
        "localhost", "LocalHost",       "localhost.", "localhost.:8042",
        "127.0.0.1", "127.0.0.1:65535", "127.1.2.3",  "127.255.255.255",
        "[::1]",     "[::1]:8042",      "localhost:", "localhost:0"};

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        expect_status(ask_as(*state, own[i]), 200);
}

static void another_host_is_421(void **state)
{
    check_foreign(*state, "GET /todos HTTP/1.1\r\n" FOREIGN "\r\n", 200);
    check_foreign(*state, "GET /live HTTP/1.1\r\n" FOREIGN "\r\n", 200);
    check_foreign(*state, "GET /healthz HTTP/1.0\r\n" FOREIGN "\r\n", 200);
    check_foreign(*state, "OPTIONS /todos HTTP/1.1\r\n" FOREIGN "\r\n", 204);
}

/* A page can have any of these names. */
static void a_host_that_only_looks_like_ours_is_421(void **state)
{
    static const char *const others[] = {"localhost.example",
                                         "xlocalhost",
                                         "a.localhost",
                                         "local",
                                         "127.0.0.1.example",
                                         "127.evil.example",
                                         "x127.0.0.1",
                                         "localhost..",
                                         "localhost_",
                                         "127.0.0.1_",
                                         "[::1].example:8042",
                                         "127.0.0.1..",
                                         "127"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct answer *answer = ask_as(*state, others[i]);

        if (answer->http.status == 400) /* or it is no host at all */
            expect_problem(answer, 400);
        else if (answer->http.status != 200 || is_on_loopback(*state))
            expect_problem(answer, 421);
    }
}

/* They mean 127.0.0.1 to some programs; to others they are names. */
static void an_address_in_another_spelling_is_421(void **state)
{
    static const char *const others[] = {
        "127.1",      "0x7f.1",         "0x7f.0.0.1",         "0177.0.0.1",
        "2130706433", "127.0.0.01",     "127.0.0.256",        "127.0.0.1.1",
        "[::2]",      "[0:0:0:0::1]",   "[::ffff:127.0.0.1]", "0.0.0.0",
        "128.0.0.1",  "126.255.255.255"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct answer *answer = ask_as(*state, others[i]);

        if (answer->http.status != 200 || is_on_loopback(*state))
            expect_problem(answer, 421);
    }
}

static void a_write_for_another_host_changes_nothing(void **state)
{
    struct api *api = *state;
    char request[256];
    long long id = api_create(api, "{'title':'a'}");

    check_foreign(
        api, "POST /todos HTTP/1.1\r\n" FOREIGN JSON LENGTH(16) "\r\n" MILK,
        201);
    (void)snprintf(request, sizeof request,
                   "PUT %s HTTP/1.1\r\n" FOREIGN JSON LENGTH(16) "\r\n" MILK,
                   api_path(api, id));
    check_foreign(api, request, 200);
    (void)snprintf(request, sizeof request,
                   "PATCH %s HTTP/1.1\r\n" FOREIGN JSON LENGTH(16) "\r\n" MILK,
                   api_path(api, id));
    check_foreign(api, request, 200);
    check_foreign(api, "DELETE /todos HTTP/1.1\r\n" FOREIGN "\r\n", 204);
    if (is_on_loopback(api))
        expect_titles(api_get(api, "/todos"), "a");
}

static void another_host_comes_before_the_path(void **state)
{
    check_foreign(*state, "GET /nothing-here HTTP/1.1\r\n" FOREIGN "\r\n", 404);
}

static void a_long_target_comes_before_another_host(void **state)
{
    wire_open(*state, "GET /");
    wire_send(*state, letters(9 * KIB));
    wire_send(*state, " HTTP/1.1\r\n" FOREIGN "\r\n");
    expect_problem(wire_next(*state, "GET"), 414);
}

static void head_for_another_host_gets_no_body(void **state)
{
    const struct answer *answer =
        wire_ask(*state, "HEAD /todos HTTP/1.1\r\n" FOREIGN "\r\n");

    if (answer->http.status != 200 || is_on_loopback(*state))
        expect_status(answer, 421);
    wire_expect_no_body(*state);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(our_own_hosts_are_served),
    cmocka_unit_test(another_host_is_421),
    cmocka_unit_test(a_host_that_only_looks_like_ours_is_421),
    cmocka_unit_test(an_address_in_another_spelling_is_421),
    cmocka_unit_test(a_write_for_another_host_changes_nothing),
    cmocka_unit_test(another_host_comes_before_the_path),
    cmocka_unit_test(a_long_target_comes_before_another_host),
    cmocka_unit_test(head_for_another_host_gets_no_body),
};

const struct group hosts_group = GROUP(LEVEL_ERRORS, "hosts", cases);
