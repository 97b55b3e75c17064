/*
 * sync_impl/reminders.c - a thread stands until the next reminder is due.
 *
 * It stands for half a second at most, and then looks again. Meanwhile somebody
 * may have set the wall clock, or written an earlier time, here or on the other
 * server. So there are no long waits, and nobody has to end one. That a time
 * has come is only a reason to write: the job looks for itself what is due.
 */
#include "reminders.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/probe.h"
#include "common/base/thread.h"
#include "common/store/store.h"
#include "keeper.h"

enum { LOOK_MS = 500 };

struct reminders {
    struct keeper *keeper;
    struct next_due next; /* that the last look has found */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    atomic_bool stopping;
    bool done; /* guarded by lock: it looks and writes no more */
};

static bool is_due(const struct reminders *reminders)
{
    return reminders->next.due_at <= clock_wall_ms();
}

/* When is the next one due? It is asked twice a second, and not shown. */
static void look(struct reminders *reminders) /* REMINDER THREAD */
{
    uint32_t before = probe_enter(PROBE_UNSEEN);

    /* WAITS: disk */
    if (keeper_read(reminders->keeper, store_next_due, &reminders->next))
        reminders->next.due_at = INT64_MAX;
    probe_leave(before);
}

/* Fires those that are due, as many as one job may: others write, too. */
static bool fire(struct reminders *reminders) /* REMINDER THREAD */
{
    struct fire_due job;

    /* WAITS: lock, disk */
    if (keeper_write(reminders->keeper, store_fire_due, &job) == TODO_OK)
        return true;
    reminders->next.due_at = INT64_MAX; /* not again at once */
    return false;
}

/* Until it is due by the wall clock, however long a nap was; or until it is
 * time to look again. */
static void wait_for_next(struct reminders *reminders) /* REMINDER THREAD */
{
    int64_t look_us = clock_mono_us() + LOOK_MS * INT64_C(1000);
    bool armed = reminders->next.due_at != INT64_MAX;
    int64_t nap_ms;

    if (armed)
        probe_stand(0, "due.wait");
    pthread_mutex_lock(&reminders->lock);
    while (!atomic_load(&reminders->stopping) &&
           (nap_ms = clock_nap_until_ms(reminders->next.due_at, look_us)) > 0) {
        struct timespec until = clock_from_now(nap_ms);

        pthread_cond_timedwait(&reminders->changed, /* WAITS: clock */
                               &reminders->lock, &until);
    }
    pthread_mutex_unlock(&reminders->lock);
    if (armed)
        probe_go(0, "due.wait");
}

static void *run_reminders(void *arg) /* REMINDER THREAD */
{
    struct reminders *reminders = arg;

    log_name_thread("reminder");
    keeper_enter_thread(reminders->keeper);
    while (!atomic_load(&reminders->stopping)) {
        look(reminders);
        if (!is_due(reminders) || !fire(reminders))
            wait_for_next(reminders);
    }
    keeper_leave_thread();
    pthread_mutex_lock(&reminders->lock);
    reminders->done = true;
    pthread_cond_broadcast(&reminders->changed);
    pthread_mutex_unlock(&reminders->lock);
    return NULL;
}

struct reminders *reminders_new(struct keeper *keeper) /* MAIN THREAD */
{
    struct reminders *reminders = calloc(1, sizeof *reminders);

    if (!reminders)
        return NULL;
    reminders->keeper = keeper;
    pthread_mutex_init(&reminders->lock, NULL);
    clock_cond_init(&reminders->changed);
    if (thread_start(&reminders->thread, run_reminders, reminders) == 0)
        return reminders;
    pthread_cond_destroy(&reminders->changed);
    pthread_mutex_destroy(&reminders->lock);
    free(reminders);
    return NULL;
}

void reminders_stop(struct reminders *reminders) /* MAIN THREAD */
{
    pthread_mutex_lock(&reminders->lock);
    atomic_store(&reminders->stopping, true);
    pthread_cond_broadcast(&reminders->changed);
    pthread_mutex_unlock(&reminders->lock);
}

bool reminders_wait(struct reminders *reminders,
                    int64_t until_us) /* MAIN THREAD */
{
    int64_t nap_ms;
    bool done;

    pthread_mutex_lock(&reminders->lock);
    while (!reminders->done && (nap_ms = clock_nap_ms(until_us)) > 0) {
        struct timespec until = clock_from_now(nap_ms);

        pthread_cond_timedwait(&reminders->changed, /* WAITS: lock, disk */
                               &reminders->lock, &until);
    }
    done = reminders->done;
    pthread_mutex_unlock(&reminders->lock);
    return done;
}

void reminders_free(struct reminders *reminders) /* MAIN THREAD */
{
    if (!reminders)
        return;
    reminders_stop(reminders);
    pthread_join(reminders->thread, NULL);
    pthread_cond_destroy(&reminders->changed);
    pthread_mutex_destroy(&reminders->lock);
    free(reminders);
}
