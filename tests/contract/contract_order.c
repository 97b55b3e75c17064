/*
 * Level 1: order is null or an integer within 2^53 - 1 of 0, however it is
 * spelled.
 */
#include <stdio.h>

#include "api.h"
#include "cases.h"
#include "expect.h"

static const struct answer *post_order(struct api *api, const char *order)
{
    char body[1024];

    (void)snprintf(body, sizeof body, "{'title':'a','order':%s}", order);
    return api_post(api, body);
}

static void check_taken(struct api *api, const char *sent, const char *kept)
{
    const struct answer *answer = post_order(api, sent);

    (void)expect_todo(answer, 201);
    expect_member(answer, "order", kept);
}

static void check_refused(struct api *api, const char *sent)
{
    expect_faults(post_order(api, sent), "/order");
}

static void order_may_be_null(void **state)
{
    check_taken(*state, "null", "null");
}

static void order_may_be_zero_or_negative(void **state)
{
    check_taken(*state, "0", "0");
    check_taken(*state, "-0", "0");
    check_taken(*state, "-12", "-12");
}

static void order_with_a_fraction_of_zero_is_an_integer(void **state)
{
    check_taken(*state, "1.0", "1");
    check_taken(*state, "-3.000", "-3");
}

static void order_with_an_exponent_is_an_integer(void **state)
{
    check_taken(*state, "1e2", "100");
    check_taken(*state, "1E+2", "100");
    check_taken(*state, "1.5e1", "15");
    check_taken(*state, "700e-2", "7");
}

static void order_is_exact_up_to_its_bounds(void **state)
{
    check_taken(*state, "9007199254740991", "9007199254740991");
    check_taken(*state, "9007199254740990", "9007199254740990");
    check_taken(*state, "-9007199254740991", "-9007199254740991");
}

static void order_beyond_its_bounds_is_422(void **state)
{
    check_refused(*state, "9007199254740992");
    check_refused(*state, "9007199254740993");
    check_refused(*state, "-9007199254740992");
    check_refused(*state, "9223372036854775808");
    check_refused(*state, "1e16");
}

static void order_beyond_any_double_is_422(void **state)
{
    check_refused(*state, "1e400");
    check_refused(*state, "-1e400");
    check_refused(*state, "1e99999999999999999999");
}

static void order_with_a_fraction_is_422(void **state)
{
    check_refused(*state, "1.5");
    check_refused(*state, "-0.1");
    check_refused(*state, "1e-1");
    check_refused(*state, "4503599627370495.5");
}

static void order_that_is_no_number_is_422(void **state)
{
    check_refused(*state, "'1'");
    check_refused(*state, "true");
    check_refused(*state, "[1]");
    check_refused(*state, "{}");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(order_may_be_null),
    cmocka_unit_test(order_may_be_zero_or_negative),
    cmocka_unit_test(order_with_a_fraction_of_zero_is_an_integer),
    cmocka_unit_test(order_with_an_exponent_is_an_integer),
    cmocka_unit_test(order_is_exact_up_to_its_bounds),
    cmocka_unit_test(order_beyond_its_bounds_is_422),
    cmocka_unit_test(order_beyond_any_double_is_422),
    cmocka_unit_test(order_with_a_fraction_is_422),
    cmocka_unit_test(order_that_is_no_number_is_422),
};

const struct group order_group = GROUP(LEVEL_CREATE_AND_READ, "order", cases);
