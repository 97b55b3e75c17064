/*
 * common/base/probe.c - a ring of marks: the newest ones push out the oldest.
 */
#include "common/base/probe.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/gates.h"
#include "common/base/log.h"

enum { RING_SIZE = 1 << 15, THREAD_NAME_SIZE = 16, QUERY_SIZE = 48 };

enum verb { BEGIN, END, ENTER, LEAVE, STAND, HELD, FREED, PARK, GO };

static const char *const verbs[] = {"begin", "end",   "enter", "leave", "stand",
                                    "held",  "freed", "park",  "go"};

struct mark {
    int64_t ns;
    uint32_t request;
    enum verb verb;
    const char *label;
    char thread[THREAD_NAME_SIZE];
    char query[QUERY_SIZE]; /* of BEGIN, with its `?`; "": none */
};

static atomic_bool watched;
static FILE *trace_file; /* of --trace, or NULL */
static _Thread_local uint32_t working_for;

static struct {
    pthread_mutex_t lock;
    /* guarded by lock */
    struct mark *marks; /* RING_SIZE of them */
    size_t count;       /* all that were ever made */
} ring = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Clients send what they like, and this is shown on a terminal. */
static void copy_query(char copy[QUERY_SIZE], const char *query, size_t len)
{
    size_t kept = 0;

    if (query)
        copy[kept++] = '?';
    for (; query && len > 0 && kept < QUERY_SIZE - 1; query++, len--) {
        copy[kept] = *query;
        if (*query <= ' ' || *query > '~')
            copy[kept] = '.';
        kept++;
    }
    copy[kept] = '\0';
}

static void mark_query(enum verb verb, uint32_t request, const char *label,
                       const char *query, size_t len)
{
    struct mark *made;
    struct timespec now;

    if (!atomic_load_explicit(&watched, memory_order_relaxed) ||
        request == PROBE_UNSEEN)
        return;
    pthread_mutex_lock(&ring.lock);
    clock_gettime(CLOCK_MONOTONIC, &now); /* under the lock: in order */
    made = &ring.marks[ring.count++ % RING_SIZE];
    made->ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    made->request = request;
    made->verb = verb;
    made->label = label;
    (void)snprintf(made->thread, sizeof made->thread, "%s", log_thread_name());
    copy_query(made->query, query, len);
    pthread_mutex_unlock(&ring.lock);
}

static void mark(enum verb verb, uint32_t request, const char *label)
{
    mark_query(verb, request, label, NULL, 0);
}

bool probe_start(const char *trace, const char *gates, const char *program,
                 char *why, size_t size)
{
    if (!trace && !gates)
        return true;
    if (trace && !(trace_file = fopen(trace, "we"))) {
        (void)snprintf(why, size, "--trace: %s: %s", trace,
                       strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
        return false;
    }
    ring.marks = calloc(RING_SIZE, sizeof *ring.marks);
    if (!ring.marks) {
        (void)snprintf(why, size, "out of memory");
        return false;
    }
    atomic_store(&watched, true);
    return !gates || gates_start(gates, program, why, size);
}

bool probe_stop(void)
{
    bool good = true;

    gates_stop();
    if (trace_file) {
        probe_write(trace_file);
        good = !ferror(trace_file);
        good = fclose(trace_file) == 0 && good;
        trace_file = NULL;
    }
    atomic_store(&watched, false);
    return good; /* the ring stays: a thread that was cut off may still mark */
}

void probe_begin(uint32_t request, const char *operation, const char *query,
                 size_t len)
{
    mark_query(BEGIN, request, operation, query, len);
}

void probe_end(uint32_t request)
{
    mark(END, request, "");
}

uint32_t probe_enter(uint32_t request)
{
    uint32_t before = working_for;

    working_for = request;
    mark(ENTER, request, "");
    return before;
}

void probe_leave(uint32_t before)
{
    mark(LEAVE, working_for, "");
    working_for = before;
}

uint32_t probe_request(void)
{
    return working_for;
}

static void count(uint32_t request, const char *label, int change)
{
    if (request != PROBE_UNSEEN)
        gates_count(label, change);
}

void probe_stand(uint32_t request, const char *label)
{
    mark(STAND, request, label);
    count(request, label, 1);
    if (request != PROBE_UNSEEN && gates_pass(request, label))
        mark(FREED, request, label);
}

void probe_park(uint32_t request, const char *label)
{
    mark(PARK, request, label);
    count(request, label, 1);
}

void probe_go(uint32_t request, const char *label)
{
    mark(GO, request, label);
    count(request, label, -1);
}

void probe_held(uint32_t request, const char *label)
{
    mark(HELD, request, label);
}

void probe_write(FILE *out)
{
    struct mark *copy = calloc(RING_SIZE, sizeof *copy);
    size_t count = 0;

    if (copy) {
        pthread_mutex_lock(&ring.lock);
        count = ring.count;
        memcpy(copy, ring.marks, RING_SIZE * sizeof *copy);
        pthread_mutex_unlock(&ring.lock);
    }
    for (size_t i = count > RING_SIZE ? count - RING_SIZE : 0; i < count; i++) {
        const struct mark *one = &copy[i % RING_SIZE];

        (void)fprintf(out, "%lld %s %u %s %s%s%s\n", (long long)one->ns,
                      one->thread, one->request, verbs[one->verb],
                      one->label[0] ? one->label : "-",
                      one->query[0] ? " " : "", one->query);
    }
    free(copy);
}
