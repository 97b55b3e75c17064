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
    MOMENT_US = 1000 * 1000,
    SOON_US = 200 * 1000 /* for a client to send while places are short */
};

bool conns_are_crowded(const struct conns *conns) /* ANY THREAD */
{
    return atomic_load(&conns->ready) &&
           atomic_load(&conns->open_count) > conns->server->config->threads;
}

static int64_t sooner(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static bool is_idle(const struct conn *conn, long long deadline)
{
    return deadline != 0 && deadline == atomic_load(&conn->idle);
}

/* Sets the deadline of a connection anew, unless it has just been in time and
 * its thread has set another; gives the one that holds. */
static long long move(struct conn *conn, long long deadline, long long later)
{
    return atomic_compare_exchange_strong(&conn->deadline, &deadline, later)
               ? later
               : deadline;
}

/* If the deadline was for being idle, and a head has begun since, it is that of
 * a head from now on. Caller holds lock. */
static long long notice_head_locked(struct conn *conn, long long deadline,
                                    int64_t now) /* ANY THREAD */
{
    int64_t within_us = conn->conns->server->config->head_timeout_ms * 1000;

    if (civet_heard(conn->fd) == atomic_load(&conn->heard))
        return deadline;
    atomic_store(&conn->soon, now + SOON_US);
    return move(conn, deadline, now + within_us);
}

/* Whether the client alone is late: there is nothing to take, nor has the
 * thread just taken something. It may have done so between the two looks: hence
 * this order. Caller holds lock. */
static bool waits_in_vain_locked(const struct conn *conn,
                                 long long deadline) /* ANY THREAD */
{
    bool ready = conn_is_ready(conn);
    long long since = atomic_load(&conn->waits);

    return !ready && since != 0 && since <= deadline;
}

/* The process may have stood still (SIGSTOP, a busy machine) while the deadline
 * passed: where there is something to take, the thread gets a moment to take
 * it, once. Caller holds lock. */
static long long grant_moment_locked(struct conn *conn, long long deadline,
                                     int64_t now) /* ANY THREAD */
{
    if (deadline > now || deadline == conn->moment ||
        waits_in_vain_locked(conn, deadline))
        return deadline;
    conn->moment = now + MOMENT_US;
    return move(conn, deadline, conn->moment);
}

/* The deadline of a head or a body while places are short. Caller holds lock.
 */
static long long soon_locked(struct conn *conn, int64_t now) /* ANY THREAD */
{
    long long soon = atomic_load(&conn->soon);

    if (soon > now || soon == conn->moment || waits_in_vain_locked(conn, soon))
        return soon;
    conn->moment = soon = now + SOON_US;
    atomic_store(&conn->soon, soon);
    return soon;
}

/* The read or write that the thread stands in returns. False if the connection
 * has just been in time. Caller holds lock. */
static bool cut_locked(struct conn *conn, long long deadline) /* ANY THREAD */
{
    struct conns *conns = conn->conns;
    int how = atomic_load(&conn->how);

    if (!atomic_compare_exchange_strong(&conn->deadline, &deadline, 0))
        return false;
    atomic_store(&conn->late, true);
    shutdown(conn->fd, how); /* gone already: good */
    if (how == SHUT_RD && !conn->spare && !conn->leaving &&
        conns_are_crowded(conns)) {
        conn->leaving = true;
        conns->leaving++;
    }
    return true;
}

/* Cuts one that is late; gives when to look at it again. Caller holds lock. */
static int64_t look_at_locked(struct conn *conn, int64_t now) /* ANY THREAD */
{
    long long deadline = atomic_load(&conn->deadline);
    int64_t due;

    if (is_idle(conn, deadline))
        deadline = notice_head_locked(conn, deadline, now);
    if (deadline != 0)
        deadline = grant_moment_locked(conn, deadline, now);
    if (deadline == 0) /* or its thread has just been in time */
        return INT64_MAX;
    due = deadline;
    if (is_idle(conn, deadline)) /* a head may begin */
        due = sooner(deadline, now + LOOK_US);
    else if (atomic_load(&conn->how) == SHUT_RD &&
             conns_are_crowded(conn->conns))
        due = sooner(deadline, soon_locked(conn, now));
    if (due > now)
        return due;
    (void)cut_locked(conn, deadline);
    return INT64_MAX;
}

/* The connection that has been idle for longest, if that is long enough; or
 * NULL. Caller holds lock. */
static struct conn *longest_idle_locked(struct conns *conns) /* ANY THREAD */
{
    struct conn *longest = NULL;
    long long first = clock_mono_us() - SOON_US +
                      conns->server->config->idle_timeout_ms * 1000;

    for (int i = 0; i < conns->size; i++) {
        struct conn *conn = &conns->table[i];
        long long deadline = atomic_load(&conn->deadline);

        if (conn->open && conn->fd >= 0 && is_idle(conn, deadline) &&
            deadline <= first) {
            longest = conn;
            first = deadline;
        }
    }
    return longest;
}

/* A client that is idle between two requests keeps a place that others wait
 * for: as many go as are waiting, the longest idle first. Caller holds lock. */
static void make_room_locked(struct conns *conns) /* ANY THREAD */
{
    int wanted = atomic_load(&conns->open_count) -
                 conns->server->config->threads - conns->leaving;

    for (; wanted > 0; wanted--) {
        struct conn *conn = longest_idle_locked(conns);

        if (!conn)
            return;
        (void)cut_locked(conn, atomic_load(&conn->idle));
    }
}

/* Looks at all; gives when to look again. Caller holds lock. */
static int64_t look_around_locked(struct conns *conns) /* ANY THREAD */
{
    int64_t now = clock_mono_us();
    int64_t next = INT64_MAX;

    for (int i = 0; i < conns->size; i++)
        if (conns->table[i].open && conns->table[i].fd >= 0)
            next = sooner(next, look_at_locked(&conns->table[i], now));
    make_room_locked(conns); /* it is known now who is idle */
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

        /* Whoever sets a deadline during the look wakes us after it. */
        atomic_store(&conns->watch_until, INT64_MAX);
        next = look_around_locked(conns);
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
    int64_t now = clock_mono_us();
    int64_t deadline = now + within_ms * 1000;
    int64_t soon = sooner(deadline, now + SOON_US);

    atomic_store(&conn->waits, 0); /* it is at work */
    atomic_store(&conn->how, how);
    atomic_store(&conn->soon, soon);
    atomic_store(&conn->deadline, deadline);
    if ((conns_are_crowded(conns) ? soon : deadline) <
        atomic_load(&conns->watch_until))
        wake(conns);
}

void conn_expect_nothing(struct conn *conn) /* REQUEST THREAD */
{
    atomic_store(&conn->deadline, 0);
}

void conn_found(void *arg, int fd) /* REQUEST THREAD */
{
    struct conn *conn = arg;

    pthread_mutex_lock(&conn->conns->lock);
    conn->fd = fd;
    pthread_mutex_unlock(&conn->conns->lock);
    conn_expect(conn, conn->conns->server->config->head_timeout_ms, SHUT_RD);
}

void conn_waits(void *arg, bool begins) /* REQUEST THREAD */
{
    struct conn *conn = arg;

    if (!begins)
        atomic_store(&conn->waits, 0);
    else if (atomic_load(&conn->waits) == 0)
        atomic_store(&conn->waits, clock_mono_us());
}

bool conn_is_late(const struct conn *conn) /* REQUEST THREAD */
{
    int64_t within_us = conn->conns->server->config->head_timeout_ms * 1000;

    /* civetweb has a deadline for the first head, too. */
    return atomic_load(&conn->late) ||
           (!conn->civetweb && clock_mono_us() - conn->opened_us >= within_us);
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
    conn->spare = conns->serving == conns->server->config->threads;
    conns->serving += !conn->spare;
    atomic_fetch_add(&conns->open_count, 1);
    if (conn->spare) { /* places are short: look now, and sooner from now on */
        (void)look_around_locked(conns);
        pthread_cond_broadcast(&conns->changed);
    }
    pthread_mutex_unlock(&conns->lock);
    atomic_store(&conn->late, false);
    atomic_store(&conn->waits, 0);
    conn->civetweb = NULL;
    conn->opened_us = clock_mono_us();
    conn->dropped = 0;
    conn->token_seen = (struct token_seen){0};
    return conn;
}

/* It has gone, or goes on: nobody need wait for it. Caller holds lock. */
static void leave_no_more_locked(struct conn *conn) /* REQUEST THREAD */
{
    if (!conn->leaving)
        return;
    conn->leaving = false;
    conn->conns->leaving--;
    pthread_cond_broadcast(&conn->conns->changed);
}

void conns_close(struct conn *conn) /* REQUEST THREAD */
{
    struct conns *conns = conn->conns;

    conn_expect_nothing(conn);
    pthread_mutex_lock(&conns->lock);
    conn->open = false;
    conn->fd = -1; /* civetweb closes it now; the number may return */
    conns->serving -= !conn->spare;
    atomic_fetch_sub(&conns->open_count, 1);
    leave_no_more_locked(conn);
    pthread_mutex_unlock(&conns->lock);
}

bool conns_take_place(struct conn *conn) /* REQUEST THREAD */
{
    struct conns *conns = conn->conns;
    int places = conns->server->config->threads;
    int64_t until_us;

    if (!conn->spare)
        return true;
    until_us = clock_mono_us() + SOON_US;
    pthread_mutex_lock(&conns->lock);
    while (conns->serving == places && conns->leaving > 0 &&
           clock_mono_us() < until_us)
        wait_until_locked(conns, until_us); /* WAITS: those who leave */
    conn->spare = conns->serving == places;
    conns->serving += !conn->spare;
    pthread_mutex_unlock(&conns->lock);
    return !conn->spare;
}

void conn_goes_on(struct conn *conn) /* REQUEST THREAD */
{
    if (atomic_exchange(&conn->deadline, 0) != 0)
        return; /* it was not cut, and cannot be now */
    pthread_mutex_lock(&conn->conns->lock);
    leave_no_more_locked(conn);
    pthread_mutex_unlock(&conn->conns->lock);
}

void conn_request_begin(struct conn *conn,
                        struct mg_connection *civetweb) /* REQUEST THREAD */
{
    conn_expect_nothing(conn);
    conn->civetweb = civetweb;
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
    if (sooner(deadline, now + LOOK_US) < atomic_load(&conns->watch_until))
        wake(conns);
}

void conn_note_heard(struct conn *conn) /* REQUEST THREAD */
{
    if (conn->fd >= 0)
        atomic_store(&conn->heard, civet_heard(conn->fd));
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
    return false; /* civetweb has not looked at its socket yet */
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
