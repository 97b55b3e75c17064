/* exercises/runner/html.c - see html.h. */
#include "html.h"

#include <ctype.h>
#include <string.h>

static void put_span(struct buf *out, const char *class, const char *text,
                     size_t len)
{
    buf_printf(out, "<span class=\"%s\">", class);
    buf_put_html(out, text, len);
    buf_printf(out, "</span>");
}

static bool is_keyword(const char *word, size_t len)
{
    static const char *const keywords[] = {
        "bool", "const",  "do",     "else",   "enum", "for",
        "if",   "return", "static", "struct", "void", "while",
    };

    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        if (strlen(keywords[i]) == len && memcmp(keywords[i], word, len) == 0)
            return true;
    }
    return false;
}

/* LOOP, or capitals that end in THREAD. */
static bool is_thread(const char *words)
{
    static const char thread[] = "THREAD";
    size_t len = strspn(words, " ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    while (len > 0 && words[len - 1] == ' ')
        len--;
    return (len == strlen("LOOP") && strncmp(words, "LOOP", len) == 0) ||
           (len > strlen(thread) &&
            strncmp(words + len - strlen(thread), thread, strlen(thread)) == 0);
}

/* What a comment says: a wait, a thread, or anything else. */
static const char *comment_class(const char *text)
{
    const char *words = text + strspn(text, "/* ");

    if (strncmp(words, "WAITS: ", strlen("WAITS: ")) == 0)
        return "w";
    if (*text == '/' && is_thread(words))
        return "t";
    return "c";
}

static size_t comment_length(const char *at, bool *in_comment)
{
    size_t begun = *in_comment ? 0 : strlen("/*");
    const char *end = strstr(at + begun, "*/");

    *in_comment = !end;
    return end ? (size_t)(end - at) + strlen("*/") : strlen(at);
}

/* Letters and digits, or all but those. Stops at a comment, at an arrow, and at
 * a string, which is one piece. */
static size_t piece_length(const char *at)
{
    size_t len = 0;

    if (*at == '"') {
        for (len = 1; at[len] && (at[len] != '"' || at[len - 1] == '\\');)
            len++;
        return len + (at[len] == '"');
    }
    while (isalnum((unsigned char)at[len]) || at[len] == '_')
        len++;
    if (len > 0)
        return len;
    for (len = 1; at[len] && !isalnum((unsigned char)at[len]) &&
                  !strchr("_\"", at[len]) && strncmp(at + len, "/*", 2) != 0 &&
                  strncmp(at + len, "->", 2) != 0;)
        len++;
    return len;
}

void html_code(struct buf *out, const char *line, bool *in_comment)
{
    while (*line) {
        size_t len;

        if (*in_comment || strncmp(line, "/*", 2) == 0) {
            len = comment_length(line, in_comment);
            put_span(out, comment_class(line), line, len);
        } else {
            len = piece_length(line);
            if (is_keyword(line, len))
                put_span(out, "k", line, len);
            else if (len > 1 && strncmp(line, "->", 2) == 0)
                put_span(out, "n", line, len); /* no place to break a line */
            else
                buf_put_html(out, line, len);
        }
        line += len;
    }
}

/* What does not fit goes on below, further in than the line itself; but for one
 * that is far in already. */
static void put_begin(struct buf *out, const char *line)
{
    size_t blanks = strspn(line, " ");

    buf_printf(out, "<span class=\"line%s\"",
               strstr(line, "WAITS: ") ? " waits" : "");
    if (blanks > 0 && blanks <= 12)
        buf_printf(out, " style=\"--in:%zu\"", blanks);
    buf_printf(out, ">");
}

void html_lines(struct buf *out, const struct chain *chain,
                struct paragraph lines)
{
    bool in_comment = false;

    if (lines.first == lines.end)
        return;
    buf_printf(out, "<pre><code>");
    for (size_t at = lines.first; at < lines.end; at++) {
        const char *text = chain->lines[at].text;

        put_begin(out, text);
        html_code(out, text, &in_comment);
        buf_printf(out, "\n</span>");
    }
    buf_printf(out, "</code></pre>\n");
}
