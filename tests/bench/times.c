#include "times.h"

#include <stdlib.h>

double times_now_ms(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now); /* always there (POSIX) */
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_size(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;

    return (a > b) - (a < b);
}

void times_sort(double *ms, int count)
{
    qsort(ms, (size_t)count, sizeof *ms, by_size);
}
