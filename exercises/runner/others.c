#include "others.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    IDLE = 3, /* of user, nice, system, idle, iowait, irq, softirq, steal */
    IOWAIT = 4,
    KINDS = 8,

    /* percent: a claim takes two numbers that are less apart for the same */
    TOO_MUCH = 10
};

bool others_read(struct others_times *times, const char *line)
{
    const char *at = line + strlen("cpu ");

    *times = (struct others_times){0};
    if (strncmp(line, "cpu ", 4) != 0)
        return false;
    for (int kind = 0; kind < KINDS; kind++) {
        char *end;
        uint64_t ticks = strtoull(at, &end, 10);

        if (end == at)
            return false;
        at = end;
        times->all += ticks;
        if (kind == IDLE || kind == IOWAIT)
            times->idle += ticks;
    }
    return true;
}

int others_percent(const struct others_times *before,
                   const struct others_times *after)
{
    uint64_t all = after->all - before->all;
    uint64_t idle = after->idle - before->idle;

    if (after->all <= before->all || after->idle < before->idle || idle > all)
        return 0; /* the idle time of a processor may be set back */
    return (int)((all - idle) * 100 / all);
}

static bool look(struct others_times *times)
{
    FILE *file = fopen("/proc/stat", "r");
    char line[512];
    bool good = file && fgets(line, sizeof line, file);

    if (file)
        (void)fclose(file); /* only read from */
    return good && others_read(times, line);
}

int others_look(void)
{
    struct timespec second = {.tv_sec = 1};
    struct others_times before, after;

    if (!look(&before))
        return -1;
    (void)nanosleep(&second, NULL); /* WAITS: a second, or a signal */
    return look(&after) ? others_percent(&before, &after) : -1;
}

void others_say(int percent)
{
    if (percent >= TOO_MUCH)
        (void)printf("When this began, other programs used %d %% of the "
                     "processors.\nRun it again without them.\n",
                     percent);
}
