#include "patience.h"

#include <poll.h>
#include <stddef.h>
#include <time.h>

enum { LOOK_AGAIN_MS = 5 };

long long now_ms(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail on Linux */
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void a_moment(void)
{
    (void)poll(NULL, 0, LOOK_AGAIN_MS);
}
