/*
 * async_impl/flights.c - requests that ask for the same count share one.
 *
 *   gathers   whoever asks joins it; it waits while another is under way
 *   begun     the first of those who joined counts, and nobody joins any more
 *   landed    all go on with the result
 *
 * The one that counts has its job with the keeper, and stays until that is
 * done, though its client may have left. The others may leave at any time: all
 * that is known of them is a place in a list.
 */
#include "flights.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/container_of.h"
#include "common/base/probe.h"
#include "keeper.h"
#include "request.h"
#include "server.h"

struct rider_list {
    struct rider *first;
    struct rider **last;
};

/* A count, and the requests that wait for it, in the order in which they came.
 */
struct flight {
    int64_t owner;
    bool begun;
    struct rider *leader; /* it counts; NULL until it has begun */
    struct rider_list riders;
    struct flight *next;
};

struct flights {
    uv_timer_t timer; /* the first of them has waited too long */
    struct flight *first;
    struct rider_list leaving; /* they go on with an error, a turn later */
};

static request_step land;

/* --- lists ---------------------------------------------------------------- */

static void list_init(struct rider_list *list)
{
    list->first = NULL;
    list->last = &list->first;
}

static void list_add(struct rider_list *list, struct rider *rider)
{
    rider->behind = NULL;
    *list->last = rider;
    list->last = &rider->behind;
}

static void list_remove(struct rider_list *list, struct rider *rider)
{
    struct rider **at = &list->first;

    while (*at != rider)
        at = &(*at)->behind;
    *at = rider->behind;
    if (!*at)
        list->last = at;
}

static struct rider *list_take(struct rider_list *list)
{
    struct rider *rider = list->first;

    if (rider)
        list_remove(list, rider);
    return rider;
}

/* --- coming and leaving --------------------------------------------------- */

/* The owner's flight that gathers, or the one under way; there is one of each
 * at most. */
static struct flight *find(struct flights *flights, int64_t owner, bool begun)
{
    struct flight *flight = flights->first;

    while (flight && (flight->owner != owner || flight->begun != begun))
        flight = flight->next;
    return flight;
}

static struct flight *add(struct flights *flights, int64_t owner)
{
    struct flight *flight = calloc(1, sizeof *flight);

    if (!flight)
        return NULL;
    flight->owner = owner;
    list_init(&flight->riders);
    flight->next = flights->first;
    flights->first = flight;
    return flight;
}

/* Nobody finds it any more. */
static void take_off_list(struct flights *flights, struct flight *flight)
{
    struct flight **at = &flights->first;

    while (*at != flight)
        at = &(*at)->next;
    *at = flight->next;
}

/* One that has begun may be too old: so nobody joins it. False when memory runs
 * out. */
static bool join(struct flights *flights, struct rider *rider,
                 int64_t owner) /* LOOP */
{
    struct flight *flight = find(flights, owner, false);

    if (!flight)
        flight = add(flights, owner);
    if (!flight)
        return false;
    rider->flight = flight;
    list_add(&flight->riders, rider);
    return true;
}

/* When nobody is left of a flight that gathers, it is gone. */
static void leave(struct flights *flights, struct rider *rider,
                  enum todo_err err) /* LOOP */
{
    struct flight *flight = rider->flight;

    list_remove(&flight->riders, rider);
    rider->flight = NULL;
    rider->err = err;
    list_add(&flights->leaving, rider);
    if (flight->begun || flight->riders.first)
        return;
    take_off_list(flights, flight);
    free(flight);
}

/* The request may be gone afterwards. */
static void go_on(struct rider *rider) /* LOOP */
{
    struct request *rq = container_of(rider, struct request, rider);
    uint32_t before = probe_enter(rq->reply.number);

    rider->flight = NULL;
    rq->err = rider->err;
    probe_go(rq->reply.number, "flight.wait");
    rider->next(rq);
    probe_leave(before);
}

/* --- waiting -------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

/* Until the first of all has waited too long, or at once for those that leave.
 * In a flight that is whoever came first: all may wait for as long. */
static void wait_for_first(struct flights *flights) /* LOOP */
{
    int64_t until_us = flights->leaving.first ? 0 : INT64_MAX;

    for (struct flight *flight = flights->first; flight; flight = flight->next)
        if (flight->riders.first && flight->riders.first->until_us < until_us)
            until_us = flight->riders.first->until_us;
    if (until_us == INT64_MAX)
        uv_timer_stop(&flights->timer);
    else
        uv_timer_start(&flights->timer, on_timer,
                       (uint64_t)clock_nap_ms(until_us), 0);
}

static void leave_if_late(struct flights *flights) /* LOOP */
{
    int64_t now_us = clock_mono_us();

    for (struct flight *flight = flights->first, *next; flight; flight = next) {
        struct rider *rider = flight->riders.first, *behind;

        next = flight->next;
        for (; rider && rider->until_us <= now_us; rider = behind) {
            behind = rider->behind;
            leave(flights, rider, TODO_ERR_SLOW_QUERY); /* and the flight may
                                                           be gone */
        }
    }
}

static void on_timer(uv_timer_t *timer) /* LOOP */
{
    struct flights *flights = container_of(timer, struct flights, timer);
    struct rider *rider;

    leave_if_late(flights);
    while ((rider = list_take(&flights->leaving)) != NULL)
        go_on(rider);
    wait_for_first(flights);
}

/* --- counting ------------------------------------------------------------- */

/* The flight that gathers, if none is under way: its first counts for all. */
static void begin(struct flights *flights, int64_t owner) /* LOOP */
{
    struct flight *flight = find(flights, owner, false);
    struct request *rq;
    uint32_t before;

    if (!flight || find(flights, owner, true))
        return;
    flight->begun = true; /* whoever asks now takes the next one */
    flight->leader = list_take(&flight->riders);
    rq = container_of(flight->leader, struct request, rider);
    before = probe_enter(rq->reply.number);
    probe_go(rq->reply.number, "flight.wait");
    keeper_search(rq, store_count_todos, flight->leader->job,
                  land); /* WAITS: disk */
    probe_leave(before);
}

/* The count is done: all of the flight go on, and the next one begins. */
static void land(struct request *rq) /* LOOP */
{
    struct flights *flights = rq->server->flights;
    struct flight *flight = rq->rider.flight;
    struct todo_stats stats = rq->rider.job->stats;
    enum todo_err err = rq->err;
    struct rider *rider;

    take_off_list(flights, flight);
    begin(flights, flight->owner);
    rq->rider.flight = NULL;
    rq->rider.next(rq);
    while ((rider = list_take(&flight->riders)) != NULL) {
        rider->job->stats = stats;
        rider->err = err;
        go_on(rider);
    }
    free(flight);
}

void flights_count(struct request *rq, struct count_todos *job,
                   request_step *next) /* LOOP */
{
    struct flights *flights = rq->server->flights;
    struct rider *rider = &rq->rider;

    server_assert_loop(rq->server);
    *rider = (struct rider){.job = job,
                            .next = next,
                            .until_us = clock_mono_us() +
                                        FLIGHTS_WAIT_MS * INT64_C(1000)};
    if (!join(flights, rider, job->owner)) {
        rq->err = TODO_ERR_INTERNAL;
        next(rq);
        return;
    }
    probe_park(rq->reply.number, "flight.wait");
    wait_for_first(flights);
    begin(flights, job->owner); /* WAITS: each other, disk */
}

void flights_cancel(struct request *rq) /* LOOP */
{
    struct flights *flights;

    if (!rq || !rq->rider.flight || rq->rider.flight->leader == &rq->rider)
        return;
    flights = rq->server->flights;
    leave(flights, &rq->rider, TODO_ERR_GONE);
    wait_for_first(flights);
}

/* --- the beginning and the end -------------------------------------------- */

struct flights *flights_new(uv_loop_t *loop) /* LOOP */
{
    struct flights *flights = calloc(1, sizeof *flights);

    if (!flights)
        return NULL;
    list_init(&flights->leaving);
    uv_timer_init(loop, &flights->timer);
    return flights;
}

static void on_timer_closed(uv_handle_t *handle) /* LOOP */
{
    free(container_of((uv_timer_t *)handle, struct flights, timer));
}

void flights_close(struct flights *flights) /* LOOP */
{
    if (!flights)
        return;
    uv_close((uv_handle_t *)&flights->timer, on_timer_closed);
}
