/*
 * Level 1: due_at is null or an RFC 3339 time with any offset, answered in UTC
 * with milliseconds.
 */
#include <stdio.h>

#include "api.h"
#include "cases.h"
#include "expect.h"

static const struct answer *post_due(struct api *api, const char *due)
{
    char body[256];

    (void)snprintf(body, sizeof body, "{'title':'a','due_at':'%s'}", due);
    return api_post(api, body);
}

static void check_taken(struct api *api, const char *sent, const char *kept)
{
    const struct answer *answer = post_due(api, sent);
    char quoted[64];

    (void)expect_todo(answer, 201);
    (void)snprintf(quoted, sizeof quoted, "'%s'", kept);
    expect_member(answer, "due_at", quoted);
}

static void check_refused(struct api *api, const char *due)
{
    expect_faults(post_due(api, due), "/due_at");
}

static void due_at_may_be_null(void **state)
{
    const struct answer *answer =
        api_post(*state, "{'title':'a','due_at':null}");

    (void)expect_todo(answer, 201);
    expect_member(answer, "due_at", "null");
}

static void due_at_gets_milliseconds(void **state)
{
    check_taken(*state, "2030-05-06T07:08:09Z", "2030-05-06T07:08:09.000Z");
    check_taken(*state, "2030-05-06T07:08:09.1Z", "2030-05-06T07:08:09.100Z");
    check_taken(*state, "2030-05-06T07:08:09.012Z", "2030-05-06T07:08:09.012Z");
}

static void finer_fractions_are_cut_not_rounded(void **state)
{
    check_taken(*state, "2030-05-06T07:08:09.1239Z",
                "2030-05-06T07:08:09.123Z");
    check_taken(*state, "2030-12-31T23:59:59.9999999999999999999Z",
                "2030-12-31T23:59:59.999Z");
}

static void offset_is_taken_to_utc(void **state)
{
    check_taken(*state, "2030-05-06T07:08:09+02:00",
                "2030-05-06T05:08:09.000Z");
    check_taken(*state, "2030-05-06T07:08:09.5-05:30",
                "2030-05-06T12:38:09.500Z");
    check_taken(*state, "2030-05-06T07:08:09-00:00",
                "2030-05-06T07:08:09.000Z");
}

static void offset_may_cross_day_and_year(void **state)
{
    check_taken(*state, "2024-01-01T00:30:00+01:00",
                "2023-12-31T23:30:00.000Z");
    check_taken(*state, "2024-02-28T23:59:00-23:59",
                "2024-02-29T23:58:00.000Z");
    check_taken(*state, "2023-03-01T00:00:00+23:59",
                "2023-02-28T00:01:00.000Z");
}

static void time_before_1970_is_taken(void **state)
{
    check_taken(*state, "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z");
    check_taken(*state, "1900-03-01T00:00:00Z", "1900-03-01T00:00:00.000Z");
}

static void leap_days_are_those_of_the_calendar(void **state)
{
    check_taken(*state, "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z");
    check_taken(*state, "2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z");
    check_refused(*state, "2023-02-29T00:00:00Z");
    check_refused(*state, "1900-02-29T00:00:00Z");
    check_refused(*state, "2024-02-30T00:00:00Z");
}

static void day_or_month_that_is_not_is_422(void **state)
{
    check_refused(*state, "2030-00-10T00:00:00Z");
    check_refused(*state, "2030-13-10T00:00:00Z");
    check_refused(*state, "2030-04-31T00:00:00Z");
    check_refused(*state, "2030-01-00T00:00:00Z");
    check_refused(*state, "2030-01-32T00:00:00Z");
}

static void hour_or_minute_that_is_not_is_422(void **state)
{
    check_refused(*state, "2030-05-06T24:00:00Z");
    check_refused(*state, "2030-05-06T07:60:00Z");
    check_refused(*state, "2030-05-06T07:08:61Z");
}

static void leap_second_is_422(void **state)
{
    check_refused(*state, "2016-12-31T23:59:60Z");
}

static void offset_that_is_not_is_422(void **state)
{
    check_refused(*state, "2030-05-06T07:08:09");
    check_refused(*state, "2030-05-06T07:08:09+24:00");
    check_refused(*state, "2030-05-06T07:08:09+02:60");
    check_refused(*state, "2030-05-06T07:08:09+0200");
    check_refused(*state, "2030-05-06T07:08:09+02");
    check_refused(*state, "2030-05-06T07:08:09 Z");
}

static void lower_case_t_or_z_is_422(void **state)
{
    check_refused(*state, "2030-05-06t07:08:09Z");
    check_refused(*state, "2030-05-06T07:08:09z");
}

static void years_from_1_to_9999_are_taken(void **state)
{
    check_taken(*state, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z");
    check_taken(*state, "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z");
}

static void year_outside_1_to_9999_is_422(void **state)
{
    check_refused(*state, "0000-12-31T00:00:00Z");
    check_refused(*state, "10000-01-01T00:00:00Z");
    check_refused(*state, "-2030-01-01T00:00:00Z");
}

static void year_that_the_offset_takes_outside_is_422(void **state)
{
    check_refused(*state, "0001-01-01T00:00:00+00:01");
    check_refused(*state, "9999-12-31T23:59:00-00:01");
}

static void other_shapes_of_time_are_422(void **state)
{
    check_refused(*state, "");
    check_refused(*state, "tomorrow");
    check_refused(*state, "2030-05-06");
    check_refused(*state, "2030-05-06 07:08:09Z");
    check_refused(*state, "2030-05-06T07:08Z");
    check_refused(*state, "2030-5-6T07:08:09Z");
    check_refused(*state, "20300506T070809Z");
    check_refused(*state, "2030-05-06T07:08:09.Z");
    check_refused(*state, "2030-05-06T07:08:09,5Z");
    check_refused(*state, " 2030-05-06T07:08:09Z");
    check_refused(*state, "2030-05-06T07:08:09Z ");
    check_refused(*state, "2030-05-06T07:08:+9Z");
}

static void time_does_not_end_at_a_nul(void **state)
{
    check_refused(*state, "2030-05-06T07:08:09Z\\u0000");
    check_refused(*state, "2030-05-06T07:08:09Z\\u0000junk");
}

static void due_at_that_is_no_string_is_422(void **state)
{
    expect_faults(api_post(*state, "{'title':'a','due_at':0}"), "/due_at");
    expect_faults(api_post(*state, "{'title':'a','due_at':false}"), "/due_at");
    expect_faults(api_post(*state, "{'title':'a','due_at':[]}"), "/due_at");
    expect_faults(api_post(*state, "{'title':'a','due_at':{}}"), "/due_at");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(due_at_may_be_null),
    cmocka_unit_test(due_at_gets_milliseconds),
    cmocka_unit_test(finer_fractions_are_cut_not_rounded),
    cmocka_unit_test(offset_is_taken_to_utc),
    cmocka_unit_test(offset_may_cross_day_and_year),
    cmocka_unit_test(time_before_1970_is_taken),
    cmocka_unit_test(leap_days_are_those_of_the_calendar),
    cmocka_unit_test(day_or_month_that_is_not_is_422),
    cmocka_unit_test(hour_or_minute_that_is_not_is_422),
    cmocka_unit_test(leap_second_is_422),
    cmocka_unit_test(offset_that_is_not_is_422),
    cmocka_unit_test(lower_case_t_or_z_is_422),
    cmocka_unit_test(years_from_1_to_9999_are_taken),
    cmocka_unit_test(year_outside_1_to_9999_is_422),
    cmocka_unit_test(year_that_the_offset_takes_outside_is_422),
    cmocka_unit_test(other_shapes_of_time_are_422),
    cmocka_unit_test(time_does_not_end_at_a_nul),
    cmocka_unit_test(due_at_that_is_no_string_is_422),
};

const struct group due_at_group = GROUP(LEVEL_CREATE_AND_READ, "due_at", cases);
