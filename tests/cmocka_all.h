/*
 * tests/cmocka_all.h - cmocka with the headers it needs before it. The order
 * matters to cmocka, so a formatter must not sort this list.
 *
 * Use only assert_int_equal, assert_uint_equal, assert_string_equal,
 * assert_memory_equal, assert_true, assert_false, fail_msg and
 * cmocka_run_group_tests: they are the same in cmocka 1.1 and 2.0. An assert
 * ends a test by a long jump, so it belongs in the main thread alone.
 */
#ifndef TODO_TESTS_CMOCKA_ALL_H
#define TODO_TESTS_CMOCKA_ALL_H

/* clang-format off */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#define CMOCKA_DISABLE_DEPRECATION_WARNINGS /* of 2.0 */
#include <cmocka.h>
/* clang-format on */
#include <stdlib.h>
#undef stop /* a macro of 2.0 */

/* cmocka would print hexadecimal digits, and not what they are of: a learner
 * reads "answer.status is 200, not 504", or "err is 0, not TODO_ERR_GONE: 7".
 */
struct asserted {
    const char *is, *should, *file; /* as they are written */
    int line;
};

static inline void assert_number(long long is, long long should,
                                 struct asserted at)
{
    if (is == should)
        return;
    if (at.should[0] >= '0' && at.should[0] <= '9')
        print_error("%s is %lld, not %lld\n", at.is, is, should);
    else
        print_error("%s is %lld, not %s: %lld\n", at.is, is, at.should, should);
    _fail(at.file, at.line);
    abort(); /* not reached; cmocka does not say so to the compiler */
}

/* It would print the condition, and not whether that held. */
static inline void assert_condition(bool is, bool should, const char *what,
                                    const char *file, int line)
{
    if (is == should)
        return;
    print_error(should ? "this does not hold: %s\n" : "this holds: %s\n", what);
    _fail(file, line);
    abort(); /* not reached; cmocka does not say so to the compiler */
}

#undef assert_true
#undef assert_false
#undef assert_non_null
#undef assert_null
#define assert_true(it)                                                        \
    assert_condition((bool)(it), true, #it, __FILE__, __LINE__)
#define assert_false(it)                                                       \
    assert_condition((bool)(it), false, #it, __FILE__, __LINE__)
#define assert_non_null(it) assert_true((it) != NULL)
#define assert_null(it)     assert_true((it) == NULL)
#undef assert_int_equal
#undef assert_uint_equal
#define assert_int_equal(is, should)                                           \
    assert_number((long long)(is), (long long)(should),                        \
                  (struct asserted){#is, #should, __FILE__, __LINE__})
#define assert_uint_equal assert_int_equal

#endif
