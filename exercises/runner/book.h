/*
 * exercises/runner/book.h - the course as a book: pages of HTML that a browser
 * opens from the disk, made from the same Markdown.
 * Threads: the main one.
 * Blocks:  on files.
 * Owns:    what it has read.
 *
 * cmark-gfm, GitHub's own parser, makes a tree of each text (book_pages.c).
 * book_text.c makes links in the tree what they are in the book, and
 * book_words.c makes words of the glossary links; book_blocks.c writes it, with
 * the help of cmark; book_pair.c puts the code of both rooms side by side;
 * book_frame.c writes what stands around a text.
 *
 * Whatever a text of this checkout leads to becomes a page, too: another text,
 * or a source. So the folder of the book can be moved as a whole. HTML in a
 * text is a comment or a pair of columns; other HTML is a mistake.
 */
#ifndef TODO_RUNNER_BOOK_H
#define TODO_RUNNER_BOOK_H

#include <stdbool.h>
#include <stddef.h>

#include <cmark-gfm.h>

#include "common/base/buf.h"
#include "source.h"

enum { MAX_PAGES = 1024, MAX_HEADINGS = 64, MAX_WORDS = 128, MAX_PATH = 256 };

/* The parts of the contents. */
enum book_part { PART_COURSE, PART_BESIDE, PART_EXERCISES, PARTS };

struct heading {
    int level;
    char id[2 * MAX_NAME]; /* as GitHub makes it of the heading */
    char *text;
    char *html;
};

struct page {
    char path[MAX_PATH]; /* in the checkout */
    char file[MAX_PATH]; /* in the book */
    cmark_node *text;    /* NULL: a source, or the page of comparison */
    struct heading headings[MAX_HEADINGS]; /* the first is its title */
    size_t heading_count;
};

/* A word of the glossary. */
struct word {
    char text[MAX_NAME];
    char id[2 * MAX_NAME];
    char *meaning;  /* its first sentence */
    bool is_common; /* also a word of everyday: see book_words.c */
};

struct book {
    const char *folder; /* it is written to */
    struct page *pages[MAX_PAGES];
    size_t count;
    size_t parts[PARTS]; /* where each part of the contents ends; the pages
                          * behind the last are those that texts lead to */
    struct word words[MAX_WORDS]; /* the longest first */
    size_t word_count;
    struct operations operations;
    bool failed; /* book_complain was called */
};

/* Says what is wrong, and where; `node` may be NULL. No book is made then. */
void book_complain(struct book *book, const struct page *page, cmark_node *node,
                   const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The page of a file of the checkout, which is read now if it is new. NULL,
 * with a complaint, when there is no such file. */
struct page *book_page(struct book *book, const char *path);

void page_free(struct page *page);

/* What a file of the checkout is called in the book, where all lie in one
 * folder. */
void book_file(char file[MAX_PATH], const char *path);

/* Saves what is written as a file of the book, and releases it. */
void book_save(struct book *book, const char *file, struct buf *content);

/* Is it the page of comparison? */
bool page_is_comparison(const struct page *page);

/* Makes links and words of a text what they are in the book. */
void book_text(struct book *book, struct page *page);

/* Reads the words of the glossary. */
void book_read_words(struct book *book);

/* Makes links of the words in a text that have none on the page yet, as
 * `linked` says, one for each of the book's words. */
void book_link_words(const struct book *book, const struct page *page,
                     cmark_node *text, bool linked[MAX_WORDS]);

/* If a paragraph explains a word, its id, else NULL. */
const char *book_word_of(const struct book *book, cmark_node *paragraph);

/* The plain text below a node. Gives: free with free(3). */
char *text_of(cmark_node *node);

/* What a heading is called in a link, as the well-known viewers do it. */
void text_slug(char *slug, size_t size, const char *text);

/* Writes the body of a page. */
void book_blocks(struct book *book, struct page *page, struct buf *out);

/* Writes a node as cmark does. */
void book_render(struct buf *out, cmark_node *node);

/* If a pair of excerpts begins here, writes it and gives the node behind it;
 * else gives NULL. A pair is a table of two cells, or an excerpt of each room
 * with at most a paragraph between them. */
cmark_node *book_pair(struct book *book, struct page *page, cmark_node *node,
                      struct buf *out);

/* Is the node <!-- excerpt FILE ... -->? Gives the file. */
bool book_is_excerpt(cmark_node *node, char path[MAX_PATH]);

/* Writes the name of an excerpt's file, as a link to its place there. */
void book_source_link(struct book *book, const char *path, const char *code,
                      struct buf *out);

/* What stands before and behind the body of a page. */
void frame_begin(const struct book *book, const struct page *page,
                 struct buf *out);
void frame_end(const struct book *book, const struct page *page,
               struct buf *out);

/* The contents of the whole book, with its sections. */
void frame_contents(const struct book *book, struct buf *out);

#endif
