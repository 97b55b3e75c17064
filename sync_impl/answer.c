/*
 * sync_impl/answer.c - civetweb writes what it can and says how much; the
 * thread stands until the client has taken it all.
 */
#include "answer.h"

#include <stdatomic.h>
#include <sys/socket.h>

#include <civetweb.h>

#include "common/base/probe.h"
#include "conn.h"
#include "conns.h"
#include "server.h"

bool answer_write(struct conn *conn,
                  const struct reply *reply) /* REQUEST THREAD */
{
    const char *at = reply->out.data;
    size_t left = reply->out.len;

    if (reply->until_close)
        conn_guard(conn, true);
    atomic_store(&conn->late, false);
    conn_expect(conn, conn->conns->server->config->write_timeout_ms, SHUT_RDWR);
    probe_stand(reply->number, "client.send");
    while (left > 0 && !atomic_load(&conn->late)) { /* WAITS: client */
        int n = mg_write(conn->civetweb, at, left);

        if (n == 0 || (n < 0 && conn_is_gone(conn)))
            break; /* mg_stop, or the client, has ended it */
        at += n > 0 ? n : 0;
        left -= n > 0 ? (size_t)n : 0;
    }
    conn_expect_nothing(conn);
    probe_go(reply->number, "client.send");
    return left == 0;
}

void answer_send(struct conn *conn,
                 const struct reply *reply) /* REQUEST THREAD */
{
    bool late = atomic_load(&conn->late); /* with its request */
    bool taken;

    conn_note_heard(conn);
    taken = answer_write(conn, reply);
    probe_end(reply->number);
    if (taken && reply->keep_alive && reply->out.len > 0)
        return;
    mg_disable_connection_keep_alive(conn->civetweb);
    if (taken && reply->until_close)
        conn_guard(conn, false);
    if (taken && late && conns_are_crowded(conn->conns))
        return; /* others wait for its place */
    if (taken)
        conn_linger(conn);
    else if (reply->until_close)
        conn_reset(conn);
}
