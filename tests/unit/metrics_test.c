/*
 * tests/unit/metrics_test.c - is what is written what was counted, and all of
 * one moment?
 *
 * A moment is chosen where the metrics let a lock go: there somebody comes in
 * between.
 */
#include <pthread.h>
#include <stdio.h>

#include "common/http/metrics.h"
#include "tests/support/scrape.h"
#include "tests/unit/unit.h"

#define BEGUN  "http_requests_in_flight"
#define ENDED  "http_requests_total"
#define TOOK   "http_request_duration_seconds"
#define HEALTH "{operation=\"check_health\"}"

static bool no_memory;

/* Comes whenever this thread has let a lock go; not to itself. */
static _Thread_local void (*in_between)(void);

/* The linker puts the second of each pair in the place of the first one's
 * function (ld(1), --wrap). */
/* NOLINTBEGIN: the names are the linker's */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
int __real_pthread_mutex_unlock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *lock);

void *__wrap_malloc(size_t size)
{
    return no_memory ? NULL : __real_malloc(size);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *lock)
{
    int failed = __real_pthread_mutex_unlock(lock);
    void (*come)(void) = in_between;

    in_between = NULL;
    if (come)
        come();
    in_between = come;
    return failed;
}
/* NOLINTEND */

/* Of the running case. */
static struct metrics *metrics;
static struct buf text;
static struct scrape scrape;

static int setup(void **state)
{
    (void)state;
    metrics = metrics_new();
    return metrics ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    no_memory = false; /* also where an assertion failed */
    in_between = NULL;
    scrape_release(&scrape);
    buf_release(&text);
    metrics_free(metrics);
    return 0;
}

static void answer(enum operation op, int status, int64_t took_us)
{
    metrics_begin(metrics);
    metrics_end(metrics, op, status, took_us);
}

/* Reads what is in the text. */
static void read_text(void)
{
    char why[SCRAPE_WHY_MAX] = "";

    assert_false(text.failed);
    scrape_release(&scrape);
    if (!scrape_read(&scrape, text.data, text.len, why) ||
        !scrape_adds_up(&scrape, why))
        fail_msg("%s", why);
}

static void read_metrics(void)
{
    buf_clear(&text);
    metrics_write(metrics, &text);
    read_text();
}

static void expect(const char *series, double value)
{
    double is = scrape_value(&scrape, series);

    if (is != value)
        fail_msg("%s is %g, not %g", series, is, value);
}

/* How many requests were answered, in all. */
static double ended(void)
{
    return scrape_sum(&scrape, ENDED, NULL, NULL);
}

/*
 * Requests
 */

static void requests_are_counted_by_operation_and_status(void **state)
{
    (void)state;
    answer(OP_READ_TODO, 200, 1);
    answer(OP_READ_TODO, 200, 2);
    answer(OP_READ_TODO, 404, 4);
    answer(OP_LIST_TODOS, 200, 8);
    answer(OP_SHOW_OPTIONS, 204, 16);
    answer(OP_NONE, 404, 32);
    read_metrics();
    expect(ENDED "{operation=\"read_todo\",status=\"200\"}", 2);
    expect(ENDED "{operation=\"read_todo\",status=\"404\"}", 1);
    expect(ENDED "{operation=\"list_todos\",status=\"200\"}", 1);
    expect(ENDED "{operation=\"show_options\",status=\"204\"}", 1);
    expect(ENDED "{operation=\"none\",status=\"404\"}", 1);
    assert_true(ended() == 6);
    expect(TOOK "_count{operation=\"read_todo\"}", 3);
    expect(TOOK "_sum{operation=\"read_todo\"}", 0.000007);
    expect(TOOK "_sum{operation=\"list_todos\"}", 0.000008);
    expect(TOOK "_sum{operation=\"show_options\"}", 0.000016);
    expect(TOOK "_sum{operation=\"none\"}", 0.000032);
}

static void each_operation_has_a_place_of_its_own(void **state)
{
    char series[80];

    (void)state;
    for (int op = 0; op <= OP_NONE; op++)
        for (int i = 0; i <= op; i++)
            answer((enum operation)op, 200, 1);
    read_metrics();
    for (int op = 0; op <= OP_NONE; op++) {
        (void)snprintf(series, sizeof series,
                       ENDED "{operation=\"%s\",status=\"200\"}",
                       route_name((enum operation)op));
        expect(series, op + 1);
    }
}

static void a_stream_is_a_request_and_no_duration(void **state)
{
    (void)state;
    answer(OP_STREAM_EVENTS, 200, 3600 * INT64_C(1000000));
    answer(OP_STREAM_EVENTS, 401, 1);
    read_metrics();
    expect(ENDED "{operation=\"stream_events\",status=\"200\"}", 1);
    expect(ENDED "{operation=\"stream_events\",status=\"401\"}", 1);
    assert_false(unit_buf_has(&text, TOOK "_"));
}

static void a_status_that_is_none_is_a_fault_of_ours(void **state)
{
    static const int statuses[] = {0, -1, 99, 100, 199, 600, 1000};
    enum { BAD = sizeof statuses / sizeof *statuses };

    (void)state;
    for (int i = 0; i < BAD; i++)
        answer(OP_CHECK_HEALTH, statuses[i], 1);
    answer(OP_CHECK_HEALTH, 200, 1);
    answer(OP_CHECK_HEALTH, 599, 1);
    read_metrics();
    expect(ENDED "{operation=\"check_health\",status=\"500\"}", BAD);
    expect(ENDED "{operation=\"check_health\",status=\"200\"}", 1);
    expect(ENDED "{operation=\"check_health\",status=\"599\"}", 1);
    assert_true(ended() == BAD + 2);
}

static void a_request_without_its_answer_is_in_flight(void **state)
{
    (void)state;
    read_metrics();
    expect(BEGUN, 0);
    for (int i = 1; i <= 3; i++) {
        metrics_begin(metrics);
        read_metrics();
        expect(BEGUN, i);
        assert_true(ended() == 0);
    }
    metrics_end(metrics, OP_STREAM_EVENTS, 200, 1);
    metrics_end(metrics, OP_NONE, 0, 1);
    read_metrics();
    expect(BEGUN, 1);
    metrics_end(metrics, OP_CHECK_HEALTH, 200, 1);
    read_metrics();
    expect(BEGUN, 0);
}

static void two_servers_count_apart(void **state)
{
    struct metrics *other = metrics_new();

    (void)state;
    assert_non_null(other);
    metrics_begin(other);
    metrics_end(other, OP_CHECK_HEALTH, 200, 1);
    metrics_begin(other);
    read_metrics();
    expect(BEGUN, 0);
    assert_true(ended() == 0);
    metrics_free(other);
    metrics_free(NULL);
}

static void what_has_no_memory_is_no_text(void **state)
{
    (void)state;
    answer(OP_CHECK_HEALTH, 200, 1);
    no_memory = true;
    metrics_write(metrics, &text);
    no_memory = false;
    assert_true(text.failed);
    buf_release(&text);
    read_metrics(); /* nothing is lost */
    assert_true(ended() == 1);
}

/*
 * One moment
 */

static int began; /* requests */
static int looks;

/* Whoever asks now is told of each request that it has ended, or that it has
 * not. */
static void look(void)
{
    double in_flight;

    looks++;
    read_metrics();
    in_flight = scrape_value(&scrape, BEGUN);
    if (in_flight + ended() != began)
        fail_msg("%d requests have begun: %g are in flight, %g are answered",
                 began, in_flight, ended());
}

static void
whoever_asks_in_between_sees_all_of_a_request_or_nothing(void **state)
{
    static const enum operation ops[] = {OP_CHECK_HEALTH, OP_STREAM_EVENTS,
                                         OP_CREATE_TODO, OP_NONE};

    (void)state;
    began = 0;
    for (int turn = 0; turn < 3; turn++)
        for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
            looks = 0;
            began++;
            metrics_begin(metrics);
            in_between = look;
            metrics_end(metrics, ops[i], 200, 1);
            in_between = NULL;
            assert_true(looks > 0);
        }
}

static void come_and_go(void)
{
    looks++;
    answer(OP_CHECK_HEALTH, 200, 1);
    answer(OP_LIST_TODOS, 200, 1);
    metrics_begin(metrics);
}

static void what_happens_while_it_is_written_is_not_in_it(void **state)
{
    (void)state;
    looks = 0;
    come_and_go();
    in_between = come_and_go;
    metrics_write(metrics, &text);
    in_between = NULL;
    assert_true(looks > 1);
    read_text();
    expect(BEGUN, 1);
    assert_true(ended() == 2);
    read_metrics();
    expect(BEGUN, looks);
    assert_true(ended() == 2 * looks);
}

/*
 * Many at the same time
 */

enum { THREADS = 4, EACH = 500 };

static pthread_barrier_t start;

/* No thread but that of the case may fail it. */
static void *count(void *arg)
{
    const enum operation *op = arg;

    pthread_barrier_wait(&start);
    for (int i = 0; i < EACH; i++)
        answer(*op, 200 + i % 5, i);
    return NULL;
}

static void all_that_threads_count_is_there(void **state)
{
    static enum operation ops[THREADS] = {OP_CHECK_HEALTH, OP_CHECK_HEALTH,
                                          OP_LIST_TODOS, OP_STREAM_EVENTS};
    const int fifth = EACH / 5; /* with each of the five statuses */
    const int sum_us = (EACH - 1) * EACH;
    pthread_t threads[THREADS];

    (void)state;
    pthread_barrier_init(&start, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count, &ops[i]), 0);
    pthread_barrier_wait(&start);
    do
        read_metrics(); /* it adds up, whatever goes on */
    while (ended() < THREADS * EACH);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
    read_metrics();
    expect(BEGUN, 0);
    assert_true(ended() == THREADS * EACH);
    expect(ENDED "{operation=\"check_health\",status=\"204\"}", 2 * fifth);
    expect(ENDED "{operation=\"stream_events\",status=\"200\"}", fifth);
    expect(TOOK "_sum" HEALTH, sum_us / 1e6);
}

#define metrics_test(name)                                                     \
    cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        metrics_test(requests_are_counted_by_operation_and_status),
        metrics_test(each_operation_has_a_place_of_its_own),
        metrics_test(a_stream_is_a_request_and_no_duration),
        metrics_test(a_status_that_is_none_is_a_fault_of_ours),
        metrics_test(a_request_without_its_answer_is_in_flight),
        metrics_test(two_servers_count_apart),
        metrics_test(what_has_no_memory_is_no_text),
        metrics_test(whoever_asks_in_between_sees_all_of_a_request_or_nothing),
        metrics_test(what_happens_while_it_is_written_is_not_in_it),
        metrics_test(all_that_threads_count_is_there),
    };

    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
