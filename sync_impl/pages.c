/*
 * sync_impl/pages.c - the pages and the two checks. Most wait for nothing but
 * the client. Their twin is async_impl/pages.c.
 */
#include "common/pages/pages.h"

#include "common/http/reply.h"
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

static void answer_page(struct request *rq,
                        enum page_id id) /* REQUEST THREAD */
{
    const struct page *page = &rq->server->pages.page[id];

    if (reply_text(&rq->reply, page->content_type, page->text.data,
                   page->text.len))
        reply_error(&rq->reply, TODO_ERR_INTERNAL);
    request_finish(rq); /* WAITS: client */
}

static void show_home(struct request *rq) /* REQUEST THREAD */
{
    answer_page(rq, PAGE_HOME);
}

static void show_docs(struct request *rq) /* REQUEST THREAD */
{
    answer_page(rq, PAGE_DOCS);
}

static void show_live(struct request *rq) /* REQUEST THREAD */
{
    answer_page(rq, PAGE_LIVE);
}

static void show_waiting(struct request *rq) /* REQUEST THREAD */
{
    answer_page(rq, PAGE_WAITING);
}

static void show_docs_file(struct request *rq) /* REQUEST THREAD */
{
    const struct page *page = pages_file(&rq->server->pages, rq->in.route.file,
                                         rq->in.route.file_len);
    enum todo_err err = TODO_ERR_NO_PATH;

    if (page)
        err = reply_text(&rq->reply, page->content_type, page->text.data,
                         page->text.len);
    if (err)
        reply_error(&rq->reply, err);
    request_finish(rq); /* WAITS: client */
}

static void show_openapi(struct request *rq) /* REQUEST THREAD */
{
    answer_page(rq, PAGE_OPENAPI);
}

static void check_health(struct request *rq) /* REQUEST THREAD */
{
    answer_page(rq, PAGE_OK);
}

static void check_ready(struct request *rq) /* REQUEST THREAD */
{
    enum todo_err err;

    /* fetch */
    err = keeper_read(rq->keeper, store_ping, NULL); /* WAITS: disk */

    /* answer */
    if (err) {
        reply_error(&rq->reply, err);
        request_finish(rq); /* WAITS: client */
    } else {
        answer_page(rq, PAGE_OK);
    }
}

static void show_options(struct request *rq) /* REQUEST THREAD */
{
    if (reply_options(&rq->reply, rq->in.preflight))
        reply_error(&rq->reply, TODO_ERR_INTERNAL);
    request_finish(rq); /* WAITS: client */
}

void pages_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_SHOW_HOME] = show_home;
    handlers[OP_SHOW_DOCS] = show_docs;
    handlers[OP_SHOW_LIVE] = show_live;
    handlers[OP_SHOW_WAITING] = show_waiting;
    handlers[OP_SHOW_DOCS_FILE] = show_docs_file;
    handlers[OP_SHOW_OPENAPI] = show_openapi;
    handlers[OP_CHECK_HEALTH] = check_health;
    handlers[OP_CHECK_READY] = check_ready;
    handlers[OP_SHOW_OPTIONS] = show_options;
}
