/*
 * async_impl/pages.c - the pages and the two checks. Most wait for nothing but
 * the client. Their twin is sync_impl/pages.c.
 */
#include "common/pages/pages.h"

#include "common/store/store.h"
#include "keeper.h"
#include "request.h"
#include "server.h"

static request_step check_ready, check_ready_answer;

const struct pages_room pages_room = {
    .how_it_waits =
        "One loop for all connections. It starts what must wait, hands it to "
        "another thread or to the kernel, and goes on with somebody else; it "
        "never stands still while there is work.",
    .how_it_streams =
        "Here each window that shows this page is a struct in a list, and no "
        "thread stands for it.",
    .what_to_watch =
        "A request that waits here keeps no thread: it is a job in a queue, or "
        "a struct in a list. But while the loop is at work for one, all others "
        "wait.",
    .lanes = {{"loop", "AABBCC AA    BBCC"}, {"writer", "  aaaaa-----"}},
};

static void show_page(struct request *rq) /* LOOP */
{
    enum todo_err err = pages_reply(&rq->server->pages, &rq->in, &rq->reply);

    if (err)
        reply_error(&rq->reply, err);
    request_finish(rq); /* WAITS: client */
}

static void check_ready(struct request *rq) /* LOOP */
{
    /* fetch */
    keeper_read(rq, store_ping, NULL, check_ready_answer); /* WAITS: disk */
}

static void check_ready_answer(struct request *rq) /* LOOP */
{
    /* answer */
    if (!rq->err)
        rq->err = pages_reply(&rq->server->pages, &rq->in, &rq->reply);
    if (rq->err)
        reply_error(&rq->reply, rq->err);
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
