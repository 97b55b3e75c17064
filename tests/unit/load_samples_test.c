#include <stdio.h>
#include <string.h>

#include "tests/load/samples.h"
#include "tests/support/folder.h"
#include "tests/unit/unit.h"

static void add(struct samples *samples, int64_t took_us, enum fate fate,
                int status)
{
    const struct sample sample = {.from_us = 100,
                                  .started_us = 103,
                                  .finished_us = 100 + took_us,
                                  .fate = fate,
                                  .status = status};

    assert_true(samples_add(samples, &sample));
}

static void add_good(struct samples *samples, int64_t took_us)
{
    add(samples, took_us, FATE_ANSWERED, 200);
}

static void percentiles_are_of_what_was_measured(void **state)
{
    struct samples samples = {0};
    struct times times;

    (void)state;
    for (int i = 1000; i > 0; i--) /* whatever their order was */
        add_good(&samples, i);
    assert_true(times_of_latency(&times, &samples));
    assert_int_equal(times_percentile(&times, 0), 1);
    assert_int_equal(times_percentile(&times, 50), 500);
    assert_int_equal(times_percentile(&times, 90), 900);
    assert_int_equal(times_percentile(&times, 99), 990);
    assert_int_equal(times_percentile(&times, 99.95), 1000);
    assert_int_equal(times_percentile(&times, 100), 1000);
    assert_int_equal(times_behind(&times, 99), 11);
    assert_int_equal(times_behind(&times, 100), 1);
    times_release(&times);
    samples_release(&samples);
}

static void percentiles_of_few_are_the_slowest(void **state)
{
    struct samples samples = {0};
    struct times times;

    (void)state;
    add_good(&samples, 7);
    add_good(&samples, 5);
    assert_true(times_of_latency(&times, &samples));
    assert_int_equal(times_percentile(&times, 50), 5);
    assert_int_equal(times_percentile(&times, 51), 7);
    assert_int_equal(times_percentile(&times, 99), 7);
    assert_int_equal(times_behind(&times, 99), 1);
    times_release(&times);
    samples_release(&samples);
}

static void percentiles_of_nothing_are_nothing(void **state)
{
    const struct samples samples = {0};
    struct times times;

    (void)state;
    assert_true(times_of_latency(&times, &samples));
    assert_int_equal(times_percentile(&times, 99), 0);
    assert_int_equal(times_behind(&times, 99), 0);
    times_release(&times);
}

/* A refusal is quick, and says nothing of how long an answer takes. */
static void what_failed_is_in_no_percentile(void **state)
{
    struct samples samples = {0};
    struct times times;

    (void)state;
    add_good(&samples, 5000);
    add(&samples, 1, FATE_REFUSED, 0);
    add(&samples, 1, FATE_RESET, 0);
    add(&samples, 1, FATE_LIED, 0);
    add(&samples, 1, FATE_NOT_HTTP, 0);
    add(&samples, 1, FATE_UNSENT, 0);
    add(&samples, 1, FATE_ANSWERED, 503);
    add(&samples, 1, FATE_ANSWERED, 429);
    add(&samples, 1, FATE_ANSWERED, 0);
    assert_true(times_of_latency(&times, &samples));
    assert_int_equal(times.count, 1);
    assert_int_equal(times_percentile(&times, 50), 5000);
    times_release(&times);
    samples_release(&samples);
}

/* It would have taken longer; to leave it out would be to forget it. */
static void what_stalled_counts_as_long_as_was_waited(void **state)
{
    struct samples samples = {0};
    struct times times;

    (void)state;
    for (int i = 0; i < 9; i++)
        add_good(&samples, 10);
    add(&samples, 30000, FATE_STALLED, 0);
    assert_true(times_of_latency(&times, &samples));
    assert_int_equal(times.count, 10);
    assert_int_equal(times_percentile(&times, 90), 10);
    assert_int_equal(times_percentile(&times, 91), 30000);
    times_release(&times);
    samples_release(&samples);
}

static void delays_are_of_all_that_was_sent(void **state)
{
    struct samples samples = {0};
    struct times delays;

    (void)state;
    add_good(&samples, 10);
    add(&samples, 10, FATE_REFUSED, 0);
    add(&samples, 10, FATE_UNSENT, 0);
    assert_true(times_of_delay(&delays, &samples));
    assert_int_equal(delays.count, 2);
    assert_int_equal(times_percentile(&delays, 100), 3);
    times_release(&delays);
    samples_release(&samples);
}

static void every_sample_is_written(void **state)
{
    static const char want[] =
        "from_us\tstarted_us\tfinished_us\tresult\toperation\n"
        "100\t103\t110\t204\thealth\n"
        "100\t103\t120\tnot HTTP\thealth\n";
    char folder[FOLDER_MAX], path[FOLDER_MAX + 16], text[512] = "";
    struct samples samples = {0};
    FILE *file;

    (void)state;
    add(&samples, 10, FATE_ANSWERED, 204);
    add(&samples, 20, FATE_NOT_HTTP, 0);
    folder_make(folder);
    (void)snprintf(path, sizeof path, "%s/raw.tsv", folder);
    assert_true(samples_write(&samples, path));
    file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text - 1, file), strlen(want));
    assert_string_equal(text, want);
    (void)fclose(file); /* nothing was written */
    folder_remove(folder);
    assert_false(samples_write(&samples, "/dev/null/none"));
    samples_release(&samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_of_what_was_measured),
        cmocka_unit_test(percentiles_of_few_are_the_slowest),
        cmocka_unit_test(percentiles_of_nothing_are_nothing),
        cmocka_unit_test(what_failed_is_in_no_percentile),
        cmocka_unit_test(what_stalled_counts_as_long_as_was_waited),
        cmocka_unit_test(delays_are_of_all_that_was_sent),
        cmocka_unit_test(every_sample_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
