/*
 * sync_impl/hashers.c - a thread hands its password over, and stands until it
 * is hashed.
 */
#include "hashers.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/probe.h"
#include "common/base/thread.h"
#include "conns.h"
#include "request.h"
#include "server.h"

enum { LOOK_MS = 500 };

/* A piece of work. It lives on the stack of the thread that waits for it. */
struct hash {
    password_work *work;
    void *arg;
    enum todo_err err;
    uint32_t request; /* for whom (probe.h) */
    bool done;
    struct hash *next;
};

struct hash_thread {
    struct hashers *hashers;
    pthread_t id;
    char name[24];
};

struct hashers {
    int limit; /* pieces that may be here, queued or under way */
    pthread_mutex_t lock;
    pthread_cond_t filled;  /* for the hash threads */
    pthread_cond_t changed; /* for threads that stand */
    /* guarded by lock */
    struct hash *first;
    struct hash **last;
    int here;      /* pieces, queued or under way */
    bool stopping; /* nothing begins any more */
    bool ending;   /* the threads end */
    /* main's */
    int thread_count;
    struct hash_thread threads[];
};

/* --- the queue ------------------------------------------------------------ */

static struct hash *take_locked(struct hashers *hashers)
{
    struct hash *hash = hashers->first;

    if (!hash)
        return NULL;
    hashers->first = hash->next;
    if (!hashers->first)
        hashers->last = &hashers->first;
    return hash;
}

/* Its thread may see it at once, and then it is gone. */
static void finish_locked(struct hashers *hashers, struct hash *hash)
{
    hashers->here--;
    hash->done = true;
    pthread_cond_broadcast(&hashers->changed);
}

/* Takes it back, if it has not begun. */
static void cancel(struct hashers *hashers,
                   struct hash *hash) /* REQUEST THREAD */
{
    struct hash **at;

    pthread_mutex_lock(&hashers->lock);
    for (at = &hashers->first; *at && *at != hash;)
        at = &(*at)->next;
    if (*at) {
        *at = hash->next;
        if (!*at)
            hashers->last = at;
        hash->err = TODO_ERR_GONE;
        finish_locked(hashers, hash);
    }
    pthread_mutex_unlock(&hashers->lock);
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

static void *run_hash_thread(void *arg) /* HASH THREAD */
{
    struct hash_thread *thread = arg;
    struct hashers *hashers = thread->hashers;
    struct hash *hash;

    log_name_thread("%s", thread->name);
    thread_let_others_first();
    pthread_mutex_lock(&hashers->lock);
    while (!hashers->ending) {
        hash = take_locked(hashers);
        if (!hash) {
            pthread_cond_wait(&hashers->filled, &hashers->lock);
            continue;
        }
        pthread_mutex_unlock(&hashers->lock);
        hash_run(hash);
        pthread_mutex_lock(&hashers->lock);
        finish_locked(hashers, hash);
    }
    pthread_mutex_unlock(&hashers->lock);
    return NULL;
}

/* --- the beginning and the end -------------------------------------------- */

static bool start_thread(struct hashers *hashers)
{
    struct hash_thread *thread = &hashers->threads[hashers->thread_count];

    thread->hashers = hashers;
    (void)snprintf(thread->name, sizeof thread->name, "hash-%d",
                   hashers->thread_count + 1);
    if (thread_start(&thread->id, run_hash_thread, thread) != 0)
        return false;
    hashers->thread_count++;
    return true;
}

/* Each request that waits keeps a thread: one is left to all others. */
static int limit_of(const struct config *config)
{
    int most = config->threads > 1 ? config->threads - 1 : 1;
    int limit = config->hash_jobs + config->hash_queue;

    return limit < most ? limit : most;
}

struct hashers *hashers_new(const struct config *config) /* MAIN THREAD */
{
    struct hashers *hashers =
        calloc(1, sizeof *hashers +
                      (size_t)config->hash_jobs * sizeof hashers->threads[0]);
    bool started = true;

    if (!hashers)
        return NULL;
    hashers->limit = limit_of(config);
    hashers->last = &hashers->first;
    pthread_mutex_init(&hashers->lock, NULL);
    pthread_cond_init(&hashers->filled, NULL);
    clock_cond_init(&hashers->changed);
    for (int i = 0; i < config->hash_jobs && started; i++)
        started = start_thread(hashers);
    if (started)
        return hashers;
    hashers_free(hashers);
    return NULL;
}

void hashers_free(struct hashers *hashers) /* MAIN THREAD */
{
    if (!hashers)
        return;
    pthread_mutex_lock(&hashers->lock);
    hashers->ending = true;
    pthread_cond_broadcast(&hashers->filled);
    pthread_mutex_unlock(&hashers->lock);
    for (int i = 0; i < hashers->thread_count; i++)
        pthread_join(hashers->threads[i].id, NULL);
    pthread_cond_destroy(&hashers->changed);
    pthread_cond_destroy(&hashers->filled);
    pthread_mutex_destroy(&hashers->lock);
    free(hashers);
}

/* --- waiting -------------------------------------------------------------- */

static enum todo_err enqueue(struct hashers *hashers,
                             struct hash *hash) /* REQUEST THREAD */
{
    enum todo_err err = TODO_OK;

    pthread_mutex_lock(&hashers->lock);
    if (hashers->stopping) {
        err = TODO_ERR_STOPPING;
    } else if (hashers->here >= hashers->limit) {
        err = TODO_ERR_BUSY;
    } else {
        probe_stand(hash->request, "hash.wait"); /* before it has a thread */
        hashers->here++;
        *hashers->last = hash;
        hashers->last = &hash->next;
        pthread_cond_signal(&hashers->filled);
    }
    pthread_mutex_unlock(&hashers->lock);
    return err;
}

/* Whether it is done, after a moment at most. */
static bool await(struct hashers *hashers,
                  const struct hash *hash) /* REQUEST THREAD */
{
    int64_t until_us = clock_mono_us() + LOOK_MS * INT64_C(1000);
    int64_t nap_ms;
    bool done;

    pthread_mutex_lock(&hashers->lock);
    while (!hash->done && (nap_ms = clock_nap_ms(until_us)) > 0) {
        struct timespec until = clock_from_now(nap_ms);

        pthread_cond_timedwait(&hashers->changed, /* WAITS: CPU */
                               &hashers->lock, &until);
    }
    done = hash->done;
    pthread_mutex_unlock(&hashers->lock);
    return done;
}

/* A thread that stands here is not told when its client leaves. So it wakes now
 * and then, and looks. */
enum todo_err hashers_run(struct request *rq, password_work *work,
                          void *job) /* REQUEST THREAD */
{
    struct hashers *hashers = rq->server->hashers;
    struct hash hash = {.work = work, .arg = job, .request = rq->reply.number};
    enum todo_err err = enqueue(hashers, &hash);

    if (err) /* hash.err is the hash thread's, which may be done by now */
        return err;
    while (!await(hashers, &hash)) /* WAITS: CPU */
        if (rq->conn->fd >= 0 && conn_is_gone(rq->conn))
            cancel(hashers, &hash);
    probe_go(hash.request, "hash.wait");
    return hash.err;
}

void hashers_stop(struct hashers *hashers) /* MAIN THREAD */
{
    struct hash *hash;

    pthread_mutex_lock(&hashers->lock);
    hashers->stopping = true;
    while ((hash = take_locked(hashers)) != NULL) {
        hash->err = TODO_ERR_STOPPING;
        finish_locked(hashers, hash);
    }
    pthread_mutex_unlock(&hashers->lock);
}

struct hashers_load hashers_load(struct hashers *hashers) /* REQUEST THREAD */
{
    struct hashers_load load = {0};

    pthread_mutex_lock(&hashers->lock);
    for (struct hash *hash = hashers->first; hash; hash = hash->next)
        load.waiting++;
    load.running = hashers->here - load.waiting;
    pthread_mutex_unlock(&hashers->lock);
    return load;
}
