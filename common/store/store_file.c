/*
 * common/store/store_file.c - the database file, and the door that its readers
 * pass.
 *
 * SQLite's write-ahead log (WAL) lets readers go on while one writer commits:
 * a commit appends pages to a second file and waits for the disk to keep them
 * (fsync). Writing those pages back into the database, a checkpoint, needs a
 * moment without readers. Under load there is none, and the log would grow
 * without bound. So readers pass a door, and the writer closes it for that
 * moment.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/store/store_internal.h"

enum { DATABASE, LOG, INDEX };

struct store_file {
    char *path;
    int page_size;
    unsigned char token_key[TOKEN_KEY_SIZE];
    struct store_place places[STORE_LOOK_ALL];
    sqlite3 *db; /* serves nobody: see note_places */
    atomic_bool lost;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* guarded by lock */
    int readers; /* groups of reads under way */
    bool closed; /* a checkpoint asks new ones to wait */
};

/* --- opening -------------------------------------------------------------- */

static int query_int(sqlite3 *db, const char *sql, int *value)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

    if (rc == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        *value = sqlite3_column_int(statement, 0);
    else if (rc == SQLITE_OK)
        rc = SQLITE_ERROR;
    sqlite3_finalize(statement);
    return rc;
}

int store_connect(sqlite3 **db, const char *path, int create)
{
    char limits[128];
    int rc = sqlite3_open_v2(
        path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | create, NULL);

    (void)snprintf(limits, sizeof limits,
                   "PRAGMA journal_size_limit = %d; PRAGMA cache_size = -%d",
                   2 * STORE_WAL_LIMIT, STORE_CACHE_KIB);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(*db, STORE_BUSY_MS);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*db,
                          "PRAGMA synchronous = FULL;"
                          "PRAGMA wal_autocheckpoint = 0;",
                          NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*db, limits, NULL, NULL, NULL);
    return rc;
}

/* Looks at the file as it is, in one snapshot, and changes nothing. */
static bool is_ours(const struct store_start *start)
{
    int version;

    if (sqlite3_exec(start->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        return store_refuse_sqlite(start);
    if (!store_is_ours(start, &version))
        return false;
    return sqlite3_exec(start->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ||
           store_refuse_sqlite(start);
}

/* Two programs that make one new file both turn its log on, and SQLite refuses
 * one of them at once instead of letting it wait. But it lets it wait for an
 * ordinary lock: after that, the log is there. */
static int try_wal(sqlite3 *db)
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

/* Two connections must be able to work at once: only WAL gives that. A
 * database in memory has none. */
static bool turn_on_wal(const struct store_start *start)
{
    int is_wal = 0;

    if (try_wal(start->db) != SQLITE_OK ||
        query_int(start->db,
                  "SELECT journal_mode = 'wal' FROM pragma_journal_mode",
                  &is_wal) != SQLITE_OK)
        return store_refuse_sqlite(start);
    return is_wal || store_refuse(start, "cannot keep a write-ahead log there");
}

/* Nothing is changed before it is known whose file it is. */
static bool open_database(struct store_start *start)
{
    if (!store_place_may_open(start))
        return false;
    if (store_connect(&start->db, start->path, SQLITE_OPEN_CREATE) != SQLITE_OK)
        return store_refuse_sqlite(start);
    if (sqlite3_db_readonly(start->db, "main") == 1)
        return store_refuse(start, "may be read, but not written");
    return is_ours(start) && turn_on_wal(start) && store_migrate(start);
}

/* Notes which three files were opened. The connection is kept until the end:
 * while it is open SQLite removes neither the log nor its index, and the kernel
 * gives the number of none of the three to another file. */
static bool note_places(struct store_file *file,
                        const struct store_start *start)
{
    const char *full = sqlite3_db_filename(start->db, "main");
    int has_moved = 0;

    file->db = start->db;
    if (query_int(file->db, "PRAGMA page_size", &file->page_size) != SQLITE_OK)
        return store_refuse_sqlite(start);
    if (!store_place_note(&file->places[DATABASE], start->path, "") ||
        !store_place_note(&file->places[LOG], full, "-wal") ||
        !store_place_note(&file->places[INDEX], full, "-shm") ||
        sqlite3_file_control(file->db, "main", SQLITE_FCNTL_HAS_MOVED,
                             &has_moved) != SQLITE_OK ||
        has_moved)
        return store_refuse(start, "removed while it was opened");
    return true;
}

/* Closes a file that was refused. Its program may have ended without writing
 * its log back; the last to close a database does that, and here it must not.
 */
static void leave_alone(sqlite3 *db)
{
    const char *path = db ? sqlite3_db_filename(db, "main") : NULL;
    struct store_place log = {0};
    struct stat found;

    if (path && store_place_note(&log, path, "-wal") &&
        stat(log.path, &found) == 0 && found.st_size > 0)
        (void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    free(log.path);
    sqlite3_close(db);
}

static void free_names(struct store_file *file)
{
    for (int i = 0; i < STORE_LOOK_ALL; i++)
        free(file->places[i].path);
    free(file->path);
    free(file);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): store_refuse writes there */
struct store_file *store_file_new(const char *path, char *why, size_t size)
{
    struct store_start start = {.path = path, .why = why, .size = size};
    struct store_file *file = calloc(1, sizeof *file);

    /* Counting memory takes a lock that all threads share. Only before the
     * first connection: a second file of a process finds it done. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (!file || !(file->path = strdup(path))) {
        (void)store_refuse(&start, "out of memory");
        free(file);
        return NULL;
    }
    if (!open_database(&start) || !store_find_key(&start, file->token_key) ||
        !note_places(file, &start)) {
        leave_alone(start.db);
        free_names(file);
        return NULL;
    }
    pthread_mutex_init(&file->lock, NULL);
    clock_cond_init(&file->changed);
    return file;
}

/* --- whether it is still there -------------------------------------------- */

static void log_loss(const struct store_place *place,
                     enum store_place_state state)
{
    log_error("store",
              "%s was %s while it was in use: from now on todos are neither "
              "read nor written. Stop every server on this database, make sure "
              "that the one you want is in its place, and start again",
              place->path,
              state == STORE_PLACE_EMPTY ? "removed or moved away"
                                         : "replaced by another file");
}

/* SQLITE_FCNTL_HAS_MOVED would not ask for the log and its index. */
bool store_file_is_lost(struct store_file *file, int look)
{
    for (int i = 0; i < look && !atomic_load(&file->lost); i++) {
        enum store_place_state state = store_place_look(&file->places[i]);

        if (state != STORE_PLACE_OURS && !atomic_exchange(&file->lost, true))
            log_loss(&file->places[i], state);
    }
    return atomic_load(&file->lost);
}

/* Nobody else must find our log beside a file that has come in the place of
 * ours: SQLite would take it for the log of that one, and mix the two. So the
 * log is written back into the file that it belongs to, wherever that is now,
 * and removed. But if another log or index has come in the place of ours, then
 * another program works with the file: it must not be touched. */
static void part_with_log(struct store_file *file)
{
    const struct store_place *places = file->places;

    if (store_place_look(&places[LOG]) == STORE_PLACE_TAKEN ||
        store_place_look(&places[INDEX]) == STORE_PLACE_TAKEN) {
        (void)sqlite3_db_config(file->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                                NULL);
        return;
    }
    if (sqlite3_wal_checkpoint_v2(file->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                  NULL, NULL) != SQLITE_OK) {
        log_error("store",
                  "%s is left over (%s): move it away before you put another "
                  "file beside it",
                  places[LOG].path, sqlite3_errmsg(file->db));
        return;
    }
    if (store_place_look(&places[DATABASE]) == STORE_PLACE_OURS)
        return; /* SQLite removes them with the last connection */
    for (int i = LOG; i <= INDEX; i++)
        if (store_place_look(&places[i]) == STORE_PLACE_OURS)
            (void)unlink(places[i].path); /* it is empty: it does no harm */
}

void store_file_free(struct store_file *file)
{
    if (!file)
        return;
    if (store_file_is_lost(file, STORE_LOOK_ALL))
        part_with_log(file);
    sqlite3_close(file->db);
    pthread_cond_destroy(&file->changed);
    pthread_mutex_destroy(&file->lock);
    free_names(file);
}

const char *store_file_path(const struct store_file *file)
{
    return file->path;
}

const unsigned char *store_file_token_key(const struct store_file *file)
{
    return file->token_key;
}

int store_file_page_size(const struct store_file *file)
{
    return file->page_size;
}

/* --- the door ------------------------------------------------------------- */

void store_door_enter(struct store_file *file)
{
    pthread_mutex_lock(&file->lock);
    while (file->closed) /* WAITS: a checkpoint */
        pthread_cond_wait(&file->changed, &file->lock);
    file->readers++;
    pthread_mutex_unlock(&file->lock);
}

void store_door_leave(struct store_file *file)
{
    pthread_mutex_lock(&file->lock);
    file->readers--;
    if (file->readers == 0 && file->closed)
        pthread_cond_broadcast(&file->changed);
    pthread_mutex_unlock(&file->lock);
}

bool store_door_close(struct store_file *file, int wait_ms)
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

void store_door_open(struct store_file *file)
{
    pthread_mutex_lock(&file->lock);
    file->closed = false;
    pthread_cond_broadcast(&file->changed);
    pthread_mutex_unlock(&file->lock);
}
