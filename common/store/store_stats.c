/*
 * common/store/store_stats.c - the job that counts an owner's todos.
 *
 * One statement counts all, so that the numbers fit together: it sees the todos
 * of one moment. It looks at each row, and the time limit of a search is its
 * own.
 */
#include "common/base/clock.h"
#include "common/base/probe.h"
#include "common/store/store_internal.h"

/* The one row that the statement gives. */
static enum todo_err read_stats(struct store *store, sqlite3_stmt *count,
                                struct todo_stats *stats)
{
    enum todo_err err = TODO_OK;

    if (sqlite3_step(count) == SQLITE_ROW) {
        stats->total = sqlite3_column_int64(count, 0);
        stats->completed = sqlite3_column_int64(count, 1);
        stats->open = stats->total - stats->completed;
        stats->overdue = sqlite3_column_int64(count, 2);
    } else {
        err = store_error(store);
    }
    sqlite3_reset(count);
    return err;
}

enum todo_err store_count_todos(struct store *store, void *arg)
{
    struct count_todos *job = arg;
    sqlite3_stmt *count = store_statement(store, STMT_COUNT_TODOS);
    enum todo_err err;

    if (!count)
        return store_error(store);
    err = store_begin_search(store);
    if (err)
        return err;
    sqlite3_bind_int64(count, 1, job->owner);
    sqlite3_bind_int64(count, 2, clock_wall_ms());
    err = read_stats(store, count, &job->stats);
    store_end_search(store);
    probe_stand(probe_request(), "count.done");
    probe_go(probe_request(), "count.done");
    return err;
}
