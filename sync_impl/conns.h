/*
 * sync_impl/conns.h - all connections: who is here, who is late, who must go.
 * Threads: as each function says.
 * Blocks:  conns_wait, conns_take_place, conns_free.
 * Owns:    the table of connections, and the thread that watches deadlines.
 *
 * A thread that stands in a read cannot look at the clock. So one thread does
 * nothing else: it watches the deadlines of all connections, and shuts down the
 * socket of the one that is late. The read or write then returns.
 *
 * Between two requests it is civetweb that reads, and it does not tell when a
 * head begins. So the watch asks the kernel, four times a second, how many
 * bytes have come. From the first one on, the head has the deadline of a head.
 */
#ifndef TODO_SYNC_CONNS_H
#define TODO_SYNC_CONNS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <civetweb.h>

#include "common/todo/token.h"

struct server;

/* Threads beside --threads, so that a server whose threads are all taken still
 * says something: 503, unless it has found room. */
enum { CONNS_SPARE = 4 };

struct conn {
    struct conns *conns;
    struct mg_connection *civetweb;
    atomic_bool busy;      /* serves a request, and has not answered it */
    atomic_bool late;      /* the watch has cut it */
    atomic_llong soon;     /* its deadline while places are short */
    atomic_llong deadline; /* clock_mono_us; 0 while nothing is due */
    atomic_llong idle;     /* the last deadline that was one for being idle */
    atomic_ullong heard;   /* bytes that had come when it was answered */
    atomic_llong waits;    /* since when its thread does; 0 while at work */
    atomic_int how;        /* what the watch shuts: SHUT_RD or SHUT_RDWR */
    int64_t opened_us;
    struct token_seen token_seen;
    size_t dropped; /* bytes that nobody asked for */
    /* guarded by conns->lock; its own thread may read fd and spare without */
    long long moment; /* a deadline that is only a moment behind the last one */
    bool open;
    bool spare;   /* one more than --threads */
    bool leaving; /* it was cut, and others wait for its place */
    int fd;       /* -1 until known */
};

struct conns {
    struct server *server;
    pthread_t watch;
    atomic_bool stopping;
    atomic_int in_flight;     /* requests */
    atomic_llong watch_until; /* the watch looks again at this time */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    atomic_int open_count;
    atomic_bool ready; /* all threads are primed (civet.h) */
    /* guarded by lock */
    bool ending; /* the watch is to end */
    int serving; /* connections that are not spare */
    int leaving;
    int size; /* places in the table, as many as threads */
    struct conn table[];
};

/* Starts the watching thread. NULL when there is no memory or thread for it.
 * Free with conns_free, after mg_stop. Main thread. */
struct conns *conns_new(struct server *server);

/* Ends the watching thread, and waits for that. Accepts NULL. Main thread. */
void conns_free(struct conns *conns);

/* A connection comes: gives its place, which the table keeps. Request thread.
 */
struct conn *conns_open(struct conns *conns);

/* It goes, and its place is free: before civetweb closes the socket, whose
 * number may then be another's. Request thread. */
void conns_close(struct conn *conn);

/* This descriptor is the socket of a connection, `arg`; from now on its first
 * head is expected, within --head-timeout. Request thread. */
void conn_found(void *arg, int fd);

/* The thread of a connection, `arg`, begins to wait for the client, or still
 * does; or it goes on, since there is something to take or room to write. A
 * thread that is at work while the deadline passes is not late yet. Request
 * thread. */
void conn_waits(void *arg, bool begins);

/* Whether places are short: spare threads serve some clients. Then those go
 * that keep a place without need. Any thread. */
bool conns_are_crowded(const struct conns *conns);

/* Gives a spare connection a place, if there is one. Waits for those that were
 * cut to make room, a moment at most. Whether it has a place. Request thread.
 */
bool conns_take_place(struct conn *conn);

/* A head has come, if only when the connection was cut already: it is served,
 * and nobody need wait for its place. Request thread. */
void conn_goes_on(struct conn *conn);

/* A request begins. Request thread. */
void conn_request_begin(struct conn *conn, struct mg_connection *civetweb);

/* It has been answered. From now on the watch expects the next head, within
 * --idle-timeout; when stopping, there is none. Request thread. */
void conn_request_end(struct conn *conn);

/* The request is about to be answered: what comes from now on is the next head.
 * Request thread. */
void conn_note_heard(struct conn *conn);

/* From now on the watch shuts the socket (shutdown(2)) and sets `late`, if the
 * deadline passes before conn_expect_nothing, and what has come by then was
 * not enough. Request thread. */
void conn_expect(struct conn *conn, int64_t within_ms, int how);

/* What was expected has come; nothing has a deadline. Request thread. */
void conn_expect_nothing(struct conn *conn);

/* Whether its last head came too late. Request thread. */
bool conn_is_late(const struct conn *conn);

/* Whether the client has reset the connection. Request thread. */
bool conn_is_gone(const struct conn *conn);

/* Whether the client of a stream, from whom nothing is awaited, has left: by a
 * reset, or by ending its side, as browsers do when they leave. What it sends
 * is read and dropped; one that sends more than REPLY_DROP_MAX is taken for
 * gone. Request thread. */
bool conn_has_left(struct conn *conn);

/* Requests are refused from now on, and those end that are idle or were
 * answered for the last time. Main thread. */
void conns_stop(struct conns *conns);

/* Nobody can connect from now on. Call it right before mg_stop: it also wakes
 * civetweb's accepting thread, which would sleep on for up to two seconds. Main
 * thread. */
void conns_refuse(struct conns *conns);

/* Waits until no request is in flight, or until the time (clock_mono_us).
 * Gives whether none is. Main thread. */
bool conns_wait(struct conns *conns, int64_t until_us);

#endif
