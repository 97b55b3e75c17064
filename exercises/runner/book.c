/*
 * exercises/runner/book.c - learn-book: which pages there are, and writes them.
 */
#include "book.h"

#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmark-gfm-core-extensions.h>

#include "html.h"

static const char comparison[] = "docs/compare.html";

bool page_is_comparison(const struct page *page)
{
    return strcmp(page->path, comparison) == 0;
}

void book_complain(struct book *book, const struct page *page, cmark_node *node,
                   const char *format, ...)
{
    va_list args;

    (void)fprintf(stderr, "learn: %s", page->path);
    if (node)
        (void)fprintf(stderr, ":%d", cmark_node_get_start_line(node));
    (void)fprintf(stderr, ": ");
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fprintf(stderr, "\n");
    book->failed = true;
}

/* --- the order of the pages ----------------------------------------------- */

static void add_all(struct book *book, const char *pattern)
{
    glob_t found;

    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        (void)book_page(book, found.gl_pathv[i]);
    globfree(&found);
}

static void add_texts(struct book *book)
{
    static const struct {
        const char *pattern;
        enum book_part part;
    } order[] = {
        {"README.md", PART_COURSE},
        {"docs/README.md", PART_COURSE},
        {"docs/[0-9][0-9]-*.md", PART_COURSE},
        {"docs/further.md", PART_COURSE},
        {"docs/choose.md", PART_BESIDE},
        {"docs/claims.md", PART_BESIDE},
        {"docs/originals.md", PART_BESIDE},
        {"docs/from-python.md", PART_BESIDE},
        {"docs/running.md", PART_BESIDE},
        {comparison, PART_BESIDE},
        {"docs/reading-order.md", PART_BESIDE},
        {"docs/threads.md", PART_BESIDE},
        {"docs/immunity.md", PART_BESIDE},
        {"docs/glossary.md", PART_BESIDE},
        {"docs/*.md", PART_BESIDE}, /* those that are left */
        {"exercises/[0-9][0-9]-*/task.md", PART_EXERCISES},
    };

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        add_all(book, order[i].pattern);
        book->parts[order[i].part] = book->count;
    }
}

/* --- writing -------------------------------------------------------------- */

void book_save(struct book *book, const char *file, struct buf *content)
{
    char path[2 * MAX_PATH];
    FILE *out;
    bool whole;

    (void)snprintf(path, sizeof(path), "%s/%s", book->folder, file);
    out = fopen(path, "w");
    whole = out && !content->failed &&
            fwrite(content->data, 1, content->len, out) == content->len;
    if (out)
        whole = fclose(out) == 0 && whole;
    if (!whole) {
        (void)fprintf(stderr, "learn: could not write all of %s\n", path);
        book->failed = true;
    }
    buf_release(content);
}

/* Puts a file of the checkout into what is written. */
static void put_file(struct book *book, struct buf *out, const char *path)
{
    char *text = read_text(path);

    if (text) {
        buf_puts(out, text);
    } else {
        (void)fprintf(stderr, "learn: cannot read %s\n", path);
        book->failed = true;
    }
    free(text);
}

/* The page of comparison as it is, but with a way back. */
static void put_comparison(struct book *book, struct buf *out)
{
    static const char home[] = "<p class=\"course\">";
    char *text = read_text(comparison);
    char *at = text ? strstr(text, home) : NULL;
    char *end = at ? strstr(at, "</p>") : NULL;

    if (end) {
        at += strlen(home);
        buf_put(out, text, (size_t)(at - text));
        buf_puts(out, "<a href=\"index.html\">");
        buf_put(out, at, (size_t)(end - at));
        buf_puts(out, "</a>");
        buf_puts(out, end);
    } else {
        (void)fprintf(stderr, "learn: cannot read %s\n", comparison);
        book->failed = true;
    }
    free(text);
}

static bool is_c(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0);
}

/* A source, with the number of each line. */
static void put_source(struct book *book, struct page *page, struct buf *out)
{
    bool has_words = is_c(page->path);
    char *text = read_text(page->path);
    bool in_comment = false;
    size_t number = 0;

    buf_printf(out, "<h1><code>%s</code></h1>\n<pre class=\"source\"><code>",
               page->path);
    for (char *line = text, *end; line && *line; line = end) {
        end = line + strcspn(line, "\n");
        if (*end)
            *end++ = '\0';
        buf_printf(out, "<span class=\"line%s\" id=\"L%zu\">",
                   has_words && strstr(line, "WAITS: ") ? " waits" : "",
                   ++number);
        if (has_words)
            html_code(out, line, &in_comment);
        else
            buf_put_html(out, line, strlen(line));
        buf_printf(out, "\n</span>");
    }
    buf_printf(out, "</code></pre>\n");
    if (!text)
        book_complain(book, page, NULL, "cannot be read");
    free(text);
}

static void write_page(struct book *book, struct page *page)
{
    struct buf out = {0};

    if (page_is_comparison(page)) {
        put_comparison(book, &out);
    } else {
        frame_begin(book, page, &out);
        if (page->text) {
            book_text(book, page);
            book_blocks(book, page, &out);
        } else {
            put_source(book, page, &out);
        }
        frame_end(book, page, &out);
    }
    book_save(book, page->file, &out);
}

static void write_style(struct book *book)
{
    struct buf out = {0};

    put_file(book, &out, "exercises/runner/page/style.css");
    put_file(book, &out, "exercises/runner/page/book.css");
    book_save(book, "book.css", &out);
}

static bool make_folder(const char *folder)
{
    if (mkdir(folder, 0777) == 0 || errno == EEXIST)
        return true;
    (void)fprintf(stderr, "learn: cannot make %s: %s\n", folder,
                  strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
    return false;
}

static void book_free(struct book *book)
{
    for (size_t i = 0; i < book->count; i++)
        page_free(book->pages[i]);
    for (size_t i = 0; i < book->word_count; i++)
        free(book->words[i].meaning);
    free(book);
}

int main(int argc, char **argv)
{
    struct book *book = argc == 2 ? calloc(1, sizeof(*book)) : NULL;
    bool good;

    if (!book) {
        (void)fprintf(stderr, "usage: learn-book FOLDER\n");
        return 2;
    }
    book->folder = argv[1];
    cmark_gfm_core_extensions_ensure_registered();
    good = operations_read(&book->operations) && make_folder(book->folder);
    if (good) {
        add_texts(book);
        book_read_words(book);
        for (size_t i = 0; i < book->count; i++) /* each may bring others */
            write_page(book, book->pages[i]);
        write_style(book);
        good = !book->failed;
    }
    book_free(book);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
