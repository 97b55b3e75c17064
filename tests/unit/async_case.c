#include "async_case.h"

#include <stdlib.h>

#include "common/base/container_of.h"

static uv_sem_t asleep; /* posted by a store thread that has nothing to do */

/* The linker puts the second of these in the place of uv_cond_wait, and calls
 * that the first (ld(1), --wrap). Its caller holds the keeper's lock until it
 * sleeps. */
/* NOLINTBEGIN: the names are the linker's */
void __real_uv_cond_wait(uv_cond_t *cond, uv_mutex_t *lock);
void __wrap_uv_cond_wait(uv_cond_t *cond, uv_mutex_t *lock);

void __wrap_uv_cond_wait(uv_cond_t *cond, uv_mutex_t *lock)
{
    uv_sem_post(&asleep);
    __real_uv_cond_wait(cond, lock);
}
/* NOLINTEND */

static void halt_init(struct halt *halt)
{
    assert_int_equal(uv_sem_init(&halt->began, 0), 0);
    assert_int_equal(uv_sem_init(&halt->may_end, 0), 0);
}

static void halt_destroy(struct halt *halt)
{
    uv_sem_destroy(&halt->began);
    uv_sem_destroy(&halt->may_end);
}

int async_case_setup(void **state)
{
    struct async_case *a = calloc(1, sizeof *a);
    struct server *server;

    if (!a || store_case_setup(&a->store_state) != 0)
        return -1;
    server = &a->server;
    a->c = a->store_state;
    a->config = (struct config){.store_threads = READERS, .store_queue = QUEUE};
    server->config = &a->config;
    server->file = a->c->file;
    server->thread = uv_thread_self();
    assert_int_equal(uv_loop_init(&server->loop), 0);
    assert_int_equal(uv_sem_init(&asleep, 0), 0);
    server->keeper = keeper_new(&server->loop, &a->config, a->c->file, NULL);
    assert_true(server->keeper != NULL);
    for (int i = 0; i < ASKERS; i++)
        a->askers[i].rq.server = server;
    halt_init(&a->halt);
    halt_init(&a->other_halt);
    *state = a;
    return 0;
}

int async_case_teardown(void **state)
{
    struct async_case *a = *state;

    uv_sem_post(&a->halt.may_end); /* for a job that stands there still */
    uv_sem_post(&a->other_halt.may_end);
    keeper_close(a->server.keeper);
    uv_run(&a->server.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&a->server.loop), 0);
    assert_int_equal(store_case_teardown(&a->store_state), 0);
    halt_destroy(&a->halt);
    halt_destroy(&a->other_halt);
    uv_sem_destroy(&asleep);
    free(a);
    return 0;
}

void run_until_done(struct async_case *a, const struct asker *asker)
{
    while (!asker->done)
        uv_run(&a->server.loop, UV_RUN_ONCE);
}

void wait_until_asleep(int times)
{
    for (int i = 0; i < times; i++)
        uv_sem_wait(&asleep);
}

void call_asleep(void)
{
    uv_sem_post(&asleep);
}

void finish(struct request *rq)
{
    struct asker *asker = container_of(rq, struct asker, rq);

    server_assert_loop(rq->server);
    assert_false(asker->done); /* exactly once */
    asker->done = true;
}

void ask_create(struct asker *asker)
{
    struct create_todo *job = &asker->rq.frame.create_todo;

    job->draft = store_case_draft("from the loop");
    keeper_write(&asker->rq, store_create_todo, job, finish);
}

void ask_ping(struct asker *asker)
{
    keeper_read(&asker->rq, store_ping, NULL, finish);
}

enum todo_err stand_still(struct store *store, void *arg)
{
    struct halt *halt = arg;

    (void)store;
    uv_sem_post(&halt->began);
    uv_sem_wait(&halt->may_end);
    return TODO_OK;
}

void halt_await(struct async_case *a, struct halt *halt)
{
    uv_run(&a->server.loop, UV_RUN_NOWAIT);
    uv_sem_wait(&halt->began);
}

void halt_end(struct halt *halt)
{
    uv_sem_post(&halt->may_end);
}
