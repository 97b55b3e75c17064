/*
 * tests/load/mix.h - which operation comes next, and the bytes that ask for it.
 * Threads: one.
 * Blocks:  never.
 * Owns:    nothing; borrows what it is made of.
 */
#ifndef TODO_TESTS_MIX_H
#define TODO_TESTS_MIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MIX_MAX = 10, /* operations */
    MIX_TOKEN_MAX = 1024,
    MIX_REQUEST_MAX = 2048 /* bytes of a request, and its NUL */
};

/* Whom "login" signs in; somebody has to make that user. */
#define MIX_USER     "measure"
#define MIX_PASSWORD "measure honestly"
#define MIX_LOGIN                                                              \
    "{\"name\":\"" MIX_USER "\",\"password\":\"" MIX_PASSWORD "\"}"

struct mix {
    const char *host;   /* what Host says: HOST:PORT */
    const char *path;   /* asked for by the last operation, "get" */
    const char *token;  /* MIX_TOKEN_MAX bytes at most; or NULL */
    const int64_t *ids; /* of todos that exist, for "read" and "change" */
    size_t id_count;
    bool keep_alive;
    int weights[MIX_MAX];

    /* begins as 0 */
    int turns[MIX_MAX];
    size_t next_id;
};

/* What an operation is called, by its number. */
const char *mix_name(int operation);

/* Reads NAME=WEIGHT,... into weights that are all 0. False when it is no mix:
 * an unknown name, one that comes twice, a weight that is no number from 1 to
 * 1000. */
bool mix_read(struct mix *mix, const char *text);

/* From now on the mix is this path alone. */
void mix_get(struct mix *mix, const char *path);

/* Whether one of its operations asks for a todo that exists. */
bool mix_needs_ids(const struct mix *mix);

/* Chooses the next operation. In as many turns as the weights come to, each has
 * its share exactly, and they alternate: no chance is in it. */
int mix_next(struct mix *mix);

/* Writes the request. Gives its length. */
size_t mix_write(struct mix *mix, int operation, char out[MIX_REQUEST_MAX]);

#endif
