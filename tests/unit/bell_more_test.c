/*
 * tests/unit/bell_more_test.c - does the loop serve others while much is done?
 *
 * The keeper does not: this is what `./learn more` asks for, after exercise 13.
 * So CTest does not run it.
 */
#include "async_case.h"

#define bell_test(name)                                                        \
    cmocka_unit_test_setup_teardown(name, async_case_setup, async_case_teardown)

enum { AT_ONCE = 8 };

static int count_done(const struct async_case *a)
{
    int count = 0;

    for (int i = 0; i < QUEUE; i++)
        count += a->askers[i].done;
    return count;
}

/* A turn of the loop has one call, however often it was rung for. */
static void a_call_finishes_eight_jobs_and_leaves_none(void **state)
{
    struct async_case *a = *state;
    int before, now = 0;

    wait_until_asleep(THREADS);
    keeper_write(&a->askers[0].rq, stand_still, &a->halt, finish);
    for (int i = 1; i < QUEUE; i++)
        ask_create(&a->askers[i]);
    halt_await(a, &a->halt);
    halt_end(&a->halt);
    wait_until_asleep(1);
    while (now < QUEUE) {
        before = now;
        uv_run(&a->server.loop, UV_RUN_NOWAIT);
        now = count_done(a);
        if (now - before > AT_ONCE)
            fail_msg("the loop finished %d jobs before it served others",
                     now - before);
        if (now == before)
            fail_msg("%d jobs are left behind: nobody rings for them",
                     QUEUE - now);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        bell_test(a_call_finishes_eight_jobs_and_leaves_none),
    };

    return cmocka_run_group_tests_name("bell_more", tests, store_case_shim,
                                       NULL);
}
