/*
 * exercises/runner/book_pages.c - reads the pages of the book: what they are
 * called, and which headings they have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmark-gfm-core-extensions.h>

#include "book.h"

/* docs/03-the-disk.md is 03-the-disk.html, async_impl/conn.c is
 * async_impl-conn.c.html, docs/plots/a.svg is plots-a.svg. */
void book_file(char file[MAX_PATH], const char *path)
{
    const char *dot = strrchr(path, '.');
    const char *end = "";

    if (strncmp(path, "docs/", strlen("docs/")) == 0)
        path += strlen("docs/");
    else if (*path == '.') /* a hidden file would be overlooked */
        path++;
    if (!dot || (strcmp(dot, ".html") != 0 && strcmp(dot, ".svg") != 0))
        end = ".html";
    (void)snprintf(file, MAX_PATH, "%.*s%s",
                   dot && strcmp(dot, ".md") == 0 ? (int)(dot - path)
                                                  : (int)strlen(path),
                   path, end);
    for (char *at = file; (at = strchr(at, '/')) != NULL;)
        *at = '-';
}

static cmark_node *parse(const char *text)
{
    static const char *const extensions[] = {"table", "autolink"};
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_DEFAULT);
    cmark_node *root;

    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
        cmark_parser_attach_syntax_extension(
            parser, cmark_find_syntax_extension(extensions[i]));
    cmark_parser_feed(parser, text, strlen(text));
    root = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    return root;
}

/* <h2>...</h2> without its tags. */
static char *inner_html(cmark_node *heading)
{
    char *html = cmark_render_html(heading, CMARK_OPT_DEFAULT, NULL);
    const size_t tag = strlen("<h2>");
    size_t len = strlen(html);

    if (len < 2 * tag + 2)
        return html;
    html[len - tag - 2] = '\0'; /* "</h2>\n" */
    memmove(html, html + tag, len - 2 * tag - 1);
    return html;
}

static bool has_heading(const struct page *page, const char *id)
{
    for (size_t i = 0; i < page->heading_count; i++) {
        if (strcmp(page->headings[i].id, id) == 0)
            return true;
    }
    return false;
}

static void add_heading(struct page *page, cmark_node *node)
{
    struct heading *heading = &page->headings[page->heading_count];
    size_t len;

    heading->level = cmark_node_get_heading_level(node);
    heading->text = text_of(node);
    heading->html = inner_html(node);
    text_slug(heading->id, sizeof(heading->id), heading->text);
    len = strlen(heading->id);
    for (int again = 1; has_heading(page, heading->id); again++)
        (void)snprintf(heading->id + len, sizeof(heading->id) - len, "-%d",
                       again);
    page->heading_count++;
}

static void find_headings(struct book *book, struct page *page)
{
    cmark_node *node = cmark_node_first_child(page->text);

    for (; node; node = cmark_node_next(node)) {
        if (cmark_node_get_type(node) != CMARK_NODE_HEADING)
            continue;
        if (page->heading_count < MAX_HEADINGS)
            add_heading(page, node);
        else
            book_complain(book, page, node, "too many headings");
    }
    if (page->heading_count == 0)
        book_complain(book, page, NULL, "it has no heading");
}

void page_free(struct page *page)
{
    for (size_t i = 0; i < page->heading_count; i++) {
        free(page->headings[i].text);
        free(page->headings[i].html);
    }
    if (page->text)
        cmark_node_free(page->text);
    free(page);
}

static void add_page(struct book *book, struct page *page, const char *path)
{
    char *text;

    (void)snprintf(page->path, sizeof(page->path), "%s", path);
    book_file(page->file, book->count == 0 ? "index.html" : path);
    book->pages[book->count++] = page;
    if (!strstr(path, ".md"))
        return;
    text = read_text(path);
    if (text) {
        page->text = parse(text);
        find_headings(book, page);
    }
    free(text);
}

struct page *book_page(struct book *book, const char *path)
{
    struct page *page;
    struct stat file;

    for (size_t i = 0; i < book->count; i++) {
        if (strcmp(book->pages[i]->path, path) == 0)
            return book->pages[i];
    }
    page = calloc(1, sizeof(*page));
    if (page && book->count < MAX_PAGES && strlen(path) < MAX_PATH &&
        stat(path, &file) == 0 && S_ISREG(file.st_mode)) {
        add_page(book, page, path);
        return page;
    }
    free(page);
    return NULL;
}
