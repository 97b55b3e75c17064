/*
 * async_impl/hashers.c - the loop hands a password over, and goes on with
 * others until it is hashed.
 */
#include "hashers.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/container_of.h"
#include "common/base/log.h"
#include "common/base/probe.h"
#include "common/base/thread.h"
#include "request.h"
#include "server.h"

struct hash_list {
    struct hash *first;
    struct hash **last;
};

struct hash_thread {
    struct hashers *hashers;
    uv_thread_t id;
    char name[24];
};

struct hashers {
    uv_poll_t doorbell; /* can be read when a piece is done */
    uv_file bell[2];    /* a pipe: what the loop reads, what others ring by */
    int limit;          /* pieces that may be here, queued or under way */
    int here;           /* LOOP: pieces not yet finished */
    bool stopping;      /* LOOP: nothing begins any more */
    uv_mutex_t lock;
    uv_cond_t filled; /* for the hash threads */
    /* guarded by lock */
    struct hash_list queue;
    struct hash_list done;
    bool ending; /* the threads end */
    /* the loop's */
    int thread_count;
    struct hash_thread threads[];
};

/* --- lists ---------------------------------------------------------------- */

static void list_init(struct hash_list *list)
{
    list->first = NULL;
    list->last = &list->first;
}

static void list_add(struct hash_list *list, struct hash *hash)
{
    hash->next = NULL;
    *list->last = hash;
    list->last = &hash->next;
}

static struct hash *list_take(struct hash_list *list)
{
    struct hash *hash = list->first;

    if (!hash)
        return NULL;
    list->first = hash->next;
    if (!list->first)
        list->last = &list->first;
    return hash;
}

/* Whether it was in the list. */
static bool list_remove(struct hash_list *list, struct hash *hash)
{
    struct hash **at = &list->first;

    while (*at && *at != hash)
        at = &(*at)->next;
    if (!*at)
        return false;
    *at = hash->next;
    if (!*at)
        list->last = at;
    return true;
}

static int list_length(const struct hash_list *list)
{
    int length = 0;

    for (const struct hash *hash = list->first; hash; hash = hash->next)
        length++;
    return length;
}

/* The loop is to go on with its request, when it is rung for. */
static void give_back_locked(struct hashers *hashers, struct hash *hash,
                             enum todo_err err) /* ANY THREAD */
{
    hash->err = err;
    list_add(&hashers->done, hash);
}

/* Wakes the loop, which may take the processor from a thread that lets others
 * go first, before this returns. So it must find nothing that this thread still
 * has to do: no lock held, and no uv_async_t, where libuv before 1.45 lets the
 * loop spin until uv_async_send is done. When the pipe is full, the loop has
 * been rung for. */
static void ring(struct hashers *hashers) /* ANY THREAD */
{
    (void)write(hashers->bell[1], "!", 1);
}

/* --- hashing -------------------------------------------------------------- */

static void hash_run(struct hash *hash) /* HASH THREAD */
{
    uint32_t before = probe_enter(hash->request);

    probe_stand(hash->request, "hash.work");
    probe_go(hash->request, "hash.work");
    hash->err = hash->work(hash->arg);
    probe_stand(hash->request, "hash.done");
    probe_go(hash->request, "hash.done");
    probe_leave(before);
}

static void run_hash_thread(void *arg) /* HASH THREAD */
{
    struct hash_thread *thread = arg;
    struct hashers *hashers = thread->hashers;
    struct hash *hash;

    log_name_thread("%s", thread->name);
    thread_let_others_first();
    uv_mutex_lock(&hashers->lock);
    while (!hashers->ending) {
        hash = list_take(&hashers->queue);
        if (!hash) {
            uv_cond_wait(&hashers->filled, &hashers->lock);
            continue;
        }
        uv_mutex_unlock(&hashers->lock);
        hash_run(hash);
        uv_mutex_lock(&hashers->lock);
        give_back_locked(hashers, hash, hash->err);
        uv_mutex_unlock(&hashers->lock); /* the loop comes for it at once */
        ring(hashers);
        uv_mutex_lock(&hashers->lock);
    }
    uv_mutex_unlock(&hashers->lock);
}

/* --- going on ------------------------------------------------------------- */

/* The request goes on, and may be gone afterwards. */
static void finish(struct hashers *hashers, struct hash *hash) /* LOOP */
{
    struct request *rq = container_of(hash, struct request, hash);
    uint32_t before = probe_enter(hash->request);

    hashers->here--;
    hash->work = NULL;
    rq->err = hash->err;
    probe_go(hash->request, "hash.wait");
    rq->next(rq);
    probe_leave(before);
}

static void on_doorbell(uv_poll_t *handle, int status, int events) /* LOOP */
{
    struct hashers *hashers = container_of(handle, struct hashers, doorbell);
    struct hash_list done;
    struct hash *hash;
    char rings[64];

    (void)status; /* what is done is looked for in any case */
    (void)events;
    (void)read(hashers->bell[0], rings, sizeof rings); /* or more, next turn */
    uv_mutex_lock(&hashers->lock);
    done = hashers->done;
    if (!done.first)
        list_init(&done);
    list_init(&hashers->done);
    uv_mutex_unlock(&hashers->lock);
    while ((hash = list_take(&done)) != NULL)
        finish(hashers, hash);
}

/* --- the beginning and the end -------------------------------------------- */

static void close_bell(struct hashers *hashers)
{
    for (int i = 0; i < 2; i++)
        (void)close(hashers->bell[i]); /* nothing of use is in it */
}

static bool start_thread(struct hashers *hashers)
{
    struct hash_thread *thread = &hashers->threads[hashers->thread_count];

    thread->hashers = hashers;
    (void)snprintf(thread->name, sizeof thread->name, "hash-%d",
                   hashers->thread_count + 1);
    if (uv_thread_create(&thread->id, run_hash_thread, thread) != 0)
        return false;
    hashers->thread_count++;
    return true;
}

static bool hang_bell(struct hashers *hashers, uv_loop_t *loop)
{
    if (uv_pipe(hashers->bell, UV_NONBLOCK_PIPE, UV_NONBLOCK_PIPE) != 0)
        return false;
    if (uv_poll_init(loop, &hashers->doorbell, hashers->bell[0]) == 0) {
        uv_poll_start(&hashers->doorbell, UV_READABLE, on_doorbell);
        return true;
    }
    close_bell(hashers);
    return false;
}

struct hashers *hashers_new(uv_loop_t *loop,
                            const struct config *config) /* LOOP */
{
    struct hashers *hashers =
        calloc(1, sizeof *hashers +
                      (size_t)config->hash_jobs * sizeof hashers->threads[0]);
    bool started = true;

    if (!hashers)
        return NULL;
    if (!hang_bell(hashers, loop)) {
        free(hashers);
        return NULL;
    }
    hashers->limit = config->hash_jobs + config->hash_queue;
    list_init(&hashers->queue);
    list_init(&hashers->done);
    uv_mutex_init(&hashers->lock);
    uv_cond_init(&hashers->filled);
    for (int i = 0; i < config->hash_jobs && started; i++)
        started = start_thread(hashers);
    if (started)
        return hashers;
    hashers_close(hashers);
    return NULL;
}

static void on_doorbell_closed(uv_handle_t *handle) /* LOOP */
{
    struct hashers *hashers =
        container_of((uv_poll_t *)handle, struct hashers, doorbell);

    close_bell(hashers);
    uv_cond_destroy(&hashers->filled);
    uv_mutex_destroy(&hashers->lock);
    free(hashers);
}

void hashers_close(struct hashers *hashers) /* LOOP */
{
    if (!hashers)
        return;
    uv_mutex_lock(&hashers->lock);
    hashers->ending = true;
    uv_cond_broadcast(&hashers->filled);
    uv_mutex_unlock(&hashers->lock);
    for (int i = 0; i < hashers->thread_count; i++)
        uv_thread_join(&hashers->threads[i].id);
    uv_close((uv_handle_t *)&hashers->doorbell, on_doorbell_closed);
}

/* --- waiting -------------------------------------------------------------- */

static enum todo_err enqueue(struct hashers *hashers,
                             struct hash *hash) /* LOOP */
{
    if (hashers->stopping)
        return TODO_ERR_STOPPING;
    if (hashers->here >= hashers->limit)
        return TODO_ERR_BUSY;
    hashers->here++;
    uv_mutex_lock(&hashers->lock);
    list_add(&hashers->queue, hash);
    uv_cond_signal(&hashers->filled);
    uv_mutex_unlock(&hashers->lock);
    return TODO_OK;
}

void hashers_run(struct request *rq, password_work *work, void *job,
                 request_step *next) /* LOOP */
{
    struct hash *hash = &rq->hash;

    server_assert_loop(rq->server);
    *hash =
        (struct hash){.work = work, .arg = job, .request = rq->reply.number};
    probe_park(hash->request, "hash.wait");
    rq->next = next;
    rq->err = enqueue(rq->server->hashers, hash); /* WAITS: CPU */
    if (!rq->err)
        return;
    hash->work = NULL;
    probe_go(hash->request, "hash.wait");
    next(rq);
}

void hashers_cancel(struct request *rq) /* LOOP */
{
    struct hashers *hashers;

    if (!rq || !rq->hash.work)
        return;
    hashers = rq->server->hashers;
    uv_mutex_lock(&hashers->lock);
    if (list_remove(&hashers->queue, &rq->hash))
        give_back_locked(hashers, &rq->hash, TODO_ERR_GONE);
    uv_mutex_unlock(&hashers->lock);
    ring(hashers);
}

void hashers_stop(struct hashers *hashers) /* LOOP */
{
    struct hash *hash;

    if (!hashers)
        return;
    hashers->stopping = true;
    uv_mutex_lock(&hashers->lock);
    while ((hash = list_take(&hashers->queue)) != NULL)
        give_back_locked(hashers, hash, TODO_ERR_STOPPING);
    uv_mutex_unlock(&hashers->lock);
    ring(hashers);
}

struct hashers_load hashers_load(struct hashers *hashers) /* LOOP */
{
    struct hashers_load load;

    uv_mutex_lock(&hashers->lock);
    load.waiting = list_length(&hashers->queue);
    load.running = hashers->here - load.waiting - list_length(&hashers->done);
    uv_mutex_unlock(&hashers->lock);
    return load;
}
