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

#include "common/http/metrics.h"
#include "common/setup/process.h"

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
        write_seconds(
            out, "process_cpu_seconds_total", "counter",
            "Processor time of all threads, in the kernel and without.",
            (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * INT64_C(1000000) +
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

static void write_stat(struct buf *out)
{
    long threads, pages;

    if (!read_stat(&threads, &pages))
        return;
    metrics_write_gauge(out, "process_threads", "Threads.", threads);
    metrics_write_gauge(out, "process_resident_memory_bytes",
                        "Memory that is in use, and not swapped out.",
                        (int64_t)pages * sysconf(_SC_PAGESIZE));
}

/* One entry for each, and ".", "..", and that of the folder itself. */
static void write_descriptors(struct buf *out)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = -3;

    if (folder) {
        while (readdir(folder)) /* NOLINT(concurrency-mt-unsafe): our own */
            count++;
        (void)closedir(folder);
        metrics_write_gauge(out, "process_open_fds",
                            "Descriptors that are open.", count);
    }
    metrics_write_gauge(out, "process_max_fds", "Descriptors that may be open.",
                        process_descriptors());
}

/* Of many that ask at once one takes a descriptor at a time: they are counted
 * when the server starts. */
static pthread_mutex_t descriptor = PTHREAD_MUTEX_INITIALIZER;

void metrics_write_process(int64_t start_ms, struct buf *out)
{
    write_seconds(out, "process_start_time_seconds", "gauge",
                  "When it began, in seconds since 1970.", start_ms * 1000);
    write_cpu(out);
    pthread_mutex_lock(&descriptor);
    write_stat(out);
    write_descriptors(out);
    pthread_mutex_unlock(&descriptor);
}
