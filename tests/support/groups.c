/*
 * tests/support/groups.c - a suite of groups, each a file with its cases.
 */
#include "groups.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/cmocka_all.h"
#include "tests/support/environment.h"

static const char *wanted = "*";
static size_t groups_with_cases;

static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit); /* the case itself will tell */
    }
}

int groups_run(int (*const *groups)(void), size_t count, const char *pattern)
{
    int failures = 0;

    if (pattern)
        wanted = pattern;
    cmocka_set_test_filter(wanted);
    if (!environment_clean())
        return 1;
    raise_descriptor_limit();
    for (size_t i = 0; i < count; i++)
        failures += groups[i]();
    if (groups_with_cases == 0) {
        (void)fprintf(stderr, "there is no case named %s\n", wanted);
        return 2;
    }
    return failures ? 1 : 0;
}

int groups_run_one(const char *name, const struct CMUnitTest *cases,
                   size_t count, int (*setup)(void **state),
                   int (*teardown)(void **state))
{
    size_t i = 0;

    while (i < count && fnmatch(wanted, cases[i].name, 0) != 0)
        i++;
    if (i == count)
        return 0;
    groups_with_cases++;
    return _cmocka_run_group_tests(name, cases, count, setup, teardown);
}

bool groups_is_sync(const char *program)
{
    const char *name = strrchr(program, '/');

    name = name ? name + 1 : program;
    return strstr(name, "sync") && !strstr(name, "async");
}
