/*
 * async_impl/turns.c - looks at the clock once a turn, right before the loop
 * sleeps.
 *
 * From one such look to the next the loop has slept once at most, and worked
 * once. How long it has slept in all, libuv knows (uv_metrics_idle_time). The
 * rest of the time was work, or waiting for a processor. What libuv does for
 * that costs one epoll_wait more before each sleep.
 */
#include "turns.h"

#include <stdlib.h>

#include "common/base/container_of.h"

struct turns {
    uv_prepare_t before_sleep;
    uint64_t looked_ns; /* uv_hrtime, at the last look */
    uint64_t slept_ns;  /* in all, by then */
    struct metrics_histogram took;
};

static void look(uv_prepare_t *handle) /* LOOP */
{
    struct turns *turns = container_of(handle, struct turns, before_sleep);
    uint64_t now_ns = uv_hrtime();
    uint64_t slept_ns = uv_metrics_idle_time(handle->loop);
    uint64_t work_ns = now_ns - turns->looked_ns - (slept_ns - turns->slept_ns);

    if (turns->looked_ns != 0) /* the first turn began before the first look */
        metrics_observe(&turns->took, (int64_t)(work_ns / 1000));
    turns->looked_ns = now_ns;
    turns->slept_ns = slept_ns;
}

struct turns *turns_new(uv_loop_t *loop) /* LOOP */
{
    struct turns *turns = calloc(1, sizeof *turns);

    if (!turns)
        return NULL;
    /* It fails only where libuv is older than 1.39, which does not know it. */
    (void)uv_loop_configure(loop, UV_METRICS_IDLE_TIME);
    uv_prepare_init(loop, &turns->before_sleep);
    uv_prepare_start(&turns->before_sleep, look);
    return turns;
}

static void on_closed(uv_handle_t *handle) /* LOOP */
{
    free(container_of((uv_prepare_t *)handle, struct turns, before_sleep));
}

void turns_close(struct turns *turns) /* LOOP */
{
    if (turns)
        uv_close((uv_handle_t *)&turns->before_sleep, on_closed);
}

const struct metrics_histogram *turns_took(const struct turns *turns) /* LOOP */
{
    return &turns->took;
}
