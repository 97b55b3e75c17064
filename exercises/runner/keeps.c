/* exercises/runner/keeps.c - see keeps.h. */
#include "keeps.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "functions.h"

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* `    struct todo job = {0};` and the like: a type, a name, what it begins as.
 */
static bool is_declaration(const char *line, struct local *local)
{
    size_t end = strcspn(line, "=;[(");
    size_t name, type;

    if (strncmp(line, "    ", 4) != 0 || !line[end] || line[end] == '(')
        return false;
    line += 4;
    end -= 4;
    while (end > 0 && line[end - 1] == ' ')
        end--;
    for (name = end; name > 0 && is_name_char(line[name - 1]);)
        name--;
    for (type = 0; type < name; type++) {
        if (!is_name_char(line[type]) && !strchr(" *", line[type]))
            return false;
    }
    while (type > 0 && line[type - 1] == ' ')
        type--;
    (void)snprintf(local->type, MAX_NAME, "%.*s", (int)type, line);
    (void)snprintf(local->name, MAX_NAME, "%.*s", (int)(end - name),
                   line + name);
    return type > 0 && isalpha((unsigned char)line[0]);
}

/* `    struct create_todo *job = &rq->frame.create_todo;`: a name for a part of
 * the frame. Gives that part, "rq->frame.create_todo". */
static bool names_frame(const char *line, struct local *local)
{
    const char *frame = strstr(line, "= &rq->frame.");

    if (!frame || !is_declaration(line, local))
        return false;
    frame += strlen("= &");
    (void)snprintf(local->member, MAX_MEMBER, "%.*s", (int)strcspn(frame, ";"),
                   frame);
    return true;
}

/* The part has the local's type, so it is the local; or a member of the part is
 * called like the local. */
static void look_in_frame(struct local *local, const struct chain *chain,
                          const struct local *part)
{
    size_t len = strlen(local->type);
    char member[MAX_MEMBER];

    if (strncmp(part->type, local->type, len) == 0 &&
        strcmp(part->type + len, " *") == 0) {
        (void)snprintf(local->member, MAX_MEMBER, "%s", part->member);
        return;
    }
    (void)snprintf(member, MAX_MEMBER, "%s->%s", part->name, local->name);
    for (size_t i = 0; i < chain->count; i++) {
        if (has_word(chain->lines[i].text, member))
            (void)snprintf(local->member, MAX_MEMBER, "%.*s.%s", MAX_NAME,
                           part->member, local->name);
    }
}

/* Where the async room has what the sync room calls `name`. */
static void find_home(struct local *local, const struct chain *chain)
{
    char member[MAX_MEMBER];

    (void)snprintf(member, MAX_MEMBER, "rq->%s", local->name);
    for (size_t i = 0; i < chain->count && !local->member[0]; i++) {
        const char *line = chain->lines[i].text;
        struct local other = {0};

        if (has_word(line, member))
            (void)snprintf(local->member, MAX_MEMBER, "%s", member);
        else if (names_frame(line, &other))
            look_in_frame(local, chain, &other);
        else if (is_declaration(line, &other) &&
                 strcmp(other.name, local->name) == 0)
            local->is_local = true;
    }
}

static bool is_known(const struct locals *locals, const struct local *local)
{
    for (size_t i = 0; i < locals->count; i++) {
        if (strcmp(locals->all[i].type, local->type) == 0 &&
            strcmp(locals->all[i].name, local->name) == 0)
            return true;
    }
    return false;
}

static void add_part(struct locals *locals, const struct chain *chain,
                     const struct part *part)
{
    size_t at = part->first;

    while (at < part->end && chain->lines[at].text[0] != '{')
        at++;
    for (at++; at < part->end && chain->lines[at].text[0] == ' '; at++) {
        struct local local = {0};

        if (locals->count < MAX_LOCALS &&
            is_declaration(chain->lines[at].text, &local) &&
            !is_known(locals, &local))
            locals->all[locals->count++] = local;
    }
}

void locals_find(struct locals *locals, const struct chain chains[ROOMS])
{
    const struct chain *sync = &chains[SYNC];

    for (size_t i = 0; i < sync->part_count; i++)
        add_part(locals, sync, &sync->parts[i]);
    for (size_t i = 0; i < locals->count; i++)
        find_home(&locals->all[i], &chains[ASYNC]);
}

size_t locals_moved(const struct locals *locals)
{
    size_t moved = 0;

    for (size_t i = 0; i < locals->count; i++)
        moved += locals->all[i].member[0] != '\0';
    return moved;
}

const struct part *handed_on(const struct chain *chain,
                             const struct paragraph *paragraph)
{
    for (size_t at = paragraph->first; at < paragraph->end; at++) {
        for (size_t i = 0; i < chain->part_count; i++) {
            char last[MAX_NAME + sizeof(", );")];

            (void)snprintf(last, sizeof(last), ", %s);", chain->parts[i].name);
            if (strstr(chain->lines[at].text, last))
                return &chain->parts[i];
        }
    }
    return NULL;
}

/* Copies the name that begins with `start`, which stands in the line. */
static bool copy_name(char name[MAX_NAME], const char *line, const char *start)
{
    const char *at = line ? strstr(line, start) : NULL;
    size_t len = 0;

    while (at && is_name_char(at[len]))
        len++;
    (void)snprintf(name, MAX_NAME, "%.*s", (int)len, at ? at : "");
    return at != NULL;
}

bool store_call_next(const struct chain *chain, size_t *from,
                     struct store_call *call)
{
    while (*from < chain->count) {
        const char *line = chain->lines[(*from)++].text;

        if (copy_name(call->verb, line, "keeper_") &&
            copy_name(call->job, strstr(line, call->verb), "store_"))
            return true;
    }
    return false;
}

const char *store_thread(enum room room, const char *verb)
{
    const char *run = strcmp(verb, "keeper_write") == 0 ? "store_run_writes"
                                                        : "store_run_reads";
    const char *thread = "";
    struct functions functions = {0};
    char path[MAX_NAME];
    char *text;

    (void)snprintf(path, sizeof(path), "%s/keeper.c", room_names[room]);
    text = read_text(path);
    if (text)
        functions_split(&functions, text);
    for (size_t i = 0; i < functions.count; i++) {
        if (function_mentions(&functions.all[i], run))
            thread = function_thread(&functions.all[i]);
    }
    free(text);
    return thread;
}
