/*
 * common/store_file.c - the database file, and the gate that its readers pass.
 *
 * SQLite's write-ahead log (WAL) lets readers go on while one writer commits:
 * a commit appends pages to a second file and waits for the disk to keep them
 * (fsync). Writing those pages back into the database, a checkpoint, needs a
 * moment without readers. Under load there is none, and the log would grow
 * without bound. So readers pass a gate, and the writer closes it for that
 * moment.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>

#include "common/clock.h"
#include "common/store_internal.h"

struct store_file {
    char *path;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* guarded by lock */
    int readers; /* groups of reads under way */
    bool closed; /* a checkpoint asks new ones to wait */
};

/* Two programs that make one new file both turn its log on, and SQLite refuses
 * one of them at once instead of letting it wait. But it lets it wait for an
 * ordinary lock: after that, the log is there. */
static int turn_on_wal(sqlite3 *db)
{
    int64_t until = clock_mono_us() + STORE_BUSY_MS * INT64_C(1000);
    int rc;

    for (;;) {
        rc = sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if (rc != SQLITE_BUSY || clock_mono_us() > until)
            return rc;
        (void)sqlite3_exec(db, "BEGIN IMMEDIATE; ROLLBACK", NULL, NULL, NULL);
    }
}

int store_connect(sqlite3 **db, const char *path, int create)
{
    char limit[64];
    int rc = sqlite3_open_v2(
        path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | create, NULL);

    (void)snprintf(limit, sizeof limit, "PRAGMA journal_size_limit = %d",
                   2 * STORE_WAL_LIMIT);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(*db, STORE_BUSY_MS);
    if (rc == SQLITE_OK)
        rc = turn_on_wal(*db);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*db,
                          "PRAGMA synchronous = FULL;"
                          "PRAGMA wal_autocheckpoint = 0;",
                          NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*db, limit, NULL, NULL, NULL);
    return rc;
}

struct store_file *store_file_new(const char *path, char *why, size_t size)
{
    struct store_file *file = calloc(1, sizeof *file);
    pthread_condattr_t monotonic;
    sqlite3 *db = NULL;
    bool ready = false;

    /* Counting memory takes a lock that all threads share. Only before the
     * first connection: a second file of a process finds it done. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (!file || !(file->path = strdup(path))) {
        (void)snprintf(why, size, "%s: out of memory", path);
        goto fail;
    }
    if (store_connect(&db, path, SQLITE_OPEN_CREATE) != SQLITE_OK)
        (void)snprintf(why, size, "%s: %s", path, sqlite3_errmsg(db));
    else
        ready = store_migrate(db, path, why, size);
    sqlite3_close(db);
    if (!ready)
        goto fail;
    pthread_mutex_init(&file->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&file->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return file;

fail:
    if (file)
        free(file->path);
    free(file);
    return NULL;
}

void store_file_free(struct store_file *file)
{
    if (!file)
        return;
    pthread_cond_destroy(&file->changed);
    pthread_mutex_destroy(&file->lock);
    free(file->path);
    free(file);
}

const char *store_file_path(const struct store_file *file)
{
    return file->path;
}

void store_gate_enter(struct store_file *file)
{
    pthread_mutex_lock(&file->lock);
    while (file->closed) /* WAITS: a checkpoint */
        pthread_cond_wait(&file->changed, &file->lock);
    file->readers++;
    pthread_mutex_unlock(&file->lock);
}

void store_gate_leave(struct store_file *file)
{
    pthread_mutex_lock(&file->lock);
    file->readers--;
    if (file->readers == 0 && file->closed)
        pthread_cond_broadcast(&file->changed);
    pthread_mutex_unlock(&file->lock);
}

bool store_gate_close(struct store_file *file, int wait_ms)
{
    struct timespec until = clock_from_now(wait_ms);
    bool empty;
    int rc = 0;

    pthread_mutex_lock(&file->lock);
    file->closed = true;
    while (file->readers > 0 && rc == 0)
        rc = pthread_cond_timedwait(&file->changed, &file->lock, &until);
    empty = file->readers == 0;
    pthread_mutex_unlock(&file->lock);
    return empty;
}

void store_gate_open(struct store_file *file)
{
    pthread_mutex_lock(&file->lock);
    file->closed = false;
    pthread_cond_broadcast(&file->changed);
    pthread_mutex_unlock(&file->lock);
}
