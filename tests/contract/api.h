/*
 * tests/contract/api.h - how a case talks with the server under test.
 * Threads: the main one.
 * Blocks:  until the answer.
 * Owns:    the newest answer.
 *
 * Each call that sends something gives the answer, which is lent until the next
 * such call. So most cases are one line: expect_faults(api_post(api, "{}"),
 * "/title"). A failing case leaves by a long jump; what it had open is owned by
 * the api, and api_tidy closes it.
 *
 * Bodies are written with ' in place of ", as in {'title':'milk'}. Only
 * api_ask and api_post_bytes send their bytes as they stand.
 */
#ifndef TODO_CONTRACT_API_H
#define TODO_CONTRACT_API_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "tests/support/http.h"
#include "tests/support/raw.h"
#include "tests/support/stream.h"

struct answer {
    struct http_answer http;
    cJSON *json; /* the body, when it is JSON; else NULL */
};

struct api {
    struct http *http;
    struct answer answer;       /* to the newest request */
    struct raw raw;             /* the connection of wire.h, or closed */
    struct stream stream;       /* the stream of wire.h, or closed */
    char path[64];              /* what api_path wrote last */
    char token[HTTP_TOKEN_MAX]; /* each case begins with it; or "" */
};

/* False when a URL is not http://host:port. */
bool api_open(struct api *api, const char *url, const char *read_url);

void api_close(struct api *api);

/* Closes what the last case left open, and forgets whose token it said. */
void api_tidy(struct api *api);

/* Requests of the running case say this token, or none (NULL), instead of the
 * suite's own. */
void api_use_token(struct api *api, const char *token);

/* Sends a request as it stands. */
const struct answer *api_ask(struct api *api,
                             const struct http_request *request);

/* Sends one more field (or none: NULL) and a body (or none: NULL). A body goes
 * as merge patch in a PATCH and as JSON else, unless `field` is its type. */
const struct answer *api_send(struct api *api, const char *method,
                              const char *target, const char *field,
                              const char *body);

const struct answer *api_get(struct api *api, const char *target);
const struct answer *api_delete(struct api *api, const char *target);

/* POST /todos */
const struct answer *api_post(struct api *api, const char *body);
const struct answer *api_post_bytes(struct api *api, const void *bytes,
                                    size_t len);

/* GET, DELETE, PUT, PATCH /todos/{id} */
const struct answer *api_get_todo(struct api *api, long long id);
const struct answer *api_delete_todo(struct api *api, long long id);
const struct answer *api_put(struct api *api, long long id, const char *body);
const struct answer *api_patch(struct api *api, long long id, const char *body);

/* "/todos/{id}"; lent until the next call. */
const char *api_path(struct api *api, long long id);

/* Creates a todo; gives its id. The case fails unless the answer is 201. */
long long api_create(struct api *api, const char *body);

/* Moves an answer got by other means into the api; reads its JSON. */
const struct answer *api_take(struct api *api, struct http_answer answer);

/* Text with each ' made a ". Gives: free with free(3). */
char *api_quoted(const char *text);

#endif
