/*
 * common/store/store_due.c - the jobs on reminders: when the next one is due,
 * and what is due now.
 *
 * A server that wakes has seen a time, and maybe an old one: the other server
 * may have fired meanwhile, or somebody may have changed the todo. So the job
 * that fires believes nobody. It looks for itself, in the transaction that also
 * marks what it finds: no two transactions can find the same.
 */
#include "common/base/clock.h"
#include "common/base/probe.h"
#include "common/store/store_internal.h"

/* A todo whose time has come, and whose it is. */
struct due {
    int64_t id, owner;
};

enum todo_err store_next_due(struct store *store, void *arg)
{
    struct next_due *job = arg;
    sqlite3_stmt *next = store_statement(store, STMT_NEXT_DUE);
    enum todo_err err = TODO_OK;

    job->due_at = INT64_MAX;
    if (!next)
        return store_error(store);
    if (sqlite3_step(next) != SQLITE_ROW)
        err = store_error(store);
    else if (sqlite3_column_type(next, 0) != SQLITE_NULL)
        job->due_at = sqlite3_column_int64(next, 0);
    sqlite3_reset(next);
    return err;
}

/* The first of those whose time has come by now. */
static enum todo_err find_due(struct store *store,
                              struct due found[STORE_DUE_STEP], int *count)
{
    sqlite3_stmt *find = store_statement(store, STMT_FIND_DUE);
    enum todo_err err = TODO_OK;
    int rc;

    *count = 0;
    if (!find)
        return store_error(store);
    sqlite3_bind_int64(find, 1, clock_wall_ms());
    sqlite3_bind_int(find, 2, STORE_DUE_STEP);
    while ((rc = sqlite3_step(find)) == SQLITE_ROW)
        found[(*count)++] = (struct due){sqlite3_column_int64(find, 0),
                                         sqlite3_column_int64(find, 1)};
    if (rc != SQLITE_DONE)
        err = store_error(store);
    sqlite3_reset(find);
    return err;
}

/* Marks one as told, and tells it. Its version stays: nobody has changed it. */
static enum todo_err fire(struct store *store, const struct due *due)
{
    sqlite3_stmt *disarm = store_statement(store, STMT_DISARM);
    enum todo_err err = TODO_OK;
    struct todo todo = {0};
    int rc;

    if (!disarm)
        return store_error(store);
    sqlite3_bind_int64(disarm, 1, due->id);
    sqlite3_bind_int64(disarm, 2, due->owner);
    while ((rc = sqlite3_step(disarm)) == SQLITE_ROW)
        store_read_row(disarm, &todo);
    if (rc != SQLITE_DONE)
        err = store_error(store);
    sqlite3_reset(disarm);
    return err ? err : store_log_todo(store, due->owner, "due", &todo);
}

enum todo_err store_fire_due(struct store *store, void *arg)
{
    struct fire_due *job = arg;
    struct due found[STORE_DUE_STEP];
    enum todo_err err = find_due(store, found, &job->count);

    probe_stand(probe_request(), "due.found");
    probe_go(probe_request(), "due.found");
    for (int i = 0; i < job->count && !err; i++)
        err = fire(store, &found[i]);
    return err;
}
