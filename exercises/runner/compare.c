/*
 * exercises/runner/compare.c - one operation in both rooms, side by side.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "columns.h"
#include "page.h"
#include "runner.h"
#include "source.h"

enum { LIST_WIDTH = 79 };

static const char *take_line(const struct chain *chain,
                             struct paragraph *paragraph)
{
    return paragraph->first < paragraph->end
               ? chain->lines[paragraph->first++].text
               : NULL;
}

static void print_beside(const struct columns *columns,
                         const struct chain chains[ROOMS])
{
    struct beside beside = {.chains = {&chains[SYNC], &chains[ASYNC]}};

    columns_print(columns, chains[SYNC].path, chains[ASYNC].path);
    columns_print(columns, "", "");
    while (beside_next(&beside)) {
        struct paragraph left = beside.now[SYNC], right = beside.now[ASYNC];

        while (left.first < left.end || right.first < right.end) {
            const char *line = take_line(&chains[SYNC], &left);

            columns_print(columns, line, take_line(&chains[ASYNC], &right));
        }
    }
}

static void print_below(const struct columns *columns,
                        const struct chain *chain)
{
    (void)printf("%s\n\n", chain->path);
    for (size_t i = 0; i < chain->count; i++)
        columns_print(columns, chain->lines[i].text, NULL);
    (void)printf("\n");
}

/* How wide its longest line is. */
static int width_of(const struct chain *chain)
{
    size_t width = strlen(chain->path);

    for (size_t i = 0; i < chain->count; i++) {
        size_t need = strlen(chain->lines[i].text);

        width = need > width ? need : width;
    }
    return (int)width;
}

static void print_both(const struct chain chains[ROOMS], int width)
{
    struct columns columns = {0, columns_colour()};
    int left = width_of(&chains[SYNC]);
    int needed = left + (int)strlen(" | ") + width_of(&chains[ASYNC]);

    if (needed <= width) {
        columns.left = left;
        print_beside(&columns, chains);
        (void)printf("\n");
    } else {
        print_below(&columns, &chains[SYNC]);
        print_below(&columns, &chains[ASYNC]);
        (void)printf("Side by side from %d columns on; here are %d.\n", needed,
                     width);
    }
    (void)printf("> marks a wait: a line that stands still in sync_impl, the "
                 "end of a function\n  in async_impl.\n");
}

static void list_operations(const struct operations *ops, const char *unknown)
{
    size_t column = LIST_WIDTH;

    if (unknown)
        (void)fprintf(stderr, "learn: no operation %s; there are", unknown);
    else
        (void)fprintf(stderr, "learn: compare takes one of");
    for (size_t i = 0; i < ops->count; i++) {
        size_t length = strlen(ops->names[i]) + strlen(" ,");

        column += length;
        if (column > LIST_WIDTH) {
            (void)fprintf(stderr, "\n ");
            column = length + 1;
        }
        (void)fprintf(stderr, " %s%s", ops->names[i],
                      i + 1 < ops->count ? "," : "");
    }
    (void)fprintf(stderr, "\n");
}

static int compare_one(const char *operation, int width)
{
    struct chain chains[ROOMS] = {0};
    bool found = chain_find(&chains[SYNC], SYNC, operation) &&
                 chain_find(&chains[ASYNC], ASYNC, operation);

    if (found)
        print_both(chains, width);
    chain_release(&chains[SYNC]);
    chain_release(&chains[ASYNC]);
    return found ? 0 : 1;
}

int compare_command(int argc, char **argv)
{
    struct operations ops = {0};
    int width = columns_width();
    const char *operation = argc == 2 ? argv[1] : NULL;

    if (!operations_read(&ops))
        return 1;
    if (argc > 1 && argc < 4 && strcmp(argv[1], "--html") == 0)
        return page_write(argc > 2 ? argv[2] : "docs/compare.html", &ops) ? 0
                                                                          : 1;
    if (argc == 4 && strcmp(argv[1], "--width") == 0) {
        width = (int)strtol(argv[2], NULL, 10); /* nonsense: below each other */
        operation = argv[3];
    }
    if (!operation || !operations_include(&ops, operation)) {
        list_operations(&ops, operation);
        return 2;
    }
    return compare_one(operation, width);
}
