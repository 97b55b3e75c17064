/*
 * async_impl/suggestions.c - titles that another server suggests: all calls are
 * under way at the same time. Its twin is sync_impl/suggestions.c.
 */
#include "common/http/reply.h"
#include "request.h"
#include "upstream.h"

static request_step suggest_titles, suggest_titles_answer;

static void suggest_titles(struct request *rq) /* LOOP */
{
    struct buf *array = &rq->frame.suggestions;

    /* ask */ /* WAITS: upstream */
    upstream_ask(rq, rq->in.count, array, suggest_titles_answer);
}

static void suggest_titles_answer(struct request *rq) /* LOOP */
{
    struct buf *array = &rq->frame.suggestions;

    /* answer */
    if (!rq->err)
        rq->err =
            reply_text(&rq->reply, "application/json", array->data, array->len);
    if (rq->err)
        reply_error(&rq->reply, rq->err);
    buf_release(array);
    request_finish(rq); /* WAITS: client */
}

void suggestions_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_SUGGEST_TITLES] = suggest_titles;
}
