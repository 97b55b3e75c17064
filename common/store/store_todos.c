/*
 * common/store/store_todos.c - the jobs on todos.
 *
 * A job that writes checks every rule by reading before it changes anything.
 * So a job that breaks a rule leaves the transaction of its group as it was.
 */
#include <string.h>

#include "common/base/clock.h"
#include "common/store/store_internal.h"

static void bind_null_or(sqlite3_stmt *statement, int column, bool is_set,
                         int64_t value)
{
    if (is_set)
        sqlite3_bind_int64(statement, column, value);
    else
        sqlite3_bind_null(statement, column);
}

static void bind_title(sqlite3_stmt *statement, int column,
                       const struct todo *todo)
{
    sqlite3_bind_text(statement, column, todo->title, -1, SQLITE_STATIC);
}

void store_read_row(sqlite3_stmt *statement, struct todo *todo)
{
    const void *title = sqlite3_column_text(statement, 2);
    int len = sqlite3_column_bytes(statement, 2);
    size_t keep = title && len < TODO_TITLE_SIZE ? (size_t)len : 0;

    todo->id = sqlite3_column_int64(statement, 0);
    todo->version = sqlite3_column_int64(statement, 1);
    if (keep > 0)
        memcpy(todo->title, title, keep);
    todo->title[keep] = '\0';
    todo->completed = sqlite3_column_int(statement, 3);
    todo->has_order = sqlite3_column_type(statement, 4) != SQLITE_NULL;
    todo->order = sqlite3_column_int64(statement, 4);
    todo->has_due_at = sqlite3_column_type(statement, 5) != SQLITE_NULL;
    todo->due_at = sqlite3_column_int64(statement, 5);
    todo->created_at = sqlite3_column_int64(statement, 6);
    todo->updated_at = sqlite3_column_int64(statement, 7);
}

static enum todo_err read_todo(struct store *store, int64_t owner, int64_t id,
                               struct todo *todo)
{
    sqlite3_stmt *read = store_statement(store, STMT_READ);
    enum todo_err err = TODO_ERR_NO_TODO;
    int rc;

    if (!read)
        return store_error(store);
    sqlite3_bind_int64(read, 1, id);
    sqlite3_bind_int64(read, 2, owner);
    rc = sqlite3_step(read);
    if (rc == SQLITE_ROW) {
        store_read_row(read, todo);
        err = TODO_OK;
    } else if (rc != SQLITE_DONE) {
        err = store_error(store);
    }
    sqlite3_reset(read);
    return err;
}

static enum todo_err log_change(struct store *store, int64_t owner,
                                const char *kind)
{
    sqlite3_stmt *insert = store_statement(store, STMT_LOG_CHANGE);
    enum todo_err err;

    if (store->scratch.failed)
        return TODO_ERR_INTERNAL;
    if (insert) {
        sqlite3_bind_int64(insert, 1, owner);
        sqlite3_bind_text(insert, 2, kind, -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 3, store->scratch.data,
                          (int)store->scratch.len, SQLITE_STATIC);
    }
    err = store_step(store, insert);
    if (!err)
        store->logged = sqlite3_last_insert_rowid(store->db);
    return err;
}

enum todo_err store_log_todo(struct store *store, int64_t owner,
                             const char *kind, const struct todo *todo)
{
    buf_clear(&store->scratch);
    todo_write_json(todo, NULL, &store->scratch);
    return log_change(store, owner, kind);
}

enum todo_err store_create_todo(struct store *store, void *arg)
{
    struct create_todo *job = arg;
    sqlite3_stmt *insert = store_statement(store, STMT_INSERT);
    struct todo *todo = &job->todo;
    enum todo_err err;

    *todo = (struct todo){.version = 1};
    todo_draft_apply(&job->draft, TODO_DRAFT_WHOLE, todo);
    todo->created_at = todo->updated_at = clock_wall_ms();
    if (insert) {
        sqlite3_bind_int64(insert, 1, job->owner);
        bind_title(insert, 2, todo);
        sqlite3_bind_int(insert, 3, todo->completed);
        bind_null_or(insert, 4, todo->has_order, todo->order);
        bind_null_or(insert, 5, todo->has_due_at, todo->due_at);
        sqlite3_bind_int64(insert, 6, todo->created_at);
        sqlite3_bind_int64(insert, 7, todo->updated_at);
    }
    err = store_step(store, insert);
    if (err)
        return err;
    todo->id = sqlite3_last_insert_rowid(store->db);
    return store_log_todo(store, job->owner, "created", todo);
}

enum todo_err store_read_todo(struct store *store, void *arg)
{
    struct read_todo *job = arg;

    return read_todo(store, job->owner, job->id, &job->todo);
}

static enum todo_err update_todo(struct store *store, int64_t owner,
                                 struct todo *todo)
{
    sqlite3_stmt *update = store_statement(store, STMT_UPDATE);
    enum todo_err err;

    todo->updated_at = clock_wall_ms();
    if (update) {
        bind_title(update, 1, todo);
        sqlite3_bind_int(update, 2, todo->completed);
        bind_null_or(update, 3, todo->has_order, todo->order);
        bind_null_or(update, 4, todo->has_due_at, todo->due_at);
        sqlite3_bind_int64(update, 5, todo->updated_at);
        sqlite3_bind_int64(update, 6, todo->id);
        sqlite3_bind_int64(update, 7, owner);
        sqlite3_bind_int64(update, 8, todo->version);
    }
    err = store_step(store, update);
    if (err)
        return err;
    todo->version++;
    return store_log_todo(store, owner, "updated", todo);
}

enum todo_err store_change_todo(struct store *store, void *arg)
{
    struct change_todo *job = arg;
    enum todo_err err = read_todo(store, job->owner, job->id, &job->todo);

    if (!err)
        err = conditions_check(job->conditions, job->todo.version);
    if (!err && todo_draft_apply(&job->draft, job->kind, &job->todo))
        err = update_todo(store, job->owner, &job->todo);
    return err;
}

enum todo_err store_delete_todo(struct store *store, void *arg)
{
    struct delete_todo *job = arg;
    struct todo todo = {0};
    sqlite3_stmt *delete;
    enum todo_err err = read_todo(store, job->owner, job->id, &todo);

    if (!err)
        err = conditions_check(job->conditions, todo.version);
    if (err)
        return err;
    delete = store_statement(store, STMT_DELETE);
    if (delete) {
        sqlite3_bind_int64(delete, 1, job->id);
        sqlite3_bind_int64(delete, 2, job->owner);
    }
    err = store_step(store, delete);
    if (err)
        return err;
    buf_clear(&store->scratch);
    buf_puts(&store->scratch, "{\"id\":");
    buf_put_int(&store->scratch, job->id);
    buf_puts(&store->scratch, "}");
    return log_change(store, job->owner, "deleted");
}

/* Runs a statement that gives one number, or none. */
static enum todo_err query_int64(struct store *store, sqlite3_stmt *query,
                                 int64_t *value)
{
    enum todo_err err = TODO_OK;
    int rc;

    rc = sqlite3_step(query);
    if (rc == SQLITE_ROW)
        *value = sqlite3_column_int64(query, 0);
    else if (rc != SQLITE_DONE)
        err = store_error(store);
    sqlite3_reset(query);
    return err;
}

static void bind_span(sqlite3_stmt *statement, const struct clear_todos *job,
                      int64_t until)
{
    sqlite3_bind_int64(statement, 1, job->after_id);
    sqlite3_bind_int64(statement, 2, until);
    sqlite3_bind_int(statement, 3, job->completed == LIST_COMPLETED);
    sqlite3_bind_int64(statement, 4, job->owner);
}

/* Deletes the next rows that match, and tells how far it came. */
static enum todo_err clear_step(struct store *store, struct clear_todos *job)
{
    sqlite3_stmt *newest = store_statement(store, STMT_NEWEST_ID);
    sqlite3_stmt *edge = store_statement(store, STMT_CLEAR_EDGE);
    sqlite3_stmt *clear = store_statement(store, STMT_CLEAR_STEP);
    int64_t last = 0;
    enum todo_err err = TODO_OK;

    if (!newest || !edge || !clear)
        return store_error(store);
    if (job->until_id == 0)
        err = query_int64(store, newest, &job->until_id);
    if (err)
        return err;
    bind_span(edge, job, job->until_id);
    sqlite3_bind_int(edge, 5, STORE_CLEAR_STEP - 1);
    err = query_int64(store, edge, &last);
    if (err)
        return err;
    job->more = last != 0;
    if (last == 0)
        last = job->until_id;
    job->reached_id = last;
    bind_span(clear, job, last);
    return store_step(store, clear);
}

static enum todo_err clear_all(struct store *store, struct clear_todos *job)
{
    sqlite3_stmt *clear = store_statement(store, STMT_DELETE_ALL);

    job->more = false;
    if (clear)
        sqlite3_bind_int64(clear, 1, job->owner);
    return store_step(store, clear);
}

enum todo_err store_clear_todos(struct store *store, void *arg)
{
    static const char *const filters[] = {
        [LIST_ANY] = "null", [LIST_COMPLETED] = "true", [LIST_OPEN] = "false"};
    struct clear_todos *job = arg;
    enum todo_err err = job->completed == LIST_ANY ? clear_all(store, job)
                                                   : clear_step(store, job);

    if (err)
        return err;
    buf_clear(&store->scratch);
    buf_puts(&store->scratch, "{\"completed\":");
    buf_puts(&store->scratch, filters[job->completed]);
    buf_puts(&store->scratch, "}");
    return log_change(store, job->owner, "cleared");
}

enum todo_err store_ping(struct store *store, void *arg)
{
    sqlite3_stmt *ping = store_statement(store, STMT_PING);
    int64_t ignored;
    enum todo_err err;

    (void)arg;
    if (store_file_is_lost(store->file, STORE_LOOK_ALL))
        return TODO_ERR_UNAVAILABLE;
    err = ping ? query_int64(store, ping, &ignored) : store_error(store);
    /* Somebody may have dropped the table: so it is not ready. */
    return err == TODO_ERR_INTERNAL ? TODO_ERR_UNAVAILABLE : err;
}
