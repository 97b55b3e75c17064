/*
 * sync_impl/pages.c - the pages and the two checks. Most wait for nothing but
 * the client. Their twin is async_impl/pages.c.
 */
#include "common/pages/pages.h"

#include "common/store/store.h"
#include "keeper.h"
#include "request.h"
#include "server.h"

const struct pages_room pages_room = {
    .how_it_waits =
        "A thread for each connection. It reads the request, waits for the "
        "disk, writes the answer, and stands still wherever it must wait.",
    .how_it_streams =
        "Here a thread stands for each window that shows this page, until "
        "something happens.",
    .what_to_watch =
        "A request that waits here keeps its thread. When every thread has "
        "one, the next client hears 503.",
    .lanes = {{"thread 1", "AAaaaaaAA"},
              {"thread 2", "  BBbbbbbBB"},
              {"thread 3", "    CCcccccCC"}},
};

static void show_page(struct request *rq) /* REQUEST THREAD */
{
    enum todo_err err = pages_reply(&rq->server->pages, &rq->in, &rq->reply);

    if (err)
        reply_error(&rq->reply, err);
    request_finish(rq); /* WAITS: client */
}

static void check_ready(struct request *rq) /* REQUEST THREAD */
{
    enum todo_err err;

    /* fetch */
    err = keeper_read(rq->keeper, store_ping, NULL); /* WAITS: disk */

    /* answer */
    if (!err)
        err = pages_reply(&rq->server->pages, &rq->in, &rq->reply);
    if (err)
        reply_error(&rq->reply, err);
    request_finish(rq); /* WAITS: client */
}

void pages_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_SHOW_HOME] = show_page;
    handlers[OP_SHOW_DOCS] = show_page;
    handlers[OP_SHOW_LIVE] = show_page;
    handlers[OP_SHOW_WAITING] = show_page;
    handlers[OP_SHOW_DOCS_FILE] = show_page;
    handlers[OP_SHOW_OPENAPI] = show_page;
    handlers[OP_CHECK_HEALTH] = show_page;
    handlers[OP_CHECK_READY] = check_ready;
    handlers[OP_SHOW_OPTIONS] = show_page;
}
