/*
 * sync_impl/server.h - one listening server: what all its requests share.
 * Threads: as each function says.
 * Blocks:  server_start, server_run, server_release.
 * Owns:    pages, limits, metrics, keeper, hashers, flights, reminders,
 * connections.
 */
#ifndef TODO_SYNC_SERVER_H
#define TODO_SYNC_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "civet.h"
#include "common/http/limits.h"
#include "common/http/metrics.h"
#include "common/pages/pages.h"
#include "common/setup/config.h"
#include "common/store/store.h"
#include "conn.h"
#include "feed.h"
#include "flights.h"
#include "hashers.h"
#include "keeper.h"
#include "reminders.h"
#include "request.h"
#include "wire.h"

struct server {
    struct config *config;
    struct pages pages;
    struct limits *limits; /* NULL without --rate-limit */
    struct metrics *metrics;
    struct store_file *file;
    struct keeper *keeper;
    struct feed *feed;
    struct hashers *hashers;
    struct flights *flights;
    struct reminders *reminders;
    struct conns *conns;
    struct mg_context *civetweb;
    char secret[CIVET_SECRET_SIZE]; /* primes the threads */
    char complaint[160];   /* the first of civetweb's while it starts */
    atomic_bool listening; /* it has started */
    request_step *handlers[OP_COUNT]; /* by operation */
};

/* Opens the database and listens; config->port then holds the real port. On
 * failure gives false and writes one line that says why to `why`. Main thread.
 */
bool server_start(struct server *server, struct config *config, char *why,
                  size_t size);

/* Serves until SIGTERM or SIGINT, then lets what is in flight finish. Gives
 * whether everybody left within config->shutdown_timeout_ms. Main thread. */
bool server_run(struct server *server);

/* Frees what server_start made, when all threads have ended: waits for those
 * that are idle, which is short. Accepts {0}. Main thread. */
void server_release(struct server *server);

#endif
