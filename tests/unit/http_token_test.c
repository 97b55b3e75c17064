#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/http/http_request.h"
#include "common/todo/account.h"
#include "common/todo/password.h"
#include "common/todo/token.h"
#include "tests/unit/request.h"
#include "tests/unit/unit.h"

/* What a head says of its sender, and what is made of that. */

static const unsigned char key[TOKEN_KEY_SIZE] =
    "the key that these tokens have.";

enum { USER = 17, VALUE_MAX = 4096 };

/* "SCHEME" and a good token. */
static const char *credentials(const char *scheme, char value[VALUE_MAX])
{
    char token[TOKEN_SIZE];

    token_write(key, USER, clock_wall_ms() / 1000, token);
    (void)snprintf(value, VALUE_MAX, "%s%s", scheme, token);
    return value;
}

static struct token_seen seen; /* all cases are one connection's */

static enum todo_err accept(struct http_request *request, bool auth)
{
    struct config config = request_config;
    struct reply reply = {0};
    enum todo_err err;

    config.auth = auth;
    request->token_key = key;
    request->token_seen = &seen;
    err = http_request_accept(request, &config, &reply);
    problem_release(&reply.problem);
    return err;
}

static enum todo_err get(const char *path, const char *authorization,
                         int64_t *owner)
{
    struct http_request request;
    enum todo_err err;

    request_begin(&request, "GET", path);
    if (authorization)
        request_add(&request, "Authorization", authorization);
    err = accept(&request, true);
    *owner = request.owner;
    return err;
}

static void assert_refused(const char *authorization, enum todo_err want)
{
    int64_t owner = 0;
    enum todo_err err = get("/todos", authorization, &owner);

    if (err != want)
        fail_msg("%s: %d", authorization ? authorization : "nothing", (int)err);
    assert_int_equal(owner, 0); /* nobody's */
}

static void a_token_says_whose_todos_it_is_about(void **state)
{
    char value[VALUE_MAX];
    int64_t owner = 0;

    (void)state;
    assert_int_equal(get("/todos", credentials("Bearer ", value), &owner),
                     TODO_OK);
    assert_int_equal(owner, USER);
    assert_int_equal(get("/todos/1", credentials("bEARER ", value), &owner),
                     TODO_OK);
    assert_int_equal(owner, USER);
    assert_int_equal(
        get("/suggestions", credentials("Bearer   ", value), &owner), TODO_OK);
}

static void without_auth_all_is_nobodys_whatever_is_sent(void **state)
{
    static const char *const values[] = {NULL, "Bearer x", "Basic x", ""};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct http_request request;

        request_begin(&request, "GET", "/todos");
        if (values[i])
            request_add(&request, "Authorization", values[i]);
        assert_int_equal(accept(&request, false), TODO_OK);
        assert_int_equal(request.owner, ACCOUNT_ALONE);
    }
}

static void what_is_no_token_is_none(void **state)
{
    char value[VALUE_MAX];

    (void)state;
    assert_refused(NULL, TODO_ERR_NO_TOKEN);
    assert_refused("", TODO_ERR_NO_TOKEN);
    assert_refused("Bearer", TODO_ERR_NO_TOKEN);
    assert_refused("Basic YTpi", TODO_ERR_NO_TOKEN);
    assert_refused(credentials("", value), TODO_ERR_NO_TOKEN);
    assert_refused(credentials("Token ", value), TODO_ERR_NO_TOKEN);
    assert_refused(credentials("Bearer,", value), TODO_ERR_NO_TOKEN);
    assert_refused("Bearer x", TODO_ERR_BAD_TOKEN);
    assert_refused(credentials("Bearer Bearer ", value), TODO_ERR_BAD_TOKEN);
}

/* A token in a list, as of several fields that were made one, is none. */
static void two_tokens_are_none(void **state)
{
    static const char *const others[] = {"Basic YTpi", "", "Bearer x"};
    char value[VALUE_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        for (int first = 0; first < 2; first++) {
            struct http_request request;

            request_begin(&request, "GET", "/todos");
            if (first)
                request_add(&request, "Authorization", others[i]);
            request_add(&request, "authorization",
                        credentials("Bearer ", value));
            if (!first)
                request_add(&request, "Authorization", others[i]);
            assert_int_equal(accept(&request, true), TODO_ERR_BAD_TOKEN);
        }
    (void)credentials("Bearer ", value);
    (void)snprintf(value + strlen(value), 16, ", Basic YTpi");
    assert_refused(value, TODO_ERR_BAD_TOKEN);
}

static void a_token_of_two_kib_is_none(void **state)
{
    char value[VALUE_MAX] = "Bearer ";

    (void)state;
    memset(value + 7, 'A', 2048);
    assert_refused(value, TODO_ERR_BAD_TOKEN);
}

static void without_memory_nothing_is_said_of_a_token(void **state)
{
    char value[VALUE_MAX];

    (void)state;
    (void)credentials("Bearer ", value);
    seen = (struct token_seen){0};
    unit_scarce_json(0);
    assert_refused(value, TODO_ERR_NO_MEMORY);
    unit_plenty_json();
}

static void what_is_not_about_todos_needs_no_token(void **state)
{
    static const char *const paths[] = {"/",        "/docs",        "/live",
                                        "/waiting", "/healthz",     "/readyz",
                                        "/metrics", "/openapi.json"};
    struct http_request request;

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        int64_t owner = 0;

        assert_int_equal(get(paths[i], NULL, &owner), TODO_OK);
        assert_int_equal(owner, ACCOUNT_ALONE);
    }
    request_begin(&request, "OPTIONS", "/todos"); /* a preflight has none */
    assert_int_equal(accept(&request, true), TODO_OK);
}

static void a_token_is_asked_for_at_its_place(void **state)
{
    struct http_request request;

    (void)state;
    request_begin(&request, "GET", "/nowhere");
    assert_int_equal(accept(&request, true), TODO_ERR_NO_PATH);
    request_begin(&request, "PUT", "/todos");
    assert_int_equal(accept(&request, true), TODO_ERR_METHOD);
    request_begin(&request, "GET", "/todos");
    request_add(&request, "Expect", "much");
    assert_int_equal(accept(&request, true), TODO_ERR_EXPECTATION);
    request_begin(&request, "GET", "/todos");
    request.head.query = request_text("limit=0");
    assert_int_equal(accept(&request, true), TODO_ERR_NO_TOKEN);
    request_begin(&request, "POST", "/todos"); /* no type, no length */
    assert_int_equal(accept(&request, true), TODO_ERR_NO_TOKEN);
}

static void without_a_key_there_are_no_tokens(void **state)
{
    struct config config = request_config;
    struct http_request request;
    struct reply reply = {0};
    char value[VALUE_MAX];

    (void)state;
    config.auth = true;
    request_begin(&request, "GET", "/todos");
    request_add(&request, "Authorization", credentials("Bearer ", value));
    assert_int_equal(http_request_accept(&request, &config, &reply),
                     TODO_ERR_BAD_TOKEN);
}

static int prepare(void **state)
{
    (void)state;
    return password_prepare() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_says_whose_todos_it_is_about),
        cmocka_unit_test(without_auth_all_is_nobodys_whatever_is_sent),
        cmocka_unit_test(what_is_no_token_is_none),
        cmocka_unit_test(two_tokens_are_none),
        cmocka_unit_test(a_token_of_two_kib_is_none),
        cmocka_unit_test(without_memory_nothing_is_said_of_a_token),
        cmocka_unit_test(what_is_not_about_todos_needs_no_token),
        cmocka_unit_test(a_token_is_asked_for_at_its_place),
        cmocka_unit_test(without_a_key_there_are_no_tokens),
    };

    return cmocka_run_group_tests_name("http_token", tests, prepare, NULL);
}
