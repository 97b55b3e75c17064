/*
 * common/todo/account.c - a name and a password, out of a body.
 */
#include "common/todo/account.h"

#include <stdint.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/base/wipe.h"
#include "common/todo/json_check.h"

const struct account_field account_fields[ACCOUNT_FIELD_COUNT] = {
    [ACCOUNT_NAME] = {.name = "name",
                      .description = "3 to 32 of a-z, 0-9, '.', '_' and '-', "
                                     "beginning with a letter.",
                      .pattern = "^[a-z][a-z0-9._-]*$",
                      .min_chars = ACCOUNT_NAME_MIN,
                      .max_chars = ACCOUNT_NAME_MAX},
    /* JSON Schema counts characters: it promises no password of fewer than 12,
     * though one of 12 bytes is taken, and not each that it allows is. */
    [ACCOUNT_PASSWORD] = {.name = "password",
                          .description = "12 to 128 bytes of UTF-8, without "
                                         "U+0000.",
                          .pattern = "^[^\\u0000]*$",
                          .min_chars = ACCOUNT_PASSWORD_MIN,
                          .max_chars = ACCOUNT_PASSWORD_MAX,
                          .secret = true},
};

/* What is wrong with it; NULL when nothing is. */
static const char *name_fault(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    size_t len = strlen(name);

    if (!strchr(letters, name[0]))
        return "must begin with a letter from a to z";
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") != len)
        return "must have no other characters than a to z, 0 to 9, '.', '_' "
               "and '-'";
    if (len < ACCOUNT_NAME_MIN || len > ACCOUNT_NAME_MAX)
        return "must have 3 to 32 characters"; /* each of them is a byte */
    return NULL;
}

static const char *password_fault(const char *password, bool had_nul)
{
    size_t len = strlen(password);

    if (had_nul)
        return "must not have U+0000";
    if (len < ACCOUNT_PASSWORD_MIN || len > ACCOUNT_PASSWORD_MAX)
        return "must have 12 to 128 bytes";
    return NULL;
}

/* How much deeper in arrays and objects the text is behind this byte. */
static int step(char c)
{
    return (c == '{' || c == '[') - (c == '}' || c == ']');
}

/* Which members have a U+0000, which can only be escaped: bit 0 is that of the
 * first. Asked before json_check, which makes U+0001 of it: later it would be
 * one that the client may have sent. What the bits of a text mean that
 * json_check refuses, nobody asks. */
static uint64_t find_nul(const char *text, size_t len)
{
    uint64_t found = 0, member = 1; /* JSON_MAX_MEMBERS are 64 */
    bool quoted = false;
    int depth = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\\') {
            if (len - i > 5 && memcmp(text + i, "\\u0000", 6) == 0)
                found |= member;
            i++; /* also past a second backslash, which escapes nothing */
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (!quoted) {
            depth += step(text[i]);
            if (text[i] == ',' && depth == 1)
                member <<= 1;
        }
    }
    return found;
}

/* The member of that name; ACCOUNT_FIELD_COUNT when there is none. */
static enum account_field_id field_named(const char *name)
{
    enum account_field_id id = 0;

    while (id < ACCOUNT_FIELD_COUNT &&
           strcmp(account_fields[id].name, name) != 0)
        id++;
    return id;
}

/* What is wrong with a member that has a name of ours; else it is taken. */
static const char *read_member(struct account *account,
                               enum account_field_id id, const cJSON *item,
                               bool had_nul)
{
    char *to = id == ACCOUNT_NAME ? account->name : account->password;
    const char *fault;

    if (!cJSON_IsString(item))
        return "must be a string";
    fault = id == ACCOUNT_NAME ? name_fault(item->valuestring)
                               : password_fault(item->valuestring, had_nul);
    if (!fault) /* so it fits */
        memcpy(to, item->valuestring, strlen(item->valuestring) + 1);
    return fault;
}

/* Goes on after a fault: the client is told all of them at once. */
static enum todo_err read_members(struct account *account, const cJSON *object,
                                  uint64_t had_nul, struct problem *problem)
{
    bool named[ACCOUNT_FIELD_COUNT + 1] = {false};
    enum todo_err err = TODO_OK;

    for (const cJSON *item = object->child; item;
         item = item->next, had_nul >>= 1) {
        enum account_field_id id = field_named(item->string);
        const char *fault = "is not a member of a user";

        named[id] = true;
        if (id != ACCOUNT_FIELD_COUNT)
            fault = read_member(account, id, item, had_nul & 1);
        if (fault)
            err = problem_add_member(problem, item->string, fault);
    }
    for (int id = 0; id < ACCOUNT_FIELD_COUNT; id++)
        if (!named[id])
            err = problem_add_member(problem, account_fields[id].name,
                                     "is missing");
    return err;
}

/* A password may stand in any string: clients misspell names of members, and
 * put one object into another. */
static void wipe_strings(const cJSON *parent)
{
    for (const cJSON *item = parent->child; item; item = item->next) {
        if (cJSON_IsString(item))
            wipe(item->valuestring, strlen(item->valuestring));
        wipe_strings(item); /* JSON_MAX_DEPTH bounds it */
    }
}

static enum todo_err parse(struct account *account, char *body, size_t body_len,
                           struct problem *problem)
{
    uint64_t had_nul = find_nul(body, body_len);
    cJSON *object;
    enum todo_err err = json_parse(body, body_len, problem, &object);

    if (err)
        return err;
    err = read_members(account, object, had_nul, problem);
    wipe_strings(object);
    cJSON_Delete(object);
    return err;
}

enum todo_err account_parse(struct account *account, char *body,
                            size_t body_len, struct problem *problem)
{
    enum todo_err err;

    *account = (struct account){0};
    err = parse(account, body, body_len, problem);
    wipe(body, body_len);
    return err;
}

void account_release(struct account *account)
{
    wipe(account, sizeof *account);
}
