/*
 * common/store/store_changes.c - the jobs that read the log of changes.
 */
#include "common/store/store_internal.h"

/* From which change to which the log goes. A number between them may be missing
 * in what is read: it is another owner's change. So a page says how far it has
 * come, whoever made the last of them: or an owner who changes nothing would be
 * told one day that too much was missed. */
static enum todo_err read_span(struct store *store, int64_t *oldest,
                               int64_t *newest)
{
    sqlite3_stmt *span = store_statement(store, STMT_SPAN_OF_CHANGES);
    enum todo_err err = TODO_OK;

    if (!span)
        return store_error(store);
    if (sqlite3_step(span) == SQLITE_ROW) {
        *oldest = sqlite3_column_int64(span, 0);
        *newest = sqlite3_column_int64(span, 1);
    } else {
        err = store_error(store);
    }
    sqlite3_reset(span);
    return err;
}

enum todo_err store_start_changes(struct store *store, void *arg)
{
    struct changes_start *start = arg;
    int64_t oldest = 0, newest = 0;
    enum todo_err err = read_span(store, &oldest, &newest);

    if (err)
        return err;
    start->newest = newest;
    start->has_gap = start->has_last_id &&
                     (start->last_id < oldest - 1 || start->last_id > newest);
    start->after =
        start->has_last_id && !start->has_gap ? start->last_id : newest;
    return TODO_OK;
}

static void add_row(struct changes_page *page, sqlite3_stmt *row)
{
    const char *kind = (const char *)sqlite3_column_text(row, 1);
    const char *data = (const char *)sqlite3_column_text(row, 2);
    size_t len = (size_t)sqlite3_column_bytes(row, 2);
    struct change change = {.id = sqlite3_column_int64(row, 0),
                            .owner = sqlite3_column_int64(row, 3)};

    if (kind && data)
        changes_page_add(page, &change, kind, data, len);
    else /* SQLite has no memory for them */
        page->text.failed = true;
}

enum todo_err store_read_changes(struct store *store, void *arg)
{
    struct changes_page *page = arg;
    sqlite3_stmt *read = store_statement(
        store, page->owner == 0 ? STMT_READ_ALL_CHANGES : STMT_READ_CHANGES);
    int64_t oldest = 0, newest = 0;
    enum todo_err err;
    int rc;

    if (!read)
        return store_error(store);
    err = read_span(store, &oldest, &newest);
    if (err)
        return err;
    changes_page_begin(page, oldest);
    sqlite3_bind_int64(read, 1, page->after);
    sqlite3_bind_int(read, 2, CHANGES_STEP);
    if (page->owner != 0)
        sqlite3_bind_int64(read, 3, page->owner);
    while ((rc = sqlite3_step(read)) == SQLITE_ROW)
        add_row(page, read);
    if (rc != SQLITE_DONE)
        err = store_error(store);
    sqlite3_reset(read);
    if (!err)
        changes_page_end(page, newest);
    return !err && page->text.failed ? TODO_ERR_INTERNAL : err;
}
