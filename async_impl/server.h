/*
 * async_impl/server.h - one listening server: what all its requests share.
 * Threads: the loop's.
 * Blocks:  server_start, server_run, server_release; server_leave, until the
 *          store threads have ended.
 * Owns:    pages, limits, metrics, keeper, hashers, flights, reminders,
 * connections, the loop.
 */
#ifndef TODO_ASYNC_SERVER_H
#define TODO_ASYNC_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

#include "common/http/limits.h"
#include "common/http/metrics.h"
#include "common/pages/pages.h"
#include "common/setup/config.h"
#include "common/store/store.h"
#include "conns.h"
#include "feed.h"
#include "flights.h"
#include "hashers.h"
#include "keeper.h"
#include "reminders.h"
#include "request.h"
#include "turns.h"
#include "upstream.h"

struct server {
    struct config *config;
    struct pages pages;
    struct limits *limits; /* NULL without --rate-limit */
    struct metrics *metrics;
    struct store_file *file;
    struct keeper *keeper;
    struct hashers *hashers;
    struct flights *flights;
    struct reminders *reminders;
    struct conns *conns;
    struct upstream *upstream;
    struct turns *turns;
    struct feed *feed;
    uv_loop_t loop;
    uv_thread_t thread; /* the loop's */
    uv_tcp_t listener;
    uv_signal_t signals[2];
    uv_timer_t cut; /* the end of --shutdown-timeout */
    int64_t cut_us; /* when that is (clock_mono_us) */
    bool has_loop;
    bool stopping;
    bool left_in_time;
    request_step *handlers[OP_COUNT]; /* by operation */
};

/* Opens the database and listens; config->port then holds the real port. On
 * failure gives false and writes one line that says why to `why`. */
bool server_start(struct server *server, struct config *config, char *why,
                  size_t size);

/* Serves until SIGTERM or SIGINT, then lets what is in flight finish. Gives
 * whether everybody left within config->shutdown_timeout_ms. */
bool server_run(struct server *server);

/* Called by the last connection of a stopping server, and by its reminders when
 * they are done: the last of them ends it. */
void server_leave(struct server *server);

/* Frees what server_start made. Waits until the store threads have ended, and
 * for the loop to close its handles. Gives false if it still held something: a
 * handle was lost. Accepts {0}. */
bool server_release(struct server *server);

/* Stops a debug build when another thread than the loop's calls it. */
void server_assert_loop(const struct server *server);

#endif
