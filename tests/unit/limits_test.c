#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/http/limits.h"
#include "common/todo/password.h"
#include "tests/unit/unit.h"

/* In all of it the clock stands but when a case moves it. */

enum { MANY = 100000, SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS };

static struct limits *table(int rate)
{
    struct limits *limits = limits_new(rate);

    assert_non_null(limits);
    return limits;
}

static bool takes(struct limits *limits, int64_t user)
{
    return limits_take(limits, limits_of_user(user), 0);
}

/* How many of so many in a row pass. */
static int taken(struct limits *limits, int64_t user, int asked)
{
    int passed = 0;

    for (int i = 0; i < asked; i++)
        passed += takes(limits, user);
    return passed;
}

static const int rates[] = {1, 2, 3, 7, 100, 999, 40000, 999999, LIMITS_MAX};

enum { RATES = sizeof rates / sizeof *rates };

static void as_many_pass_at_once_as_in_a_second(void **state)
{
    (void)state;
    for (int i = 0; i < RATES; i++) {
        struct limits *limits = table(rates[i]);

        for (int second = 0; second < 3; second++) {
            assert_int_equal(taken(limits, 1, rates[i] + 10), rates[i]);
            clock_move(SECOND_MS);
        }
        limits_free(limits);
    }
}

/* Retry-After says one second, whatever the limit (reply.c). */
static void whoever_is_refused_has_room_a_second_later(void **state)
{
    (void)state;
    for (int i = 0; i < RATES; i++) {
        struct limits *limits = table(rates[i]);

        (void)taken(limits, 1, rates[i]);
        for (int turn = 0; turn < 3; turn++) {
            while (takes(limits, 1))
                ;
            clock_move(SECOND_MS);
            assert_true(takes(limits, 1));
        }
        limits_free(limits);
    }
}

/* At 1 a second there is room when the second is over, and at 100 a hundredth
 * of one later, for one. */
static void room_comes_back_one_by_one(void **state)
{
    struct limits *one = table(1);
    struct limits *hundred = table(100);

    (void)state;
    assert_int_equal(taken(one, 1, 2), 1);
    clock_move(SECOND_MS - 1);
    assert_false(takes(one, 1));
    clock_move(1);
    assert_int_equal(taken(one, 1, 2), 1);

    assert_int_equal(taken(hundred, 1, 200), 100);
    clock_move(9);
    assert_false(takes(hundred, 1));
    clock_move(1);
    assert_int_equal(taken(hundred, 1, 2), 1);
    clock_move(50);
    assert_int_equal(taken(hundred, 1, 100), 5);
    limits_free(one);
    limits_free(hundred);
}

static void what_is_refused_costs_nothing(void **state)
{
    struct limits *limits = table(1);

    (void)state;
    assert_int_equal(taken(limits, 1, 1000), 1);
    clock_move(SECOND_MS);
    assert_true(takes(limits, 1));
    limits_free(limits);
}

/*
 * Many at the same time
 */

enum { THREADS = 8, CALLS = 125 };

struct caller {
    pthread_t thread;
    struct limits *limits;
    pthread_barrier_t *start;
    int passed;
};

static void *call(void *arg)
{
    struct caller *caller = arg;

    pthread_barrier_wait(caller->start);
    caller->passed = taken(caller->limits, 1, CALLS);
    return NULL;
}

/* How many of THREADS * CALLS pass. */
static int passed_of_threads(struct limits *limits)
{
    struct caller callers[THREADS] = {0};
    pthread_barrier_t start;
    int passed = 0;

    pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        callers[i].limits = limits;
        callers[i].start = &start;
        assert_int_equal(
            pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(callers[i].thread, NULL);
        passed += callers[i].passed;
    }
    pthread_barrier_destroy(&start);
    return passed;
}

static void of_many_threads_exactly_as_many_pass(void **state)
{
    static const int few[] = {1, 3, 7, 100, 999};

    (void)state;
    for (int turn = 0; turn < 20; turn++)
        for (size_t i = 0; i < sizeof few / sizeof *few; i++) {
            struct limits *limits = table(few[i]);

            assert_int_equal(passed_of_threads(limits), few[i]);
            limits_free(limits);
        }
}

/*
 * Many clients
 */

static void few_clients_do_not_meet(void **state)
{
    enum { FEW = 100, RATE = 3 };
    struct limits *limits = table(RATE);

    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        for (int64_t user = 1; user <= FEW; user++)
            assert_int_equal(taken(limits, user, RATE + 1), RATE);
        clock_move(SECOND_MS);
    }
    limits_free(limits);
}

/* All that a full table lets pass is what its clients may, however many want to
 * be clients; and none of them more than that. */
static void a_crowd_passes_no_more_than_a_full_table(void **state)
{
    enum { RATE = 2, LATER = 10 };
    struct limits *limits = table(RATE);
    char *passed = unit_alloc(MANY);
    int all = 0;

    (void)state;
    memset(passed, 0, MANY);
    for (int turn = 0; turn < 3; turn++)
        for (int user = 0; user < MANY; user++)
            if (takes(limits, user)) {
                passed[user]++;
                all++;
            }
    assert_int_equal(all, LIMITS_CLIENTS * RATE);
    for (int user = 0; user < MANY; user++)
        assert_true(passed[user] <= RATE);
    for (int user = MANY; user < MANY + LATER; user++)
        assert_false(takes(limits, user)); /* nothing fails open */
    free(passed);
    limits_free(limits);
}

/* It takes over what another one has used, and that one has no more for it. */
static void a_newcomer_shares_what_the_first_has_left(void **state)
{
    enum { RATE = 3 };
    struct limits *limits = table(RATE);

    (void)state;
    /* Where a client stands is chance. After so many, no place has room. */
    for (int turn = 0; turn < 3; turn++)
        for (int64_t user = 0; user < MANY; user++)
            (void)takes(limits, user);
    assert_false(takes(limits, MANY));
    clock_move(SECOND_MS / RATE + 1); /* there is room for one in each place */
    assert_int_equal(taken(limits, MANY, RATE), 1);
    limits_free(limits);
}

static void a_place_whose_time_has_passed_is_free(void **state)
{
    enum { RATE = 5 };
    struct limits *limits = table(RATE);

    (void)state;
    for (int turn = 0; turn < 3; turn++) {
        for (int64_t user = 0; user < MANY; user++)
            (void)takes(limits, user);
        clock_move(SECOND_MS);
        for (int64_t user = 0; user < 100; user++)
            assert_int_equal(taken(limits, MANY + user, RATE + 1), RATE);
        clock_move(SECOND_MS);
    }
    limits_free(limits);
}

/* Whose place it takes is another's business in each table. */
static void two_tables_have_two_secrets(void **state)
{
    struct limits *one = table(1);
    struct limits *other = table(1);
    int differ = 0;

    (void)state;
    for (int64_t user = 0; user < MANY; user++)
        differ += takes(one, user) != takes(other, user);
    assert_true(differ > 0);
    limits_free(one);
    limits_free(other);
}

/*
 * Who is one client
 */

static struct limits_client at4(const char *address, int port)
{
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port)};

    assert_int_equal(inet_pton(AF_INET, address, &from.sin_addr), 1);
    return limits_at_address((const struct sockaddr *)&from);
}

static struct limits_client at6(const char *address)
{
    struct sockaddr_in6 from = {.sin6_family = AF_INET6};

    assert_int_equal(inet_pton(AF_INET6, address, &from.sin6_addr), 1);
    return limits_at_address((const struct sockaddr *)&from);
}

static bool same(struct limits_client one, struct limits_client other)
{
    return memcmp(&one, &other, sizeof one) == 0;
}

static void a_client_is_an_address_whatever_the_port(void **state)
{
    (void)state;
    assert_true(same(at4("127.0.0.1", 80), at4("127.0.0.1", 81)));
    assert_false(same(at4("127.0.0.1", 80), at4("127.0.0.2", 80)));
    assert_true(same(at6("2001:db8::1"), at6("2001:db8::ffff:0:0:1")));
    assert_false(same(at6("2001:db8::1"), at6("2001:db8:0:1::1")));
    assert_false(same(at6("::1"), at4("0.0.0.0", 0)));
}

static void a_user_is_no_address(void **state)
{
    struct limits_client here = at4("127.0.0.1", 80);
    struct limits_client there = at6("2001:db8::1");

    (void)state;
    assert_false(same(limits_of_user((int64_t)here.number), here));
    assert_false(same(limits_of_user((int64_t)there.number), there));
    assert_false(same(limits_of_user(2), limits_of_user(3)));
}

/* The clock of this case stands at the end of what it can say. */
static void nothing_overflows_in_292_years(void **state)
{
    const int64_t end_us = INT64_MAX / 1000;

    (void)state;
    clock_move((end_us - clock_mono_us()) / 1000 - MINUTE_MS);
    as_many_pass_at_once_as_in_a_second(state);
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
        cmocka_unit_test(as_many_pass_at_once_as_in_a_second),
        cmocka_unit_test(whoever_is_refused_has_room_a_second_later),
        cmocka_unit_test(room_comes_back_one_by_one),
        cmocka_unit_test(what_is_refused_costs_nothing),
        cmocka_unit_test(of_many_threads_exactly_as_many_pass),
        cmocka_unit_test(few_clients_do_not_meet),
        cmocka_unit_test(a_crowd_passes_no_more_than_a_full_table),
        cmocka_unit_test(a_newcomer_shares_what_the_first_has_left),
        cmocka_unit_test(a_place_whose_time_has_passed_is_free),
        cmocka_unit_test(two_tables_have_two_secrets),
        cmocka_unit_test(a_client_is_an_address_whatever_the_port),
        cmocka_unit_test(a_user_is_no_address),
        cmocka_unit_test(nothing_overflows_in_292_years),
    };

    return cmocka_run_group_tests_name("limits", tests, prepare, NULL);
}
