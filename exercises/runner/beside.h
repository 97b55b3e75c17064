/*
 * exercises/runner/beside.h - goes through both chains of an operation at once.
 * Threads: the main one.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * The handlers share their paragraphs: each opens with a comment of its own,
 * such as "understand", "keep" or "answer". Those, and functions of one name,
 * belong at one height. What one side alone has stands beside a gap.
 */
#ifndef TODO_RUNNER_BESIDE_H
#define TODO_RUNNER_BESIDE_H

#include "source.h"

/* Lines of a chain: from `first` to before `end`. A gap has none. */
struct paragraph {
    size_t first, end;
};

struct beside {
    const struct chain *chains[ROOMS]; /* borrowed */
    struct paragraph now[ROOMS];
};

/* Goes on to the next paragraph; of both sides where they agree, else of one.
 * False when there is none. Begin with {.chains = …} alone. */
bool beside_next(struct beside *beside);

/* The same lines without the empty ones at their end. */
struct paragraph paragraph_trimmed(const struct chain *chain,
                                   struct paragraph lines);

/* Does the side have a paragraph, at `from` or after it, with this opening? */
bool chain_comes_to(const struct chain *chain, size_t from,
                    const char *opening);

#endif
