/*
 * async_impl/keeper.c - threads that wait for the disk, so that the loop does
 * not.
 *
 *   the loop     puts jobs into its outbox, and once a turn, before it sleeps,
 *                hands them over: one lock and one signal for all of them
 *   a thread     takes a group of what is queued and runs it in one transaction
 *   the loop     is woken once (uv_async_send) and finishes what is done
 *
 * Not libuv's own thread pool: name look-ups wait there too, and each job would
 * be a hand-over and a transaction of its own.
 */
#include "keeper.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/container_of.h"
#include "common/base/log.h"
#include "common/base/probe.h"
#include "server.h"

enum queue_kind { QUEUE_READ, QUEUE_SEARCH, QUEUE_WRITE, QUEUE_COUNT };

/* What a request is said to wait for while its job is in a queue. */
static const char *const waits_for[QUEUE_COUNT] = {"keeper.read", "keeper.read",
                                                   "keeper.write"};

struct job_list {
    struct store_job *first;
    struct store_job **last;
};

struct queue {
    enum queue_kind kind;
    int waiting;            /* LOOP: jobs not yet finished */
    struct job_list outbox; /* LOOP: to be handed over */
    uv_cond_t filled;
    struct job_list jobs; /* guarded by keeper->lock */
};

struct store_thread {
    struct keeper *keeper;
    struct queue *queue; /* whose jobs it runs */
    struct store *store;
    uv_thread_t id;
    char name[24];
};

struct keeper {
    struct store_file *file;
    struct feed *feed;
    int limit;              /* jobs that may wait in one queue */
    uv_prepare_t hand_over; /* called before the loop sleeps */
    uv_async_t doorbell;    /* rung when jobs are done */
    int open_handles;
    struct queue queues[QUEUE_COUNT];
    uv_mutex_t lock;
    bool ending; /* guarded by lock */
    int busy;    /* likewise: threads at work */
    uv_mutex_t done_lock;
    struct job_list done; /* guarded by done_lock */
    int thread_count;
    struct store_thread threads[];
};

static void list_init(struct job_list *list)
{
    list->first = NULL;
    list->last = &list->first;
}

/* Moves all jobs of `from` to the end of `to`. */
static void list_move(struct job_list *to, struct job_list *from)
{
    if (!from->first)
        return;
    *to->last = from->first;
    to->last = from->last;
    list_init(from);
}

/* As many jobs a thread takes at once. Writes share a commit: the more, the
 * better. A search may be long, and nobody should wait for it. */
static const int group_max[QUEUE_COUNT] = {KEEPER_READS_MAX, 1, INT_MAX};

/* Takes a group: the jobs that have waited longest. */
static struct store_job *take_locked(struct queue *queue)
{
    struct store_job *group = queue->jobs.first, *last = group;

    if (!group)
        return NULL;
    for (int i = 1; i < group_max[queue->kind] && last->next; i++)
        last = last->next;
    queue->jobs.first = last->next;
    last->next = NULL;
    if (!queue->jobs.first)
        list_init(&queue->jobs);
    return group;
}

/* Puts a group among what is done, and rings. */
static void give_back(struct keeper *keeper,
                      struct store_job *group) /* STORE THREAD */
{
    struct job_list done;

    list_init(&done);
    for (done.first = group; group; group = group->next)
        done.last = &group->next;
    uv_mutex_lock(&keeper->done_lock);
    list_move(&keeper->done, &done);
    uv_mutex_unlock(&keeper->done_lock);
    uv_async_send(&keeper->doorbell);
}

static void run_store_thread(void *arg) /* STORE THREAD */
{
    struct store_thread *thread = arg;
    struct keeper *keeper = thread->keeper;
    struct queue *queue = thread->queue;

    log_name_thread("%s", thread->name);
    uv_mutex_lock(&keeper->lock);
    while (!keeper->ending) {
        struct store_job *group = take_locked(queue);

        if (!group) {
            uv_cond_wait(&queue->filled, &keeper->lock);
            continue;
        }
        if (queue->jobs.first) /* for another thread, which may be asleep */
            uv_cond_signal(&queue->filled);
        keeper->busy++;
        uv_mutex_unlock(&keeper->lock);
        if (queue == &keeper->queues[QUEUE_WRITE])
            store_run_writes(thread->store, group);
        else
            store_run_reads(thread->store, group);
        give_back(keeper, group);
        uv_mutex_lock(&keeper->lock);
        keeper->busy--;
    }
    uv_mutex_unlock(&keeper->lock);
}

/* Once a turn of the loop, right before it sleeps. */
static void on_hand_over(uv_prepare_t *handle) /* LOOP */
{
    struct keeper *keeper = container_of(handle, struct keeper, hand_over);

    for (int i = 0; i < QUEUE_COUNT; i++) {
        struct queue *queue = &keeper->queues[i];

        if (!queue->outbox.first)
            continue;
        uv_mutex_lock(&keeper->lock);
        list_move(&queue->jobs, &queue->outbox);
        uv_mutex_unlock(&keeper->lock);
        uv_cond_signal(&queue->filled);
    }
}

/* What it lives in may be gone afterwards. */
static void go_on(struct keeper_job *job) /* LOOP */
{
    uint32_t before = probe_enter(job->job.request);

    probe_go(job->job.request, waits_for[job->queue->kind]);
    job->done(job);
    probe_leave(before);
}

/* The bell has been rung. */
static void on_doorbell(uv_async_t *handle) /* LOOP */
{
    struct keeper *keeper = container_of(handle, struct keeper, doorbell);
    struct job_list done;
    bool wrote = false;

    list_init(&done);
    uv_mutex_lock(&keeper->done_lock);
    list_move(&done, &keeper->done);
    uv_mutex_unlock(&keeper->done_lock);
    for (struct store_job *one = done.first, *next; one; one = next) {
        struct keeper_job *job = container_of(one, struct keeper_job, job);

        next = one->next;
        job->queue->waiting--;
        wrote = wrote || job->queue->kind == QUEUE_WRITE;
        go_on(job);
    }
    if (wrote)
        feed_ring(keeper->feed);
}

static void enqueue(struct keeper *keeper, struct keeper_job *job,
                    enum queue_kind kind) /* LOOP */
{
    struct queue *queue = &keeper->queues[kind];

    if (queue->waiting >= keeper->limit) {
        job->job.err = TODO_ERR_BUSY;
        job->done(job);
        return;
    }
    queue->waiting++;
    job->queue = queue;
    job->job.since_us = clock_mono_us();
    job->job.request = probe_request();
    job->job.next = NULL;
    *queue->outbox.last = &job->job;
    queue->outbox.last = &job->job.next;
    probe_park(job->job.request, waits_for[kind]);
}

/* The job of a request is done. */
static void on_done(struct keeper_job *job) /* LOOP */
{
    struct request *rq = container_of(job, struct request, job);

    rq->err = job->job.err;
    rq->next(rq);
}

static void ask(struct request *rq, enum queue_kind kind, store_work *work,
                void *job, request_step *next) /* LOOP */
{
    server_assert_loop(rq->server);
    rq->job.job.work = work;
    rq->job.job.arg = job;
    rq->job.done = on_done;
    rq->next = next;
    enqueue(rq->server->keeper, &rq->job, kind);
}

void keeper_read(struct request *rq, store_work *work, void *job,
                 request_step *next) /* LOOP */
{
    ask(rq, QUEUE_READ, work, job, next);
}

void keeper_search(struct request *rq, store_work *work, void *job,
                   request_step *next) /* LOOP */
{
    ask(rq, QUEUE_SEARCH, work, job, next);
}

void keeper_write(struct request *rq, store_work *work, void *job,
                  request_step *next) /* LOOP */
{
    ask(rq, QUEUE_WRITE, work, job, next);
}

void keeper_read_alone(struct keeper *keeper, struct keeper_job *job) /* LOOP */
{
    uint32_t before = probe_enter(job->job.request); /* it is nobody's */

    enqueue(keeper, job, QUEUE_READ);
    probe_leave(before);
}

void keeper_write_alone(struct keeper *keeper,
                        struct keeper_job *job) /* LOOP */
{
    uint32_t before = probe_enter(job->job.request);

    enqueue(keeper, job, QUEUE_WRITE);
    probe_leave(before);
}

struct keeper_load keeper_load(struct keeper *keeper) /* LOOP */
{
    struct keeper_load load = {.reads = keeper->queues[QUEUE_READ].waiting,
                               .searches = keeper->queues[QUEUE_SEARCH].waiting,
                               .writes = keeper->queues[QUEUE_WRITE].waiting,
                               .threads = keeper->thread_count};

    uv_mutex_lock(&keeper->lock);
    load.busy = keeper->busy;
    uv_mutex_unlock(&keeper->lock);
    return load;
}

static bool start_thread(struct keeper *keeper, enum queue_kind kind,
                         const char *name)
{
    struct store_thread *thread = &keeper->threads[keeper->thread_count];

    thread->keeper = keeper;
    thread->queue = &keeper->queues[kind];
    (void)snprintf(thread->name, sizeof thread->name, "%s", name);
    thread->store = store_new(keeper->file);
    if (!thread->store)
        return false;
    (void)store_warm(thread->store); /* or its first job tries again */
    if (uv_thread_create(&thread->id, run_store_thread, thread) != 0) {
        store_free(thread->store);
        return false;
    }
    keeper->thread_count++;
    return true;
}

static bool start_threads(struct keeper *keeper, int readers)
{
    bool started = start_thread(keeper, QUEUE_WRITE, "writer") &&
                   start_thread(keeper, QUEUE_SEARCH, "searcher");

    for (int i = 1; i <= readers && started; i++) {
        char name[24];

        (void)snprintf(name, sizeof name, "reader-%d", i);
        started = start_thread(keeper, QUEUE_READ, name);
    }
    return started;
}

struct keeper *keeper_new(uv_loop_t *loop, const struct config *config,
                          struct store_file *file, struct feed *feed) /* LOOP */
{
    int threads = config->store_threads + 2;
    struct keeper *keeper =
        calloc(1, sizeof *keeper + (size_t)threads * sizeof keeper->threads[0]);

    if (!keeper)
        return NULL;
    /* It needs a descriptor; of what is set up behind it, nothing can fail. */
    if (uv_async_init(loop, &keeper->doorbell, on_doorbell) != 0) {
        free(keeper);
        return NULL;
    }
    keeper->file = file;
    keeper->feed = feed;
    keeper->limit = config->store_queue;
    uv_mutex_init(&keeper->lock);
    uv_mutex_init(&keeper->done_lock);
    list_init(&keeper->done);
    for (int i = 0; i < QUEUE_COUNT; i++) {
        keeper->queues[i].kind = (enum queue_kind)i;
        uv_cond_init(&keeper->queues[i].filled);
        list_init(&keeper->queues[i].outbox);
        list_init(&keeper->queues[i].jobs);
    }
    uv_prepare_init(loop, &keeper->hand_over);
    uv_prepare_start(&keeper->hand_over, on_hand_over);
    keeper->open_handles = 2;
    if (start_threads(keeper, config->store_threads))
        return keeper;
    keeper_close(keeper);
    return NULL;
}

static void on_handle_closed(uv_handle_t *handle) /* LOOP */
{
    struct keeper *keeper = handle->data;

    if (--keeper->open_handles > 0)
        return;
    for (int i = 0; i < QUEUE_COUNT; i++)
        uv_cond_destroy(&keeper->queues[i].filled);
    uv_mutex_destroy(&keeper->lock);
    uv_mutex_destroy(&keeper->done_lock);
    free(keeper);
}

void keeper_close(struct keeper *keeper) /* LOOP */
{
    if (!keeper)
        return;
    uv_mutex_lock(&keeper->lock);
    keeper->ending = true;
    for (int i = 0; i < QUEUE_COUNT; i++)
        uv_cond_broadcast(&keeper->queues[i].filled);
    uv_mutex_unlock(&keeper->lock);
    for (int i = 0; i < keeper->thread_count; i++) {
        uv_thread_join(&keeper->threads[i].id);
        store_free(keeper->threads[i].store);
    }
    keeper->hand_over.data = keeper->doorbell.data = keeper;
    uv_close((uv_handle_t *)&keeper->hand_over, on_handle_closed);
    uv_close((uv_handle_t *)&keeper->doorbell, on_handle_closed);
}
