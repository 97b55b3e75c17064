/*
 * exercises/runner/book_pair.c - two excerpts side by side, row by row as in
 * the page of comparison: paragraphs that open alike begin at one height.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "book.h"
#include "html.h"

enum { MAX_EXCERPTS = 8 };

/* An excerpt, and the line of its side at which it begins. */
struct excerpt {
    char path[MAX_PATH];
    const char *code; /* borrowed */
    size_t line;
};

struct side {
    char title[MAX_PATH];
    cmark_node *words; /* that lead to it, or NULL */
    struct excerpt excerpts[MAX_EXCERPTS];
    size_t count;
    struct chain chain;
};

/* --- reading -------------------------------------------------------------- */

/* Takes an excerpt: the comment, then the code. Gives the node behind it, NULL
 * when there is none. */
static cmark_node *take_excerpt(struct side *side, cmark_node *node)
{
    struct excerpt *excerpt = &side->excerpts[side->count];
    cmark_node *code = node ? cmark_node_next(node) : NULL;

    if (side->count == MAX_EXCERPTS || !book_is_excerpt(node, excerpt->path) ||
        !code || cmark_node_get_type(code) != CMARK_NODE_CODE_BLOCK)
        return NULL;
    excerpt->code = cmark_node_get_literal(code);
    side->count++;
    return cmark_node_next(code);
}

/* Makes one chain of all excerpts, with an empty line between them. False when
 * they are too long for one. */
static bool join(struct side *side)
{
    struct buf text = {0};
    size_t line = 0;

    for (size_t i = 0; i < side->count; i++) {
        struct excerpt *excerpt = &side->excerpts[i];

        if (i > 0) {
            buf_puts(&text, "\n");
            line++;
        }
        excerpt->line = line;
        for (const char *at = excerpt->code; *at; at++)
            line += *at == '\n';
        buf_puts(&text, excerpt->code);
    }
    buf_put(&text, "", 1);
    chain_split(&side->chain, text.data);
    return side->chain.count == line;
}

static bool is_html(cmark_node *node, const char *html)
{
    const char *literal = node ? cmark_node_get_literal(node) : NULL;

    return literal && cmark_node_get_type(node) == CMARK_NODE_HTML_BLOCK &&
           strncmp(literal, html, strlen(html)) == 0;
}

/* Takes what is between two tags, as the title of a column. */
static const char *take_title(struct side *side, const char *html)
{
    const char *begin = strstr(html, "<th>");
    const char *end = begin ? strstr(begin, "</th>") : NULL;

    if (!end)
        return html;
    begin += strlen("<th>");
    (void)snprintf(side->title, sizeof(side->title), "%.*s", (int)(end - begin),
                   begin);
    return end;
}

/* A table of HTML, with excerpts in both cells. Gives the node behind it. */
static cmark_node *read_table(struct side sides[ROOMS], cmark_node *node)
{
    static const char *const ends[ROOMS] = {"</td><td valign=\"top\">",
                                            "</td></tr>\n</table>"};
    const char *html = cmark_node_get_literal(node);

    html = take_title(&sides[SYNC], html);
    html = take_title(&sides[ASYNC], html);
    if (strcmp(html, "</th></tr>\n<tr><td valign=\"top\">\n") != 0)
        return NULL;
    for (enum room room = 0; room < ROOMS; room++) {
        node = cmark_node_next(node);
        while (node && !is_html(node, ends[room]))
            node = take_excerpt(&sides[room], node);
        if (!node || sides[room].count == 0)
            return NULL;
    }
    return cmark_node_next(node);
}

static bool is_in_room(const struct side *side, enum room room)
{
    const char *path = side->excerpts[0].path;
    size_t len = strlen(room_names[room]);

    return strncmp(path, room_names[room], len) == 0 && path[len] == '/';
}

/* An excerpt of each room, from files of one name; and between them at most a
 * paragraph, which leads to the second as the one before leads to the first. */
static cmark_node *read_row(struct side sides[ROOMS], cmark_node *node)
{
    bool has_words = cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH;
    cmark_node *first = has_words ? cmark_node_next(node) : node;
    cmark_node *second = take_excerpt(&sides[SYNC], first), *behind;
    bool has_second =
        second && cmark_node_get_type(second) == CMARK_NODE_PARAGRAPH;

    if (!second || has_words != has_second)
        return NULL;
    behind = take_excerpt(&sides[ASYNC],
                          has_second ? cmark_node_next(second) : second);
    if (!behind || !is_in_room(&sides[SYNC], SYNC) ||
        !is_in_room(&sides[ASYNC], ASYNC) ||
        strcmp(strchr(sides[SYNC].excerpts[0].path, '/'),
               strchr(sides[ASYNC].excerpts[0].path, '/')) != 0)
        return NULL;
    for (enum room room = 0; room < ROOMS; room++)
        memcpy(sides[room].title, sides[room].excerpts[0].path, MAX_PATH);
    if (has_words) {
        sides[SYNC].words = node;
        sides[ASYNC].words = second;
    }
    return behind;
}

/* --- writing -------------------------------------------------------------- */

/* The code of a side, with the name of its file where the title above does not
 * say it. */
static void put_lines(struct book *book, const struct side *side,
                      struct paragraph lines, struct buf *out)
{
    for (size_t i = 0; i < side->count; i++) {
        const struct excerpt *excerpt = &side->excerpts[i];

        if (excerpt->line < lines.first || excerpt->line >= lines.end ||
            strcmp(excerpt->path, side->title) == 0)
            continue;
        html_lines(
            out, &side->chain,
            paragraph_trimmed(&side->chain,
                              (struct paragraph){lines.first, excerpt->line}));
        buf_puts(out, "<p class=\"file\">");
        book_source_link(book, excerpt->path, excerpt->code, out);
        buf_puts(out, "</p>\n");
        lines.first = excerpt->line;
    }
    html_lines(out, &side->chain, paragraph_trimmed(&side->chain, lines));
}

static const char *const classes[ROOMS] = {"sync", "async"};

static void put_row(struct book *book, const struct side sides[ROOMS],
                    const struct paragraph rows[ROOMS], struct buf *out)
{
    buf_puts(out, "<div class=\"row\" role=\"row\">\n");
    for (enum room room = 0; room < ROOMS; room++) {
        buf_printf(out, "<div class=\"cell %s\" role=\"cell\">\n",
                   classes[room]);
        put_lines(book, &sides[room], rows[room], out);
        buf_puts(out, "</div>\n");
    }
    buf_puts(out, "</div>\n");
}

/* Both sides open alike where both have a paragraph. What comes on one side
 * alone stays with the row above: the other side goes on beside it. */
static void put_rows(struct book *book, const struct side sides[ROOMS],
                     struct buf *out)
{
    struct beside beside = {
        .chains = {&sides[SYNC].chain, &sides[ASYNC].chain}};
    struct paragraph row[ROOMS] = {{0}};

    while (beside_next(&beside)) {
        const struct paragraph *now = beside.now;

        if (row[SYNC].end > 0 && now[SYNC].first < now[SYNC].end &&
            now[ASYNC].first < now[ASYNC].end) {
            put_row(book, sides, row, out);
            memcpy(row, now, sizeof(row));
        }
        row[SYNC].end = now[SYNC].end;
        row[ASYNC].end = now[ASYNC].end;
    }
    put_row(book, sides, row, out);
}

static void put_top(struct book *book, const struct side sides[ROOMS],
                    struct buf *out)
{
    buf_puts(out, "<div class=\"beside\" role=\"table\" aria-label=\"Code of "
                  "both servers\">\n<div class=\"row top\" role=\"row\">\n");
    for (enum room room = 0; room < ROOMS; room++) {
        const struct side *side = &sides[room];

        buf_puts(out, "<div class=\"cell\" role=\"columnheader\">");
        if (strcmp(side->title, side->excerpts[0].path) == 0)
            book_source_link(book, side->title, side->excerpts[0].code, out);
        else
            buf_puts(out, side->title);
        buf_puts(out, "</div>\n");
    }
    buf_puts(out, "</div>\n");
    if (!sides[SYNC].words)
        return;
    buf_puts(out, "<div class=\"row words\" role=\"row\">\n");
    for (enum room room = 0; room < ROOMS; room++) {
        buf_printf(out, "<div class=\"cell %s\" role=\"cell\">\n",
                   classes[room]);
        book_render(out, sides[room].words);
        buf_puts(out, "</div>\n");
    }
    buf_puts(out, "</div>\n");
}

cmark_node *book_pair(struct book *book, struct page *page, cmark_node *node,
                      struct buf *out)
{
    struct side *sides = calloc(ROOMS, sizeof(*sides));
    cmark_node *behind = NULL;

    if (!sides)
        return NULL;
    if (is_html(node, "<table>"))
        behind = read_table(sides, node);
    else if (cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH ||
             is_html(node, "<!-- excerpt "))
        behind = read_row(sides, node);
    if (behind) {
        if (!join(&sides[SYNC]) || !join(&sides[ASYNC]))
            book_complain(book, page, node, "too long for a column");
        put_top(book, sides, out);
        put_rows(book, sides, out);
        buf_puts(out, "</div>\n");
    }
    chain_release(&sides[SYNC].chain);
    chain_release(&sides[ASYNC].chain);
    free(sides);
    return behind;
}
