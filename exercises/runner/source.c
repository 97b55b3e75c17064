/* exercises/runner/source.c - see source.h. */
#include "source.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE = 256 * 1024 };

/* Reads a whole text file. Gives: free with free(3); NULL when it cannot. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = file ? malloc(MAX_FILE) : NULL;
    size_t len = text ? fread(text, 1, MAX_FILE - 1, file) : 0;

    if (file)
        (void)fclose(file); /* only read from */
    if (text)
        text[len] = '\0';
    return text;
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

/* If the line opens a function, gives its name. Declarations, which end with a
 * semicolon, do not. */
static bool opens_function(const char *line, char *name, size_t size)
{
    const char *paren = strchr(line, '(');
    const char *start = paren;
    size_t len = strlen(line);

    if (!paren || !isalpha((unsigned char)line[0]) || line[len - 1] == ';')
        return false;
    while (start > line &&
           (isalnum((unsigned char)start[-1]) || start[-1] == '_'))
        start--;
    (void)snprintf(name, size, "%.*s", (int)(paren - start), start);
    return start < paren;
}

static bool opens_operation(const char *line, char *name, size_t size)
{
    return strncmp(line, "static void ", 12) == 0 &&
           strstr(line, "(struct request *rq)") &&
           opens_function(line, name, size);
}

bool operations_include(const struct operations *ops, const char *name)
{
    for (size_t i = 0; i < ops->count; i++) {
        if (strcmp(ops->names[i], name) == 0)
            return true;
    }
    return false;
}

/* Is it the operation itself, or a step of it and not another operation? */
static bool belongs_to(const char *name, const char *operation,
                       const struct operations *ops)
{
    size_t len = strlen(operation);

    if (strncmp(name, operation, len) != 0)
        return false;
    return name[len] == '\0' ||
           (name[len] == '_' && !operations_include(ops, name));
}

/* The files of the lessons; the others are the frame that carries them. */
static int is_lesson(const struct dirent *entry)
{
    static const char *const frame[] = {"main.c", "server.c", "conn.c",
                                        "request.c", "keeper.c"};
    const char *dot = strrchr(entry->d_name, '.');

    for (size_t i = 0; i < sizeof(frame) / sizeof(frame[0]); i++) {
        if (strcmp(entry->d_name, frame[i]) == 0)
            return 0;
    }
    return dot && strcmp(dot, ".c") == 0;
}

/* Calls `look` with the text of each lesson until it says it has enough. */
typedef bool look_at(void *arg, const char *path, char *text);

static bool look_through(const char *room, look_at *look, void *arg)
{
    struct dirent **files;
    int count = scandir(room, &files, is_lesson, alphasort);
    bool enough = false;

    for (int i = 0; i < count; i++) {
        char path[512];
        char *text;

        (void)snprintf(path, sizeof(path), "%s/%s", room, files[i]->d_name);
        text = enough ? NULL : read_text(path);
        enough = enough || (text && look(arg, path, text));
        free(text);
        free(files[i]);
    }
    if (count >= 0)
        free(files);
    return enough;
}

static bool collect_names(void *arg, const char *path, char *text)
{
    struct operations *ops = arg;
    char *line;

    (void)path;
    while ((line = next_line(&text)) != NULL && ops->count < MAX_OPERATIONS) {
        char *name = ops->names[ops->count];

        if (opens_operation(line, name, sizeof(ops->names[0])))
            ops->count++;
    }
    return false; /* look at all files */
}

bool operations_read(struct operations *ops)
{
    look_through("sync_impl", collect_names, ops);
    if (ops->count > 0)
        return true;
    (void)fprintf(stderr, "learn: found no operation in sync_impl/*.c; run it "
                          "in the project's folder\n");
    return false;
}

struct search {
    struct chain *chain;
    const char *operation;
    const struct operations *ops;
};

static void add_line(struct chain *chain, const char *line)
{
    if (chain->count < MAX_CHAIN_LINES)
        chain->lines[chain->count++] = line;
}

static bool collect_chain(void *arg, const char *path, char *text)
{
    const struct search *search = arg;
    struct chain *chain = search->chain;
    bool inside = false;
    char *rest, *line;
    char name[64];

    chain->text = rest = strdup(text); /* the caller frees its own */
    while ((line = next_line(&rest)) != NULL) {
        if (!inside && opens_function(line, name, sizeof(name)) &&
            belongs_to(name, search->operation, search->ops)) {
            inside = true;
            if (chain->count > 0)
                add_line(chain, "");
        }
        if (inside)
            add_line(chain, line);
        if (line[0] == '}')
            inside = false;
    }
    if (chain->count > 0)
        (void)snprintf(chain->path, sizeof(chain->path), "%s", path);
    else
        chain_release(chain);
    return chain->count > 0;
}

bool chain_find(struct chain *chain, const char *room, const char *operation,
                const struct operations *ops)
{
    struct search search = {chain, operation, ops};

    return look_through(room, collect_chain, &search);
}

void chain_release(struct chain *chain)
{
    free(chain->text);
    *chain = (struct chain){0};
}
