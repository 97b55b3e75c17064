/*
 * exercises/runner/compare.c - one operation in both rooms, side by side.
 *
 * The handlers share their paragraphs: each opens with a comment of its own,
 * such as "understand", "keep" or "answer". Those, and functions of one name,
 * are put on one height; what is longer on one side leaves a gap on the other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "runner.h"
#include "source.h"

/* One side of the page and how far it is printed. */
struct side {
    struct chain chain;
    size_t at;
    int width; /* of its longest line */
};

/* Where the paragraph ends that the side is in. */
static size_t paragraph_end(const struct side *side)
{
    size_t at = side->at + 1;

    while (at < side->chain.count && side->chain.lines[at].opens[0] == '\0')
        at++;
    return at;
}

static bool is_done(const struct side *side)
{
    return side->at >= side->chain.count;
}

/* Does the side still come to a paragraph that opens with this line? */
static bool comes_to(const struct side *side, const char *opening)
{
    for (size_t at = side->at; at < side->chain.count; at++) {
        if (strcmp(side->chain.lines[at].opens, opening) == 0)
            return true;
    }
    return false;
}

static const char *take_line(struct side *side, size_t end)
{
    return side->at < end ? side->chain.lines[side->at++].text : NULL;
}

/* Prints the next paragraph: of both sides where they agree, else of one. */
static void print_paragraph(const struct columns *columns, struct side *left,
                            struct side *right)
{
    size_t left_end = is_done(left) ? left->at : paragraph_end(left);
    size_t right_end = is_done(right) ? right->at : paragraph_end(right);

    if (left->at > 0 && !is_done(left) && !is_done(right)) {
        const char *here = left->chain.lines[left->at].opens;
        const char *there = right->chain.lines[right->at].opens;

        if (strcmp(here, there) == 0)
            ; /* both at once */
        else if (comes_to(right, here))
            left_end = left->at;
        else
            right_end = right->at;
    }
    while (left->at < left_end || right->at < right_end) {
        const char *line = take_line(left, left_end);

        columns_print(columns, line, take_line(right, right_end));
    }
}

static void print_beside(struct columns *columns, struct side *left,
                         struct side *right)
{
    columns->left = left->width;
    columns_print(columns, left->chain.path, right->chain.path);
    columns_print(columns, "", "");
    while (!is_done(left) || !is_done(right))
        print_paragraph(columns, left, right);
}

static void print_below(const struct columns *columns, const struct side *side)
{
    (void)printf("%s\n\n", side->chain.path);
    for (size_t i = 0; i < side->chain.count; i++)
        columns_print(columns, side->chain.lines[i].text, NULL);
    (void)printf("\n");
}

static void print_both(struct side *left, struct side *right, int width)
{
    struct columns columns = {0, columns_colour()};
    int needed = left->width + (int)strlen(" | ") + right->width;

    if (needed <= width) {
        print_beside(&columns, left, right);
        (void)printf("\n");
    } else {
        print_below(&columns, left);
        print_below(&columns, right);
        (void)printf("Side by side from %d columns on; here are %d.\n", needed,
                     width);
    }
    (void)printf("> marks a wait: a line that stands still in sync_impl, the "
                 "end of a function\n  in async_impl.\n");
}

/* Finds one side; false, with a message, when the room lacks it. */
static bool side_find(struct side *side, const char *room,
                      const char *operation)
{
    if (!chain_find(&side->chain, room, operation)) {
        (void)fprintf(stderr, "learn: %s has no %s\n", room, operation);
        return false;
    }
    side->width = (int)strlen(side->chain.path);
    for (size_t i = 0; i < side->chain.count; i++) {
        int need = (int)strlen(side->chain.lines[i].text);

        side->width = need > side->width ? need : side->width;
    }
    return true;
}

static void list_operations(const struct operations *ops, const char *unknown)
{
    if (unknown)
        (void)fprintf(stderr, "learn: no operation %s; there are", unknown);
    else
        (void)fprintf(stderr, "learn: compare takes one of");
    for (size_t i = 0; i < ops->count; i++)
        (void)fprintf(stderr, "%s %s", i > 0 ? "," : "", ops->names[i]);
    (void)fprintf(stderr, "\n");
}

int compare_command(int argc, char **argv)
{
    struct operations ops = {0};
    struct side left = {0}, right = {0};
    int width = columns_width();
    const char *operation = argc == 2 ? argv[1] : NULL;
    bool found;

    if (argc == 4 && strcmp(argv[1], "--width") == 0) {
        width = (int)strtol(argv[2], NULL, 10); /* nonsense: below each other */
        operation = argv[3];
    }
    if (!operations_read(&ops))
        return 1;
    if (!operation || !operations_include(&ops, operation)) {
        list_operations(&ops, operation);
        return 2;
    }
    found = side_find(&left, "sync_impl", operation) &&
            side_find(&right, "async_impl", operation);
    if (found)
        print_both(&left, &right, width);
    chain_release(&left.chain);
    chain_release(&right.chain);
    return found ? 0 : 1;
}
