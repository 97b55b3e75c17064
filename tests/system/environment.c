/*
 * tests/system/environment.c - who sets an option: a flag, or a variable.
 * Threads: one.   Blocks: until the program has ended.
 */
#include <stdlib.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"

static const char *const variables[] = {
    "TODO_PORT",        "TODO_HEAD_TIMEOUT", "TODO_LOG_LEVEL",
    "TODO_PUBLIC_URL",  "TODO_CORS_ORIGIN",  "TODO_PROT",
    "TODO_STORE_QUEUE", "TODO_THREADS",      "TODO_ALLOWED_HOST"};

static int forget_variables(void **state)
{
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        assert_int_equal(unsetenv(variables[i]), 0);
    return system_release(state);
}

static void a_wrong_value_in_the_environment_is_refused(void **state)
{
    static const char *const wrong[][2] = {
        {"TODO_PORT", "http"},        {"TODO_HEAD_TIMEOUT", "-1"},
        {"TODO_LOG_LEVEL", "loud"},   {"TODO_PUBLIC_URL", "here"},
        {"TODO_CORS_ORIGIN", "here"}, {"TODO_ALLOWED_HOST", "a:80"}};
    static const char *const none[] = {NULL};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(setenv(wrong[i][0], wrong[i][1], 1), 0);
        system_expect_mistaken(none, wrong[i][0]);
        assert_int_equal(unsetenv(wrong[i][0]), 0);
    }
}

/* The running test fails unless the URL of a new todo begins like that. */
static void expect_url(const char *beginning)
{
    char request[TALK_MAX];
    struct raw_answer answer;
    char location[256];

    talk_write_post(request, "where am I");
    assert_int_equal(talk(system_server.port, request, &answer), 201);
    assert_true(
        raw_answer_field(&answer, "Location", location, sizeof location));
    assert_memory_equal(location, beginning, strlen(beginning));
    raw_answer_release(&answer);
}

static void the_environment_sets_what_no_flag_does(void **state)
{
    (void)state;
    assert_int_equal(setenv("TODO_PUBLIC_URL", "https://env.example", 1), 0);
    system_start(NULL);
    expect_url("https://env.example/todos/");
}

static void a_flag_outranks_the_environment(void **state)
{
    static const char *const args[] = {"--public-url", "https://flag.example",
                                       NULL};

    (void)state;
    assert_int_equal(setenv("TODO_PUBLIC_URL", "https://env.example", 1), 0);
    system_start(args);
    expect_url("https://flag.example/todos/");
}

/* As Kubernetes sets it for a service that is named todo. */
static void a_flag_outranks_what_a_platform_sets(void **state)
{
    static const char *const none[] = {NULL};

    (void)state;
    assert_int_equal(setenv("TODO_PORT", "tcp://10.0.0.1:80", 1), 0);
    system_expect_mistaken(none, "give --port");
    system_start(NULL); /* with --port 0 */
    talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
}

static void a_variable_that_sets_nothing_is_told_in_the_log(void **state)
{
    char *log;

    (void)state;
    assert_int_equal(setenv("TODO_PROT", "80", 1), 0);
    assert_int_equal(setenv("TODO_STORE_QUEUE", "9", 1),
                     0);                                 /* of one of both */
    assert_int_equal(setenv("TODO_THREADS", "9", 1), 0); /* of the other one */
    system_start(NULL);
    server_stop(&system_server);
    log = server_log(&system_server);
    assert_non_null(strstr(log, ": TODO_PROT\n"));
    free(log);
}

static void a_value_may_follow_an_equals_sign(void **state)
{
    static const char *const args[] = {"--public-url=https://flag.example",
                                       NULL};

    (void)state;
    system_start(args);
    expect_url("https://flag.example/todos/");
}

#define ENVIRONMENT_CASE(function)                                             \
    cmocka_unit_test_teardown(function, forget_variables)

int system_environment(void)
{
    const struct CMUnitTest cases[] = {
        ENVIRONMENT_CASE(a_wrong_value_in_the_environment_is_refused),
        ENVIRONMENT_CASE(the_environment_sets_what_no_flag_does),
        ENVIRONMENT_CASE(a_flag_outranks_the_environment),
        ENVIRONMENT_CASE(a_flag_outranks_what_a_platform_sets),
        ENVIRONMENT_CASE(a_variable_that_sets_nothing_is_told_in_the_log),
        SYSTEM_CASE(a_value_may_follow_an_equals_sign),
    };

    return GROUP("environment", cases, NULL, NULL);
}
