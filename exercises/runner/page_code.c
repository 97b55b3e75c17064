/*
 * exercises/runner/page_code.c - an operation in two columns.
 *
 * To eyes it is a grid; to a screen reader it is a table with a row for each
 * paragraph.
 */
#include <string.h>

#include "beside.h"
#include "html.h"
#include "page.h"

/* What a wait does to the room that it is in. */
static void put_wait(FILE *out, enum room room, const char *what,
                     const struct part *next)
{
    html_put(out, "<p class=\"wait\"><b>Waits: %s.</b> ", what);
    if (room == SYNC)
        html_put(out, "The thread stands still.</p>\n");
    else if (next)
        html_put(out,
                 "The function ends; <code>%s</code> goes on afterwards.</p>\n",
                 next->name);
    else
        html_put(out, "The function ends; the loop turns to others.</p>\n");
}

/* Notes under a paragraph, one for each wait that is marked in it. */
static void put_waits(FILE *out, enum room room, const struct chain *chain,
                      const struct paragraph *now)
{
    const struct part *next = handed_on(chain, now);
    bool marked = false;

    for (size_t at = now->first; at < now->end; at++) {
        const char *mark = strstr(chain->lines[at].text, "WAITS: ");
        char what[MAX_NAME];

        if (!mark)
            continue;
        mark += strlen("WAITS: ");
        (void)snprintf(what, sizeof(what), "%.*s", (int)strcspn(mark, "*") - 1,
                       mark);
        put_wait(out, room, what, next);
        marked = true;
    }
    if (next && !marked) /* a wait that another place has the mark of */
        html_put(out,
                 "<p class=\"wait\"><b>Waits again.</b> The function ends; "
                 "<code>%s</code> goes on afterwards.</p>\n",
                 next->name);
}

static void put_lines(FILE *out, const struct chain *chain,
                      const struct paragraph *now)
{
    size_t end = now->end;
    bool in_comment = false;

    while (end > now->first && chain->lines[end - 1].text[0] == '\0')
        end--; /* the row keeps its distance by itself */
    html_put(out, "<pre><code>");
    for (size_t at = now->first; at < end; at++) {
        const char *text = chain->lines[at].text;

        html_put(out, "<span class=\"line%s\">",
                 strstr(text, "WAITS: ") ? " waits" : "");
        html_code(out, text, &in_comment);
        html_put(out, "\n</span>");
    }
    html_put(out, "</code></pre>\n");
}

/* Is this line the first of a function? */
static bool begins_part(const struct chain *chain, size_t line)
{
    for (size_t i = 0; i < chain->part_count; i++) {
        if (chain->parts[i].first == line)
            return true;
    }
    return false;
}

static void put_cell(FILE *out, enum room room, const struct beside *beside)
{
    static const char *const classes[ROOMS] = {"sync", "async"};
    const struct chain *chain = beside->chains[room];
    const struct paragraph *now = &beside->now[room];
    const struct chain *other = beside->chains[ASYNC];

    if (now->first < now->end) {
        html_put(out, "<div class=\"cell %s\" role=\"cell\">\n", classes[room]);
        put_lines(out, chain, now);
        put_waits(out, room, chain, now);
        html_put(out, "</div>\n");
    } else {
        html_put(out, "<div class=\"cell %s gap\" role=\"cell\">",
                 classes[room]);
        if (room == SYNC && begins_part(other, beside->now[ASYNC].first))
            html_put(out, "<p>the same function goes on</p>");
        html_put(out, "</div>\n");
    }
}

void page_code(FILE *out, const struct entry *entry)
{
    struct beside beside = {.chains = {&entry->chains[0], &entry->chains[1]}};

    html_put(out,
             "<div class=\"beside\" role=\"table\" "
             "aria-labelledby=\"%s\">\n<div class=\"row top\" role=\"row\">"
             "<span class=\"unseen\" role=\"columnheader\">paragraph</span>",
             entry->name);
    for (size_t room = 0; room < ROOMS; room++)
        html_put(out, "<div class=\"cell\" role=\"columnheader\">%s</div>",
                 entry->chains[room].path);
    html_put(out, "</div>\n");
    while (beside_next(&beside)) {
        enum room room =
            beside.now[SYNC].first < beside.now[SYNC].end ? SYNC : ASYNC;
        size_t first = beside.now[room].first;

        html_put(out,
                 "<div class=\"row%s\" role=\"row\">"
                 "<span class=\"unseen\" role=\"rowheader\">%s</span>\n",
                 begins_part(beside.chains[room], first) ? " part" : "",
                 beside.chains[room]->lines[first].opens);
        put_cell(out, SYNC, &beside);
        put_cell(out, ASYNC, &beside);
        html_put(out, "</div>\n");
    }
    html_put(out, "</div>\n");
}
