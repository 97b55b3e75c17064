#include "tests/load/plan.h"
#include "tests/unit/unit.h"

static struct plan open_plan(int rate, int64_t until_us)
{
    return (struct plan){
        .rate = rate, .requests = INT64_MAX, .until_us = until_us};
}

static struct plan closed_plan(int clients, int64_t until_us)
{
    return (struct plan){
        .clients = clients, .requests = INT64_MAX, .until_us = until_us};
}

static int64_t must_send(struct plan *plan, int64_t now_us)
{
    int64_t from_us = -1;

    if (!plan_next(plan, now_us, &from_us))
        fail_msg("at %lld us request %lld is due, and is not sent",
                 (long long)now_us, (long long)plan->sent);
    return from_us;
}

static void must_wait(struct plan *plan, int64_t now_us)
{
    int64_t from_us;

    if (plan_next(plan, now_us, &from_us))
        fail_msg("at %lld us none is due, and one is sent", (long long)now_us);
}

/*
 * An open loop
 */

static void open_plan_sends_at_even_times(void **state)
{
    struct plan plan = open_plan(200, 1000000);

    (void)state;
    assert_int_equal(must_send(&plan, 0), 0);
    must_wait(&plan, 0);
    assert_int_equal(plan_wake_us(&plan), 5000);
    must_wait(&plan, 4999);
    assert_int_equal(must_send(&plan, 5000), 5000);
    assert_int_equal(plan_wake_us(&plan), 10000);
}

/* 0, 333333, 666666, 1000000: what is cut off does not add up. */
static void open_plan_of_odd_rate_does_not_drift(void **state)
{
    struct plan plan = open_plan(3, 100000000);

    (void)state;
    for (int second = 0; second < 10; second++) {
        assert_int_equal(must_send(&plan, 100000000), second * 1000000LL);
        assert_int_equal(must_send(&plan, 100000000),
                         second * 1000000LL + 333333);
        assert_int_equal(must_send(&plan, 100000000),
                         second * 1000000LL + 666666);
    }
}

static void open_plan_waits_for_no_answer(void **state)
{
    struct plan plan = open_plan(1000, 1000000);

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(must_send(&plan, i * 1000LL), i * 1000LL);
    assert_int_equal(plan.under_way, 1000);
}

/* A loop that asks late is told of all that it missed, each with its time. */
static void open_plan_counts_from_the_planned_time(void **state)
{
    struct plan plan = open_plan(100, 2000000);

    (void)state;
    for (int i = 0; i <= 100; i++)
        assert_int_equal(must_send(&plan, 1000000), i * 10000LL);
    must_wait(&plan, 1000000);
}

static void open_plan_ends_in_time(void **state)
{
    struct plan plan = open_plan(10, 300000);

    (void)state;
    assert_int_equal(plan_total(&plan), 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(must_send(&plan, 9000000), i * 100000LL);
    must_wait(&plan, 9000000);
    assert_int_equal(plan_wake_us(&plan), PLAN_NEVER);
}

static void open_plan_ends_after_its_requests(void **state)
{
    struct plan plan = open_plan(10, 60000000);

    (void)state;
    plan.requests = 2;
    assert_int_equal(plan_total(&plan), 2);
    (void)must_send(&plan, 1000000);
    (void)must_send(&plan, 1000000);
    must_wait(&plan, 1000000);
    assert_int_equal(plan_wake_us(&plan), PLAN_NEVER);
}

static void open_plan_knows_its_total_beforehand(void **state)
{
    const struct plan even = open_plan(200, 5000000);
    const struct plan odd = open_plan(3, 1000001);

    (void)state;
    assert_int_equal(plan_total(&even), 1000);
    assert_int_equal(plan_total(&odd), 4); /* the last one at 1000000 */
}

/*
 * A closed loop
 */

static void closed_plan_has_one_request_a_client(void **state)
{
    struct plan plan = closed_plan(3, 1000000);

    (void)state;
    for (int i = 0; i < 3; i++)
        (void)must_send(&plan, 0);
    must_wait(&plan, 0);
    must_wait(&plan, 999999);
    assert_int_equal(plan_wake_us(&plan), PLAN_NEVER);
}

static void closed_plan_goes_on_when_answered(void **state)
{
    struct plan plan = closed_plan(2, 1000000);

    (void)state;
    (void)must_send(&plan, 0);
    (void)must_send(&plan, 0);
    plan_finished(&plan);
    assert_int_equal(must_send(&plan, 700000), 700000);
    must_wait(&plan, 700000);
    assert_int_equal(plan_total(&plan), 3);
}

static void closed_plan_ends(void **state)
{
    struct plan in_time = closed_plan(1, 1000000);
    struct plan in_number = closed_plan(5, 1000000);

    (void)state;
    (void)must_send(&in_time, 999999);
    plan_finished(&in_time);
    must_wait(&in_time, 1000000);

    in_number.requests = 2;
    (void)must_send(&in_number, 0);
    (void)must_send(&in_number, 0);
    must_wait(&in_number, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_plan_sends_at_even_times),
        cmocka_unit_test(open_plan_of_odd_rate_does_not_drift),
        cmocka_unit_test(open_plan_waits_for_no_answer),
        cmocka_unit_test(open_plan_counts_from_the_planned_time),
        cmocka_unit_test(open_plan_ends_in_time),
        cmocka_unit_test(open_plan_ends_after_its_requests),
        cmocka_unit_test(open_plan_knows_its_total_beforehand),
        cmocka_unit_test(closed_plan_has_one_request_a_client),
        cmocka_unit_test(closed_plan_goes_on_when_answered),
        cmocka_unit_test(closed_plan_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
