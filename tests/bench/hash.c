/*
 * tests/bench/hash.c - how long does a password take to be hashed?
 *
 *   bench-hash COUNT    prints the median, in milliseconds
 *
 * It hashes as a hash thread does, and lets others go first.
 */
#include <stdio.h>

#include "common/base/thread.h"
#include "common/todo/password.h"
#include "loopback.h"
#include "times.h"

enum { MOST = 10000 };

static double now_ms(void)
{
    return times_now_ms(CLOCK_MONOTONIC);
}

static bool measure(double *took_ms, int count)
{
    struct make_secret make = {.password = "correct horse battery"};

    for (int i = 0; i < count; i++) {
        double began_ms = now_ms();

        if (password_make(&make) != TODO_OK)
            return false;
        took_ms[i] = now_ms() - began_ms;
    }
    return true;
}

int main(int argc, char **argv)
{
    static double took_ms[MOST];
    int count = argc == 2 ? loopback_number(argv[1], MOST) : 0;

    if (count == 0) {
        (void)fputs("usage: hash COUNT\n", stderr);
        return 2;
    }
    thread_let_others_first();
    if (!password_prepare() || !measure(took_ms, count)) {
        (void)fputs("hash: no memory\n", stderr);
        return 1;
    }
    times_sort(took_ms, count);
    (void)printf("%.1f\n", took_ms[count / 2]);
    return 0;
}
