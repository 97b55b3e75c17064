#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "tests/unit/unit.h"

#define FIRST_MS INT64_C(-62135596800000) /* 0001-01-01T00:00:00.000Z */
#define LAST_MS  INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define MS_A_DAY INT64_C(86400000)
#define HOUR_US  INT64_C(3600000000)

static bool parse(const char *text, int64_t *ms)
{
    char *copy = unit_copy(text, strlen(text));
    bool ok = clock_parse_rfc3339(copy, strlen(text), ms);

    free(copy);
    return ok;
}

static int days_in(int month, int year)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

static void every_day_of_9999_years_is_written_and_read(void **state)
{
    int64_t ms = FIRST_MS + 12345678; /* 03:25:45.678 */

    (void)state;
    for (int year = 1; year <= 9999; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= days_in(month, year); day++) {
                char want[64], got[CLOCK_RFC3339_SIZE];
                int64_t read = 0;

                (void)snprintf(want, sizeof want,
                               "%04d-%02d-%02dT03:25:45.678Z", year, month,
                               day);
                clock_format_rfc3339(ms, got);
                assert_string_equal(got, want);
                assert_true(clock_parse_rfc3339(got, strlen(got), &read));
                assert_true(read == ms);
                ms += MS_A_DAY;
            }
    assert_true(ms == LAST_MS + 1 + 12345678);
}

static void every_second_of_a_day_is_written_and_read(void **state)
{
    (void)state;
    for (int second = 0; second < 86400; second++) {
        char want[64], got[CLOCK_RFC3339_SIZE];
        int64_t ms = (int64_t)second * 1000 + second % 1000, read = 0;

        (void)snprintf(want, sizeof want, "1970-01-01T%02d:%02d:%02d.%03dZ",
                       second / 3600, second / 60 % 60, second % 60,
                       second % 1000);
        clock_format_rfc3339(ms, got);
        assert_string_equal(got, want);
        assert_true(parse(got, &read));
        assert_true(read == ms);
    }
}

static void times_before_1970_round_downwards(void **state)
{
    char got[CLOCK_RFC3339_SIZE];

    (void)state;
    clock_format_rfc3339(-1, got);
    assert_string_equal(got, "1969-12-31T23:59:59.999Z");
    clock_format_rfc3339(-MS_A_DAY, got);
    assert_string_equal(got, "1969-12-31T00:00:00.000Z");
    clock_format_rfc3339(FIRST_MS, got);
    assert_string_equal(got, "0001-01-01T00:00:00.000Z");
    clock_format_rfc3339(LAST_MS, got);
    assert_string_equal(got, "9999-12-31T23:59:59.999Z");
}

static void what_rfc_3339_allows_is_read(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T00:00:00.1Z", 100},
        {"1970-01-01T00:00:00.12Z", 120},
        {"1970-01-01T00:00:00.0019Z", 1},
        {"1970-01-01T00:00:00.999999999999999999999999999999Z", 999},
        {"1969-12-31T23:59:59.9999Z", -1},
        {"1970-01-01T00:00:00+00:00", 0},
        {"1970-01-01T00:00:00-00:00", 0},
        {"1970-01-01T01:30:00+01:30", 0},
        {"1969-12-31T18:29:00-05:31", 0},
        {"1970-01-01T23:59:00+23:59", 0},
        {"1969-12-31T00:01:00-23:59", 0},
        {"1985-04-12T23:20:50.52Z", INT64_C(482196050520)},
        {"1996-12-19T16:39:57-08:00", INT64_C(851042397000)},
        {"2000-02-29T00:00:00Z", INT64_C(951782400000)},
        {"2024-02-29T23:59:59.999+00:00", INT64_C(1709251199999)},
        {"0001-01-01T00:00:00Z", FIRST_MS},
        {"0001-01-02T00:00:00+23:59", FIRST_MS + 60000},
        {"9999-12-31T23:59:59.999999Z", LAST_MS},
        {"9999-12-31T00:00:59.999-23:59", LAST_MS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 42;

        if (!parse(cases[i].text, &ms) || ms != cases[i].ms)
            fail_msg("%s: %" PRId64, cases[i].text, ms);
    }
}

static const char *const refused[] = {
    "",
    "Z",
    "2026",
    "2026-11-23",
    "2026-11-23T09:30Z",
    "2026-11-23T09:30:00",
    "2026-11-23 09:30:00Z",
    "2026-11-23t09:30:00Z",
    "2026-11-23T09:30:00z",
    " 2026-11-23T09:30:00Z",
    "2026-11-23T09:30:00Z ",
    "2026-11-23T09:30:00ZZ",
    "2026-11-23T09:30:00Z+00:00",
    "2026-11-23T09:30:00.Z",
    "2026-11-23T09:30:00,5Z",
    "2026-11-23T09:30:00.5",
    "2026-11-23T09:30:00.-5Z",
    "2026-11-23T09:30:00+0100",
    "2026-11-23T09:30:00+01",
    "2026-11-23T09:30:00+1:00",
    "2026-11-23T09:30:00+24:00",
    "2026-11-23T09:30:00+00:60",
    "2026-11-23T09:30:00 01:00",
    "2026-11-23T24:00:00Z",
    "2026-11-23T09:60:00Z",
    "2026-11-23T09:30:60Z",
    "2016-12-31T23:59:60Z",
    "2026-11-23T9:30:00Z",
    "2026-00-23T09:30:00Z",
    "2026-13-23T09:30:00Z",
    "2026-11-00T09:30:00Z",
    "2026-11-31T09:30:00Z",
    "2026-02-29T09:30:00Z",
    "1800-02-29T09:30:00Z",
    "1900-02-29T09:30:00Z",
    "2024-02-30T09:30:00Z",
    "2026-1-23T09:30:00Z",
    "26-11-23T09:30:00Z",
    "+2026-11-23T09:30:00Z",
    "-2026-11-23T09:30:00Z",
    "12026-11-23T09:30:00Z",
    "2026-11-23T-9:30:00Z",
    "2026-W48-1T09:30:00Z",
    "20261123T093000Z",
    "2O26-11-23T09:30:00Z",
    "0000-01-01T00:00:00Z",
    "0000-12-31T23:59:00-00:01", /* in UTC it would do */
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:00-00:01",
    "9999-12-31T23:59:59-00:01",
    "10000-01-01T00:00:00Z",
};

static void everything_else_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        int64_t ms = 42;

        if (parse(refused[i], &ms) || ms != 42)
            fail_msg("%s: %" PRId64, refused[i], ms);
    }
}

static void a_time_cut_short_is_refused(void **state)
{
    static const char text[] = "2026-11-23T09:30:00.123+01:00";
    int64_t ms = 42;

    (void)state;
    for (size_t len = 0; len < sizeof text - 1; len++) {
        char *copy = unit_copy(text, len);

        assert_false(clock_parse_rfc3339(copy, len, &ms));
        free(copy);
    }
    assert_true(clock_parse_rfc3339(text, sizeof text - 1, &ms));
    assert_false(clock_parse_rfc3339("1970-01-01T00:00:00Z\0", 21, &ms));
}

static void http_dates_are_as_rfc_9110_writes_them(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {INT64_C(784111777000), "Sun, 06 Nov 1994 08:49:37 GMT"},
        {INT64_C(784111777999), "Sun, 06 Nov 1994 08:49:37 GMT"},
        {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {-1, "Wed, 31 Dec 1969 23:59:59 GMT"},
        {FIRST_MS, "Mon, 01 Jan 0001 00:00:00 GMT"},
        {LAST_MS, "Fri, 31 Dec 9999 23:59:59 GMT"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char got[CLOCK_HTTP_SIZE];

        clock_format_http(cases[i].ms, got);
        assert_string_equal(got, cases[i].text);
    }
}

static void http_dates_agree_with_the_c_library(void **state)
{
    (void)state;
    for (int day = 0; day < 800; day++) {
        time_t seconds = 1700000000 + (time_t)day * 86400;
        char want[CLOCK_HTTP_SIZE + 1], got[CLOCK_HTTP_SIZE];
        struct tm tm;

        assert_true(gmtime_r(&seconds, &tm) != NULL);
        assert_int_equal(
            strftime(want, sizeof want, "%a, %d %b %Y %H:%M:%S GMT", &tm),
            CLOCK_HTTP_SIZE - 1);
        clock_format_http((int64_t)seconds * 1000, got);
        assert_string_equal(got, want);
    }
}

static void the_wall_clock_shows_the_time_of_day(void **state)
{
    int64_t before = (int64_t)time(NULL) * 1000;
    int64_t now = clock_wall_ms();
    int64_t after = (int64_t)time(NULL) * 1000;

    (void)state;
    /* time(2) may lag by one tick of the kernel. */
    assert_true(now >= before && now < after + 2000);
}

static void the_monotonic_clock_moves_on_and_never_back(void **state)
{
    int64_t start = clock_mono_us(), last = start;

    (void)state;
    while (last - start < 2000) {
        int64_t now = clock_mono_us();

        assert_true(now >= last);
        last = now;
    }
}

static void a_nap_ends_when_its_time_has_come(void **state)
{
    (void)state;
    assert_int_equal(clock_nap_ms(clock_mono_us() - 1), 0);
    assert_in_range(clock_nap_ms(clock_mono_us() + HOUR_US), 1, 3600000);
}

/* The wall clock may say anything: no difference between two times may
 * overflow, and no nap is negative. */
static void a_nap_until_a_time_of_day_ends_with_the_sooner_of_two(void **state)
{
    int64_t now_ms = clock_wall_ms(), now_us = clock_mono_us();

    (void)state;
    assert_int_equal(clock_nap_until_ms(INT64_MIN, now_us + HOUR_US), 0);
    assert_int_equal(clock_nap_until_ms(now_ms, now_us + HOUR_US), 0);
    assert_int_equal(clock_nap_until_ms(INT64_MAX, now_us - 1), 0);
    assert_in_range(clock_nap_until_ms(now_ms + 60000, now_us + HOUR_US), 1,
                    60000);
    assert_in_range(clock_nap_until_ms(INT64_MAX, now_us + HOUR_US), 1,
                    3600000);
    assert_in_range(
        clock_nap_until_ms(INT64_C(253402300799999), now_us + HOUR_US), 1,
        3600000);
}

static void a_wall_clock_that_was_moved_runs_on_or_stands(void **state)
{
    int64_t before = clock_wall_ms(), stands;

    (void)state;
    clock_move_wall(3600000);
    assert_in_range(clock_wall_ms() - before, 3600000, 3660000);
    clock_move_wall(-7200000);
    assert_in_range(before - clock_wall_ms(), 3540000, 3600000);
    clock_freeze_wall();
    stands = clock_wall_ms();
    clock_move_wall(-1);
    assert_true(clock_wall_ms() == stands - 1);
    assert_int_equal(clock_nap_until_ms(stands, clock_mono_us() + HOUR_US), 1);
    clock_move_wall(1);
    assert_int_equal(clock_nap_until_ms(stands, clock_mono_us() + HOUR_US), 0);
    clock_let_wall_go();
    while (clock_wall_ms() == stands)
        ;
    assert_in_range(clock_wall_ms() - stands, 1, 60000);
    clock_move_wall(3600000);
}

/* The last case: from here on the clock stands. */
static void a_clock_that_was_moved_goes_no_further_by_itself(void **state)
{
    int64_t before = clock_mono_us(), stands;
    struct timespec from = clock_from_now(1), now = from;

    (void)state;
    clock_let_move();
    assert_in_range(clock_nap_ms(before + HOUR_US), 1, 100);
    clock_move(0);
    stands = clock_mono_us();
    assert_true(stands >= before);
    clock_move(5000);
    assert_true(clock_mono_us() == stands + 5000000);
    assert_int_equal(clock_nap_ms(stands + 5000000), 0);
    assert_int_equal(clock_nap_ms(stands + 5000001), 1); /* rounded up */
    while (now.tv_sec == from.tv_sec && now.tv_nsec == from.tv_nsec)
        now = clock_from_now(1); /* this one goes on */
    assert_true(clock_mono_us() == stands + 5000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_9999_years_is_written_and_read),
        cmocka_unit_test(every_second_of_a_day_is_written_and_read),
        cmocka_unit_test(times_before_1970_round_downwards),
        cmocka_unit_test(what_rfc_3339_allows_is_read),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(a_time_cut_short_is_refused),
        cmocka_unit_test(http_dates_are_as_rfc_9110_writes_them),
        cmocka_unit_test(http_dates_agree_with_the_c_library),
        cmocka_unit_test(the_wall_clock_shows_the_time_of_day),
        cmocka_unit_test(the_monotonic_clock_moves_on_and_never_back),
        cmocka_unit_test(a_nap_ends_when_its_time_has_come),
        cmocka_unit_test(a_nap_until_a_time_of_day_ends_with_the_sooner_of_two),
        cmocka_unit_test(a_wall_clock_that_was_moved_runs_on_or_stands),
        cmocka_unit_test(a_clock_that_was_moved_goes_no_further_by_itself),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
