/*
 * tests/load/conn.h - one connection, on which requests are asked in turn.
 * Threads: the loop's.
 * Blocks:  never.
 * Owns:    itself, its socket, and the bytes of the request under way.
 */
#ifndef TODO_TESTS_CONN_H
#define TODO_TESTS_CONN_H

#include <uv.h>

#include "answer.h"
#include "link.h"
#include "mix.h"
#include "samples.h"

struct conn;

/* Says what became of the request under way, from a callback of the loop. The
 * connection may take a further request when `is_free`; otherwise it is
 * closing, and has to be forgotten. It is also called when a connection ends
 * that is free: then with FATE_UNDER_WAY, as nothing was asked on it. */
typedef void conn_end(struct conn *conn, enum fate fate, bool is_free);

struct conn {
    struct link link;   /* for the one that asks */
    void *owner;        /* likewise */
    size_t sample;      /* likewise: the request under way */
    int64_t give_up_us; /* likewise: its deadline */

    conn_end *on_end;
    bool is_asking;
    bool is_connected;
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    struct answer answer;
    char request[MIX_REQUEST_MAX];
    size_t request_len;
};

/* Makes a connection, which connects when something is asked. NULL when memory
 * runs out. Gives: conn_close it; it frees itself when it has closed. */
struct conn *conn_new(uv_loop_t *loop, conn_end *on_end);

/* Sends the request that lies in `request`; a new connection is made to `to`
 * first. False when that could not begin: then it closes. */
bool conn_ask(struct conn *conn, const struct sockaddr_in *to);

/* Closes it, whatever is under way; on_end is not called any more. */
void conn_close(struct conn *conn);

#endif
