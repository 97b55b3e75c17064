/* exercises/runner/functions.c - see functions.h. */
#include "functions.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool has_word(const char *line, const char *name)
{
    size_t len = strlen(name);
    const char *at = line;

    for (; (at = strstr(at, name)) != NULL; at += len) {
        if ((at == line || !is_name_char(at[-1])) && !is_name_char(at[len]))
            return true;
    }
    return false;
}

/* Gives the next line and ends it with NUL; NULL after the last. */
static char *next_line(char **rest)
{
    char *line = *rest;
    char *end;

    if (!line || !*line)
        return NULL;
    end = strchr(line, '\n');
    *rest = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    return line;
}

bool function_opens(const char *line, char name[MAX_NAME])
{
    const char *paren = strchr(line, '(');
    const char *start = paren;

    if (!paren || !isalpha((unsigned char)line[0]) ||
        line[strlen(line) - 1] == ';')
        return false;
    while (start > line && is_name_char(start[-1]))
        start--;
    (void)snprintf(name, MAX_NAME, "%.*s", (int)(paren - start), start);
    return start < paren;
}

static void add_line(struct function *function, const char *line)
{
    if (function->line_count < MAX_FUNCTION_LINES)
        function->lines[function->line_count++] = line;
}

static bool is_comment(const char *line)
{
    return strncmp(line, "/*", 2) == 0 || strncmp(line, " *", 2) == 0;
}

/* As opens_function, and takes note of what the function is. */
static bool begins(struct function *function, const char *line)
{
    if (!function_opens(line, function->name))
        return false;
    function->is_followed = false;
    function->is_operation = strncmp(line, "static void ", 12) == 0 &&
                             strstr(line, "(struct request *rq)");
    return true;
}

void functions_split(struct functions *functions, char *text)
{
    struct function *now = functions->all; /* the one that is being read */
    bool inside = false;
    const char *line;

    functions->count = 0;
    now->line_count = 0;
    while (functions->count < MAX_FUNCTIONS && (line = next_line(&text))) {
        inside = inside || begins(now, line);
        if (inside || is_comment(line))
            add_line(now, line);
        else /* nothing, or a comment that belonged to something else */
            now->line_count = 0;
        if (inside && line[0] == '}') {
            inside = false;
            now = &functions->all[++functions->count];
            now->line_count = 0;
        }
    }
}

const char *function_thread(const struct function *function)
{
    static const char *const threads[] = {"LOOP", "STORE THREAD",
                                          "REQUEST THREAD", "ANY THREAD"};

    for (size_t i = 0; i < function->line_count; i++) {
        const char *line = function->lines[i];
        const char *mark = strstr(line, ") /* ");

        if (line[0] == '{')
            break;
        for (size_t t = 0; mark && t < sizeof(threads) / sizeof(*threads);
             t++) {
            if (has_word(mark, threads[t]))
                return threads[t];
        }
    }
    return "";
}

struct function *functions_find(struct functions *functions, const char *name)
{
    for (size_t i = 0; i < functions->count; i++) {
        if (strcmp(functions->all[i].name, name) == 0)
            return &functions->all[i];
    }
    return NULL;
}

bool function_mentions(const struct function *function, const char *name)
{
    for (size_t i = 0; i < function->line_count; i++) {
        if (has_word(function->lines[i], name))
            return true;
    }
    return false;
}

void functions_follow(struct functions *functions, struct function *start)
{
    start->is_followed = true;
    for (size_t i = 0; i < functions->count; i++) {
        struct function *other = &functions->all[i];

        if (!other->is_followed && function_mentions(start, other->name))
            functions_follow(functions, other);
    }
}
