/*
 * async_impl/conns.h - all connections: who is here, who is late, who must go.
 * Threads: the loop's.
 * Blocks:  conn_unref and conns_stop: when the last client has left a server
 *          that stops, until the store threads have ended (server.h).
 * Owns:    the list of connections.
 *
 * The loop looks at the clock by itself: each connection has a timer, and what
 * it waits for has a deadline.
 */
#ifndef TODO_ASYNC_CONNS_H
#define TODO_ASYNC_CONNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "common/base/buf.h"
#include "common/http/limits.h"
#include "common/todo/token.h"

struct request;
struct server;
struct subscriber;

enum {
    CONNS_SPARE = 64, /* beside --max-connections: to say 503 there */
    CONNS_READ_SIZE = 64 * 1024,
    CONNS_SOON_MS = 200, /* for a client to send while places are short, or the
                          * server stops */
    CONNS_UNSENT_MAX = 64 << 20 /* bytes of answers that wait for clients */
};

/* What a connection is doing, and so what it waits for. */
enum conn_state {
    CONN_OPEN,      /* idle: for a request to begin */
    CONN_READING,   /* for the rest of a request */
    CONN_WAITING,   /* for the answer, from a handler */
    CONN_ANSWERING, /* for the client to take the answer */
    CONN_STREAMING, /* for something to happen (feed.h) */
    CONN_LINGERING, /* for the client to leave; its bytes are dropped */
    CONN_CLOSING    /* for the loop to close the handles */
};

struct conn {
    struct conns *conns;
    struct conn *prev, *next;
    struct conn *older, *younger; /* of those that are to send, by since_us */
    bool queued;                  /* it is one of these */
    uv_tcp_t tcp;
    uv_timer_t timer;
    int64_t since_us; /* clock_mono_us: it waits for what it waits for now */
    int64_t deadline; /* clock_mono_us; 0 while nothing is due */
    bool overdue;     /* it has passed; one more turn of the loop is left */
    enum conn_state state;
    struct token_seen token_seen;
    struct limits_client client;
    int refs;           /* open handles, and the request while a handler has it;
                           the last one frees */
    bool kept;          /* its client has been answered, and may ask again */
    bool spare;         /* one more than --max-connections: hears 503 */
    bool ended;         /* the client sends nothing more */
    bool paused;        /* nothing is read: `pending` waits for its turn */
    bool advancing;     /* conn_advance is on the stack */
    bool guarded;       /* any end of it is a reset (conn_guard) */
    struct request *rq; /* NULL while idle */
    struct subscriber *subscriber; /* while streaming */
    struct buf pending;            /* bytes behind the request under way */
    size_t dropped;                /* bytes that nobody asked for */
    uv_write_t write;
    size_t unsent; /* bytes handed to uv_write and not yet taken */
};

struct conns {
    struct server *server;
    struct conn *first;
    struct conn *oldest, *youngest; /* of those that are to send something */
    struct conn *reserve; /* for when memory runs out and nobody goes */
    int count;
    int serving; /* of these, those that are not spare */
    bool stopping;
    bool starved;  /* somebody waits to be let in, until another one goes */
    size_t unsent; /* of all of them */
    char read_bytes[CONNS_READ_SIZE]; /* one for all: a read is used up before
                                         the next one begins */
};

/* NULL when memory runs out. Free with conns_free, when nobody is left. */
struct conns *conns_new(struct server *server);

/* Accepts NULL. */
void conns_free(struct conns *conns);

/* A connection comes. NULL when memory or the last spare place is taken:
 * conn_unref lets it in later. */
struct conn *conns_open(struct conns *conns);

/* Whether clients wait for a place: spare connections are open. */
bool conns_are_crowded(const struct conns *conns);

/* Somebody needs a place: the client goes that has been idle for longest, and
 * for CONNS_SOON_MS at least; heads and bodies that have had as long are late.
 */
void conns_make_room(struct conns *conns);

/* Gives a spare connection a place, if there is one. Whether it has one. */
bool conns_take_place(struct conn *conn);

/* Lets one of its references go; the last one frees the connection. */
void conn_unref(struct conn *conn);

/* From now on conn_late is called if this takes longer, and what has come by
 * then was not enough. */
void conn_expect(struct conn *conn, int64_t within_ms);

/* What was expected has come; nothing has a deadline. */
void conn_expect_nothing(struct conn *conn);

/* Whether the client has reset the connection. libuv tells a reset that comes
 * together with bytes as an end of file. */
bool conn_is_gone(const struct conn *conn);

/* Nobody is let in any more. Those end that are idle or were answered for the
 * last time; those that were let in and have not asked yet have CONNS_SOON_MS
 * for it. */
void conns_stop(struct conns *conns);

#endif
