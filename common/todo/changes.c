/*
 * common/todo/changes.c - from changes to the text of an event stream.
 */
#include "common/todo/changes.h"

#include <stdlib.h>
#include <string.h>

#include "common/todo/route.h"

static const char URL[] = ",\"url\":\"";

struct changes_start changes_start_at(const char *text, size_t len)
{
    struct changes_start start = {.has_last_id = text != NULL};

    for (size_t i = 0; text && i < len; i++) {
        int digit = text[i] - '0';

        if (digit < 0 || digit > 9 ||
            start.last_id > (INT64_MAX - digit) / 10) {
            start.last_id = -1;
            break;
        }
        start.last_id = start.last_id * 10 + digit;
    }
    if (text && len == 0)
        start.last_id = -1;
    return start;
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

void changes_page_begin(struct changes_page *page, int64_t oldest)
{
    page->oldest = oldest;
    page->count = 0;
    buf_clear(&page->text);
}

/* A todo gets its url, which the log does not have, as its last member; its
 * base comes in when the event is sent. */
void changes_page_add(struct changes_page *page, const struct change *what,
                      const char *kind, const char *data, size_t len)
{
    struct change *change = &page->all[page->count++];
    bool is_todo = strcmp(kind, "deleted") != 0 && strcmp(kind, "cleared") != 0;

    *change = (struct change){.id = what->id, .owner = what->owner};
    put_event(&page->text, kind, what->id);
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

void changes_page_end(struct changes_page *page, int64_t newest)
{
    page->reached =
        page->count < CHANGES_STEP ? newest : page->all[CHANGES_STEP - 1].id;
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

int64_t changes_write(const struct changes_page *page, int64_t owner,
                      int64_t after, const char *base, struct buf *out)
{
    size_t from = 0;

    for (int i = 0; i < page->count; i++) {
        const struct change *change = &page->all[i];

        if (change->id > after) {
            if (after + 1 < page->oldest) /* the log was cut meanwhile */
                changes_write_reset(change->id - 1, out);
            if (change->owner == owner)
                write_change(page, from, change, base, out);
            after = change->id;
        }
        from = change->end;
    }
    if (page->reached <= after)
        return after;
    if (after + 1 < page->oldest) /* there may have been some */
        changes_write_reset(page->reached, out);
    return page->reached;
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
