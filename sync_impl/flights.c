/*
 * sync_impl/flights.c - threads that ask for the same count share one.
 *
 *   gathers   whoever asks joins it; it waits while another is under way
 *   begun     a thread of those who joined counts, and nobody joins any more
 *   landed    the others take the result with them; the last one frees it
 *
 * The first thread that finds nothing under way counts for its whole flight.
 * Which of them that is nobody knows before: so whoever leaves while a flight
 * gathers takes nobody down.
 */
#include "flights.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/probe.h"
#include "conns.h"
#include "keeper.h"
#include "request.h"
#include "server.h"

enum { LOOK_MS = 500 };

/* A count, and the threads that wait for it. */
struct flight {
    int64_t owner;
    bool begun;
    bool landed;
    int riders;
    enum todo_err err; /* of the count */
    struct todo_stats stats;
    struct flight *next;
};

struct flights {
    pthread_mutex_t lock;
    pthread_cond_t landed;
    struct flight *first; /* guarded by lock, with all that is in it */
};

struct flights *flights_new(void) /* MAIN THREAD */
{
    struct flights *flights = calloc(1, sizeof *flights);

    if (!flights)
        return NULL;
    pthread_mutex_init(&flights->lock, NULL);
    clock_cond_init(&flights->landed);
    return flights;
}

void flights_free(struct flights *flights) /* MAIN THREAD */
{
    if (!flights)
        return;
    pthread_cond_destroy(&flights->landed);
    pthread_mutex_destroy(&flights->lock);
    free(flights);
}

/* --- coming and leaving --------------------------------------------------- */

/* The owner's flight that gathers, or the one under way; there is one of each
 * at most. Caller holds lock. */
static struct flight *find_locked(struct flights *flights, int64_t owner,
                                  bool begun)
{
    struct flight *flight = flights->first;

    while (flight &&
           (flight->owner != owner || flight->begun != begun || flight->landed))
        flight = flight->next;
    return flight;
}

/* Caller holds lock. */
static struct flight *add_locked(struct flights *flights, int64_t owner)
{
    struct flight *flight = calloc(1, sizeof *flight);

    if (!flight)
        return NULL;
    flight->owner = owner;
    flight->next = flights->first;
    flights->first = flight;
    return flight;
}

/* One that has begun may be too old: so nobody joins it. NULL when memory runs
 * out. */
static struct flight *join(struct flights *flights,
                           int64_t owner) /* REQUEST THREAD */
{
    struct flight *flight;

    pthread_mutex_lock(&flights->lock);
    flight = find_locked(flights, owner, false);
    if (!flight)
        flight = add_locked(flights, owner);
    if (flight)
        flight->riders++;
    pthread_mutex_unlock(&flights->lock);
    return flight;
}

/* The last one frees it. Caller holds lock. */
static void leave_locked(struct flights *flights, struct flight *flight)
{
    struct flight **at = &flights->first;

    if (--flight->riders > 0)
        return;
    while (*at != flight)
        at = &(*at)->next;
    *at = flight->next;
    free(flight);
}

/* --- waiting -------------------------------------------------------------- */

/* Whether there is nothing more to wait for: it has landed, or may begin, and
 * whoever sees that first is to count. Caller holds lock. */
static bool goes_on_locked(struct flights *flights, const struct flight *flight)
{
    return flight->landed ||
           (!flight->begun && !find_locked(flights, flight->owner, true));
}

/* For a moment at most. Caller holds lock. */
static void wait_locked(struct flights *flights,
                        int64_t until_us) /* REQUEST THREAD */
{
    int64_t nap_ms = clock_nap_ms(until_us);
    struct timespec until = clock_from_now(nap_ms < LOOK_MS ? nap_ms : LOOK_MS);

    pthread_cond_timedwait(&flights->landed, /* WAITS: each other */
                           &flights->lock, &until);
}

/* Waits until it has landed, or the caller is to count: then it `leads`. */
static enum todo_err await(struct request *rq, struct flight *flight,
                           int64_t until_us, bool *leads) /* REQUEST THREAD */
{
    struct flights *flights = rq->server->flights;
    enum todo_err err = TODO_OK;

    pthread_mutex_lock(&flights->lock);
    while (!err && !goes_on_locked(flights, flight)) {
        wait_locked(flights, until_us); /* WAITS: each other */
        pthread_mutex_unlock(&flights->lock);
        if (rq->conn->fd >= 0 && conn_is_gone(rq->conn))
            err = TODO_ERR_GONE;
        else if (clock_mono_us() >= until_us)
            err = TODO_ERR_SLOW_QUERY;
        pthread_mutex_lock(&flights->lock);
    }
    *leads = !err && !flight->landed;
    if (*leads)
        flight->begun = true; /* whoever asks now takes the next one */
    pthread_mutex_unlock(&flights->lock);
    return err;
}

/* Counts for all of the flight, with no lock held. */
static void lead(struct request *rq, struct flight *flight) /* REQUEST THREAD */
{
    struct flights *flights = rq->server->flights;
    struct count_todos job = {.owner = flight->owner};
    enum todo_err err;

    err = keeper_search(rq->keeper, store_count_todos, &job); /* WAITS: disk */
    pthread_mutex_lock(&flights->lock);
    flight->err = err;
    flight->stats = job.stats;
    flight->landed = true;
    pthread_cond_broadcast(&flights->landed);
    pthread_mutex_unlock(&flights->lock);
}

enum todo_err flights_count(struct request *rq,
                            struct count_todos *job) /* REQUEST THREAD */
{
    struct flights *flights = rq->server->flights;
    int64_t until_us = clock_mono_us() + FLIGHTS_WAIT_MS * INT64_C(1000);
    struct flight *flight = join(flights, job->owner);
    enum todo_err err;
    bool leads;

    if (!flight)
        return TODO_ERR_INTERNAL;
    probe_stand(rq->reply.number, "flight.wait");
    err = await(rq, flight, until_us, &leads); /* WAITS: each other */
    probe_go(rq->reply.number, "flight.wait");
    if (leads)
        lead(rq, flight); /* WAITS: disk */

    pthread_mutex_lock(&flights->lock);
    if (!err)
        err = flight->err;
    job->stats = flight->stats;
    leave_locked(flights, flight);
    pthread_mutex_unlock(&flights->lock);
    return err;
}
