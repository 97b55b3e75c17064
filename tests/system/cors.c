/*
 * tests/system/cors.c - which web pages may call the server.
 * Threads: one.   Blocks: on the server of the case.
 *
 * A browser asks first (the preflight) or looks at the answer; either way it is
 * the fields below that let a page of another origin see anything.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "system.h"
#include "tests/cmocka_all.h"

#define PAGE "https://page.example"

static const char *const for_one_page[] = {"--cors-origin", PAGE, NULL};
static const char *const for_all_pages[] = {"--cors-origin", "*", NULL};

static void read_as(const char *origin, struct raw_answer *answer)
{
    char request[TALK_MAX];

    (void)snprintf(request, sizeof request,
                   "GET /todos HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "Origin: %s\r\n"
                   "\r\n",
                   origin);
    assert_int_equal(talk(system_server.port, request, answer), 200);
}

static void preflight_as(const char *origin, struct raw_answer *answer)
{
    char request[TALK_MAX];

    (void)snprintf(request, sizeof request,
                   "OPTIONS /todos/1 HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "Origin: %s\r\n"
                   "Access-Control-Request-Method: PATCH\r\n"
                   "Access-Control-Request-Headers: content-type,if-match\r\n"
                   "\r\n",
                   origin);
    assert_int_equal(talk(system_server.port, request, answer), 204);
}

static bool has_field(const struct raw_answer *answer, const char *name)
{
    char value[256];

    return raw_answer_field(answer, name, value, sizeof value);
}

/* True when the field, a list, has the element; case does not count. */
static bool lists(const struct raw_answer *answer, const char *name,
                  const char *element)
{
    char value[256];
    size_t len = strlen(element);

    if (!raw_answer_field(answer, name, value, sizeof value))
        return false;
    for (char *at = value; *at; at += strcspn(at, ",")) {
        at += strspn(at, ", ");
        if (strncasecmp(at, element, len) == 0 &&
            (at[len] == '\0' || at[len] == ',' || at[len] == ' '))
            return true;
    }
    return false;
}

/* No field that would let a page in. */
static void expect_closed(const struct raw_answer *answer)
{
    assert_false(has_field(answer, "Access-Control-Allow-Origin"));
    assert_false(has_field(answer, "Access-Control-Allow-Methods"));
    assert_false(has_field(answer, "Access-Control-Allow-Headers"));
    assert_false(has_field(answer, "Access-Control-Expose-Headers"));
    assert_false(has_field(answer, "Access-Control-Allow-Credentials"));
}

static void expect_exposed(const struct raw_answer *answer)
{
    assert_true(lists(answer, "Access-Control-Expose-Headers", "ETag"));
    assert_true(lists(answer, "Access-Control-Expose-Headers", "Link"));
    assert_true(lists(answer, "Access-Control-Expose-Headers", "Location"));
    assert_true(lists(answer, "Access-Control-Expose-Headers", "Retry-After"));
}

static void expect_preflight_granted(const struct raw_answer *answer)
{
    assert_true(lists(answer, "Access-Control-Allow-Methods", "GET"));
    assert_true(lists(answer, "Access-Control-Allow-Methods", "PUT"));
    assert_true(lists(answer, "Access-Control-Allow-Methods", "PATCH"));
    assert_true(lists(answer, "Access-Control-Allow-Methods", "DELETE"));
    assert_true(lists(answer, "Access-Control-Allow-Headers", "Authorization"));
    assert_true(lists(answer, "Access-Control-Allow-Headers", "Content-Type"));
    assert_true(lists(answer, "Access-Control-Allow-Headers", "If-Match"));
    assert_true(lists(answer, "Access-Control-Allow-Headers", "If-None-Match"));
    assert_true(lists(answer, "Access-Control-Allow-Headers", "Last-Event-ID"));
}

static void without_the_option_no_page_may_call(void **state)
{
    struct raw_answer answer;

    (void)state;
    system_start(NULL);
    read_as(PAGE, &answer);
    expect_closed(&answer);
    raw_answer_release(&answer);
    preflight_as(PAGE, &answer);
    expect_closed(&answer);
    raw_answer_release(&answer);
}

static void the_page_of_the_option_may_call(void **state)
{
    struct raw_answer answer;

    (void)state;
    system_start(for_one_page);
    read_as(PAGE, &answer);
    system_expect_field(&answer, "Access-Control-Allow-Origin", PAGE);
    assert_true(lists(&answer, "Vary", "Origin"));
    expect_exposed(&answer);
    raw_answer_release(&answer);
    preflight_as(PAGE, &answer);
    system_expect_field(&answer, "Access-Control-Allow-Origin", PAGE);
    assert_true(lists(&answer, "Vary", "Origin"));
    expect_preflight_granted(&answer);
    raw_answer_release(&answer);
}

/* Whoever configures it may write the origin in another spelling than browsers
 * do, which all write the same. */
static void an_origin_is_compared_as_browsers_send_it(void **state)
{
    static const char *const spellings[] = {
        "HTTPS://Page.Example:443", "https://page.example:0443/", PAGE "/"};

    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        const char *const args[] = {"--cors-origin", spellings[i], NULL};
        struct raw_answer answer;

        system_start(args);
        read_as(PAGE, &answer);
        system_expect_field(&answer, "Access-Control-Allow-Origin", PAGE);
        raw_answer_release(&answer);
        server_release(&system_server);
    }
}

static void another_page_may_not(void **state)
{
    static const char *const others[] = {
        "https://other.example", "http://page.example",
        "https://page.example:444", "https://page.example.evil.example",
        "null"};

    (void)state;
    system_start(for_one_page);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct raw_answer answer;
        char value[256];

        /* Either nothing, or the one origin that this page is not. */
        read_as(others[i], &answer);
        if (raw_answer_field(&answer, "Access-Control-Allow-Origin", value,
                             sizeof value))
            assert_string_equal(value, PAGE);
        assert_true(lists(&answer, "Vary", "Origin"));
        raw_answer_release(&answer);
    }
}

static void a_star_lets_every_page_call(void **state)
{
    struct raw_answer answer;

    (void)state;
    system_start(for_all_pages);
    read_as("https://whoever.example", &answer);
    system_expect_field(&answer, "Access-Control-Allow-Origin", "*");
    expect_exposed(&answer);
    assert_false(has_field(&answer, "Access-Control-Allow-Credentials"));
    raw_answer_release(&answer);
    preflight_as("https://whoever.example", &answer);
    system_expect_field(&answer, "Access-Control-Allow-Origin", "*");
    expect_preflight_granted(&answer);
    raw_answer_release(&answer);
}

static void errors_can_be_read_by_pages_too(void **state)
{
    struct raw_answer answer;

    (void)state;
    system_start(for_one_page);
    assert_int_equal(talk(system_server.port,
                          "GET /todos/999 HTTP/1.1\r\n"
                          "Host: localhost\r\n"
                          "Origin: " PAGE "\r\n"
                          "\r\n",
                          &answer),
                     404);
    system_expect_field(&answer, "Access-Control-Allow-Origin", PAGE);
    raw_answer_release(&answer);
}

/* Caches between must know it even when this answer went to no page. */
static void vary_is_said_also_without_an_origin(void **state)
{
    struct raw_answer answer;

    (void)state;
    system_start(for_one_page);
    assert_int_equal(talk_get(system_server.port, "/todos", &answer), 200);
    assert_true(lists(&answer, "Vary", "Origin"));
    raw_answer_release(&answer);
}

/* A browser asks first without a token, and a page must see what became of one
 * that is too old. */
static void the_page_of_the_option_may_send_a_token(void **state)
{
    static const char *const args[] = {"--auth", "--cors-origin", PAGE, NULL};
    struct raw_answer answer;

    (void)state;
    system_start(args);
    preflight_as(PAGE, &answer);
    system_expect_field(&answer, "Access-Control-Allow-Origin", PAGE);
    expect_preflight_granted(&answer);
    raw_answer_release(&answer);
    talk_expect(talk(system_server.port,
                     "GET /todos HTTP/1.1\r\n"
                     "Host: localhost\r\n"
                     "Origin: " PAGE "\r\n"
                     "Authorization: Bearer old\r\n"
                     "\r\n",
                     &answer),
                401);
    system_expect_field(&answer, "Access-Control-Allow-Origin", PAGE);
    raw_answer_release(&answer);
}

int system_cors(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(without_the_option_no_page_may_call),
        SYSTEM_CASE(the_page_of_the_option_may_call),
        SYSTEM_CASE(the_page_of_the_option_may_send_a_token),
        SYSTEM_CASE(an_origin_is_compared_as_browsers_send_it),
        SYSTEM_CASE(another_page_may_not),
        SYSTEM_CASE(a_star_lets_every_page_call),
        SYSTEM_CASE(errors_can_be_read_by_pages_too),
        SYSTEM_CASE(vary_is_said_also_without_an_origin),
    };

    return GROUP("pages of other origins", cases, NULL, NULL);
}
