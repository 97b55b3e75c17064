/*
 * tests/unit/limits_meet_test.c - two threads ask for one client. The first one
 * stands still on its way, and the second one goes on: until it is done, or
 * waits for the first.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/probe.h"
#include "common/http/limits.h"
#include "common/todo/password.h"
#include "tests/support/patience.h"
#include "tests/unit/unit.h"

enum { RATE = 3, MANY = 10, SECOND_MS = 1000 };

/* Where the first one may stand. */
enum place { AT_NOTE, BEHIND_UNLOCK };

struct asker {
    struct limits *limits;
    pthread_t thread;
    bool passed;
};

static _Thread_local bool is_first, is_second;
static enum place stands_at;
static int comes_before; /* so often the first one passes there */
static bool has_stood;
static sem_t stands, may_go, moved;

static void come_to(enum place place)
{
    if (!is_first || place != stands_at || comes_before-- != 0)
        return;
    has_stood = true;
    sem_post(&stands);
    sem_wait(&may_go);
}

/* The linker has these names for what it puts in between (--wrap in ld(1)).
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void __wrap_probe_stand(uint32_t request, const char *label);
void __wrap_probe_stand(uint32_t request, const char *label)
{
    (void)request;
    if (strcmp(label, "limit.note") == 0)
        come_to(AT_NOTE);
}

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    if (!is_second)
        return __real_pthread_mutex_lock(mutex);
    if (pthread_mutex_trylock(mutex) == 0)
        return 0;
    sem_post(&moved); /* as far as it can */
    return __real_pthread_mutex_lock(mutex);
}

int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    int rc = __real_pthread_mutex_unlock(mutex);

    come_to(BEHIND_UNLOCK);
    return rc;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static bool takes(struct limits *limits)
{
    return limits_take(limits, limits_of_user(1), 0);
}

static int taken(struct limits *limits, int asked)
{
    int passed = 0;

    for (int i = 0; i < asked; i++)
        passed += takes(limits);
    return passed;
}

static void *ask_first(void *arg)
{
    struct asker *asker = arg;

    is_first = true;
    asker->passed = takes(asker->limits);
    sem_post(&stands); /* or it has come to its end */
    return NULL;
}

static void *ask_second(void *arg)
{
    struct asker *asker = arg;

    is_second = true;
    asker->passed = takes(asker->limits);
    sem_post(&moved);
    return NULL;
}

/* The running test fails when nobody posts. */
static void await(sem_t *semaphore, const char *what)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_MS / 1000;
    if (sem_timedwait(semaphore, &until) != 0)
        fail_msg("%s", what);
}

/* How many of the two pass. */
static int passed_of_two(struct limits *limits, enum place place, int before)
{
    struct asker first = {.limits = limits}, second = {.limits = limits};

    stands_at = place;
    comes_before = before;
    has_stood = false;
    sem_init(&stands, 0, 0);
    sem_init(&may_go, 0, 0);
    sem_init(&moved, 0, 0);
    assert_int_equal(pthread_create(&first.thread, NULL, ask_first, &first), 0);
    await(&stands, "the first one neither ends nor stands");
    assert_int_equal(pthread_create(&second.thread, NULL, ask_second, &second),
                     0);
    await(&moved, "the second one neither ends nor waits at a mutex");
    sem_post(&may_go);
    pthread_join(first.thread, NULL);
    pthread_join(second.thread, NULL);
    sem_destroy(&stands);
    sem_destroy(&may_go);
    sem_destroy(&moved);
    return first.passed + second.passed;
}

/* Before they meet, so many have been used. What the one has noted is not lost
 * when the other one notes. */
static void expect_as_many_as_may(enum place place, int before, int used)
{
    struct limits *limits = limits_new(RATE);
    int left = RATE - used, passed;

    assert_non_null(limits);
    assert_int_equal(taken(limits, used), used);
    passed = passed_of_two(limits, place, before);
    if (passed != (left < 2 ? left : 2))
        fail_msg("two met where %d may pass, and %d passed", left, passed);
    if (place == AT_NOTE && left > 0 && !has_stood)
        fail_msg("a request passed, and did not come to limit.note");
    passed += taken(limits, MANY);
    if (passed != left)
        fail_msg("%d may pass, and in the end %d have", left, passed);
    clock_move(SECOND_MS);
    assert_int_equal(taken(limits, MANY), RATE);
    limits_free(limits);
}

static void of_two_that_meet_as_many_pass_as_may(void **state)
{
    (void)state;
    for (int used = 0; used <= RATE; used++)
        expect_as_many_as_may(AT_NOTE, 0, used);
}

/* Whatever was done with the lock held: another one came in behind it. */
static void of_two_that_meet_behind_the_lock_as_many_pass_as_may(void **state)
{
    enum { LOCKS = 4 };

    (void)state;
    for (int before = 0; before < LOCKS; before++)
        for (int used = 0; used <= RATE; used++)
            expect_as_many_as_may(BEHIND_UNLOCK, before, used);
}

static int prepare(void **state)
{
    (void)state;
    clock_let_move();
    clock_move(0);
    return password_prepare() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_two_that_meet_as_many_pass_as_may),
        cmocka_unit_test(of_two_that_meet_behind_the_lock_as_many_pass_as_may),
    };

    return cmocka_run_group_tests_name("limits of two that meet", tests,
                                       prepare, NULL);
}
