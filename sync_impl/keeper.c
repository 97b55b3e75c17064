/*
 * sync_impl/keeper.c - threads that write share one commit.
 *
 * A commit waits for the disk, and the disk takes as long for eight rows as for
 * one. So the thread that finds the keeper free leads: it takes all jobs that
 * are queued, its own among them, and runs them in one transaction. The others
 * stand and wait. When it is done, one of those that came meanwhile leads next.
 */
#include "keeper.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/container_of.h"
#include "common/base/probe.h"
#include "feed.h"

/* A job and whether it is done. It lives on the stack of the thread that waits
 * for it. */
struct ticket {
    struct store_job job;
    bool done;
};

struct keeper {
    struct store_file *file;
    struct feed *feed;
    struct store *writer; /* belongs to the thread that leads */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* guarded by lock */
    struct store_job *first;
    struct store_job **last;
    bool leading; /* a thread is running a group */
};

/* The calling thread's own store. */
static _Thread_local struct store *reader;

struct keeper *keeper_new(struct store_file *file, struct feed *feed)
{
    struct keeper *keeper = calloc(1, sizeof *keeper);

    if (!keeper)
        return NULL;
    keeper->file = file;
    keeper->feed = feed;
    keeper->writer = store_new(file);
    keeper->last = &keeper->first;
    pthread_mutex_init(&keeper->lock, NULL);
    pthread_cond_init(&keeper->changed, NULL);
    if (keeper->writer)
        return keeper;
    keeper_free(keeper);
    return NULL;
}

void keeper_free(struct keeper *keeper)
{
    if (!keeper)
        return;
    store_free(keeper->writer);
    pthread_cond_destroy(&keeper->changed);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}

void keeper_enter_thread(struct keeper *keeper) /* REQUEST THREAD */
{
    reader = store_new(keeper->file);
}

void keeper_leave_thread(void) /* REQUEST THREAD */
{
    store_free(reader);
    reader = NULL;
}

enum todo_err keeper_read(struct keeper *keeper, store_work *work,
                          void *job) /* REQUEST THREAD */
{
    struct store_job group = {.work = work,
                              .arg = job,
                              .since_us = clock_mono_us(),
                              .request = probe_request()};

    (void)keeper; /* a reader needs nobody's leave */
    if (!reader)
        return TODO_ERR_INTERNAL;
    probe_stand(group.request, "keeper.read");
    store_run_reads(reader, &group); /* WAITS: disk */
    probe_go(group.request, "keeper.read");
    return group.err;
}

enum todo_err keeper_search(struct keeper *keeper, store_work *work,
                            void *job) /* REQUEST THREAD */
{
    return keeper_read(keeper, work, job); /* WAITS: disk */
}

/* Runs all that is queued. Caller holds lock; it is let go meanwhile. */
static void lead_locked(struct keeper *keeper) /* REQUEST THREAD */
{
    struct store_job *group = keeper->first;

    keeper->first = NULL;
    keeper->last = &keeper->first;
    keeper->leading = true;
    pthread_mutex_unlock(&keeper->lock);
    store_run_writes(keeper->writer, group); /* WAITS: lock, disk */
    feed_ring(keeper->feed, store_newest_change(keeper->writer));
    pthread_mutex_lock(&keeper->lock);
    keeper->leading = false;
    for (struct store_job *job = group, *next; job; job = next) {
        next = job->next; /* a ticket is gone once its thread sees it done */
        container_of(job, struct ticket, job)->done = true;
    }
    pthread_cond_broadcast(&keeper->changed);
}

enum todo_err keeper_write(struct keeper *keeper, store_work *work,
                           void *job) /* REQUEST THREAD */
{
    struct ticket ticket = {.job = {.work = work,
                                    .arg = job,
                                    .since_us = clock_mono_us(),
                                    .request = probe_request()}};

    probe_stand(ticket.job.request, "keeper.write");
    pthread_mutex_lock(&keeper->lock);
    *keeper->last = &ticket.job;
    keeper->last = &ticket.job.next;
    while (!ticket.done && keeper->leading) /* WAITS: lock */
        pthread_cond_wait(&keeper->changed, &keeper->lock);
    if (!ticket.done)
        lead_locked(keeper);
    pthread_mutex_unlock(&keeper->lock);
    probe_go(ticket.job.request, "keeper.write");
    return ticket.job.err;
}

int keeper_waiting(struct keeper *keeper) /* REQUEST THREAD */
{
    int waiting = 0;

    pthread_mutex_lock(&keeper->lock);
    for (struct store_job *job = keeper->first; job; job = job->next)
        waiting++;
    pthread_mutex_unlock(&keeper->lock);
    return waiting;
}
