/*
 * sync_impl/upstream.c - a thread asks, and stands still until it is answered.
 *
 * libcurl's easy interface: curl_easy_perform(3) returns when the transfer is
 * over. Each thread keeps its own handle, and with it its connection to the
 * upstream; so there are never more of these than threads.
 */
#include "upstream.h"

#include "common/base/clock.h"
#include "common/base/probe.h"
#include "common/todo/suggestion.h"
#include "request.h"
#include "server.h"

/* The calling thread's own. */
static _Thread_local struct suggestion_call call;

void upstream_leave_thread(void) /* REQUEST THREAD */
{
    suggestion_call_release(&call);
}

static enum todo_err ask_once(struct request *rq, int64_t until_us,
                              struct buf *array) /* REQUEST THREAD */
{
    int64_t left_us = until_us - clock_mono_us();
    enum todo_err err;
    CURLcode code;

    if (left_us <= 0)
        return TODO_ERR_UPSTREAM_TIMEOUT;
    err = suggestion_call_begin(&call, (left_us + 999) / 1000);
    if (err)
        return err;
    probe_stand(rq->reply.number, "upstream.answer");
    code = curl_easy_perform(call.easy); /* WAITS: upstream */
    probe_go(rq->reply.number, "upstream.answer");
    return suggestion_call_end(&call, code, array);
}

enum todo_err upstream_ask(struct request *rq, int count,
                           struct buf *array) /* REQUEST THREAD */
{
    const struct config *config = rq->server->config;
    int64_t until_us = clock_mono_us() + config->upstream_timeout_ms * 1000;
    enum todo_err err = TODO_OK;

    if (!config->upstream)
        return TODO_ERR_NO_UPSTREAM;
    if (!call.easy && !suggestion_call_init(&call, config->upstream)) {
        suggestion_call_release(&call);
        return TODO_ERR_INTERNAL;
    }
    for (int i = 0; i < count && !err; i++) /* WAITS: upstream */
        err = ask_once(rq, until_us, array);
    buf_puts(array, "]");
    return !err && array->failed ? TODO_ERR_INTERNAL : err;
}
