/*
 * sync_impl/suggestions.c - titles that another server suggests: the thread
 * asks for one after the other. Its twin is async_impl/suggestions.c.
 */
#include "common/http/reply.h"
#include "request.h"
#include "upstream.h"

static void suggest_titles(struct request *rq) /* REQUEST THREAD */
{
    struct buf array = {0};
    enum todo_err err;

    /* ask */ /* WAITS: upstream */
    err = upstream_ask(rq, rq->in.count, &array);

    /* answer */
    if (!err)
        err = reply_text(&rq->reply, "application/json", array.data, array.len);
    if (err)
        reply_error(&rq->reply, err);
    buf_release(&array);
    request_finish(rq); /* WAITS: client */
}

void suggestions_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_SUGGEST_TITLES] = suggest_titles;
}
