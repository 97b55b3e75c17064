/*
 * common/http/metrics_process.c - what the kernel counts for this process.
 */
#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/http/metrics.h"
#include "common/setup/process.h"

enum { ASK_AGAIN_US = 1000 * 1000 };

static void write_seconds(struct buf *out, const char *name, const char *type,
                          const char *help, int64_t us)
{
    metrics_write_head(out, name, type, help);
    buf_printf(out, "%s %lld.%06lld\n", name, (long long)(us / 1000000),
               (long long)(us % 1000000));
}

/* getrusage(2) */
static void write_cpu(struct buf *out)
{
    struct rusage used;

    if (getrusage(RUSAGE_SELF, &used) == 0)
        write_seconds(out, "process_cpu_seconds_total", "counter",
                      "Processor time of all threads, in user and kernel mode.",
                      (used.ru_utime.tv_sec + used.ru_stime.tv_sec) *
                              INT64_C(1000000) +
                          used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* A field of /proc/self/stat (proc(5)), counted from 1 as there. `third` is
 * where the third one begins. */
static bool read_field(const char *third, int number, long *value)
{
    const char *field = third;
    char *end;

    for (int i = 3; i < number && field; i++) {
        field = strchr(field, ' ');
        field = field ? field + 1 : NULL;
    }
    if (!field)
        return false;
    *value = strtol(field, &end, 10);
    return end != field;
}

/* The second field is the name of the program, which may hold anything. */
static bool read_stat(long *threads, long *pages)
{
    char line[1024];
    FILE *file = fopen("/proc/self/stat", "re");
    size_t len = file ? fread(line, 1, sizeof line - 1, file) : 0;
    const char *name_end;

    if (file)
        (void)fclose(file);
    line[len] = '\0';
    name_end = strrchr(line, ')');
    return name_end && name_end[1] == ' ' &&
           read_field(name_end + 2, 20, threads) &&
           read_field(name_end + 2, 24, pages);
}

/* One entry for each, and ".", "..", and that of the folder itself. */
static int count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = -3;

    if (!folder)
        return 0;
    while (readdir(folder)) /* NOLINT(concurrency-mt-unsafe): our own */
        count++;
    (void)closedir(folder);
    return count;
}

/* What the files of /proc say; 0 where a system has none. */
struct said {
    int64_t asked_us; /* clock_mono_us */
    long threads, pages;
    int descriptors;
};

/* They are read once a second at most. To count ten thousand descriptors takes
 * milliseconds, for which the loop serves nobody, and no limit is set to those
 * that ask. And only one thread at a time opens a file for it: has_descriptors
 * of server.c counts one. */
static struct said ask(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct said said; /* guarded by lock */
    int64_t now_us = clock_mono_us();
    struct said copy;

    pthread_mutex_lock(&lock);
    if (said.asked_us == 0 || now_us - said.asked_us >= ASK_AGAIN_US) {
        said.asked_us = now_us;
        if (!read_stat(&said.threads, &said.pages))
            said.threads = said.pages = 0;
        said.descriptors = count_descriptors();
    }
    copy = said;
    pthread_mutex_unlock(&lock);
    return copy;
}

void metrics_write_process(int64_t start_ms, struct buf *out)
{
    struct said said = ask();

    write_seconds(out, "process_start_time_seconds", "gauge",
                  "When the process began, in seconds since 1970.",
                  start_ms * 1000);
    write_cpu(out);
    if (said.threads > 0)
        metrics_write_gauge(out, "process_threads", "Threads of the process.",
                            said.threads);
    if (said.pages > 0)
        metrics_write_gauge(out, "process_resident_memory_bytes",
                            "Memory that is in use, and not swapped out.",
                            (int64_t)said.pages * sysconf(_SC_PAGESIZE));
    if (said.descriptors > 0)
        metrics_write_gauge(out, "process_open_fds",
                            "Descriptors that are open.", said.descriptors);
    metrics_write_gauge(out, "process_max_fds", "Descriptors that may be open.",
                        process_descriptors());
}
