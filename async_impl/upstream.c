/*
 * async_impl/upstream.c - asks, and goes on with others until it is answered.
 *
 * libcurl's multi interface does a step of all its transfers whenever it is
 * told that a socket is ready or a time has come. It says which sockets and
 * which time it waits for, and the loop watches them.
 *
 * on_watch and on_timer_wish are called by libcurl: "tell me about this
 * socket", "tell me at that time". on_socket and on_time are called by the
 * loop: "it is ready", "it is time".
 *
 * Nobody waits for a name to be looked up either: see common/base/resolver.h.
 */
#include "upstream.h"

#include <stdlib.h>

#include "common/base/container_of.h"
#include "common/base/log.h"
#include "common/base/probe.h"
#include "common/todo/suggestion.h"
#include "server.h"

/* A socket that libcurl waits for. */
struct watch {
    uv_poll_t poll;
    struct upstream *upstream;
    curl_socket_t socket;
};

/* What one request asks. It owns its calls until they are done with. */
struct upstream_calls {
    struct request *rq;
    struct buf *array;
    request_step *next;
    int count, open;
    struct upstream_call {
        struct suggestion_call call;
        struct upstream_calls *all;
        bool running;
    } each[];
};

struct upstream {
    const struct config *config;
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t timer;
    int running; /* calls */
};

/* --- what libcurl asks of the loop ---------------------------------------- */

static void collect(struct upstream *upstream);

static void on_socket(uv_poll_t *poll, int status, int events) /* LOOP */
{
    struct watch *watch = container_of(poll, struct watch, poll);
    struct upstream *upstream = watch->upstream;
    int flags = 0, running;

    if (status < 0)
        flags = CURL_CSELECT_ERR;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    curl_multi_socket_action(upstream->multi, watch->socket, flags, &running);
    collect(upstream); /* the watch may be gone */
}

static void on_time(uv_timer_t *timer) /* LOOP */
{
    struct upstream *upstream = container_of(timer, struct upstream, timer);
    int running;

    curl_multi_socket_action(upstream->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(upstream);
}

static void on_watch_closed(uv_handle_t *handle) /* LOOP */
{
    free(container_of((uv_poll_t *)handle, struct watch, poll));
}

static struct watch *watch_new(struct upstream *upstream, curl_socket_t socket)
{
    struct watch *watch = calloc(1, sizeof *watch);

    if (!watch)
        return NULL;
    watch->upstream = upstream;
    watch->socket = socket;
    if (uv_poll_init_socket(upstream->loop, &watch->poll, socket) != 0) {
        free(watch);
        return NULL;
    }
    curl_multi_assign(upstream->multi, socket, watch);
    return watch;
}

static int on_watch(CURL *easy, curl_socket_t socket, int what, void *arg,
                    void *known) /* LOOP */
{
    struct upstream *upstream = arg;
    struct watch *watch = known;
    int events = 0;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch)
            uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
        curl_multi_assign(upstream->multi, socket, NULL);
        return 0;
    }
    if (!watch)
        watch = watch_new(upstream, socket);
    if (what & CURL_POLL_IN)
        events |= UV_READABLE;
    if (what & CURL_POLL_OUT)
        events |= UV_WRITABLE;
    if (!watch || uv_poll_start(&watch->poll, events, on_socket) != 0)
        log_error("upstream", "a socket cannot be watched: its call will end "
                              "by --upstream-timeout");
    return 0; /* anything else would fail all calls, whoever asked */
}

/* Never at once: libcurl may not be called from within its own callback. */
static int on_timer_wish(CURLM *multi, long ms, void *arg) /* LOOP */
{
    struct upstream *upstream = arg;

    (void)multi;
    if (ms < 0)
        uv_timer_stop(&upstream->timer);
    else
        uv_timer_start(&upstream->timer, on_time, (uint64_t)ms, 0);
    return 0;
}

/* --- calls ---------------------------------------------------------------- */

static void calls_free(struct upstream_calls *calls)
{
    for (int i = 0; i < calls->count; i++)
        suggestion_call_release(&calls->each[i].call);
    free(calls);
}

static void call_stop(struct upstream *upstream, struct upstream_call *call)
{
    if (!call->running)
        return;
    curl_multi_remove_handle(upstream->multi, call->call.easy);
    call->running = false;
    call->all->open--;
    upstream->running--;
}

/* All is answered, or one call has failed, and then the others are ended. The
 * request goes on, and may be gone afterwards. */
static void calls_end(struct upstream_calls *calls,
                      enum todo_err err) /* LOOP */
{
    struct request *rq = calls->rq;
    request_step *next = calls->next;
    uint32_t before = probe_enter(rq->reply.number);

    for (int i = 0; i < calls->count; i++)
        call_stop(rq->server->upstream, &calls->each[i]);
    buf_puts(calls->array, "]");
    rq->err = !err && calls->array->failed ? TODO_ERR_INTERNAL : err;
    rq->calls = NULL;
    calls_free(calls);
    probe_go(rq->reply.number, "upstream.answer");
    next(rq);
    probe_leave(before);
}

/* Takes what libcurl has finished. */
static void collect(struct upstream *upstream) /* LOOP */
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(upstream->multi, &left)) != NULL) {
        struct upstream_call *call;
        struct upstream_calls *calls;
        CURLcode code = message->data.result;
        enum todo_err err;
        char *private = NULL;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        call = container_of((struct suggestion_call *)(void *)private,
                            struct upstream_call, call);
        calls = call->all;
        call_stop(upstream, call);
        err = suggestion_call_end(&call->call, code, calls->array);
        if (err || calls->open == 0)
            calls_end(calls, err);
    }
}

static struct upstream_calls *calls_new(struct request *rq, int count)
{
    struct upstream_calls *calls =
        calloc(1, sizeof *calls + (size_t)count * sizeof calls->each[0]);

    if (!calls)
        return NULL;
    calls->rq = rq;
    for (; calls->count < count; calls->count++) {
        struct upstream_call *call = &calls->each[calls->count];

        call->all = calls;
        if (!suggestion_call_init(&call->call, rq->server->config->upstream)) {
            calls->count++;
            calls_free(calls);
            return NULL;
        }
    }
    return calls;
}

static void calls_start(struct upstream *upstream,
                        struct upstream_calls *calls) /* LOOP */
{
    for (int i = 0; i < calls->count; i++) {
        struct upstream_call *call = &calls->each[i];
        enum todo_err err = suggestion_call_begin(
            &call->call, upstream->config->upstream_timeout_ms);

        if (!err &&
            curl_multi_add_handle(upstream->multi, call->call.easy) != CURLM_OK)
            err = TODO_ERR_INTERNAL;
        if (err) {
            calls_end(calls, err);
            return;
        }
        call->running = true;
        calls->open++;
        upstream->running++;
    }
}

void upstream_ask(struct request *rq, int count, struct buf *array,
                  request_step *next) /* LOOP */
{
    struct upstream *upstream = rq->server->upstream;

    server_assert_loop(rq->server);
    if (!upstream->config->upstream)
        rq->err = TODO_ERR_NO_UPSTREAM;
    else if (upstream->running + count > UPSTREAM_MAX_CALLS)
        rq->err = TODO_ERR_BUSY;
    else if (!(rq->calls = calls_new(rq, count)))
        rq->err = TODO_ERR_INTERNAL;
    if (!rq->calls) {
        next(rq);
        return;
    }
    rq->calls->array = array;
    rq->calls->next = next;
    probe_park(rq->reply.number, "upstream.answer");
    calls_start(upstream, rq->calls);
}

void upstream_cancel(struct request *rq) /* LOOP */
{
    if (!rq->calls)
        return;
    log_debug("upstream", "the client has left: %d calls are ended",
              rq->calls->open);
    calls_end(rq->calls, TODO_ERR_GONE);
}

/* --- the beginning and the end -------------------------------------------- */

struct upstream *upstream_new(uv_loop_t *loop,
                              const struct config *config) /* LOOP */
{
    struct upstream *upstream = calloc(1, sizeof *upstream);

    if (!upstream)
        return NULL;
    upstream->config = config;
    upstream->loop = loop;
    upstream->multi = curl_multi_init();
    if (!upstream->multi) {
        free(upstream);
        return NULL;
    }
    uv_timer_init(loop, &upstream->timer);
    curl_multi_setopt(upstream->multi, CURLMOPT_SOCKETFUNCTION, on_watch);
    curl_multi_setopt(upstream->multi, CURLMOPT_SOCKETDATA, upstream);
    curl_multi_setopt(upstream->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(upstream->multi, CURLMOPT_TIMERDATA, upstream);
    curl_multi_setopt(upstream->multi, CURLMOPT_MAXCONNECTS,
                      (long)UPSTREAM_MAX_CALLS); /* kept when idle */
    return upstream;
}

static void on_timer_closed(uv_handle_t *handle) /* LOOP */
{
    free(container_of((uv_timer_t *)handle, struct upstream, timer));
}

void upstream_close(struct upstream *upstream) /* LOOP */
{
    if (!upstream)
        return;
    curl_multi_cleanup(upstream->multi);
    uv_close((uv_handle_t *)&upstream->timer, on_timer_closed);
}
