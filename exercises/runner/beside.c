/* exercises/runner/beside.c - see beside.h. */
#include "beside.h"

#include <string.h>

bool chain_comes_to(const struct chain *chain, size_t from, const char *opening)
{
    for (size_t at = from; at < chain->count; at++) {
        if (strcmp(chain->lines[at].opens, opening) == 0)
            return true;
    }
    return false;
}

struct paragraph paragraph_trimmed(const struct chain *chain,
                                   struct paragraph lines)
{
    while (lines.end > lines.first &&
           chain->lines[lines.end - 1].text[0] == '\0')
        lines.end--;
    return lines;
}

/* The paragraph that begins where the one before it ended. */
static struct paragraph paragraph_after(const struct chain *chain, size_t end)
{
    struct paragraph next = {end, end};

    if (next.end < chain->count)
        next.end++;
    while (next.end < chain->count && chain->lines[next.end].opens[0] == '\0')
        next.end++;
    return next;
}

bool beside_next(struct beside *beside)
{
    struct paragraph *left = &beside->now[SYNC], *right = &beside->now[ASYNC];
    bool at_start = left->end == 0 && right->end == 0;

    *left = paragraph_after(beside->chains[SYNC], left->end);
    *right = paragraph_after(beside->chains[ASYNC], right->end);
    if (!at_start && left->first < left->end && right->first < right->end) {
        const char *here = beside->chains[SYNC]->lines[left->first].opens;
        const char *there = beside->chains[ASYNC]->lines[right->first].opens;

        if (strcmp(here, there) == 0)
            return true;
        if (chain_comes_to(beside->chains[ASYNC], right->first, here))
            left->end = left->first;
        else
            right->end = right->first;
    }
    return left->first < left->end || right->first < right->end;
}
