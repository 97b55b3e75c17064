#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include <sqlite3.h>

#include "sync_impl/keeper.h"
#include "tests/support/hold.h"
#include "tests/support/patience.h"
#include "tests/support/store_case.h"
#include "tests/support/vfs_shim.h"

enum { THREADS = 8, WRITES = 25 };

/* A case that is slow sees to it that the thread which leads its writers is
 * overtaken by those that it wakes: it goes on when they have what they waited
 * for. */
static atomic_bool slow;
static atomic_int told;   /* threads that came back from keeper_write */
static atomic_int asleep; /* threads that wait for their turn */
static _Thread_local bool leads_slowly, has_woken;

static void wait_until(atomic_int *count, int enough)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (atomic_load(count) < enough && now_ms() < deadline)
        a_moment();
}

/* The linker puts the second of each in the place of the first one's function
 * (ld(1), --wrap). */
/* NOLINTBEGIN: the names are the linker's */
int __real_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock);
int __real_pthread_cond_broadcast(pthread_cond_t *cond);
int __wrap_pthread_cond_broadcast(pthread_cond_t *cond);
int __real_pthread_mutex_unlock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *lock);

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock)
{
    atomic_fetch_add(&asleep, 1);
    return __real_pthread_cond_wait(cond, lock);
}

int __wrap_pthread_cond_broadcast(pthread_cond_t *cond)
{
    has_woken = true;
    return __real_pthread_cond_broadcast(cond);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *lock)
{
    int rc = __real_pthread_mutex_unlock(lock);

    if (has_woken && leads_slowly) {
        leads_slowly = false;
        wait_until(&told, THREADS - 1);
    }
    has_woken = false;
    return rc;
}
/* NOLINTEND */

/* A request thread: it creates todos, one after the other. */
struct writer {
    struct keeper *keeper;
    pthread_t thread;
    atomic_int *coming; /* counts those that are about to write; or NULL */
    int number;
    int writes;
    int failed;
    enum todo_err err; /* of the last write */
};

/* Runs on the thread that leads. */
static enum todo_err create(struct store *store, void *arg)
{
    leads_slowly = atomic_load(&slow);
    return store_create_todo(store, arg);
}

static void *run_writer(void *arg)
{
    struct writer *writer = arg;

    if (writer->coming)
        atomic_fetch_add(writer->coming, 1);
    for (int i = 0; i < writer->writes; i++) {
        struct create_todo job = {.owner = ACCOUNT_ALONE,
                                  .draft = store_case_draft("")};

        (void)snprintf(job.draft.values.title, sizeof job.draft.values.title,
                       "%d-%d", writer->number, i);
        writer->err = keeper_write(writer->keeper, create, &job);
        if (writer->err)
            writer->failed++;
        atomic_fetch_add(&told, 1);
    }
    return NULL;
}

static void start_writers(struct writer *writers, struct keeper *keeper,
                          int writes, atomic_int *coming)
{
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (struct writer){
            .keeper = keeper, .coming = coming, .number = i, .writes = writes};
        assert_int_equal(
            pthread_create(&writers[i].thread, NULL, run_writer, &writers[i]),
            0);
    }
}

static void join_writers(struct writer *writers)
{
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(writers[i].thread, NULL), 0);
        assert_int_equal(writers[i].failed, 0);
    }
}

static void assert_written_once(const struct store_case *c, int writes)
{
    for (int number = 0; number < THREADS; number++)
        for (int i = 0; i < writes; i++) {
            char title[32];

            (void)snprintf(title, sizeof title, "%d-%d", number, i);
            assert_int_equal(store_case_titled(c->path, title), 1);
        }
}

static void every_answered_write_is_there_whoever_led(void **state)
{
    struct store_case *c = *state;
    struct keeper *keeper = keeper_new(c->file, NULL);
    struct writer writers[THREADS];

    assert_true(keeper != NULL);
    start_writers(writers, keeper, WRITES, NULL);
    join_writers(writers);
    assert_written_once(c, WRITES);
    assert_int_equal(store_case_number(c->path, "SELECT count(*) FROM changes"),
                     THREADS * WRITES);
    keeper_free(keeper);
}

/* --- writes that come while one leads ------------------------------------- */

/* A write that leads until it is told to go on. */
struct leader {
    struct keeper *keeper;
    pthread_t thread;
    sem_t leads;
    sem_t may_end;
    enum todo_err err;
};

static enum todo_err lead(struct store *store, void *arg)
{
    struct leader *leader = arg;

    (void)store;
    sem_post(&leader->leads);
    while (sem_wait(&leader->may_end) != 0)
        ; /* a signal came */
    return TODO_OK;
}

static void *run_leader(void *arg)
{
    struct leader *leader = arg;

    leader->err = keeper_write(leader->keeper, lead, leader);
    return NULL;
}

static void leader_begin(struct leader *leader, struct keeper *keeper)
{
    *leader = (struct leader){.keeper = keeper};
    assert_int_equal(sem_init(&leader->leads, 0, 0), 0);
    assert_int_equal(sem_init(&leader->may_end, 0, 0), 0);
    assert_int_equal(pthread_create(&leader->thread, NULL, run_leader, leader),
                     0);
    while (sem_wait(&leader->leads) != 0)
        ; /* a signal came */
}

static void leader_end(struct leader *leader)
{
    sem_post(&leader->may_end);
    assert_int_equal(pthread_join(leader->thread, NULL), 0);
    assert_int_equal(leader->err, TODO_OK);
    sem_destroy(&leader->leads);
    sem_destroy(&leader->may_end);
}

/* Lets all writers come while one leads; gives the commits they took. Nobody
 * can see from outside that a thread has queued, only that it is about to. */
static int count_commits(struct keeper *keeper)
{
    struct writer writers[THREADS];
    struct leader leader;
    atomic_int coming = 0;
    int before = vfs_shim_calls(VFS_SYNC, VFS_WAL);

    leader_begin(&leader, keeper);
    start_writers(writers, keeper, 1, &coming);
    while (atomic_load(&coming) < THREADS)
        a_moment();
    a_moment();
    leader_end(&leader);
    join_writers(writers);
    return vfs_shim_calls(VFS_SYNC, VFS_WAL) - before;
}

static void those_who_come_while_one_leads_share_a_commit(void **state)
{
    struct store_case *c = *state;
    struct keeper *keeper = keeper_new(c->file, NULL);
    long long deadline = now_ms() + PATIENCE_MS;
    int commits;

    assert_true(keeper != NULL);
    store_case_create(c->store, "so that there is a log");
    do {
        commits = count_commits(keeper); /* the leader wrote nothing */
        assert_true(commits >= 1 && commits <= THREADS);
    } while (commits > 1 && now_ms() < deadline);
    assert_int_equal(commits, 1);
    keeper_free(keeper);
}

/* The one that leads waits for nobody. */
static void all_that_come_while_one_leads_are_waiting(void **state)
{
    struct store_case *c = *state;
    struct keeper *keeper = keeper_new(c->file, NULL);
    struct writer writers[THREADS];
    struct leader leader;

    assert_true(keeper != NULL);
    assert_int_equal(keeper_waiting(keeper), 0);
    leader_begin(&leader, keeper);
    assert_int_equal(keeper_waiting(keeper), 0);
    atomic_store(&asleep, 0);
    start_writers(writers, keeper, 1, NULL);
    wait_until(&asleep, THREADS);
    assert_int_equal(keeper_waiting(keeper), THREADS);
    leader_end(&leader);
    join_writers(writers);
    assert_int_equal(keeper_waiting(keeper), 0);
    keeper_free(keeper);
}

/* --- a commit that fails -------------------------------------------------- */

/* They wait while one leads, and share the next transaction. */
static void let_writers_share_a_failure(struct keeper *keeper,
                                        struct writer *writers)
{
    struct leader leader;

    leader_begin(&leader, keeper);
    atomic_store(&asleep, 0);
    start_writers(writers, keeper, 1, NULL);
    wait_until(&asleep, THREADS);
    atomic_store(&told, 0);
    atomic_store(&slow, true);
    vfs_shim_break((struct vfs_fault){.call = VFS_WRITE,
                                      .files = VFS_WAL,
                                      .first = 1,
                                      .times = VFS_FOR_GOOD,
                                      .code = SQLITE_FULL});
    leader_end(&leader);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(writers[i].thread, NULL), 0);
    atomic_store(&slow, false);
    assert_true(vfs_shim_mend() > 0);
}

static void each_thread_of_a_group_hears_that_its_commit_failed(void **state)
{
    struct store_case *c = *state;
    struct keeper *keeper = keeper_new(c->file, NULL);
    struct create_todo before = {.owner = ACCOUNT_ALONE,
                                 .draft = store_case_draft("kept")};
    struct writer writers[THREADS];

    assert_true(keeper != NULL);
    assert_int_equal(keeper_write(keeper, store_create_todo, &before), TODO_OK);
    let_writers_share_a_failure(keeper, writers);
    for (int i = 0; i < THREADS; i++)
        if (writers[i].err != TODO_ERR_DISK_FULL)
            fail_msg("COMMIT failed, and thread %d of %d was told %s", i + 1,
                     THREADS, writers[i].err ? "another error" : "TODO_OK");
    assert_int_equal(store_case_number(c->path, "SELECT count(*) FROM todos"),
                     1);
    keeper_free(keeper);
}

/* --- a held database ------------------------------------------------------ */

static void writes_wait_for_a_held_database_and_reads_do_not(void **state)
{
    struct store_case *c = *state;
    struct keeper *keeper = keeper_new(c->file, NULL);
    struct writer writers[THREADS];
    struct read_todo read = {.owner = ACCOUNT_ALONE,
                             .id = store_case_create(c->store, "old").id};
    struct hold hold;

    assert_true(keeper != NULL);
    keeper_enter_thread(keeper);
    hold_begin(&hold, c->path);
    start_writers(writers, keeper, 1, NULL);
    assert_int_equal(keeper_read(keeper, store_read_todo, &read), TODO_OK);
    assert_string_equal(read.todo.title, "old");
    assert_int_equal(keeper_search(keeper, store_ping, NULL), TODO_OK);
    assert_int_equal(store_case_number(c->path, "SELECT count(*) FROM todos"),
                     1);
    hold_end(&hold);
    join_writers(writers);
    assert_written_once(c, 1);
    keeper_leave_thread();
    keeper_free(keeper);
}

static void a_thread_reads_what_was_answered_before(void **state)
{
    struct store_case *c = *state;
    struct keeper *keeper = keeper_new(c->file, NULL);

    assert_true(keeper != NULL);
    keeper_enter_thread(keeper);
    for (int i = 0; i < WRITES; i++) {
        struct create_todo create = {.owner = ACCOUNT_ALONE,
                                     .draft = store_case_draft("seen")};
        struct read_todo read = {.owner = ACCOUNT_ALONE};

        assert_int_equal(keeper_write(keeper, store_create_todo, &create),
                         TODO_OK);
        read.id = create.todo.id;
        assert_int_equal(keeper_read(keeper, store_read_todo, &read), TODO_OK);
    }
    keeper_leave_thread();
    keeper_free(keeper);
}

static void a_thread_that_never_entered_cannot_read(void **state)
{
    struct store_case *c = *state;
    struct keeper *keeper = keeper_new(c->file, NULL);

    assert_true(keeper != NULL);
    assert_int_equal(keeper_read(keeper, store_ping, NULL), TODO_ERR_INTERNAL);
    keeper_enter_thread(keeper);
    assert_int_equal(keeper_read(keeper, store_ping, NULL), TODO_OK);
    keeper_leave_thread();
    assert_int_equal(keeper_read(keeper, store_ping, NULL), TODO_ERR_INTERNAL);
    keeper_free(keeper);
}

/* A write that breaks a rule, or that the disk fails, tells its own thread. */
static void each_thread_hears_of_its_own_error(void **state)
{
    struct store_case *c = *state;
    struct keeper *keeper = keeper_new(c->file, NULL);
    struct conditions none = {0};
    struct delete_todo delete = {99, &none, ACCOUNT_ALONE};
    struct create_todo create = {.owner = ACCOUNT_ALONE,
                                 .draft = store_case_draft("lost")};

    assert_true(keeper != NULL);
    assert_int_equal(keeper_write(keeper, store_delete_todo, &delete),
                     TODO_ERR_NO_TODO);
    vfs_shim_break((struct vfs_fault){.call = VFS_WRITE,
                                      .files = VFS_WAL,
                                      .first = 1,
                                      .times = VFS_FOR_GOOD,
                                      .code = SQLITE_FULL});
    assert_int_equal(keeper_write(keeper, store_create_todo, &create),
                     TODO_ERR_DISK_FULL);
    assert_true(vfs_shim_mend() > 0);
    assert_int_equal(keeper_write(keeper, store_create_todo, &create), TODO_OK);
    assert_int_equal(store_case_titled(c->path, "lost"), 1);
    keeper_free(keeper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(every_answered_write_is_there_whoever_led),
        store_test(those_who_come_while_one_leads_share_a_commit),
        store_test(all_that_come_while_one_leads_are_waiting),
        store_test(each_thread_of_a_group_hears_that_its_commit_failed),
        store_test(writes_wait_for_a_held_database_and_reads_do_not),
        store_test(a_thread_reads_what_was_answered_before),
        store_test(a_thread_that_never_entered_cannot_read),
        store_test(each_thread_hears_of_its_own_error),
    };

    return cmocka_run_group_tests_name("keeper_sync", tests, store_case_shim,
                                       NULL);
}
