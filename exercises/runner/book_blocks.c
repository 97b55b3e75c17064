/*
 * exercises/runner/book_blocks.c - writes a text, block by block. Paragraphs,
 * lists and the like are cmark's; the book's own are headings that links lead
 * to, code, tables and pictures that may be wider than the screen, and pairs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "book.h"
#include "html.h"

struct writing {
    struct book *book;
    struct page *page;
    struct buf *out;
    size_t heading;         /* the next */
    char excerpt[MAX_PATH]; /* of which the next block of code is; or empty */
};

void book_render(struct buf *out, cmark_node *node)
{
    char *html = cmark_render_html(node, CMARK_OPT_DEFAULT, NULL);

    buf_puts(out, html);
    free(html);
}

bool book_is_excerpt(cmark_node *node, char path[MAX_PATH])
{
    static const char begin[] = "<!-- excerpt ";
    const char *literal = node ? cmark_node_get_literal(node) : NULL;

    if (!literal || cmark_node_get_type(node) != CMARK_NODE_HTML_BLOCK ||
        strncmp(literal, begin, strlen(begin)) != 0)
        return false;
    literal += strlen(begin);
    (void)snprintf(path, MAX_PATH, "%.*s", (int)strcspn(literal, " "), literal);
    return true;
}

/* The line of a source at which a piece of code begins; 0 if it is not there.
 * Two lines are enough to know it by. */
static size_t line_of(const char *source, const char *code)
{
    size_t len = strcspn(code, "\n");
    size_t line = 1;
    char *begin = strndup(code, len + strcspn(code + len + !!code[len], "\n"));
    const char *found = begin ? strstr(source, begin) : NULL;

    free(begin);
    for (const char *at = source; found && at < found; at++)
        line += *at == '\n';
    return found ? line : 0;
}

void book_source_link(struct book *book, const char *path, const char *code,
                      struct buf *out)
{
    struct page *page = book_page(book, path);
    char *source = read_text(path);
    size_t line = source ? line_of(source, code) : 0;

    free(source);
    if (!page)
        return;
    buf_printf(out, "<a href=\"%s", page->file);
    if (line > 0)
        buf_printf(out, "#L%zu", line);
    buf_printf(out, "\">%s</a>", path);
}

/* A heading that links can lead to. The first is the title of the page. */
static void put_heading(struct writing *writing)
{
    const struct heading *heading = &writing->page->headings[writing->heading];

    buf_printf(writing->out, "<h%d id=\"%s\">%s</h%d>\n", heading->level,
               heading->id, heading->html, heading->level);
    writing->heading++;
}

/* C has its words and marks shown; what is typed (sh) and what was printed
 * (text) are told apart. The keyboard must reach what scrolls sideways. */
static void put_code(struct writing *writing, cmark_node *node)
{
    const char *code = cmark_node_get_literal(node);
    const char *language = cmark_node_get_fence_info(node);
    struct buf *out = writing->out;

    if (writing->excerpt[0]) {
        buf_puts(out, "<div class=\"code\">\n<p class=\"file\">");
        book_source_link(writing->book, writing->excerpt, code, out);
        buf_puts(out, "</p>\n");
    }
    if (strcmp(language, "c") == 0) {
        struct chain chain = {0};

        chain_split(&chain, strdup(code));
        html_lines(out, &chain, (struct paragraph){0, chain.count});
        chain_release(&chain);
    } else {
        buf_puts(out, "<pre class=\"");
        buf_put_html(out, language, strlen(language));
        buf_puts(out, "\" tabindex=\"0\"><code>");
        buf_put_html(out, code, strlen(code));
        buf_puts(out, "</code></pre>\n");
    }
    if (writing->excerpt[0])
        buf_puts(out, "</div>\n");
    writing->excerpt[0] = '\0';
}

/* A heading without words is none. */
static void put_table(struct writing *writing, cmark_node *node)
{
    static const char empty[] = "<th></th>";
    char *html = cmark_render_html(node, CMARK_OPT_DEFAULT, NULL);

    for (char *at = html; (at = strstr(at, empty)) != NULL;) {
        at[strlen("<t")] = 'd';
        at[strlen("<th></t")] = 'd';
    }
    buf_puts(writing->out, "<div class=\"wide\" role=\"group\" tabindex=\"0\" "
                           "aria-label=\"Table\">\n");
    buf_puts(writing->out, html);
    buf_puts(writing->out, "</div>\n");
    free(html);
}

/* A picture by itself. The file is wider than some screens. */
static void put_picture(struct writing *writing, cmark_node *paragraph)
{
    cmark_node *image = cmark_node_first_child(paragraph);
    char *words = text_of(image);

    buf_printf(writing->out,
               "<figure class=\"wide\"><a href=\"%s\">"
               "<img src=\"%s\" alt=\"",
               cmark_node_get_url(image), cmark_node_get_url(image));
    buf_put_html(writing->out, words, strlen(words));
    buf_puts(writing->out, "\"></a></figure>\n");
    free(words);
}

/* A word of the glossary, which links lead to; or the head of a chapter or an
 * exercise, a fact on each line. */
static void put_paragraph(struct writing *writing, cmark_node *node)
{
    cmark_node *first = cmark_node_first_child(node);
    const char *text = first ? cmark_node_get_literal(first) : NULL;
    const char *id = NULL;

    if (strcmp(writing->page->path, "docs/glossary.md") == 0)
        id = book_word_of(writing->book, node);
    if (cmark_node_get_type(first) == CMARK_NODE_IMAGE &&
        !cmark_node_next(first)) {
        put_picture(writing, node);
    } else if (text && (strncmp(text, "Minutes: ", 9) == 0 ||
                        strncmp(text, "Files: ", 7) == 0)) {
        buf_puts(writing->out, "<div class=\"head\">\n");
        book_render(writing->out, node);
        buf_puts(writing->out, "</div>\n");
    } else if (id) {
        buf_printf(writing->out, "<div class=\"word\" id=\"%s\">\n", id);
        book_render(writing->out, node);
        buf_puts(writing->out, "</div>\n");
    } else {
        book_render(writing->out, node);
    }
}

static void put_html(struct writing *writing, cmark_node *node)
{
    const char *html = cmark_node_get_literal(node);

    if (book_is_excerpt(node, writing->excerpt))
        return;
    if (strncmp(html, "<!-- ", strlen("<!-- ")) != 0)
        book_complain(writing->book, writing->page, node,
                      "HTML that the book does not know: %.*s",
                      (int)strcspn(html, "\n"), html);
}

static bool is_table(cmark_node *node)
{
    return strcmp(cmark_node_get_type_string(node), "table") == 0;
}

/* A list, say. A table in it would have no frame, and be wider than some
 * screens. */
static void put_nested(struct writing *writing, cmark_node *node)
{
    cmark_iter *iter = cmark_iter_new(node);
    cmark_event_type event;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *now = cmark_iter_get_node(iter);

        if (event == CMARK_EVENT_ENTER && is_table(now))
            book_complain(writing->book, writing->page, now,
                          "a table inside another block");
    }
    cmark_iter_free(iter);
    book_render(writing->out, node);
}

static void put_block(struct writing *writing, cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);

    if (type == CMARK_NODE_HEADING)
        put_heading(writing);
    else if (type == CMARK_NODE_CODE_BLOCK)
        put_code(writing, node);
    else if (type == CMARK_NODE_HTML_BLOCK)
        put_html(writing, node);
    else if (type == CMARK_NODE_PARAGRAPH)
        put_paragraph(writing, node);
    else if (is_table(node))
        put_table(writing, node);
    else
        put_nested(writing, node);
}

void book_blocks(struct book *book, struct page *page, struct buf *out)
{
    struct writing writing = {.book = book, .page = page, .out = out};
    cmark_node *node = cmark_node_first_child(page->text), *behind;
    bool is_cover = page == book->pages[0];

    while (node) {
        if (is_cover && writing.heading == 1 &&
            cmark_node_get_type(node) == CMARK_NODE_HEADING)
            frame_contents(book, out); /* before its first section */
        behind = book_pair(book, page, node, out);
        if (!behind) {
            put_block(&writing, node);
            behind = cmark_node_next(node);
        }
        node = behind;
    }
}
