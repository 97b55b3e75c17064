/*
 * tests/unit/upstream_sync_test.c - what a call leaves of its request's time.
 *
 * No server is asked and no time passes: the case says how long each call
 * lasts, and what passes behind it. What the code under test tells libcurl is
 * kept, and what libcurl would do with it is done to the clock.
 */
#include <pthread.h>
#include <stdarg.h>

#include <curl/curl.h>

#include "common/base/clock.h"
#include "sync_impl/request.h"
#include "sync_impl/server.h"
#include "sync_impl/upstream.h"
#include "tests/unit/unit.h"

enum { MS = 1000, HOUR_MS = 3600 * 1000 };

/* In microseconds. The upstream says nothing while a call lasts. */
struct step {
    int64_t lasts, behind;
    void (*meanwhile)(void);
};

static int64_t now_us;
static const struct step *steps; /* of each call, in order */
static int calls;

/* What libcurl was told by the thread. */
static _Thread_local struct {
    int64_t whole, silence, slow; /* the slow are limited when both are set */
    curl_write_callback write;
    void *to;
} told;

/* --- in libcurl's place, and the clock's ---------------------------------- */

/* The linker puts these in the place of what they are named after (ld(1),
 * --wrap). */
/* NOLINTBEGIN: the names are the linker's */
int64_t __wrap_clock_mono_us(void);
CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...);
CURLcode __wrap_curl_easy_perform(CURL *easy);
CURLcode __wrap_curl_easy_getinfo(CURL *easy, CURLINFO info, ...);

int64_t __wrap_clock_mono_us(void)
{
    return now_us;
}

CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    va_list args;

    (void)easy;
    va_start(args, option);
    if (option == CURLOPT_TIMEOUT_MS)
        told.whole = va_arg(args, long) * MS;
    else if (option == CURLOPT_TIMEOUT)
        told.whole = va_arg(args, long) * 1000 * MS;
    else if (option == CURLOPT_LOW_SPEED_TIME)
        told.silence = va_arg(args, long) * 1000 * MS;
    else if (option == CURLOPT_LOW_SPEED_LIMIT)
        told.slow = va_arg(args, long);
    else if (option == CURLOPT_WRITEFUNCTION)
        told.write = va_arg(args, curl_write_callback);
    else if (option == CURLOPT_WRITEDATA)
        told.to = va_arg(args, void *);
    va_end(args);
    return CURLE_OK;
}

CURLcode __wrap_curl_easy_perform(CURL *easy)
{
    static char body[] = "{\"title\":\"milk\"}";
    const struct step *step = &steps[calls++];
    int64_t lasts = step->lasts;

    (void)easy;
    if (step->meanwhile)
        step->meanwhile();
    if (told.whole > 0 && told.whole < lasts)
        lasts = told.whole;
    if (told.slow > 0 && told.silence > 0 && told.silence < lasts)
        lasts = told.silence;
    now_us += lasts;
    if (lasts < step->lasts)
        return CURLE_OPERATION_TIMEDOUT;
    told.write(body, 1, sizeof body - 1, told.to);
    return CURLE_OK;
}

/* Asked for the status, when a call is over. */
CURLcode __wrap_curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
    va_list args;

    (void)easy;
    va_start(args, info);
    if (info == CURLINFO_RESPONSE_CODE)
        *va_arg(args, long *) = 200;
    va_end(args);
    now_us += steps[calls - 1].behind;
    return CURLE_OK;
}
/* NOLINTEND */

/* --- asking --------------------------------------------------------------- */

static struct config config = {.upstream = "http://127.0.0.1:1"};
static struct server server = {.config = &config};

static int setup(void **state)
{
    (void)state;
    now_us = 1;
    config.upstream_timeout_ms = 1000;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    upstream_leave_thread();
    return 0;
}

#define upstream_test(name)                                                    \
    cmocka_unit_test_setup_teardown(name, setup, teardown)

static enum todo_err ask(const struct step *how, int count)
{
    struct request rq = {.server = &server, .in.began_us = clock_mono_us()};
    struct buf array = {0};
    enum todo_err err;

    steps = how;
    calls = 0;
    err = upstream_ask(&rq, count, &array);
    buf_release(&array);
    return err;
}

/* A moment at which a request ends whose time is over: libcurl counts in
 * milliseconds. */
static void assert_over_at(int64_t us)
{
    assert_in_range(now_us, us - MS + 1, us + MS - 1);
}

static void a_call_gets_what_is_left_of_the_request(void **state)
{
    static const struct step how[] = {{.lasts = 600 * MS}, {.lasts = 600 * MS}};
    int64_t began = now_us;

    (void)state;
    assert_int_equal(ask(how, 2), TODO_ERR_UPSTREAM_TIMEOUT);
    assert_over_at(began + 1000 * MS);
}

static void what_passes_between_two_calls_counts_as_well(void **state)
{
    static const struct step how[] = {
        {.lasts = 100 * MS, .behind = 800 * MS},
        {.lasts = 600 * MS},
    };
    int64_t began = now_us;

    (void)state;
    assert_int_equal(ask(how, 2), TODO_ERR_UPSTREAM_TIMEOUT);
    assert_over_at(began + 1000 * MS);
}

/* To libcurl 0 means that there is no limit. */
static void less_than_a_millisecond_is_still_a_limit(void **state)
{
    static const struct step how[] = {
        {.lasts = 1000 * MS - 1},
        {.lasts = (int64_t)HOUR_MS * MS},
    };
    int64_t began = now_us;

    (void)state;
    assert_int_equal(ask(how, 2), TODO_ERR_UPSTREAM_TIMEOUT);
    assert_over_at(began + 1000 * MS);
}

static void a_request_whose_time_is_over_makes_no_call(void **state)
{
    static const struct step how[] = {{.lasts = 999 * MS, .behind = 2 * MS},
                                      {0}};
    static const struct step to_the_microsecond[] = {{.lasts = 1000 * MS}, {0}};

    (void)state;
    assert_int_equal(ask(how, 2), TODO_ERR_UPSTREAM_TIMEOUT);
    assert_int_equal(calls, 1);
    assert_int_equal(ask(to_the_microsecond, 2), TODO_ERR_UPSTREAM_TIMEOUT);
    assert_int_equal(calls, 1);
}

static void each_request_of_a_thread_has_a_deadline_of_its_own(void **state)
{
    static const struct step late[] = {{.lasts = 2000 * MS}};
    static const struct step good[] = {{.lasts = 900 * MS}};

    (void)state;
    assert_int_equal(ask(late, 1), TODO_ERR_UPSTREAM_TIMEOUT);
    now_us += (int64_t)HOUR_MS * MS;
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask(good, 1), TODO_OK);
}

static void *ask_meanwhile(void *arg)
{
    static const struct step how[] = {{.lasts = 500 * MS}};
    const struct step *others = steps;
    int others_calls = calls;

    *(enum todo_err *)arg = ask(how, 1);
    upstream_leave_thread();
    steps = others;
    calls = others_calls;
    return NULL;
}

static void another_thread_asks(void)
{
    enum todo_err err;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, ask_meanwhile, &err), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(err, TODO_OK);
}

/* The second request begins, and is answered, during a call of the first. */
static void requests_at_the_same_time_have_their_own_deadlines(void **state)
{
    static const struct step how[] = {
        {.lasts = 300 * MS},
        {.meanwhile = another_thread_asks},
        {.lasts = 600 * MS},
    };
    int64_t began = now_us;

    (void)state;
    assert_int_equal(ask(how, 3), TODO_ERR_UPSTREAM_TIMEOUT);
    assert_over_at(began + 1000 * MS);
}

static void an_upstream_may_be_silent_while_there_is_time(void **state)
{
    static const struct step how[] = {{.lasts = 3000 * (int64_t)(1000 * MS)}};

    (void)state;
    config.upstream_timeout_ms = HOUR_MS;
    assert_int_equal(ask(how, 1), TODO_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        upstream_test(a_call_gets_what_is_left_of_the_request),
        upstream_test(what_passes_between_two_calls_counts_as_well),
        upstream_test(less_than_a_millisecond_is_still_a_limit),
        upstream_test(a_request_whose_time_is_over_makes_no_call),
        upstream_test(each_request_of_a_thread_has_a_deadline_of_its_own),
        upstream_test(requests_at_the_same_time_have_their_own_deadlines),
        upstream_test(an_upstream_may_be_silent_while_there_is_time),
    };

    return cmocka_run_group_tests_name("upstream_sync", tests, NULL, NULL);
}
