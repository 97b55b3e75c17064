/*
 * exercises/runner/book_text.c - makes the links of a text lead to pages of the
 * book, and adds links: from a word to the glossary, from an operation to the
 * page of comparison, from a path to its source; each once on a page.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "book.h"

enum { TOGETHER_MAX = 24 }; /* bytes; the narrowest page has room for them */

/* --- links ---------------------------------------------------------------- */

/* What a text is being looked at for. */
struct reading {
    struct book *book;
    struct page *page;
    bool linked[MAX_WORDS]; /* words that have their link */
    struct buf seen;        /* so have these codes, each in line breaks */
};

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Where `url` leads from the page, as a path of the checkout. Empty when that
 * is outside. */
static void resolve(const struct page *page, const char *url,
                    char path[MAX_PATH])
{
    const char *slash = strrchr(page->path, '/');
    size_t len = slash ? (size_t)(slash - page->path) : 0;

    (void)snprintf(path, MAX_PATH, "%.*s", (int)len, page->path);
    while (*url) {
        size_t step = strcspn(url, "/");

        if (step == 2 && strncmp(url, "..", 2) == 0) {
            char *last = strrchr(path, '/');

            if (*path == '\0')
                return;
            *(last ? last : path) = '\0';
        } else if (len = strlen(path), len + step + 2 < MAX_PATH) {
            (void)snprintf(path + len, MAX_PATH - len, "%s%.*s",
                           len > 0 ? "/" : "", (int)step, url);
        }
        url += step;
        url += strspn(url, "/");
    }
}

static bool has_anchor(const struct book *book, const struct page *page,
                       const char *anchor)
{
    if (page_is_comparison(page))
        return operations_include(&book->operations, anchor);
    for (size_t i = 0; i < page->heading_count; i++) {
        if (strcmp(page->headings[i].id, anchor) == 0)
            return true;
    }
    return false;
}

/* Sets a link to a place of the book; `anchor` is empty or begins with "#". */
static void lead_to(struct reading *reading, cmark_node *link,
                    const struct page *page, const char *anchor)
{
    char url[2 * MAX_PATH];

    if (*anchor && !has_anchor(reading->book, page, anchor + 1))
        book_complain(reading->book, reading->page, link,
                      "a link to no heading: %s%s", page->path, anchor);
    (void)snprintf(url, sizeof(url), "%s%s",
                   *anchor && page == reading->page ? "" : page->file, anchor);
    cmark_node_set_url(link, url);
}

/* A folder has no page: what leads to it becomes text. */
static void unlink_folder(cmark_node *link)
{
    cmark_node *child;

    while ((child = cmark_node_first_child(link)) != NULL)
        cmark_node_insert_before(link, child);
    cmark_node_free(link);
}

static void look_at_link(struct reading *reading, cmark_node *link)
{
    char target[MAX_PATH], path[MAX_PATH];
    const char *url = cmark_node_get_url(link);
    size_t len = strcspn(url, "#");
    char *anchor;
    struct page *page = reading->page;
    struct stat file;

    if (begins(url, "http://") || begins(url, "https://"))
        return;
    (void)snprintf(target, sizeof(target), "%.*s", (int)len, url);
    resolve(reading->page, target, path);
    if (len > 0 && stat(path, &file) == 0 && S_ISDIR(file.st_mode)) {
        unlink_folder(link);
        return;
    }
    if (len > 0)
        page = book_page(reading->book, path);
    if (!page) {
        book_complain(reading->book, reading->page, link, "a dead link: %s",
                      url);
        return;
    }
    anchor = strdup(url + len);
    lead_to(reading, link, page, anchor ? anchor : "");
    free(anchor);
}

/* A picture is copied into the book. */
static void look_at_image(struct reading *reading, cmark_node *image)
{
    char path[MAX_PATH], file[MAX_PATH];
    char *picture;
    struct buf copy = {0};

    resolve(reading->page, cmark_node_get_url(image), path);
    picture = read_text(path);
    if (!picture) {
        book_complain(reading->book, reading->page, image, "no picture: %s",
                      cmark_node_get_url(image));
        return;
    }
    buf_puts(&copy, picture);
    free(picture);
    book_file(file, path);
    book_save(reading->book, file, &copy);
    cmark_node_set_url(image, file);
}

/* Puts `inner` into a link that stands in its place. */
static void wrap(struct reading *reading, cmark_node *inner,
                 const struct page *page, const char *anchor)
{
    cmark_node *link = cmark_node_new(CMARK_NODE_LINK);

    cmark_node_replace(inner, link);
    cmark_node_append_child(link, inner);
    lead_to(reading, link, page, anchor);
}

/* --- code ----------------------------------------------------------------- */

static bool first_time(struct reading *reading, const char *code)
{
    char line[MAX_PATH];
    bool first;

    (void)snprintf(line, sizeof(line), "\n%s\n", code);
    buf_put(&reading->seen, "", 1);
    reading->seen.len--;
    first = !strstr(reading->seen.data, line);
    buf_puts(&reading->seen, line);
    return first;
}

/* A path of a file, or the folder of an exercise. The rooms' own sources are
 * what an exercise asks for: its task does not lead to them. What was built or
 * is worked on is no part of the book. */
static struct page *page_of_path(struct reading *reading, const char *code)
{
    char path[MAX_PATH];

    if (!strchr(code, '/') || strstr(code, "./") || strstr(code, "//") ||
        *code == '/' || begins(code, "build/") ||
        begins(code, "exercises/work/"))
        return NULL;
    (void)snprintf(path, sizeof(path), "%s/task.md", code);
    if (begins(code, "exercises/") && access(path, R_OK) == 0)
        return book_page(reading->book, path);
    if (begins(reading->page->path, "exercises/"))
        return NULL;
    return book_page(reading->book, code);
}

/* A short name stays in one piece. In the cell of a table a span may not stand,
 * says cmark; there the style sheet has to do. */
static void keep_together(cmark_node *piece)
{
    cmark_node *span = cmark_node_new(CMARK_NODE_CUSTOM_INLINE);

    cmark_node_set_on_enter(span, "<span class=\"name\">");
    cmark_node_set_on_exit(span, "</span>");
    if (strlen(cmark_node_get_literal(piece)) <= TOGETHER_MAX &&
        cmark_node_replace(piece, span))
        cmark_node_append_child(span, piece);
    else
        cmark_node_free(span);
}

static void look_at_code(struct reading *reading, cmark_node *node)
{
    static const char compare[] = "./learn compare ";
    const char *code = cmark_node_get_literal(node);
    const char *name = code;
    char anchor[MAX_PATH];
    const struct page *page;

    keep_together(node);
    if (begins(code, compare))
        name += strlen(compare);
    if (strlen(code) > MAX_PATH / 2 || !first_time(reading, code))
        return;
    if (operations_include(&reading->book->operations, name)) {
        (void)snprintf(anchor, sizeof(anchor), "#%s", name);
        wrap(reading, node, book_page(reading->book, "docs/compare.html"),
             anchor);
    } else if ((page = page_of_path(reading, code)) != NULL &&
               page != reading->page) {
        wrap(reading, node, page, "");
    }
}

/* An exercise says in words which chapter it is of. */
static void look_at_chapter(struct reading *reading, cmark_node *node)
{
    static const char begin[] = "Chapter: ";
    const char *text = cmark_node_get_literal(node);
    const char *at = strstr(text, begin);
    const struct page *page;
    cmark_node *path;
    char *before;

    if (!at || !(page = book_page(reading->book, at + strlen(begin))))
        return;
    path = cmark_node_new(CMARK_NODE_TEXT);
    cmark_node_set_literal(path, page->headings[0].text);
    cmark_node_insert_after(node, path);
    wrap(reading, path, page, "");
    before = strndup(text, (size_t)(at - text) + strlen(begin));
    cmark_node_set_literal(node, before);
    free(before);
}

/* --- all of a text -------------------------------------------------------- */

/* A line break in a paragraph of the source is a blank to a reader. As text, it
 * lets a word of two be found on two lines. */
static void break_to_text(cmark_node *node)
{
    cmark_node *text = cmark_node_new(CMARK_NODE_TEXT);

    cmark_node_set_literal(text, "\n");
    cmark_node_replace(node, text);
    cmark_node_free(node);
}

static void join_lines(cmark_node *node)
{
    for (cmark_node *child = cmark_node_first_child(node), *next; child;
         child = next) {
        next = cmark_node_next(child);
        if (cmark_node_get_type(child) == CMARK_NODE_SOFTBREAK)
            break_to_text(child);
        else
            join_lines(child);
    }
}

static void look_at_text(struct reading *reading, cmark_node *node)
{
    look_at_chapter(reading, node);
    book_link_words(reading->book, reading->page, node, reading->linked);
}

static void look_at(struct reading *reading, cmark_node *node);

static void look_into(struct reading *reading, cmark_node *node)
{
    for (cmark_node *child = cmark_node_first_child(node), *next; child;
         child = next) {
        next = cmark_node_next(child);
        look_at(reading, child);
    }
}

static void look_at(struct reading *reading, cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);

    if (type == CMARK_NODE_LINK)
        look_at_link(reading, node);
    else if (type == CMARK_NODE_IMAGE)
        look_at_image(reading, node);
    else if (type == CMARK_NODE_CODE)
        look_at_code(reading, node);
    else if (type == CMARK_NODE_TEXT)
        look_at_text(reading, node);
    else if (type == CMARK_NODE_HTML_INLINE)
        book_complain(reading->book, reading->page, cmark_node_parent(node),
                      "HTML in a paragraph: %s", cmark_node_get_literal(node));
    else if (type != CMARK_NODE_HEADING)
        look_into(reading, node);
}

void book_text(struct book *book, struct page *page)
{
    struct reading reading = {.book = book, .page = page};

    join_lines(page->text);
    cmark_consolidate_text_nodes(page->text);
    look_into(&reading, page->text);
    buf_release(&reading.seen);
}
