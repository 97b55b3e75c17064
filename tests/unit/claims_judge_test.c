#include "exercises/runner/claims.h"
#include "tests/unit/unit.h"

/* By these numbers all that people say is so. */
static const struct claims_numbers all_so = {
    .asked_few = {1000, 2000},
    .asked_many = {1000, 4000},
    .crud = {1000, 1100},
    .thread_kib = 512,
    .held = CLAIMS_HELD,
    .held_kib = 1,
    .login_share = {1, 0.5},
    .beside_p99_us = {1000, 1000},
    .locks = {1, 0},
    .mix_p99_us = {50000, 49999},
    .slow_share = {0.5, 1},
    .kept = {0.5, 1},
    .lines = {999, 1000},
    .functions = {99, 100},
};

/* And by these nothing is: both rooms do the same. */
static const struct claims_numbers none_so = {
    .asked_few = {1000, 1000},
    .asked_many = {1000, 1000},
    .crud = {1000, 1000},
    .thread_kib = 40,
    .held = CLAIMS_HELD - 1,
    .held_kib = 1,
    .login_share = {1, 1},
    .beside_p99_us = {1000, 1000},
    .locks = {1, 1},
    .mix_p99_us = {1000, 1000},
    .slow_share = {1, 1},
    .kept = {1, 1},
    .lines = {1000, 1000},
    .functions = {100, 100},
};

/* The claims in the order in which they are told. */
enum { ASKED, CRUD, THREAD, HELD, CPU, LOCKS, P99, SLOW, OVERLOAD, SIMPLE };

static void judge_all(const struct claims_numbers *numbers,
                      enum claims_verdict want)
{
    for (int i = 0; i < CLAIMS; i++)
        if (claims[i].judge(numbers) != want)
            fail_msg("\"%s\" is not judged so", claims[i].says);
}

static void numbers_decide_each_claim(void **state)
{
    (void)state;
    judge_all(&all_so, CLAIMS_YES);
    judge_all(&none_so, CLAIMS_NO);
}

static void a_claim_without_if_must_always_hold(void **state)
{
    struct claims_numbers numbers = all_so;

    (void)state;
    numbers.asked_few[ASYNC] = 1999; /* only beyond its threads */
    assert_int_equal(claims[ASKED].judge(&numbers), CLAIMS_PARTLY);
    numbers = all_so;
    numbers.asked_many[ASYNC] = 1999;
    assert_int_equal(claims[ASKED].judge(&numbers), CLAIMS_PARTLY);
    numbers = all_so;
    numbers.locks[ASYNC] = 1; /* one lock is a lock */
    assert_int_equal(claims[LOCKS].judge(&numbers), CLAIMS_NO);
    numbers = all_so;
    numbers.mix_p99_us[ASYNC] = 50000; /* then nothing helps */
    assert_int_equal(claims[P99].judge(&numbers), CLAIMS_NO);
    numbers = all_so;
    numbers.slow_share[ASYNC] = 0.5; /* not threads alone */
    assert_int_equal(claims[SLOW].judge(&numbers), CLAIMS_NO);
    numbers = all_so;
    numbers.functions[ASYNC] = 99; /* longer, and as many */
    assert_int_equal(claims[SIMPLE].judge(&numbers), CLAIMS_NO);
}

static void noise_decides_nothing(void **state)
{
    struct claims_numbers numbers = all_so;

    (void)state;
    numbers.crud[ASYNC] = 1099;
    assert_int_equal(claims[CRUD].judge(&numbers), CLAIMS_NO);
    numbers.kept[SYNC] = 0.92;
    assert_int_equal(claims[OVERLOAD].judge(&numbers), CLAIMS_NO);
    numbers.slow_share[SYNC] = 0.95;
    assert_int_equal(claims[SLOW].judge(&numbers), CLAIMS_NO);
    numbers.login_share[ASYNC] = 0.95;
    assert_int_equal(claims[CPU].judge(&numbers), CLAIMS_NO);
}

static void a_loop_that_stands_is_unfit(void **state)
{
    struct claims_numbers numbers = none_so;

    (void)state;
    numbers.beside_p99_us[ASYNC] = 2001;
    assert_int_equal(claims[CPU].judge(&numbers), CLAIMS_YES);
}

static void what_was_not_measured_is_not_judged(void **state)
{
    struct claims_numbers numbers = all_so;
    struct buf text = {0};

    (void)state;
    numbers.thread_kib = CLAIMS_UNKNOWN;
    numbers.held_kib = CLAIMS_UNKNOWN;
    assert_int_equal(claims[THREAD].judge(&numbers), CLAIMS_NOT_MEASURED);
    claims[HELD].put_numbers(&text, &numbers);
    unit_assert_buf(&text, "10000 of 10000 connections open at once, each "
                           "answered twice");
    buf_release(&text);
}

static void each_claim_says_its_numbers(void **state)
{
    struct buf text = {0};

    (void)state;
    for (int i = 0; i < CLAIMS; i++)
        claims[i].put_numbers(&text, &all_so);
    assert_true(unit_buf_has(&text, "ratio 2.0; for 256"));
    assert_true(unit_buf_has(&text, "async 4000/s, ratio 4.0"));
    assert_true(unit_buf_has(&text, "async 1100/s, ratio 1.10"));
    assert_true(unit_buf_has(&text, "512 KiB resident"));
    assert_true(unit_buf_has(&text, "async 50 %, p99 1.0 ms"));
    assert_true(unit_buf_has(&text, "sync_impl 1, async_impl 0"));
    assert_true(unit_buf_has(&text, "p99 of sync 50.0 ms"));
    assert_true(unit_buf_has(&text, "served in 2 s: sync 50 %, async 100 %"));
    assert_true(unit_buf_has(&text, "functions: 99 and 100"));
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_decide_each_claim),
        cmocka_unit_test(a_claim_without_if_must_always_hold),
        cmocka_unit_test(noise_decides_nothing),
        cmocka_unit_test(a_loop_that_stands_is_unfit),
        cmocka_unit_test(what_was_not_measured_is_not_judged),
        cmocka_unit_test(each_claim_says_its_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
