#include "mix.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/setup/config_value.h"

enum { GET = MIX_MAX - 1, PIECE_SIZE = 32 };

#define TODO "{\"title\":\"Measure honestly\"}"

/* "%" in a path stands for the id of a todo. */
static const struct row {
    const char *name, *method, *path, *body;
    const char *type;
} rows[MIX_MAX] = {
    {"health", "GET", "/healthz", "", NULL},
    {"ready", "GET", "/readyz", "", NULL},
    {"read", "GET", "/todos/%", "", NULL},
    {"page", "GET", "/todos?limit=20", "", NULL},
    {"stats", "GET", "/todos/stats", "", NULL},
    {"suggest", "GET", "/suggestions", "", NULL},
    {"create", "POST", "/todos", TODO, "application/json"},
    {"change", "PATCH", "/todos/%", "{\"completed\":true}",
     "application/merge-patch+json"},
    {"login", "POST", "/tokens", MIX_LOGIN, "application/json"},
    {"get", "GET", "", "", NULL},
};

const char *mix_name(int operation)
{
    return rows[operation].name;
}

/*
 * Which one
 */

/* The operation of that name; not "get", for which there is a path. */
static int find(const char *name)
{
    for (int i = 0; i < GET; i++)
        if (strcmp(rows[i].name, name) == 0)
            return i;
    return -1;
}

/* Reads one NAME=WEIGHT, in which the sign becomes the end of the name. */
static bool read_piece(struct mix *mix, char *piece)
{
    static const struct config_rule rule = {CONFIG_INT, 1, 1000};
    char *sign = strchr(piece, '=');
    int operation;

    if (!sign)
        return false;
    *sign = '\0';
    operation = find(piece);
    return operation >= 0 && mix->weights[operation] == 0 &&
           config_value_read(&rule, sign + 1, &mix->weights[operation]);
}

bool mix_read(struct mix *mix, const char *text)
{
    char piece[PIECE_SIZE];

    for (;;) {
        size_t len = strcspn(text, ",");

        if (len >= sizeof piece)
            return false;
        memcpy(piece, text, len);
        piece[len] = '\0';
        if (!read_piece(mix, piece))
            return false;
        if (text[len] == '\0')
            return true;
        text += len + 1;
    }
}

void mix_get(struct mix *mix, const char *path)
{
    memset(mix->weights, 0, sizeof mix->weights);
    mix->weights[GET] = 1;
    mix->path = path;
}

bool mix_needs_ids(const struct mix *mix)
{
    for (int i = 0; i < MIX_MAX; i++)
        if (mix->weights[i] > 0 && strchr(rows[i].path, '%'))
            return true;
    return false;
}

/* Each gains its weight with each turn; the richest is chosen, and pays what
 * all have gained. */
int mix_next(struct mix *mix)
{
    int richest = 0, all = 0;

    for (int i = 0; i < MIX_MAX; i++) {
        mix->turns[i] += mix->weights[i];
        all += mix->weights[i];
        if (mix->turns[i] > mix->turns[richest])
            richest = i;
    }
    mix->turns[richest] -= all;
    return richest;
}

/*
 * Its bytes
 */

static void write_path(struct mix *mix, const struct row *row, char out[256])
{
    const char *id = strchr(row->path, '%');

    if (row == &rows[GET])
        (void)snprintf(out, 256, "%s", mix->path);
    else if (id)
        (void)snprintf(out, 256, "%.*s%" PRId64, (int)(id - row->path),
                       row->path, mix->ids[mix->next_id++ % mix->id_count]);
    else
        (void)snprintf(out, 256, "%s", row->path);
}

static void write_type(const struct row *row, char out[128])
{
    out[0] = '\0';
    if (row->type)
        (void)snprintf(out, 128, "Content-Type: %s\r\nContent-Length: %zu\r\n",
                       row->type, strlen(row->body));
}

size_t mix_write(struct mix *mix, int operation, char out[MIX_REQUEST_MAX])
{
    const struct row *row = &rows[operation];
    char path[256], type[128];
    int len;

    write_path(mix, row, path);
    write_type(row, type);
    len = snprintf(out, MIX_REQUEST_MAX,
                   "%s %s HTTP/1.1\r\n"
                   "Host: %s\r\n"
                   "%s%s%s%s%s\r\n%s",
                   row->method, path, mix->host,
                   mix->token ? "Authorization: Bearer " : "",
                   mix->token ? mix->token : "", mix->token ? "\r\n" : "",
                   mix->keep_alive ? "" : "Connection: close\r\n", type,
                   row->body);
    assert(len < MIX_REQUEST_MAX); /* as long as the token is */
    return (size_t)len;
}
