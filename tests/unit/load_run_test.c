#include <unistd.h>

#include "tests/load/alarm.h"
#include "tests/load/load.h"
#include "tests/unit/hand.h"
#include "tests/unit/unit.h"

#define GOOD "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

#define HOUR_US 3600000000

enum { PATIENCE_US = 30000000 }; /* a case that needs it has failed */

/*
 * A clock that a case may stop
 */

static int64_t stopped_us; /* 0: it goes */
static int looks;          /* at the clock that stands */

/* The linker puts the second in the place of the first (ld(1), --wrap). */
/* NOLINTBEGIN: the names are the linker's */
int64_t __real_alarm_now_us(void);
int64_t __wrap_alarm_now_us(void);

/* The first look is the load's begin; from then on a second has passed. */
int64_t __wrap_alarm_now_us(void)
{
    if (stopped_us == 0)
        return __real_alarm_now_us();
    return looks++ == 0 ? stopped_us : stopped_us + 1000000;
}

static void stop_clock(void)
{
    looks = 0;
    stopped_us = __real_alarm_now_us();
}
/* NOLINTEND */

/*
 * The server
 */

static struct hand hand; /* not on a stack: a case that fails leaves that */

static void serve(struct hand wanted)
{
    hand = wanted;
    hand_start(&hand);
}

static int end_case(void **state)
{
    (void)state;
    stopped_us = 0;
    hand_stop(&hand);
    return 0;
}

/*
 * Loads
 */

static struct load_order open_order(int rate, int requests)
{
    struct load_order order = {
        .to = hand.at,
        .mix = {.host = "127.0.0.1", .keep_alive = true},
        .plan = {.rate = rate, .requests = requests, .until_us = HOUR_US},
        .max_connections = 200,
        .deadline_us = PATIENCE_US};

    mix_get(&order.mix, "/");
    return order;
}

static struct load_order closed_order(int clients, int requests)
{
    struct load_order order = open_order(0, requests);

    order.plan.clients = clients;
    order.max_connections = clients;
    return order;
}

static int count(const struct load_result *result, enum fate fate, int status)
{
    int found = 0;

    for (size_t i = 0; i < result->samples.count; i++)
        found += result->samples.all[i].fate == fate &&
                 result->samples.all[i].status == status;
    return found;
}

static void run(const struct load_order *order, struct load_result *result)
{
    assert_true(load_run(order, result));
}

/* Two clients ask ten times; each time it ends so. */
static void all_end_as(struct hand wanted, enum fate fate, int status)
{
    struct load_order order;
    struct load_result result;

    serve(wanted);
    order = closed_order(2, 10);
    run(&order, &result);
    assert_int_equal(result.samples.count, 10);
    assert_int_equal(count(&result, fate, status), 10);
    load_release(&result);
    hand_stop(&hand);
}

/*
 * The two loops
 */

/* The server answers nobody until all have asked: only an open loop ends. */
static void an_open_load_goes_on_while_the_server_is_held(void **state)
{
    const struct hand wanted = {.says = GOOD, .holds = 50};
    struct load_order order;
    struct load_result result;

    (void)state;
    serve(wanted);
    order = open_order(1000, 50);
    run(&order, &result);
    assert_int_equal(result.planned, 50);
    assert_int_equal(count(&result, FATE_ANSWERED, 200), 50);
    assert_int_equal(result.connections, 50);
    load_release(&result);
    hand_stop(&hand);
    assert_int_equal(hand.asked, 50);
}

/* The load comes to its loop a second late: the first waited as long, and the
 * last one less. */
static void an_open_load_counts_from_the_plan(void **state)
{
    const struct hand wanted = {.says = GOOD};
    struct load_order order;
    struct load_result result;

    (void)state;
    serve(wanted);
    order = open_order(100, 100);
    stop_clock();
    run(&order, &result);
    assert_int_equal(count(&result, FATE_ANSWERED, 200), 100);
    for (int i = 0; i < 100; i++) {
        const struct sample *sample = &result.samples.all[i];

        assert_int_equal(sample->from_us, i * 10000);
        assert_int_equal(sample->started_us, 1000000);
        assert_int_equal(sample->finished_us, 1000000);
    }
    load_release(&result);
    hand_stop(&hand);
}

static void a_closed_load_asks_once_a_client(void **state)
{
    const struct hand wanted = {.says = GOOD, .holds = 3};
    struct load_order order;
    struct load_result result;

    (void)state;
    serve(wanted);
    order = closed_order(3, 30);
    run(&order, &result);
    assert_int_equal(result.planned, 30);
    assert_int_equal(count(&result, FATE_ANSWERED, 200), 30);
    assert_int_equal(result.connections, 3);
    load_release(&result);
    hand_stop(&hand);
    assert_int_equal(hand.asked, 30);
    assert_int_equal(hand.connections, 3);
}

/* It never saw the time in which nobody answered. */
static void a_closed_load_counts_from_the_real_start(void **state)
{
    const struct hand wanted = {.says = GOOD};
    struct load_order order;
    struct load_result result;

    (void)state;
    serve(wanted);
    order = closed_order(2, 10);
    stop_clock();
    run(&order, &result);
    for (int i = 0; i < 10; i++)
        assert_int_equal(result.samples.all[i].from_us, 1000000);
    load_release(&result);
    hand_stop(&hand);
}

static void what_has_no_connection_is_unsent(void **state)
{
    const struct hand wanted = {.says = GOOD, .holds = 5};
    struct load_order order;
    struct load_result result;

    (void)state;
    serve(wanted);
    order = open_order(1000, 20);
    order.max_connections = 5;
    stop_clock(); /* all are due before one is answered */
    run(&order, &result);
    assert_int_equal(result.planned, 20);
    assert_int_equal(count(&result, FATE_ANSWERED, 200), 5);
    assert_int_equal(count(&result, FATE_UNSENT, 0), 15);
    load_release(&result);
    hand_stop(&hand);
    assert_int_equal(hand.asked, 5);
}

static void without_keep_alive_each_has_its_connection(void **state)
{
    const struct hand wanted = {.says =
                                    "HTTP/1.1 200 OK\r\nConnection: close\r\n"
                                    "Content-Length: 0\r\n\r\n",
                                .then = HAND_CLOSES};

    (void)state;
    all_end_as(wanted, FATE_ANSWERED, 200);
    assert_int_equal(hand.connections, 10);
}

/*
 * Servers that are no good
 */

static void a_refusal_is_counted(void **state)
{
    struct load_order order;
    struct load_result result;
    int fd = hand_nobody(&hand.at);

    (void)state;
    order = closed_order(2, 10);
    run(&order, &result);
    assert_int_equal(count(&result, FATE_REFUSED, 0), 10);
    load_release(&result);
    (void)close(fd);
}

static void a_reset_is_counted(void **state)
{
    const struct hand resets = {.then = HAND_RESETS};
    const struct hand closes = {.then = HAND_CLOSES};
    const struct hand half = {.says = "HTTP/1.1 200 OK\r\nConte",
                              .then = HAND_CLOSES};

    (void)state;
    all_end_as(resets, FATE_RESET, 0);
    all_end_as(closes, FATE_RESET, 0);
    all_end_as(half, FATE_RESET, 0);
}

static void a_lie_about_the_length_is_counted(void **state)
{
    const struct hand too_long = {
        .says = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nok"};
    const struct hand too_short = {
        .says = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
        .then = HAND_CLOSES};

    (void)state;
    all_end_as(too_long, FATE_LIED, 0);
    all_end_as(too_short, FATE_LIED, 0);
}

static void what_is_not_http_is_counted(void **state)
{
    const struct hand wanted = {.says = "220 smtp.example ESMTP\r\n"};

    (void)state;
    all_end_as(wanted, FATE_NOT_HTTP, 0);
}

static void a_quick_503_is_counted(void **state)
{
    const struct hand wanted = {
        .says = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"};

    (void)state;
    all_end_as(wanted, FATE_ANSWERED, 503);
}

/* However long the machine takes: nobody ever answers. */
static void a_stall_counts_its_deadline(void **state)
{
    static const char *const says[] = {
        NULL, "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\nok"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct hand wanted = {.says = says[i]};
        struct load_order order;
        struct load_result result;

        serve(wanted);
        order = closed_order(2, 4);
        order.deadline_us = 20000;
        run(&order, &result);
        assert_int_equal(count(&result, FATE_STALLED, 0), 4);
        for (int sample = 0; sample < 4; sample++)
            assert_true(result.samples.all[sample].finished_us -
                            result.samples.all[sample].from_us >=
                        20000);
        load_release(&result);
        hand_stop(&hand);
    }
}

#define CASE(name) cmocka_unit_test_teardown(name, end_case)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_open_load_goes_on_while_the_server_is_held),
        CASE(an_open_load_counts_from_the_plan),
        CASE(a_closed_load_asks_once_a_client),
        CASE(a_closed_load_counts_from_the_real_start),
        CASE(what_has_no_connection_is_unsent),
        CASE(without_keep_alive_each_has_its_connection),
        CASE(a_refusal_is_counted),
        CASE(a_reset_is_counted),
        CASE(a_lie_about_the_length_is_counted),
        CASE(what_is_not_http_is_counted),
        CASE(a_quick_503_is_counted),
        CASE(a_stall_counts_its_deadline),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
