/*
 * tests/unit/turns_async_test.c - is a turn of the loop as long as its work,
 * however long the loop has slept?
 *
 * The loop is libuv's, and takes one turn at a time. What the clock says, and
 * how long the loop has slept, is the case's.
 */
#include <stdlib.h>

#include "async_impl/turns.h"
#include "tests/unit/unit.h"

static uint64_t now_ns;
static uint64_t slept_ns;
static bool counts_sleep; /* libuv does */
static bool no_memory;

/* The linker puts the second of each pair in the place of the first one's
 * function (ld(1), --wrap). */
/* NOLINTBEGIN: the names are the linker's */
uint64_t __wrap_uv_hrtime(void);
uint64_t __wrap_uv_metrics_idle_time(uv_loop_t *loop);
int __real_uv_loop_configure(uv_loop_t *loop, uv_loop_option option, ...);
int __wrap_uv_loop_configure(uv_loop_t *loop, uv_loop_option option, ...);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

uint64_t __wrap_uv_hrtime(void)
{
    return now_ns;
}

uint64_t __wrap_uv_metrics_idle_time(uv_loop_t *loop)
{
    (void)loop;
    return slept_ns;
}

int __wrap_uv_loop_configure(uv_loop_t *loop, uv_loop_option option, ...)
{
    int failed = __real_uv_loop_configure(loop, option);

    counts_sleep = option == UV_METRICS_IDLE_TIME && !failed;
    return failed;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return no_memory ? NULL : __real_calloc(count, size);
}
/* NOLINTEND */

static uv_loop_t loop;
static struct turns *turns;

/* The machine runs, and the loop has slept, before there are turns. */
static int setup(void **state)
{
    (void)state;
    now_ns = UINT64_C(123456789012345);
    slept_ns = UINT64_C(5000000000);
    counts_sleep = false;
    assert_int_equal(uv_loop_init(&loop), 0);
    turns = turns_new(&loop);
    return turns ? 0 : -1;
}

/* Nothing is left in the loop. */
static int teardown(void **state)
{
    (void)state;
    turns_close(turns);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
    return 0;
}

/* The loop sleeps, and then works; in nanoseconds. */
static void turn(uint64_t sleep_ns, uint64_t work_ns)
{
    now_ns += sleep_ns + work_ns;
    slept_ns += sleep_ns;
    (void)uv_run(&loop, UV_RUN_NOWAIT);
}

static void turn_us(uint64_t sleep_us, uint64_t work_us)
{
    turn(sleep_us * 1000, work_us * 1000);
}

/* So many turns in all, and so long. */
static void expect(uint64_t count, int64_t sum_us)
{
    const struct metrics_histogram *took = turns_took(turns);
    uint64_t all = 0;

    for (int i = 0; i <= METRICS_BUCKETS; i++)
        all += took->count[i];
    assert_uint_equal(all, count);
    assert_int_equal(took->sum_us, sum_us);
}

static void the_first_turn_is_in_no_histogram(void **state)
{
    (void)state;
    expect(0, 0);
    turn_us(1000, 2000);
    expect(0, 0);
    turn_us(0, 0);
    expect(1, 0);
}

static void work_without_sleep_is_a_turn(void **state)
{
    (void)state;
    turn_us(0, 0);
    turn_us(0, 1000);
    turn_us(0, 1001);
    turn_us(0, 6000000);
    expect(3, 6002001);
    assert_uint_equal(turns_took(turns)->count[0], 1);
    assert_uint_equal(turns_took(turns)->count[1], 1);
    assert_uint_equal(turns_took(turns)->count[METRICS_BUCKETS], 1);
}

static void sleep_is_no_work(void **state)
{
    (void)state;
    turn_us(0, 0);
    for (int i = 1; i <= 5; i++) {
        turn_us(3600 * UINT64_C(1000000), 0);
        expect((uint64_t)i, 0);
        assert_uint_equal(turns_took(turns)->count[0], i);
    }
}

static void work_behind_a_sleep_is_work_alone(void **state)
{
    (void)state;
    turn_us(700, 7);
    turn_us(60000000, 3000);
    turn_us(1, 30000);
    turn_us(0, 20);
    expect(3, 33020);
    assert_uint_equal(turns_took(turns)->count[0], 1);
    assert_uint_equal(turns_took(turns)->count[2], 1);
    assert_uint_equal(turns_took(turns)->count[5], 1);
}

static void what_is_no_whole_microsecond_is_left_out(void **state)
{
    (void)state;
    turn(0, 0);
    turn(999, 999);
    turn(1, 1000);
    turn(0, 1999);
    expect(3, 2);
}

/* It does not unless it is told to, and nobody else tells it. */
static void libuv_is_told_to_count_how_long_the_loop_sleeps(void **state)
{
    (void)state;
    assert_true(counts_sleep);
}

static void without_memory_there_is_none(void **state)
{
    uv_loop_t other;

    (void)state;
    assert_int_equal(uv_loop_init(&other), 0);
    no_memory = true;
    assert_null(turns_new(&other));
    no_memory = false;
    assert_int_equal(uv_loop_close(&other), 0);
    turns_close(NULL);
}

#define turns_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        turns_test(the_first_turn_is_in_no_histogram),
        turns_test(work_without_sleep_is_a_turn),
        turns_test(sleep_is_no_work),
        turns_test(work_behind_a_sleep_is_work_alone),
        turns_test(what_is_no_whole_microsecond_is_left_out),
        turns_test(libuv_is_told_to_count_how_long_the_loop_sleeps),
        cmocka_unit_test(without_memory_there_is_none),
    };

    return cmocka_run_group_tests_name("turns_async", tests, NULL, NULL);
}
