/* exercises/runner/counts.c - see counts.h. */
#include "counts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "functions.h"

/* Is there code on the line? `in_comment` says whether a comment is open, and
 * is set for the next line. */
static bool has_code(const char *line, bool *in_comment)
{
    bool in_string = false, found = false;

    for (const char *at = line; *at; at++) {
        if (*in_comment) {
            *in_comment = strncmp(at, "*/", 2) != 0;
            at += !*in_comment; /* over the slash, too */
        } else if (!in_string && strncmp(at, "/*", 2) == 0) {
            *in_comment = true;
            at++;
        } else {
            in_string ^= *at == '"' && (at == line || at[-1] != '\\');
            found = found || !isspace((unsigned char)*at);
        }
    }
    return found;
}

static void add_line(struct counts *counts, const char *line, bool *in_comment)
{
    counts->lines += has_code(line, in_comment);
    counts->waits += strstr(line, "WAITS: ") != NULL;
}

void counts_add_chain(struct counts *counts, const struct chain *chain)
{
    bool in_comment = false;

    for (size_t i = 0; i < chain->count; i++)
        add_line(counts, chain->lines[i].text, &in_comment);
    counts->functions += chain->part_count;
}

bool counts_add_file(struct counts *counts, const char *path)
{
    char *text = read_text(path);
    struct functions functions;
    bool in_comment = false;

    if (!text)
        return false;
    for (char *line = text, *end; line; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n');
        if (end)
            *end = '\0';
        add_line(counts, line, &in_comment);
        if (end)
            *end = '\n';
    }
    functions_split(&functions, text);
    counts->functions += functions.count;
    free(text);
    return true;
}
