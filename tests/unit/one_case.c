/*
 * tests/unit/one_case.c - a unit test's program runs one of its cases alone:
 * the one that TODO_UNIT_CASE names. So what is said of that case is said of no
 * other.
 * Threads: one, before main.   Blocks: never.   Owns: nothing.
 */
#include <stdlib.h>

#include "tests/cmocka_all.h"

__attribute__((constructor)) static void choose_case(void)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet */
    cmocka_set_test_filter(getenv("TODO_UNIT_CASE"));
}
