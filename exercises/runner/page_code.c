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
static void put_wait(struct buf *out, enum room room, const char *again,
                     const struct part *next)
{
    buf_printf(out, "<p class=\"wait\">%s", again);
    if (room == SYNC)
        buf_printf(out, "The thread stands still.</p>\n");
    else if (next)
        buf_printf(
            out, "The function ends; <code>%s</code> goes on afterwards.</p>\n",
            next->name);
    else
        buf_printf(out, "The function ends; the loop turns to others.</p>\n");
}

/* The lines, and beside each mark of a wait what the wait does. */
static void put_lines(struct buf *out, enum room room,
                      const struct chain *chain, struct paragraph now)
{
    const struct part *next = handed_on(chain, &now);
    bool marked = false;

    for (size_t at = now.first; at < now.end; at++) {
        if (!strstr(chain->lines[at].text, "WAITS: "))
            continue;
        html_lines(out, chain, (struct paragraph){now.first, at});
        buf_printf(out, "<div class=\"stop\">\n");
        html_lines(out, chain, (struct paragraph){at, at + 1});
        put_wait(out, room, "", next);
        buf_printf(out, "</div>\n");
        now.first = at + 1;
        marked = true;
    }
    html_lines(out, chain, now);
    if (next && !marked) /* a wait that another place has the mark of */
        put_wait(out, room, "<b>Waits again.</b> ", next);
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

static void put_cell(struct buf *out, enum room room,
                     const struct beside *beside)
{
    static const char *const classes[ROOMS] = {"sync", "async"};
    const struct chain *chain = beside->chains[room];
    const struct paragraph *now = &beside->now[room];
    const struct chain *other = beside->chains[ASYNC];

    if (now->first < now->end) {
        buf_printf(out, "<div class=\"cell %s\" role=\"cell\">\n",
                   classes[room]);
        put_lines(out, room, chain, paragraph_trimmed(chain, *now));
        buf_printf(out, "</div>\n");
    } else {
        buf_printf(out, "<div class=\"cell %s gap\" role=\"cell\">",
                   classes[room]);
        if (room == SYNC && begins_part(other, beside->now[ASYNC].first))
            buf_printf(out, "<p>the same function goes on</p>");
        buf_printf(out, "</div>\n");
    }
}

void page_code(struct buf *out, const struct entry *entry)
{
    struct beside beside = {.chains = {&entry->chains[0], &entry->chains[1]}};

    buf_printf(out,
               "<div class=\"beside\" role=\"table\" "
               "aria-labelledby=\"%s\">\n<div class=\"row top\" role=\"row\">"
               "<span class=\"unseen\" role=\"columnheader\">paragraph</span>",
               entry->name);
    for (enum room room = 0; room < ROOMS; room++)
        buf_printf(out, "<div class=\"cell\" role=\"columnheader\">%s</div>",
                   entry->chains[room].path);
    buf_printf(out, "</div>\n");
    while (beside_next(&beside)) {
        enum room room =
            beside.now[SYNC].first < beside.now[SYNC].end ? SYNC : ASYNC;
        size_t first = beside.now[room].first;

        buf_printf(out,
                   "<div class=\"row%s\" role=\"row\">"
                   "<span class=\"unseen\" role=\"rowheader\">%s</span>\n",
                   begins_part(beside.chains[room], first) ? " part" : "",
                   beside.chains[room]->lines[first].opens);
        put_cell(out, SYNC, &beside);
        put_cell(out, ASYNC, &beside);
        buf_printf(out, "</div>\n");
    }
    buf_printf(out, "</div>\n");
}
