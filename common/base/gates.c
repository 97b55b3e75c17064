/*
 * common/base/gates.c - a thread listens, and each tester gets one that answers
 * it.
 */
#include "common/base/gates.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/probe.h"
#include "common/base/thread.h"

enum {
    MAX_GATES = 16,
    MAX_TESTERS = 8,
    LABEL_SIZE = 32,
    LINE_SIZE = 128,
    PATH_SIZE = 128
};

#define MOVE_MAX_MS 100000000000000 /* three thousand years, at once */

/* Whoever comes while it is held draws a number, and goes when so many may. */
struct gate {
    char label[LABEL_SIZE];
    long waiting; /* for what the label names, held or not */
    bool held;
    long came;
    long may_go;
};

struct tester {
    int fd; /* -1: free */
    pthread_t thread;
};

static struct {
    int listener;
    struct sockaddr_un address;
    char clock_path[PATH_SIZE];
    pthread_t thread;
    atomic_bool open; /* for business: running, as those see it who pass */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* guarded by lock */
    bool running;
    struct gate gates[MAX_GATES];
    int gate_count;
    struct tester testers[MAX_TESTERS];
} all = {.lock = PTHREAD_MUTEX_INITIALIZER,
         .changed = PTHREAD_COND_INITIALIZER};

/* --- at the gate --------------------------------------------------------- */

/* The gate of that label, a new one if need be; NULL when there are too many.
 */
static struct gate *find_locked(const char *label)
{
    struct gate *gate = all.gates;

    for (int i = 0; i < all.gate_count; i++, gate++)
        if (strcmp(gate->label, label) == 0)
            return gate;
    if (all.gate_count == MAX_GATES)
        return NULL;
    all.gate_count++;
    (void)snprintf(gate->label, sizeof gate->label, "%s", label);
    return gate;
}

void gates_count(const char *label, int change)
{
    struct gate *gate;

    if (!atomic_load_explicit(&all.open, memory_order_relaxed))
        return;
    pthread_mutex_lock(&all.lock);
    gate = find_locked(label);
    if (gate)
        gate->waiting += change;
    pthread_cond_broadcast(&all.changed); /* a tester may wait for this */
    pthread_mutex_unlock(&all.lock);
}

bool gates_pass(uint32_t request, const char *label)
{
    struct gate *gate;
    bool held;

    if (!atomic_load_explicit(&all.open, memory_order_relaxed))
        return false;
    pthread_mutex_lock(&all.lock);
    gate = find_locked(label);
    held = gate && gate->held;
    if (held) {
        long number = gate->came++;

        probe_held(request, label);
        pthread_cond_broadcast(&all.changed); /* somebody may await this */
        while (all.running && number >= gate->may_go)
            pthread_cond_wait(&all.changed, &all.lock);
    }
    pthread_mutex_unlock(&all.lock);
    return held;
}

/* --- what a tester says -------------------------------------------------- */

/* Each gives what to answer. Caller holds lock. */

static const char *await_locked(const struct gate *gate, long count)
{
    while (all.running && gate->came - gate->may_go < count)
        pthread_cond_wait(&all.changed, &all.lock);
    return all.running ? "ok" : "the server ends";
}

static const char *await_waiting_locked(const struct gate *gate, long count)
{
    while (all.running && gate->waiting < count)
        pthread_cond_wait(&all.changed, &all.lock);
    return all.running ? "ok" : "the server ends";
}

static const char *let_go_locked(struct gate *gate, bool everybody)
{
    if (everybody) {
        gate->held = false;
        gate->may_go = gate->came;
    } else if (gate->may_go < gate->came) {
        gate->may_go++;
    } else {
        return "nobody stands there";
    }
    pthread_cond_broadcast(&all.changed);
    return "ok";
}

static const char *obey_locked(struct gate *gate, const char *word, long count)
{
    if (strcmp(word, "await") == 0)
        return await_locked(gate, count);
    if (strcmp(word, "waiting") == 0)
        return await_waiting_locked(gate, count);
    if (strcmp(word, "pass") == 0)
        return let_go_locked(gate, false);
    if (strcmp(word, "release") == 0)
        return let_go_locked(gate, true);
    gate->held = strcmp(word, "hold") == 0; /* or keep */
    return "ok";
}

/* --- what moves a clock -------------------------------------------------- */

static const char *move_clock(const char *which, const char *by)
{
    bool wall = strcmp(which, "wall") == 0;
    char *end;
    long ms = strtol(by, &end, 10);

    if ((by[0] != '+' && (by[0] != '-' || !wall)) || end == by ||
        *end != '\0' || ms < -MOVE_MAX_MS || ms > MOVE_MAX_MS)
        return "how far?";
    if (wall)
        clock_move_wall(ms);
    else
        clock_move(ms);
    return "ok";
}

static const char *set_clock(const char *which, const char *how)
{
    if (strcmp(which, "wall") == 0 && strcmp(how, "freeze") == 0)
        clock_freeze_wall();
    else if (strcmp(which, "wall") == 0 && strcmp(how, "go") == 0)
        clock_let_wall_go();
    else
        return move_clock(which, how);
    return "ok";
}

/* --- a line -------------------------------------------------------------- */

/* Whether a command begins so and has so many words. */
static bool is_command(const char *word, int words)
{
    static const struct {
        const char *word;
        int words;
    } commands[] = {{"hold", 2},  {"await", 3}, {"waiting", 3},
                    {"pass", 2},  {"keep", 2},  {"release", 2},
                    {"trace", 1}, {"mono", 2},  {"wall", 2}};

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(word, commands[i].word) == 0)
            return words == commands[i].words;
    return false;
}

static const char *obey(const char *line, FILE *out)
{
    char word[LABEL_SIZE] = "", label[LABEL_SIZE] = "", number[LABEL_SIZE] = "";
    char more[2], *end;
    int words = sscanf(line, "%31s %31s %31s %1s", word, label, number, more);
    long count = strtol(number, &end, 10);
    const char *answer = "there are too many gates";
    struct gate *gate;

    if (!is_command(word, words) || *end != '\0' || count < 0)
        return "that is no command";
    if (words == 1) {
        probe_write(out);
        return "ok";
    }
    if (strcmp(word, "mono") == 0 || strcmp(word, "wall") == 0)
        return set_clock(word, label);
    pthread_mutex_lock(&all.lock);
    gate = find_locked(label);
    if (gate)
        answer = obey_locked(gate, word, count);
    pthread_mutex_unlock(&all.lock);
    return answer;
}

/* --- testers come and go ------------------------------------------------- */

static bool send_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false; /* the tester has left */
        text += n;
        len -= (size_t)n;
    }
    return true;
}

/* Does what the line says and sends what there is to say. */
static bool tell(int fd, const char *line)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    bool sent;

    if (!out)
        return false;
    (void)fprintf(out, "%s\n", obey(line, out));
    sent = fclose(out) == 0 && send_all(fd, text, len);
    free(text);
    return sent;
}

static void *serve_tester(void *arg)
{
    struct tester *tester = arg;
    int fd = tester->fd;
    char line[LINE_SIZE];
    FILE *in = fdopen(fd, "r");

    log_name_thread("tester");
    while (in && fgets(line, sizeof line, in) && tell(fd, line))
        ;
    pthread_mutex_lock(&all.lock);
    tester->fd = -1;
    if (in)
        (void)fclose(in); /* it was only read from */
    else
        (void)close(fd);
    pthread_mutex_unlock(&all.lock);
    return NULL;
}

/* A thread that has ended is joined when its place is needed again. */
static void admit_locked(int fd)
{
    for (int i = 0; i < MAX_TESTERS; i++) {
        struct tester *tester = &all.testers[i];

        if (tester->fd >= 0)
            continue;
        if (tester->thread)
            pthread_join(tester->thread, NULL);
        tester->thread = 0;
        tester->fd = fd;
        if (thread_start(&tester->thread, serve_tester, tester) == 0)
            return;
        tester->fd = -1;
        break;
    }
    (void)close(fd); /* no place or no thread: the tester sees the end */
}

static void *listen_to_testers(void *unused)
{
    int fd;

    (void)unused;
    log_name_thread("gates");
    while ((fd = accept(all.listener, NULL, NULL)) >= 0) {
        pthread_mutex_lock(&all.lock);
        if (all.running)
            admit_locked(fd);
        else
            (void)close(fd); /* it came too late */
        pthread_mutex_unlock(&all.lock);
    }
    return NULL;
}

/* The clock goes on in a file, which is new. False, with errno, when there is
 * none. */
static bool share_clock(void)
{
    atomic_llong *clock = MAP_FAILED;
    int fd = open(all.clock_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int why;

    if (fd >= 0 && ftruncate(fd, sizeof *clock) == 0)
        clock = mmap(NULL, sizeof *clock, PROT_READ | PROT_WRITE, MAP_SHARED,
                     fd, 0);
    why = errno;
    if (fd >= 0)
        (void)close(fd); /* what is mapped stays */
    errno = why;
    if (clock == MAP_FAILED)
        return false;
    clock_let_move_in(clock);
    return true;
}

bool gates_start(const char *dir, const char *program, char *why, size_t size)
{
    int len;

    all.address.sun_family = AF_UNIX;
    len = snprintf(all.address.sun_path, sizeof all.address.sun_path,
                   "%s/%s-%ld.gates", dir, program, (long)getpid());
    if (len < 0 || (size_t)len >= sizeof all.address.sun_path) {
        (void)snprintf(why, size, "--gates: the path is too long for a socket");
        return false;
    }
    for (int i = 0; i < MAX_TESTERS; i++)
        all.testers[i].fd = -1;
    (void)snprintf(all.clock_path, sizeof all.clock_path, "%s/%s-%ld.clock",
                   dir, program, (long)getpid());
    all.running = true;
    all.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (all.listener >= 0 && share_clock() &&
        bind(all.listener, (struct sockaddr *)&all.address,
             sizeof all.address) == 0 &&
        listen(all.listener, MAX_TESTERS) == 0 &&
        thread_start(&all.thread, listen_to_testers, NULL) == 0) {
        atomic_store(&all.open, true);
        return true;
    }
    (void)snprintf(why, size, "--gates: %s: %s", all.address.sun_path,
                   strerror(errno)); /* NOLINT(concurrency-mt-unsafe): main */
    if (all.listener >= 0)
        (void)close(all.listener);
    (void)unlink(all.clock_path); /* it may not be there */
    all.running = false;
    return false;
}

void gates_stop(void)
{
    pthread_t threads[MAX_TESTERS];

    if (!all.running)
        return;
    atomic_store(&all.open, false);
    pthread_mutex_lock(&all.lock);
    all.running = false;
    pthread_cond_broadcast(&all.changed);
    for (int i = 0; i < MAX_TESTERS; i++) {
        if (all.testers[i].fd >= 0) /* its fgets then sees the end */
            (void)shutdown(all.testers[i].fd, SHUT_RDWR);
        threads[i] = all.testers[i].thread;
    }
    pthread_mutex_unlock(&all.lock);
    (void)shutdown(all.listener, SHUT_RDWR); /* ends accept(2) on Linux */
    pthread_join(all.thread, NULL);
    for (int i = 0; i < MAX_TESTERS; i++)
        if (threads[i])
            pthread_join(threads[i], NULL);
    (void)close(all.listener);
    (void)unlink(all.address.sun_path);
    (void)unlink(all.clock_path);
}
