/*
 * exercises/runner/book_frame.c - what stands around a text: its title, the way
 * back and forward, the contents.
 */
#include <assert.h>
#include <string.h>

#include "book.h"

static const char *const part_names[PARTS] = {"Chapters", "Beside the chapters",
                                              "Exercises"};

/* HTML of a page's title. */
static const char *title_of(const struct page *page)
{
    return page->heading_count > 0 ? page->headings[0].html
                                   : "All operations, side by side";
}

/* The page before or behind one; NULL if there is none. What texts lead to, as
 * sources, and the page of comparison stand beside that order. */
static const struct page *neighbour(const struct book *book,
                                    const struct page *page, int step)
{
    size_t count = book->parts[PARTS - 1];

    for (size_t i = 0; i < count; i++) {
        if (book->pages[i] != page)
            continue;
        do
            i += (size_t)step; /* before the first is far behind the last */
        while (i < count && page_is_comparison(book->pages[i]));
        return i < count ? book->pages[i] : NULL;
    }
    return NULL;
}

static void put_step(struct buf *out, const struct page *page, const char *rel)
{
    if (page)
        buf_printf(out, "<a rel=\"%s\" href=\"%s\">%s</a>\n", rel, page->file,
                   title_of(page));
}

static void put_steps(struct buf *out, const struct book *book,
                      const struct page *page, const char *label)
{
    const struct page *before = neighbour(book, page, -1);
    const struct page *behind = neighbour(book, page, 1);

    if (!before && !behind)
        return;
    buf_printf(out, "<nav class=\"steps\" aria-label=\"%s\">\n", label);
    put_step(out, before, "prev");
    put_step(out, behind, "next");
    buf_puts(out, "</nav>\n");
}

void frame_begin(const struct book *book, const struct page *page,
                 struct buf *out)
{
    const char *title =
        page->heading_count > 0 ? page->headings[0].text : page->path;

    buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                  "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                  "content=\"width=device-width, initial-scale=1\">\n<title>");
    buf_put_html(out, title, strlen(title));
    buf_printf(out,
               "%s</title>\n<link rel=\"stylesheet\" href=\"book.css\">\n"
               "</head>\n<body%s>\n<a class=\"skip\" href=\"#text\">To the "
               "text</a>\n<header>\n<p class=\"course\"><a href=\"%s\">Two "
               "ways to wait</a></p>\n",
               page == book->pages[0] ? "" : " - Two ways to wait",
               page == book->pages[0] ? " class=\"cover\"" : "", "index.html");
    buf_puts(out, "<p class=\"jump\"><a href=\"#contents\">Contents</a></p>\n");
    put_steps(out, book, page, "The pages before and behind this one");
    buf_puts(out, "</header>\n<main id=\"text\" tabindex=\"-1\">\n");
}

/* The sections of a page, from `level` on to the one below it. */
static void put_sections(struct buf *out, const struct page *page,
                         const char *file, int level)
{
    bool any = false;

    for (size_t i = 1; i < page->heading_count; i++) {
        const struct heading *heading = &page->headings[i];

        if (heading->level < level || heading->level > 3)
            continue;
        buf_printf(out, "%s<li class=\"h%d\"><a href=\"%s#%s\">%s</a></li>\n",
                   any ? "" : "<ul>\n", heading->level, file, heading->id,
                   heading->html);
        any = true;
    }
    if (any)
        buf_puts(out, "</ul>\n");
}

/* A chapter's parts are those of each chapter; what is below them is its own.
 */
static bool is_chapter(const struct page *page)
{
    return page->heading_count > 1 &&
           strcmp(page->headings[1].id, "what-you-will-be-able-to-do") == 0;
}

/* A page of the contents; `here` shows its sections. */
static void put_entry(const struct page *page, const struct page *here,
                      bool with_sections, struct buf *out)
{
    assert(page);
    buf_printf(out, "<li><a href=\"%s\"%s>%s</a>\n", page->file,
               page == here ? " aria-current=\"page\"" : "", title_of(page));
    if (page == here)
        put_sections(out, page, "", 2);
    else if (with_sections)
        put_sections(out, page, page->file, is_chapter(page) ? 3 : 2);
    buf_puts(out, "</li>\n");
}

/* All pages of the contents; `here` shows its sections, or most do (NULL). */
static void put_contents(const struct book *book, const struct page *here,
                         struct buf *out)
{
    size_t at = 0;

    for (size_t part = 0; part < PARTS; part++) {
        buf_printf(out, "<p>%s</p>\n<ul>\n", part_names[part]);
        for (; at < book->parts[part]; at++)
            put_entry(book->pages[at], here,
                      !here && at > 0 && part != PART_EXERCISES, out);
        buf_puts(out, "</ul>\n");
    }
}

void frame_contents(const struct book *book, struct buf *out)
{
    buf_puts(out, "<nav id=\"contents\" class=\"all\" aria-label=\"Contents\">"
                  "\n");
    put_contents(book, NULL, out);
    buf_puts(out, "</nav>\n");
}

void frame_end(const struct book *book, const struct page *page,
               struct buf *out)
{
    put_steps(out, book, page, "On to the next page");
    buf_puts(out, "</main>\n");
    if (page != book->pages[0]) {
        buf_puts(out, "<nav id=\"contents\" aria-label=\"Contents\">\n");
        put_contents(book, page, out);
        buf_puts(out, "</nav>\n");
    }
    buf_puts(out, "</body>\n</html>\n");
}
