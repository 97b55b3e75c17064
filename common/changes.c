/*
 * common/changes.c - from rows of the log to the text of an event stream.
 */
#include "common/changes.h"

#include <stdlib.h>
#include <string.h>

#include "common/route.h"
#include "common/store_internal.h"

static const char URL[] = ",\"url\":\"";

struct changes_start changes_start_at(const struct http_text *field)
{
    struct changes_start start = {.has_last_id = field != NULL};

    for (size_t i = 0; field && i < field->len; i++) {
        int digit = field->at[i] - '0';

        if (digit < 0 || digit > 9 ||
            start.last_id > (INT64_MAX - digit) / 10) {
            start.last_id = -1;
            break;
        }
        start.last_id = start.last_id * 10 + digit;
    }
    if (field && field->len == 0)
        start.last_id = -1;
    return start;
}

enum todo_err store_start_changes(struct store *store, void *arg)
{
    struct changes_start *start = arg;
    sqlite3_stmt *span = store_statement(store, STMT_SPAN_OF_CHANGES);
    int64_t oldest, newest;

    if (!span || sqlite3_step(span) != SQLITE_ROW)
        return store_error(store);
    oldest = sqlite3_column_int64(span, 0);
    newest = sqlite3_column_int64(span, 1);
    start->newest = newest;
    sqlite3_reset(span);
    start->has_gap = start->has_last_id &&
                     (start->last_id < oldest - 1 || start->last_id > newest);
    start->after =
        start->has_last_id && !start->has_gap ? start->last_id : newest;
    return TODO_OK;
}

/* {"id":17,… is the beginning of a todo. */
static long long id_of(const char *data)
{
    const char *digits = data + strlen("{\"id\":");

    return strtoll(digits, NULL, 10);
}

static void put_event(struct buf *out, const char *kind, int64_t id)
{
    buf_puts(out, "event: ");
    buf_puts(out, kind);
    buf_puts(out, "\nid: ");
    buf_put_int(out, id);
    buf_puts(out, "\ndata: ");
}

/* Adds a row. A todo gets its url, which the log does not have, as its last
 * member; its base comes in when the event is sent. */
static void add_change(struct changes_page *page, sqlite3_stmt *row)
{
    struct change *change = &page->all[page->count++];
    const char *kind = (const char *)sqlite3_column_text(row, 1);
    const char *data = (const char *)sqlite3_column_text(row, 2);
    size_t len = (size_t)sqlite3_column_bytes(row, 2);
    bool is_todo;

    *change = (struct change){.id = sqlite3_column_int64(row, 0)};
    if (!kind || !data) { /* SQLite has no memory for them */
        page->text.failed = true;
        return;
    }
    is_todo = strcmp(kind, "deleted") != 0 && strcmp(kind, "cleared") != 0;
    put_event(&page->text, kind, change->id);
    buf_put(&page->text, data, is_todo ? len - 1 : len);
    if (is_todo) {
        buf_puts(&page->text, URL);
        change->base_at = page->text.len;
        route_write_url("", OP_READ_TODO, id_of(data), &page->text);
        buf_puts(&page->text, "\"}");
    }
    buf_puts(&page->text, "\n\n");
    change->end = page->text.len;
}

enum todo_err store_read_changes(struct store *store, void *arg)
{
    struct changes_page *page = arg;
    sqlite3_stmt *read = store_statement(store, STMT_READ_CHANGES);
    enum todo_err err = TODO_OK;
    int rc;

    page->count = 0;
    buf_clear(&page->text);
    if (!read)
        return store_error(store);
    sqlite3_bind_int64(read, 1, page->after);
    sqlite3_bind_int(read, 2, CHANGES_STEP);
    while ((rc = sqlite3_step(read)) == SQLITE_ROW)
        add_change(page, read);
    if (rc != SQLITE_DONE)
        err = store_error(store);
    sqlite3_reset(read);
    return !err && page->text.failed ? TODO_ERR_INTERNAL : err;
}

void changes_page_release(struct changes_page *page)
{
    buf_release(&page->text);
}

/* One event, whose text begins at `from`. */
static void write_change(const struct changes_page *page, size_t from,
                         const struct change *change, const char *base,
                         struct buf *out)
{
    if (change->base_at > 0) {
        buf_put(out, page->text.data + from, change->base_at - from);
        buf_puts(out, base);
        from = change->base_at;
    }
    buf_put(out, page->text.data + from, change->end - from);
}

int64_t changes_write(const struct changes_page *page, int64_t after,
                      const char *base, struct buf *out)
{
    size_t from = 0;

    for (int i = 0; i < page->count; i++) {
        const struct change *change = &page->all[i];

        if (change->id > after) {
            if (change->id > after + 1) /* the log was cut meanwhile */
                changes_write_reset(change->id - 1, out);
            write_change(page, from, change, base, out);
            after = change->id;
        }
        from = change->end;
    }
    return after;
}

void changes_write_reset(int64_t newest, struct buf *out)
{
    put_event(out, "reset", newest);
    buf_puts(out, "{\"id\":");
    buf_put_int(out, newest);
    buf_puts(out, "}\n\n");
}

void changes_write_heartbeat(struct buf *out)
{
    buf_puts(out, ": still here\n\n");
}

void changes_write_bye(struct buf *out)
{
    buf_puts(out, "event: bye\ndata: {}\n\n");
}
