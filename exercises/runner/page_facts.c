/*
 * exercises/runner/page_facts.c - what is said of an operation below its code:
 * on which threads it runs, what it keeps and where, and how much there is.
 */
#include <string.h>

#include "page.h"

static void put_functions(struct buf *out, const struct chain *chain)
{
    buf_printf(out, "<td>");
    for (size_t i = 0; i < chain->part_count; i++) {
        const struct part *part = &chain->parts[i];

        buf_printf(out, "<code>%s</code> <span class=\"t\">%s</span>%s",
                   part->name, *part->thread ? part->thread : "no mark",
                   i + 1 < chain->part_count ? "<br>" : "");
    }
    buf_printf(out, "</td>");
}

/* docs/threads.md says more of these threads. */
static const struct runner {
    const char *verb;
    const char *who[ROOMS];
} runners[] = {
    {"keeper_read", {"the request's own", "a reader"}},
    {"keeper_search", {"the request's own", "the searcher"}},
    {"keeper_write",
     {"the request's own, or that of a request that leads a group",
      "the writer"}},
};

static void put_job(struct buf *out, const struct store_call *call)
{
    buf_printf(out,
               "<tr><th scope=\"row\">the job <code>%s</code>, given to "
               "<code>%s</code>, runs on</th>",
               call->job, call->verb);
    for (enum room room = 0; room < ROOMS; room++) {
        const char *who = "";

        for (size_t i = 0; i < sizeof(runners) / sizeof(runners[0]); i++) {
            if (strcmp(runners[i].verb, call->verb) == 0)
                who = runners[i].who[room];
        }
        buf_printf(out, "<td><span class=\"t\">%s</span> %s</td>",
                   store_thread(room, call->verb), who);
    }
    buf_printf(out, "</tr>\n");
}

/* Every kind of call once: a second one like it says nothing new. */
static void put_jobs(struct buf *out, const struct chain *chain)
{
    struct store_call call, earlier;
    size_t from = 0;

    while (store_call_next(chain, &from, &call)) {
        size_t again = 0;

        while (store_call_next(chain, &again, &earlier) && again < from &&
               (strcmp(earlier.verb, call.verb) != 0 ||
                strcmp(earlier.job, call.job) != 0))
            ;
        if (again == from)
            put_job(out, &call);
    }
}

static void put_local(struct buf *out, const struct local *local)
{
    bool pointer = local->type[strlen(local->type) - 1] == '*';

    buf_printf(out,
               "<tr><th scope=\"row\">keeps <code>%s%s%s</code></th>"
               "<td>on the stack</td>",
               local->type, pointer ? "" : " ", local->name);
    if (*local->member) /* no line ends inside of its arrow */
        buf_printf(out,
                   "<td>on the heap: <code><span class=\"n\">rq-&gt;</span>"
                   "%s</code></td></tr>\n",
                   local->member + strlen("rq->"));
    else
        buf_printf(out, "<td>%s</td></tr>\n",
                   local->is_local ? "on the stack: no wait comes between"
                                   : "not with the request");
}

/* Is the function handed on to be called after a wait? */
static bool is_step(const struct chain *chain, const struct part *part)
{
    for (size_t at = 0; at < chain->count; at++) {
        if (handed_on(chain, &(struct paragraph){at, at + 1}) == part)
            return true;
    }
    return false;
}

/* Where it goes on after a wait: an address on a stack, or a pointer. */
static void put_next(struct buf *out, const struct chain *chain)
{
    const char *before = "<tr><th scope=\"row\">where it goes on</th>"
                         "<td>on the stack: the address to return to</td>"
                         "<td>on the heap: <code><span class=\"n\">rq-&gt;"
                         "</span>next</code>, which is "
                         "<code>";
    bool any = false;

    for (size_t i = 0; i < chain->part_count; i++) {
        if (!is_step(chain, &chain->parts[i]))
            continue;
        buf_printf(out, "%s%s</code>", before, chain->parts[i].name);
        before = ", then <code>";
        any = true;
    }
    if (any)
        buf_printf(out, "</td></tr>\n");
}

static void put_count(struct buf *out, const char *what, size_t sync,
                      size_t async)
{
    buf_printf(out,
               "<tr><th scope=\"row\">%s</th><td>%zu</td><td>%zu</td></tr>\n",
               what, sync, async);
}

void page_facts(struct buf *out, const struct entry *entry)
{
    const struct counts *sync = &entry->counts[SYNC];
    const struct counts *async = &entry->counts[ASYNC];

    buf_printf(
        out,
        "<table class=\"facts\">\n<caption>%s: threads, what is kept, "
        "and counts</caption>\n<thead><tr><th scope=\"col\">what</th>"
        "<th scope=\"col\">sync_impl</th><th scope=\"col\">async_impl</th>"
        "</tr></thead>\n<tbody>\n<tr><th scope=\"row\">runs on</th>",
        entry->name);
    put_functions(out, &entry->chains[SYNC]);
    put_functions(out, &entry->chains[ASYNC]);
    buf_printf(out, "</tr>\n");
    put_jobs(out, &entry->chains[SYNC]);
    for (size_t i = 0; i < entry->locals.count; i++)
        put_local(out, &entry->locals.all[i]);
    put_next(out, &entry->chains[ASYNC]);
    put_count(out, "lines of code", sync->lines, async->lines);
    put_count(out, "functions", sync->functions, async->functions);
    put_count(out, "<code>WAITS</code> marks", sync->waits, async->waits);
    buf_printf(out, "</tbody>\n</table>\n");
}
