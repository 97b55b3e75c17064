/*
 * exercises/runner/claims_weigh.c - connections that are only there: what they
 * weigh, how many there may be, and who suffers from them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "claims.h"
#include "lab.h"
#include "tests/support/raw.h"

enum { THREADED = 500, SLOW = 500 };

/* Resident memory, where /proc says it; or CLAIMS_UNKNOWN. */
static long resident_kib(const struct child *server)
{
    char path[64], line[256];
    long kib = CLAIMS_UNKNOWN;
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%ld/status", (long)server->pid);
    file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (file)
        (void)fclose(file); /* only read from */
    return kib;
}

static double each_kib(long before, long after, int count)
{
    if (before < 0 || after < 0 || count == 0)
        return CLAIMS_UNKNOWN;
    return (double)(after - before) / count;
}

static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        /* When it fails, fewer connections will be there, and that is told. */
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Keeps nothing but the descriptor between two questions. */
static bool ask(int fd)
{
    struct raw raw = {.fd = fd, .buf = calloc(1, 1)};
    struct raw_answer answer = {0};
    bool good = raw.buf &&
                raw_send_text(&raw, "GET /healthz HTTP/1.1\r\n"
                                    "Host: 127.0.0.1\r\n\r\n") &&
                raw_read_answer(&raw, &answer, false) && answer.status == 200;

    raw_answer_release(&answer);
    free(raw.buf);
    return good;
}

static int open_one(int port)
{
    struct raw raw;

    if (!raw_try_open(&raw, "127.0.0.1", port))
        return -1;
    free(raw.buf);
    return raw.fd;
}

/* Opens so many, and asks on each. Gives how many were answered; *fds: close
 * those. */
static int open_all(int *fds, int wanted, int port)
{
    int count = 0;

    while (count < wanted) {
        fds[count] = open_one(port);
        if (fds[count] < 0)
            return count;
        if (!ask(fds[count])) {
            (void)close(fds[count]); /* nothing is left to do */
            return count;
        }
        count++;
    }
    return count;
}

static int ask_again(const int *fds, int count)
{
    int good = 0;

    for (int i = 0; i < count; i++)
        good += ask(fds[i]);
    return good;
}

static void close_all(const int *fds, int count)
{
    for (int i = 0; i < count; i++)
        (void)close(fds[i]); /* nothing is left to do */
}

/* A server of its own, with so many threads and connections. */
static bool weigh_threads(const struct lab *lab, const char *bin,
                          const char *threads, int count, long *kib)
{
    char db[600];
    const struct server_options options = {
        .bin_dir = bin, .dir = lab->dir, .db = db, .threads = threads};
    struct child server = {0};
    int fds[THREADED];
    bool good;

    (void)snprintf(db, sizeof db, "%s/threads.db", lab->dir);
    good = server_start(&server, "todo-sync", &options);
    if (good) {
        int there = open_all(fds, count, server.port);

        good = there == count;
        *kib = resident_kib(&server);
        close_all(fds, there);
    }
    return children_stop(&server, 1) && good;
}

bool claims_weigh(struct claims_numbers *numbers, struct lab *lab,
                  const char *bin)
{
    const struct child *loop = &lab->servers[ASYNC];
    int *fds = malloc(CLAIMS_HELD * sizeof *fds);
    long few = 0, many = 0, before = resident_kib(loop);
    int there;

    claims_say("connections that are only there");
    if (!fds || !weigh_threads(lab, bin, "12", 1, &few) ||
        !weigh_threads(lab, bin, "512", THREADED, &many)) {
        free(fds);
        return false;
    }
    numbers->thread_kib = each_kib(few, many, THREADED - 1);
    raise_limit();
    there = open_all(fds, CLAIMS_HELD, loop->port);
    numbers->held = ask_again(fds, there);
    numbers->held_kib = each_kib(before, resident_kib(loop), there);
    close_all(fds, there);
    free(fds);
    return true;
}

/*
 * Slow clients
 */

static int open_slow(int *fds, int port)
{
    int count = 0;

    while (count < SLOW) {
        struct raw raw;

        if (!raw_try_open(&raw, "127.0.0.1", port))
            return count;
        (void)raw_send_text(&raw, "GET /healthz HTTP/1.1\r\nX: "); /* or not */
        free(raw.buf);
        fds[count++] = raw.fd;
    }
    return count;
}

bool claims_crowd(struct claims_numbers *numbers, struct lab *lab)
{
    int fds[SLOW];

    claims_say("slow clients");
    for (enum room room = 0; room < ROOMS; room++) {
        const struct lab_load load = {room, "health=1", 50, 0, 3, 2};
        struct load_result result;
        size_t good = 0;
        int there = open_slow(fds, lab->servers[room].port);
        bool ran = lab_run(lab, &load, &result);

        close_all(fds, there);
        if (!ran)
            return false;
        for (size_t i = 0; i < result.samples.count; i++)
            good += sample_is_good(&result.samples.all[i]);
        numbers->slow_share[room] = (double)good / (double)result.planned;
        load_release(&result);
    }
    return true;
}
