/*
 * async_impl/reminders.c - a timer runs until the next reminder is due.
 *
 * It runs for half a second at most, and then we look again. Meanwhile somebody
 * may have set the wall clock, or written an earlier time, here or on the other
 * server. So there are no long waits, and nobody has to end one. That a time
 * has come is only a reason to write: the job looks for itself what is due.
 */
#include "reminders.h"

#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/container_of.h"
#include "common/base/probe.h"
#include "common/store/store.h"
#include "keeper.h"
#include "server.h"

enum { LOOK_MS = 500 };

struct reminders {
    struct server *server;
    struct keeper_job job; /* a look, or one that fires */
    struct next_due next;  /* that the last look has found */
    struct fire_due fired;
    int64_t look_us; /* when to look again */
    uv_timer_t timer;
    bool done; /* neither looks nor writes now */
};

static void look_answer(struct keeper_job *job);
static void fire_answer(struct keeper_job *job);

static bool is_due(const struct reminders *reminders)
{
    return reminders->next.due_at <= clock_wall_ms();
}

/* When is the next one due? It is asked twice a second, and not shown. */
static void look(struct reminders *reminders) /* LOOP */
{
    reminders->done = false;
    reminders->job = (struct keeper_job){.job = {.work = store_next_due,
                                                 .arg = &reminders->next,
                                                 .request = PROBE_UNSEEN},
                                         .done = look_answer};
    /* WAITS: disk */
    keeper_read_alone(reminders->server->keeper, &reminders->job);
}

/* Fires those that are due, as many as one job may: others write, too. */
static void fire(struct reminders *reminders) /* LOOP */
{
    reminders->job = (struct keeper_job){
        .job = {.work = store_fire_due, .arg = &reminders->fired},
        .done = fire_answer};
    /* WAITS: lock, disk */
    keeper_write_alone(reminders->server->keeper, &reminders->job);
}

/* Until it is due by the wall clock, however long a nap was; or until it is
 * time to look again. */
static void on_timer(uv_timer_t *timer) /* LOOP */
{
    struct reminders *reminders = container_of(timer, struct reminders, timer);
    int64_t nap_ms =
        clock_nap_until_ms(reminders->next.due_at, reminders->look_us);

    if (nap_ms > 0) {
        uv_update_time(timer->loop); /* a nap begins at the loop's time, which
                                        is old by now, and would end early */
        uv_timer_start(timer, on_timer, (uint64_t)nap_ms, 0); /* WAITS: clock */
        return;
    }
    if (reminders->next.due_at != INT64_MAX)
        probe_go(0, "due.wait");
    look(reminders);
}

/* Unless it was the last thing that a stopping server waits for. */
static void wait_for_next(struct reminders *reminders) /* LOOP */
{
    reminders->done = true;
    reminders->look_us = clock_mono_us() + LOOK_MS * INT64_C(1000);
    if (reminders->server->stopping) {
        server_leave(reminders->server);
        return;
    }
    if (reminders->next.due_at != INT64_MAX)
        probe_park(0, "due.wait");
    on_timer(&reminders->timer); /* not yet: it sets the timer */
}

static void look_answer(struct keeper_job *job) /* LOOP */
{
    struct reminders *reminders = container_of(job, struct reminders, job);

    if (job->job.err)
        reminders->next.due_at = INT64_MAX;
    if (!reminders->server->stopping && is_due(reminders))
        fire(reminders);
    else
        wait_for_next(reminders);
}

static void fire_answer(struct keeper_job *job) /* LOOP */
{
    struct reminders *reminders = container_of(job, struct reminders, job);

    if (!job->job.err) {
        look(reminders);
        return;
    }
    reminders->next.due_at = INT64_MAX; /* not again at once */
    wait_for_next(reminders);
}

struct reminders *reminders_new(struct server *server) /* LOOP */
{
    struct reminders *reminders = calloc(1, sizeof *reminders);

    if (!reminders)
        return NULL;
    reminders->server = server;
    reminders->done = true;
    reminders->next.due_at = INT64_MAX;
    uv_timer_init(&server->loop, &reminders->timer);
    uv_timer_start(&reminders->timer, on_timer, 0, 0);
    return reminders;
}

void reminders_stop(struct reminders *reminders) /* LOOP */
{
    uv_timer_stop(&reminders->timer);
}

bool reminders_are_done(const struct reminders *reminders) /* LOOP */
{
    return !reminders || reminders->done;
}

static void on_timer_closed(uv_handle_t *handle) /* LOOP */
{
    free(container_of((uv_timer_t *)handle, struct reminders, timer));
}

void reminders_close(struct reminders *reminders) /* LOOP */
{
    if (reminders)
        uv_close((uv_handle_t *)&reminders->timer, on_timer_closed);
}
