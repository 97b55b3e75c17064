/*
 * sync_impl/conns.c - the table of connections and the watch over deadlines.
 */
#include "conns.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "civet.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/http/reply.h"
#include "conn.h"
#include "server.h"

enum {
    LOOK_US = 250 * 1000, /* how soon a head is seen to begin */
    MOMENT_US = 1000 * 1000
};

/* Gives the deadline of a connection, which may be a new one. If the old one
 * was for being idle, and a head has begun since, it is that of a head. And the
 * process may have stood still (SIGSTOP, a busy machine) while the deadline
 * passed: where there is something to take, the thread gets a moment to take
 * it, once. Caller holds lock. */
static long long due_locked(struct conn *conn, int64_t now) /* WATCH THREAD */
{
    long long deadline = atomic_load(&conn->deadline);
    long long later = now + MOMENT_US;

    if (deadline == 0)
        return 0;
    if (deadline == atomic_load(&conn->idle) &&
        civet_heard(conn->fd) != atomic_load(&conn->heard))
        later = now + conn->conns->server->config->head_timeout_ms * 1000;
    else if (deadline > now || deadline == conn->moment || !conn_is_ready(conn))
        return deadline;
    else
        conn->moment = later;
    /* If it has just been in time, its thread has set another. */
    return atomic_compare_exchange_strong(&conn->deadline, &deadline, later)
               ? later
               : deadline;
}

static int64_t sooner(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

/* Who is idle is looked at before its deadline, too. */
static int64_t look_at(const struct conn *conn, long long deadline, int64_t now)
{
    return deadline == atomic_load(&conn->idle)
               ? sooner(deadline, now + LOOK_US)
               : deadline;
}

/* Cuts who is late; gives when to look again. Caller holds lock. */
static int64_t cut_late_locked(struct conns *conns) /* WATCH THREAD */
{
    int64_t now = clock_mono_us();
    int64_t next = INT64_MAX;

    for (int i = 0; i < conns->size; i++) {
        struct conn *conn = &conns->table[i];
        long long deadline;
        int how;

        if (!conn->open || conn->fd < 0)
            continue;
        deadline = due_locked(conn, now);
        if (deadline == 0)
            continue;
        if (deadline > now) {
            next = sooner(next, look_at(conn, deadline, now));
            continue;
        }
        how = atomic_load(&conn->how);
        if (!atomic_compare_exchange_strong(&conn->deadline, &deadline, 0))
            continue; /* it has just been in time */
        atomic_store(&conn->late, true);
        shutdown(conn->fd, how); /* gone already: good */
    }
    return next;
}

/* It may return sooner, as a thread that waits may wake for no reason. */
static void wait_until_locked(struct conns *conns, int64_t until_us)
{
    struct timespec nap;

    if (until_us == INT64_MAX) {
        pthread_cond_wait(&conns->changed, &conns->lock);
    } else {
        nap = clock_from_now(clock_nap_ms(until_us));
        pthread_cond_timedwait(&conns->changed, &conns->lock, &nap);
    }
}

static void *watch(void *arg) /* WATCH THREAD */
{
    struct conns *conns = arg;

    log_name_thread("watch");
    pthread_mutex_lock(&conns->lock);
    while (!conns->ending) {
        int64_t next;

        /* Who sets a deadline during the look wakes us after it. */
        atomic_store(&conns->watch_until, INT64_MAX);
        next = cut_late_locked(conns);
        atomic_store(&conns->watch_until, next);
        wait_until_locked(conns, next); /* WAITS: clock */
    }
    pthread_mutex_unlock(&conns->lock);
    return NULL;
}

static void wake(struct conns *conns) /* ANY THREAD */
{
    pthread_mutex_lock(&conns->lock);
    pthread_cond_broadcast(&conns->changed);
    pthread_mutex_unlock(&conns->lock);
}

/* From now on the socket is shut if this takes too long. */
void conn_expect(struct conn *conn, int64_t within_ms,
                 int how) /* REQUEST THREAD */
{
    struct conns *conns = conn->conns;
    int64_t deadline = clock_mono_us() + within_ms * 1000;

    atomic_store(&conn->how, how);
    atomic_store(&conn->deadline, deadline);
    if (deadline < atomic_load(&conns->watch_until))
        wake(conns);
}

void conn_expect_nothing(struct conn *conn) /* REQUEST THREAD */
{
    atomic_store(&conn->deadline, 0);
}

bool conns_claim(struct conn *conn, int fd) /* REQUEST THREAD */
{
    struct conns *conns = conn->conns;
    bool taken = false;

    pthread_mutex_lock(&conns->lock);
    for (int i = 0; i < conns->size; i++)
        taken = taken || conns->table[i].fd == fd;
    if (!taken)
        conn->fd = fd;
    pthread_mutex_unlock(&conns->lock);
    return !taken;
}

bool conn_is_gone(const struct conn *conn) /* REQUEST THREAD */
{
    struct pollfd look = {.fd = conn->fd, .events = POLLIN};

    return conn->fd < 0 || poll(&look, 1, 0) < 0 ||
           (look.revents & (POLLERR | POLLHUP));
}

bool conn_has_left(struct conn *conn) /* REQUEST THREAD */
{
    char bytes[4096];
    ssize_t n;

    do {
        n = recv(conn->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        conn->dropped += n > 0 ? (size_t)n : 0;
    } while (n > 0 && conn->dropped <= REPLY_DROP_MAX);
    return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

struct conn *conns_open(struct conns *conns) /* REQUEST THREAD */
{
    struct conn *conn = conns->table;

    pthread_mutex_lock(&conns->lock);
    while (conn->open) /* there are as many places as threads */
        conn++;
    conn->open = true;
    conn->spare = ++conns->open_count > conns->server->config->threads;
    pthread_mutex_unlock(&conns->lock);
    atomic_store(&conn->late, false);
    conn->civetweb = NULL;
    conn->dropped = 0;
    conn->opened_us = clock_mono_us();
    return conn;
}

void conns_close(struct conn *conn) /* REQUEST THREAD */
{
    struct conns *conns = conn->conns;

    conn_expect_nothing(conn);
    pthread_mutex_lock(&conns->lock);
    conn->open = false;
    conn->fd = -1; /* civetweb closes it now; the number may return */
    conns->open_count--;
    pthread_mutex_unlock(&conns->lock);
}

void conn_request_begin(struct conn *conn,
                        struct mg_connection *civetweb) /* REQUEST THREAD */
{
    conn_expect_nothing(conn);
    conn->civetweb = civetweb;
    civet_find_socket(conn);
    atomic_store(&conn->busy, true);
    atomic_fetch_add(&conn->conns->in_flight, 1);
}

/* The next head, or nothing. */
static void expect_head(struct conn *conn) /* REQUEST THREAD */
{
    struct conns *conns = conn->conns;
    int64_t now = clock_mono_us();
    int64_t deadline = now + conns->server->config->idle_timeout_ms * 1000;

    atomic_store(&conn->how, SHUT_RD);
    atomic_store(&conn->idle, deadline);
    atomic_store(&conn->deadline, deadline);
    if (look_at(conn, deadline, now) < atomic_load(&conns->watch_until))
        wake(conns);
}

void conn_note_heard(struct conn *conn) /* REQUEST THREAD */
{
    if (conn->fd >= 0)
        atomic_store(&conn->heard, civet_heard(conn->fd));
}

bool conn_is_late(const struct conn *conn) /* REQUEST THREAD */
{
    int64_t within_us = conn->conns->server->config->head_timeout_ms * 1000;

    /* The first head is watched by civetweb, which has the same deadline. */
    return atomic_load(&conn->late) ||
           (!conn->civetweb && clock_mono_us() - conn->opened_us >= within_us);
}

void conn_request_end(struct conn *conn) /* REQUEST THREAD */
{
    struct conns *conns = conn->conns;

    atomic_store(&conn->busy, false);
    if (atomic_load(&conns->stopping) && conn->fd >= 0)
        shutdown(conn->fd, SHUT_RD); /* there is no next request */
    else
        expect_head(conn);
    if (atomic_fetch_sub(&conns->in_flight, 1) == 1 &&
        atomic_load(&conns->stopping))
        wake(conns);
}

struct conns *conns_new(struct server *server)
{
    int size = server->config->threads + CONNS_SPARE;
    struct conns *conns =
        calloc(1, sizeof *conns + (size_t)size * sizeof conns->table[0]);

    if (!conns)
        return NULL;
    conns->server = server;
    conns->size = size;
    for (int i = 0; i < size; i++) {
        conns->table[i].conns = conns;
        conns->table[i].fd = -1;
    }
    pthread_mutex_init(&conns->lock, NULL);
    clock_cond_init(&conns->changed);
    if (pthread_create(&conns->watch, NULL, watch, conns) == 0)
        return conns;
    pthread_cond_destroy(&conns->changed);
    pthread_mutex_destroy(&conns->lock);
    free(conns);
    return NULL;
}

void conns_free(struct conns *conns)
{
    if (!conns)
        return;
    pthread_mutex_lock(&conns->lock);
    conns->ending = true;
    pthread_cond_broadcast(&conns->changed);
    pthread_mutex_unlock(&conns->lock);
    pthread_join(conns->watch, NULL);
    pthread_cond_destroy(&conns->changed);
    pthread_mutex_destroy(&conns->lock);
    free(conns);
}

static bool is_busy_locked(const struct conns *conns, int fd)
{
    for (int i = 0; i < conns->size; i++)
        if (conns->table[i].open && conns->table[i].fd == fd)
            return atomic_load(&conns->table[i].busy);
    return false; /* its socket was never looked for: it has sent nothing */
}

static void shut_if_idle(void *arg, int fd) /* MAIN THREAD */
{
    if (!is_busy_locked(arg, fd))
        shutdown(fd, SHUT_RD);
}

void conns_stop(struct conns *conns) /* MAIN THREAD */
{
    atomic_store(&conns->stopping, true);
    pthread_mutex_lock(&conns->lock);
    civet_each_socket(conns->server->config->port, false, shut_if_idle, conns);
    pthread_mutex_unlock(&conns->lock);
}

static void shut(void *arg, int fd) /* MAIN THREAD */
{
    (void)arg;
    shutdown(fd, SHUT_RD);
}

/* A client that has come since conns_stop may say nothing, and civetweb would
 * stand by it for seconds. So they are looked through once more. */
void conns_refuse(struct conns *conns) /* MAIN THREAD */
{
    civet_each_socket(conns->server->config->port, true, shut, NULL);
    conns_stop(conns);
}

bool conns_wait(struct conns *conns, int64_t until_us) /* MAIN THREAD */
{
    bool none;

    pthread_mutex_lock(&conns->lock);
    while (atomic_load(&conns->in_flight) > 0 && clock_mono_us() < until_us)
        wait_until_locked(conns, until_us); /* WAITS: clients, lock, disk */
    none = atomic_load(&conns->in_flight) == 0;
    pthread_mutex_unlock(&conns->lock);
    return none;
}
