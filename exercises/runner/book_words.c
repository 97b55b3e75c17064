/*
 * exercises/runner/book_words.c - the words of the glossary, and their links in
 * other texts: one on a page for each.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "book.h"

static const char glossary[] = "docs/glossary.md";

static bool is_glossary(const struct page *page)
{
    return strcmp(page->path, glossary) == 0;
}

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + ('a' - 'A'));
    return c;
}

char *text_of(cmark_node *node)
{
    cmark_iter *iter = cmark_iter_new(node);
    struct buf text = {0};
    cmark_event_type event;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *now = cmark_iter_get_node(iter);
        const char *literal = cmark_node_get_literal(now);

        if (event != CMARK_EVENT_ENTER)
            continue;
        if (cmark_node_get_type(now) == CMARK_NODE_SOFTBREAK)
            buf_puts(&text, " ");
        else if (literal)
            buf_puts(&text, literal);
    }
    cmark_iter_free(iter);
    buf_put(&text, "", 1);
    return text.data;
}

void text_slug(char *slug, size_t size, const char *text)
{
    size_t len = 0;

    for (; *text && len + 1 < size; text++) {
        unsigned char c = (unsigned char)*text;

        if (isalnum(c) || c == '_' || c == '-')
            slug[len++] = lower(*text);
        else if (c == ' ')
            slug[len++] = '-';
    }
    slug[len] = '\0';
}

/* --- the glossary --------------------------------------------------------- */

/* Words that a text also uses in another sense. They lead to the glossary only
 * where the text itself marks them, as in *turn*. */
static bool is_common(const char *word)
{
    static const char *const common[] = {
        "Cancel", "Case", "Frame", "Handle", "Head", "Search", "Turn", "Window",
    };

    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        if (strcmp(common[i], word) == 0)
            return true;
    }
    return false;
}

/* The word that a paragraph of the glossary explains, as in **Word.** */
static char *explained(cmark_node *paragraph)
{
    cmark_node *first = cmark_node_first_child(paragraph);
    char *text;

    if (cmark_node_get_type(paragraph) != CMARK_NODE_PARAGRAPH || !first ||
        cmark_node_get_type(first) != CMARK_NODE_STRONG)
        return NULL;
    text = text_of(first);
    text[strcspn(text, ".")] = '\0';
    return text;
}

static void add_word(struct book *book, cmark_node *paragraph, const char *text)
{
    struct word *word = &book->words[book->word_count++];
    char *all = text_of(paragraph);
    char *first = all + strlen(text) + strlen(". ");
    char *end = strstr(first, ". ");

    if (end)
        end[1] = '\0';
    word->meaning = strdup(first);
    free(all);
    (void)snprintf(word->text, sizeof(word->text), "%s", text);
    text_slug(word->id, sizeof(word->id), text);
    word->is_common = is_common(text);
}

static int by_length(const void *a, const void *b)
{
    size_t first = strlen(((const struct word *)a)->text);
    size_t second = strlen(((const struct word *)b)->text);

    return (first < second) - (first > second);
}

void book_read_words(struct book *book)
{
    struct page *page = book_page(book, glossary);
    cmark_node *node = page ? cmark_node_first_child(page->text) : NULL;

    for (; node && book->word_count < MAX_WORDS; node = cmark_node_next(node)) {
        char *text = explained(node);

        if (text)
            add_word(book, node, text);
        free(text);
    }
    qsort(book->words, book->word_count, sizeof(book->words[0]), by_length);
}

const char *book_word_of(const struct book *book, cmark_node *paragraph)
{
    char *text = explained(paragraph);
    const char *id = NULL;

    for (size_t i = 0; text && i < book->word_count; i++) {
        if (strcmp(book->words[i].text, text) == 0)
            id = book->words[i].id;
    }
    free(text);
    return id;
}

/* --- their links ---------------------------------------------------------- */

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("_-/", c));
}

/* Does a word end here? A dot with a letter behind it is one of a file. */
static bool is_end(const char *at)
{
    return *at == '\0' || (!is_word_char(*at) &&
                           (*at != '.' || !isalnum((unsigned char)at[1])));
}

/* How much of the text is the word, be it one or many; 0 if it is another. */
static size_t matches(const char *text, const char *word)
{
    const char *at = text;

    for (; *word; word++, at++) {
        if (lower(*at) != lower(*word) && (*word != ' ' || *at != '\n'))
            return 0;
    }
    if (*at == 's')
        at++;
    return is_end(at) ? (size_t)(at - text) : 0;
}

/* The longest word that begins a text: MAX_WORDS if there is none. */
static size_t word_at(const struct book *book, const char *text, size_t *len)
{
    for (size_t i = 0; i < book->word_count; i++) {
        *len = matches(text, book->words[i].text);
        if (*len > 0)
            return i;
    }
    return MAX_WORDS;
}

/* The next word in a text that has no link yet, and where it stands; NULL when
 * there is none. */
static const struct word *find_word(const struct book *book, const char *text,
                                    bool linked[MAX_WORDS], bool marked,
                                    size_t range[2])
{
    for (const char *at = text; *at; at++) {
        size_t i = MAX_WORDS;

        if (at == text || !is_word_char(at[-1]))
            i = word_at(book, at, &range[1]);
        if (i == MAX_WORDS || linked[i] ||
            (book->words[i].is_common && !marked))
            continue;
        linked[i] = true;
        range[0] = (size_t)(at - text);
        return &book->words[i];
    }
    return NULL;
}

static cmark_node *new_text(const char *text, size_t len)
{
    cmark_node *node = cmark_node_new(CMARK_NODE_TEXT);
    char *copy = strndup(text, len);

    cmark_node_set_literal(node, copy);
    free(copy);
    return node;
}

/* Cuts a text at a word, which becomes a link. Gives what is behind it. */
static cmark_node *link_word(const struct page *page, cmark_node *node,
                             const struct word *word, const size_t range[2])
{
    const char *text = cmark_node_get_literal(node);
    const char *behind = text + range[0] + range[1];
    cmark_node *rest = new_text(behind, strlen(behind));
    cmark_node *link = cmark_node_new(CMARK_NODE_LINK);
    cmark_node *before = new_text(text, range[0]);
    char url[MAX_PATH];

    (void)snprintf(url, sizeof(url), "%s#%s",
                   is_glossary(page) ? "" : "glossary.html", word->id);
    cmark_node_set_url(link, url);
    cmark_node_set_title(link, word->meaning);
    cmark_node_append_child(link, new_text(text + range[0], range[1]));
    cmark_node_insert_after(node, rest);
    cmark_node_insert_after(node, link);
    cmark_node_replace(node, before);
    cmark_node_free(node);
    return rest;
}

void book_link_words(const struct book *book, const struct page *page,
                     cmark_node *text, bool linked[MAX_WORDS])
{
    cmark_node *parent = cmark_node_parent(text);
    bool marked = cmark_node_get_type(parent) == CMARK_NODE_EMPH;
    const struct word *word;
    size_t range[2];

    if (is_glossary(page) && !marked)
        return; /* there each word has its place already */
    if (strcmp(page->path, "docs/maintaining.md") == 0)
        return; /* written for those who know them; it says commit of git */
    while ((word = find_word(book, cmark_node_get_literal(text), linked, marked,
                             range)) != NULL)
        text = link_word(page, text, word, range);
}
