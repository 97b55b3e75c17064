/* exercises/runner/source.c - see source.h. */
#include "source.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "functions.h"

enum { MAX_FILE = 256 * 1024 };

const char *const room_names[ROOMS] = {"sync_impl", "async_impl"};

char *read_text(const char *path)
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

/* The files of the lessons; the others are the frame that carries them. */
static int is_lesson(const struct dirent *entry)
{
    static const char *const frame[] = {"main.c",    "server.c", "conn.c",
                                        "request.c", "keeper.c", "flights.c"};
    const char *dot = strrchr(entry->d_name, '.');

    for (size_t i = 0; i < sizeof(frame) / sizeof(frame[0]); i++) {
        if (strcmp(entry->d_name, frame[i]) == 0)
            return 0;
    }
    return dot && strcmp(dot, ".c") == 0;
}

/* The todos are read first, the pages last. */
static int place_of(const struct dirent *lesson)
{
    if (strcmp(lesson->d_name, "todos.c") == 0)
        return 0;
    return strcmp(lesson->d_name, "pages.c") == 0 ? 2 : 1;
}

/* The others go by name. */
static int compare_lessons(const struct dirent **a, const struct dirent **b)
{
    int order = place_of(*a) - place_of(*b);

    return order != 0 ? order : strcmp((*a)->d_name, (*b)->d_name);
}

/* Looks at a lesson and says whether it has found enough. Takes the text. */
typedef bool look_at(void *arg, const char *path, char *text);

static bool look_through(enum room room, look_at *look, void *arg)
{
    struct dirent **files;
    int count = scandir(room_names[room], &files, is_lesson, compare_lessons);
    bool enough = false;

    for (int i = 0; i < count; i++) {
        char path[512];
        char *text;

        (void)snprintf(path, sizeof(path), "%s/%s", room_names[room],
                       files[i]->d_name);
        text = enough ? NULL : read_text(path);
        if (text)
            enough = look(arg, path, text);
        free(files[i]);
    }
    if (count >= 0)
        free(files);
    return enough;
}

static bool collect_names(void *arg, const char *path, char *text)
{
    struct operations *ops = arg;
    struct functions functions;

    (void)path;
    functions_split(&functions, text);
    for (size_t i = 0; i < functions.count; i++) {
        const struct function *function = &functions.all[i];

        if (function->is_operation && ops->count < MAX_OPERATIONS)
            memcpy(ops->names[ops->count++], function->name, MAX_NAME);
    }
    free(text);
    return false; /* look at all files */
}

bool operations_read(struct operations *ops)
{
    look_through(SYNC, collect_names, ops);
    if (ops->count > 0)
        return true;
    (void)fprintf(stderr, "learn: found no operation in sync_impl/*.c; run it "
                          "in the project's folder\n");
    return false;
}

bool operations_include(const struct operations *ops, const char *name)
{
    for (size_t i = 0; i < ops->count; i++) {
        if (strcmp(ops->names[i], name) == 0)
            return true;
    }
    return false;
}

/* Paragraphs stand at a function's own depth or in its loop: four or eight
 * blanks and a comment of small letters, at most followed by another comment.
 */
static void note_paragraph(struct line *line)
{
    size_t blanks = strspn(line->text, " ");
    const char *words = line->text + blanks + strlen("/* ");
    size_t len;

    if ((blanks != 4 && blanks != 8) ||
        strncmp(line->text + blanks, "/* ", strlen("/* ")) != 0)
        return;
    len = strspn(words, "abcdefghijklmnopqrstuvwxyz, ");
    if (len > 1 && strncmp(words + len, "*/", 2) == 0 &&
        (words[len + 2] == '\0' || strncmp(words + len + 2, " /*", 3) == 0))
        (void)snprintf(line->opens, sizeof(line->opens), "%.*s", (int)len - 1,
                       words);
}

static void add_line(struct chain *chain, const char *text)
{
    struct line *line = &chain->lines[chain->count];

    if (chain->count == MAX_LINES)
        return;
    *line = (struct line){.text = text};
    note_paragraph(line);
    chain->count++;
}

static void add_function(struct chain *chain, const struct function *function)
{
    struct part *part = &chain->parts[chain->part_count];

    if (chain->part_count == MAX_PARTS)
        return;
    if (chain->count > 0)
        add_line(chain, "");
    memcpy(part->name, function->name, MAX_NAME);
    part->thread = function_thread(function);
    part->first = chain->count;
    for (size_t i = 0; i < function->line_count; i++)
        add_line(chain, function->lines[i]);
    part->end = chain->count;
    if (part->first < part->end)
        memcpy(chain->lines[part->first].opens, function->name, MAX_NAME);
    chain->part_count++;
}

/* From the operation on there are its steps; above it, what it shares. */
static void add_followed(struct chain *chain, const struct function *from,
                         const struct function *end)
{
    for (; from < end; from++) {
        if (from->is_followed)
            add_function(chain, from);
    }
}

struct search {
    struct chain *chain;
    const char *operation;
};

static bool collect_chain(void *arg, const char *path, char *text)
{
    const struct search *search = arg;
    struct chain *chain = search->chain;
    struct functions functions;
    struct function *start;

    functions_split(&functions, text);
    start = functions_find(&functions, search->operation);
    if (!start) {
        free(text);
        return false;
    }
    functions_follow(&functions, start);
    add_followed(chain, start, functions.all + functions.count);
    add_followed(chain, functions.all, start);
    chain->text = text;
    (void)snprintf(chain->path, sizeof(chain->path), "%s", path);
    return true;
}

bool chain_find(struct chain *chain, enum room room, const char *operation)
{
    struct search search = {chain, operation};

    if (look_through(room, collect_chain, &search))
        return true;
    (void)fprintf(stderr, "learn: %s has no %s\n", room_names[room], operation);
    return false;
}

/* At the left margin begins a function or, with its words up to the brace, a
 * struct or a table. */
static void note_definition(struct line *line)
{
    size_t len = strcspn(line->text, "{;=(");

    if (!isalpha((unsigned char)line->text[0]) ||
        function_opens(line->text, line->opens))
        return;
    if (line->text[len] == '{')
        (void)snprintf(line->opens, sizeof(line->opens), "%.*s", (int)len,
                       line->text);
}

void chain_split(struct chain *chain, char *text)
{
    chain->text = text;
    while (text && *text) {
        char *end = text + strcspn(text, "\n");

        if (*end)
            *end++ = '\0';
        add_line(chain, text);
        if (chain->count > 0)
            note_definition(&chain->lines[chain->count - 1]);
        text = end;
    }
}

void chain_release(struct chain *chain)
{
    free(chain->text);
    *chain = (struct chain){0};
}
