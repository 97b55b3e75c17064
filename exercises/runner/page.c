/* exercises/runner/page.c - see page.h. */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/todo/route.h"

/* Puts a file of exercises/runner/page/ into the page. */
static bool put_file(struct buf *out, const char *name)
{
    char path[MAX_NAME];
    char *text;

    (void)snprintf(path, sizeof(path), "exercises/runner/page/%s", name);
    text = read_text(path);
    if (text)
        buf_puts(out, text);
    else
        (void)fprintf(stderr, "learn: cannot read %s\n", path);
    free(text);
    return text != NULL;
}

static bool entry_read(struct entry *entry, const char *name)
{
    entry->name = name;
    entry->method = "OPTIONS";
    entry->path = "any path";
    for (size_t i = 0; i < OP_SHOW_OPTIONS; i++) {
        if (strcmp(routes[i].name, name) == 0) {
            entry->method = routes[i].method;
            entry->path = routes[i].path;
        }
    }
    for (enum room room = 0; room < ROOMS; room++) {
        if (!chain_find(&entry->chains[room], room, name))
            return false;
        counts_add_chain(&entry->counts[room], &entry->chains[room]);
    }
    locals_find(&entry->locals, entry->chains);
    return true;
}

/* The lesson that an operation stands in: the file's name without its room. */
static const char *lesson_of(const struct entry *entry)
{
    return strrchr(entry->chains[SYNC].path, '/') + 1;
}

/* Is it the first of its lesson? */
static bool begins_lesson(const struct entry *entries, size_t i)
{
    return i == 0 ||
           strcmp(lesson_of(&entries[i]), lesson_of(&entries[i - 1])) != 0;
}

static void put_bar(struct buf *out, const struct entry *entries, size_t count)
{
    buf_printf(out, "<nav aria-label=\"Operations\">\n");
    for (size_t i = 0; i < count; i++) {
        if (begins_lesson(entries, i))
            buf_printf(out, "%s<div><p>%s</p>\n<ul>\n",
                       i > 0 ? "</ul></div>\n" : "", lesson_of(&entries[i]));
        buf_printf(out, "<li><a href=\"#%s\">%s</a></li>\n", entries[i].name,
                   entries[i].name);
    }
    buf_printf(out,
               "</ul>\n<label id=\"keys\" hidden><input type=\"checkbox\" "
               "checked> <kbd>j</kbd> next operation, <kbd>k</kbd> previous; "
               "untick to switch these keys off</label>\n"
               "</div></nav>\n");
}

static void put_operations(struct buf *out, const struct entry *entries,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &entries[i];

        if (begins_lesson(entries, i))
            buf_printf(out, "<h2>%s</h2>\n", lesson_of(entry));
        buf_printf(out,
                   "<section aria-labelledby=\"%s\">\n"
                   "<h3 id=\"%s\" tabindex=\"-1\">%s "
                   "<code>%s %s</code></h3>\n",
                   entry->name, entry->name, entry->name, entry->method,
                   entry->path);
        page_code(out, entry);
        page_facts(out, entry);
        buf_printf(out, "</section>\n");
    }
}

static bool put_page(struct buf *out, const struct entry *entries, size_t count)
{
    bool good;

    buf_printf(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                    "<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" "
                    "content=\"width=device-width, initial-scale=1\">\n"
                    "<title>Two ways to wait, side by side</title>\n<style>\n");
    good = put_file(out, "style.css") && put_file(out, "compare.css");
    buf_printf(out, "</style>\n</head>\n<body>\n");
    good = good && put_file(out, "introduction.html");
    put_bar(out, entries, count);
    buf_printf(out, "<main>\n<h2 id=\"counted\">Counted</h2>\n");
    page_summary(out, entries, count);
    put_operations(out, entries, count);
    buf_printf(out, "<h2 id=\"rooms\">The rooms as a whole</h2>\n");
    good = good && page_rooms(out);
    buf_printf(out, "</main>\n<script>\n");
    good = good && put_file(out, "keys.js");
    buf_printf(out, "</script>\n</body>\n</html>\n");
    return good;
}

static bool save(const char *path, const struct buf *page)
{
    FILE *out = fopen(path, "w");
    bool whole = out && fwrite(page->data, 1, page->len, out) == page->len;

    if (out)
        whole = fclose(out) == 0 && whole;
    if (!whole)
        (void)fprintf(stderr, "learn: could not write all of %s\n", path);
    return whole;
}

bool page_write(const char *path, const struct operations *ops)
{
    struct entry *entries = calloc(ops->count, sizeof(*entries));
    struct buf page = {0};
    bool good = entries;

    for (size_t i = 0; good && i < ops->count; i++)
        good = entry_read(&entries[i], ops->names[i]);
    good = good && put_page(&page, entries, ops->count) && !page.failed &&
           save(path, &page);
    buf_release(&page);
    for (size_t i = 0; entries && i < ops->count; i++) {
        for (enum room room = 0; room < ROOMS; room++)
            chain_release(&entries[i].chains[room]);
    }
    free(entries);
    return good;
}
