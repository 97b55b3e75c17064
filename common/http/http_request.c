/*
 * common/http/http_request.c - the checks that a head must pass, in their
 * order.
 */
#include "common/http/http_request.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/probe.h"
#include "common/http/host.h"
#include "common/todo/account.h"
#include "common/todo/token.h"

static char *write_hex(char *at, unsigned int number)
{
    for (int shift = 28; shift >= 0; shift -= 4)
        *at++ = "0123456789abcdef"[number >> shift & 15];
    return at;
}

/* A request id is told to the client and stands in the log: a number that
 * differs from start to start, and a counter. */
static void give_id(struct reply *reply)
{
    static atomic_uint counter;
    static atomic_uint start;
    unsigned int none = 0;
    char *at = reply->id;

    if (atomic_load(&start) == 0)
        atomic_compare_exchange_strong(
            &start, &none,
            ((unsigned int)clock_wall_ms() ^ ((unsigned int)getpid() << 16)) |
                1U);
    at = write_hex(at, atomic_load(&start));
    *at++ = '-';
    reply->number = atomic_fetch_add(&counter, 1) + 1;
    at = write_hex(at, reply->number);
    *at = '\0';
}

/* Where our URLs begin: as configured, else where the client found us. */
static void give_base(const struct http_request *request,
                      const struct config *config, struct reply *reply)
{
    static const char scheme[] = "http://";
    struct http_text host = request->meaning.host;

    if (config->public_url) {
        (void)snprintf(reply->base, sizeof reply->base, "%s",
                       config->public_url);
    } else if (host.len > 0 && host.len <= HTTP_MAX_HOST) {
        memcpy(reply->base, scheme, sizeof scheme - 1);
        memcpy(reply->base + sizeof scheme - 1, host.at, host.len);
        reply->base[sizeof scheme - 1 + host.len] = '\0';
    } else {
        (void)snprintf(reply->base, sizeof reply->base, "http://%s:%d",
                       config->host, config->port);
    }
}

static void allow_origin(struct http_request *request,
                         const struct config *config, struct reply *reply)
{
    const struct http_text *origin = http_head_field(&request->head, "Origin");

    if (!config->cors_origin)
        return;
    if (strcmp(config->cors_origin, "*") == 0) {
        reply->cors = "*";
    } else {
        reply->cors_varies = true;
        if (origin && origin->len == strlen(config->cors_origin) &&
            memcmp(origin->at, config->cors_origin, origin->len) == 0)
            reply->cors = config->cors_origin;
    }
    request->preflight =
        origin &&
        http_head_field(&request->head, "Access-Control-Request-Method");
}

static enum todo_err check_expect(struct http_request *request)
{
    const struct http_text *expect = http_head_field(&request->head, "Expect");

    if (!expect)
        return TODO_OK;
    if (http_head_count(&request->head, "Expect") > 1 ||
        !http_text_is(*expect, "100-continue"))
        return TODO_ERR_EXPECTATION;
    request->expects_continue = request->head.minor >= 1;
    return TODO_OK;
}

/* The token of credentials for the scheme Bearer (RFC 6750 section 2.1); false
 * when they are for another scheme, or hold none. */
static bool read_bearer(struct http_text credentials, struct http_text *token)
{
    const char *blank = memchr(credentials.at, ' ', credentials.len);
    struct http_text scheme = credentials;

    if (!blank)
        return false;
    scheme.len = (size_t)(blank - scheme.at);
    token->at = blank;
    token->len = credentials.len - scheme.len;
    *token = http_text_trim(*token);
    return http_text_is(scheme, "Bearer");
}

/* Finds the one token that was sent. Two are none: a proxy may have checked
 * the other. */
static enum todo_err find_token(const struct http_head *head,
                                struct http_text *token)
{
    enum todo_err err = TODO_ERR_NO_TOKEN;

    for (size_t i = 0; i < head->field_count; i++)
        if (http_text_is(head->fields[i].name, "Authorization") &&
            read_bearer(head->fields[i].value, token))
            err = TODO_OK;
    if (!err && http_head_count(head, "Authorization") > 1)
        err = TODO_ERR_BAD_TOKEN;
    return err;
}

/* Who sends it, and whose todos it is about. */
static enum todo_err check_token(struct http_request *request,
                                 const struct config *config)
{
    enum operation op = request->route.op;
    struct http_text token;
    enum todo_err err;

    request->owner = ACCOUNT_ALONE;
    if (!config->auth)
        return TODO_OK;
    err = find_token(&request->head, &token);
    if (!err && !request->token_key)
        err = TODO_ERR_BAD_TOKEN;
    if (!err)
        err = token_read(request->token_key, token.at, token.len,
                         clock_wall_ms() / 1000, request->token_seen);
    if (!err)
        request->user = request->token_seen->user;
    if (op >= OP_SHOW_OPTIONS || !routes[op].owned)
        return TODO_OK;
    request->owner = request->user; /* nobody's, if there is none */
    return err;
}

/* Who shows no good token counts by address; so does whoever asks for a token
 * or for one more user, as somebody who has many. */
static struct limits_client who_counts(const struct http_request *request)
{
    enum operation op = request->route.op;

    if (request->user == 0 || op == OP_CREATE_USER || op == OP_CREATE_TOKEN)
        return request->client;
    return limits_of_user(request->user);
}

static enum todo_err check_limit(const struct http_request *request,
                                 const struct config *config, uint32_t number)
{
    if (config->rate_limit == 0 || request->route.unlimited ||
        limits_take(request->limits, who_counts(request), number))
        return TODO_OK;
    return TODO_ERR_TOO_MANY;
}

/* What is asked before anything of the request is understood. The token says
 * who counts, so it is read first; that it is missing is said last. */
static enum todo_err check_entry(struct http_request *request,
                                 const struct config *config, uint32_t number)
{
    enum todo_err unknown = check_token(request, config);
    enum todo_err err = check_expect(request);

    if (!err)
        err = check_limit(request, config, number);
    return err ? err : unknown;
}

static enum todo_err check_query(struct http_request *request,
                                 struct problem *problem)
{
    struct http_text query = request->head.query;

    if (!query.at) /* there is no '?' */
        query.at = "";
    switch ((int)request->route.op) {
    case OP_LIST_TODOS:
        return list_query_parse(&request->list, query.at, query.len, problem);
    case OP_CLEAR_TODOS:
        return list_filter_parse(&request->completed, query.at, query.len,
                                 problem);
    case OP_SUGGEST_TITLES:
        return list_count_parse(&request->count, query.at, query.len, problem);
    case OP_SHOW_OPTIONS: /* a preflight asks about the URL to come */
        return TODO_OK;
    default:
        return list_no_query(query.at, query.len, problem);
    }
}

static bool takes_body(const struct http_request *request)
{
    return request->route.op < OP_SHOW_OPTIONS &&
           routes[request->route.op].takes_body;
}

static enum todo_err check_media_type(const struct http_request *request)
{
    const struct http_text *type =
        http_head_field(&request->head, "Content-Type");
    struct http_text essence;
    const char *semicolon;

    if (!takes_body(request))
        return TODO_OK;
    if (!type || http_head_count(&request->head, "Content-Type") > 1)
        return TODO_ERR_MEDIA_TYPE;
    essence = *type;
    semicolon = memchr(essence.at, ';', essence.len);
    if (semicolon)
        essence.len = (size_t)(semicolon - essence.at);
    essence = http_text_trim(essence);
    if (http_text_is(essence, "application/json") ||
        (request->route.op == OP_PATCH_TODO &&
         http_text_is(essence, "application/merge-patch+json")))
        return TODO_OK;
    return TODO_ERR_MEDIA_TYPE;
}

/* A body is read as it is: what is encoded would have to be decoded first (RFC
 * 9110 section 8.4). Several fields are one list (section 5.3), and identity
 * means that nothing was done. As the media type, it is looked at where a body
 * is understood, and not where one is read and dropped. */
static enum todo_err check_coding(const struct http_request *request)
{
    const struct http_head *head = &request->head;
    struct http_text list, coding;

    if (!takes_body(request))
        return TODO_OK;
    for (size_t i = 0; i < head->field_count; i++) {
        if (!http_text_is(head->fields[i].name, "Content-Encoding"))
            continue;
        list = head->fields[i].value;
        while (http_list_next(&list, &coding))
            if (!http_text_is(coding, "identity"))
                return TODO_ERR_CODING;
    }
    return TODO_OK;
}

/* A part that is taken for the whole destroys the rest (RFC 9110 section 14.5).
 * In other requests Content-Range means nothing (section 14.4). */
static enum todo_err check_range(const struct http_request *request)
{
    if (request->route.op == OP_REPLACE_TODO &&
        http_head_field(&request->head, "Content-Range"))
        return TODO_ERR_PARTIAL_PUT;
    return TODO_OK;
}

static enum todo_err check_length(const struct http_request *request)
{
    const struct http_meaning *meaning = &request->meaning;

    if (takes_body(request) && !meaning->has_length && !meaning->chunked)
        return TODO_ERR_LENGTH_REQUIRED;
    if (meaning->content_length > HTTP_MAX_BODY)
        return TODO_ERR_BODY_TOO_LARGE;
    return TODO_OK;
}

/* Reads one entity tag of ours, "<id>-<version>". Gives whether it is about
 * this todo; then also the version. */
static bool parse_tag(struct http_text tag, int64_t id, int64_t *version)
{
    char ours[TODO_ETAG_SIZE];
    char text[TODO_ETAG_SIZE];
    int64_t value = 0;
    const char *dash;

    if (tag.len < 5 || tag.len >= sizeof text)
        return false;
    memcpy(text, tag.at, tag.len);
    text[tag.len] = '\0';
    dash = strchr(text, '-');
    for (const char *at = dash ? dash + 1 : ""; *at >= '0' && *at <= '9'; at++)
        value = value > INT64_MAX / 10 - 1 ? 0 : value * 10 + (*at - '0');
    /* It is ours if writing it again gives the same text. */
    todo_etag(&(struct todo){.id = id, .version = value}, ours);
    *version = value;
    return strcmp(text, ours) == 0;
}

/* Whether it is an entity tag at all (RFC 9110 section 8.8.3). */
static bool is_tag(struct http_text tag)
{
    return tag.len >= 2 && tag.at[0] == '"' && tag.at[tag.len - 1] == '"' &&
           !memchr(tag.at + 1, '"', tag.len - 2);
}

/* Reads If-Match or If-None-Match: `*`, or a list of tags. Only If-None-Match
 * compares weakly, so only there does W/ not matter. */
static enum todo_err parse_tags(const struct http_request *request,
                                const char *name, bool *any, int *count,
                                int64_t *versions)
{
    const struct http_text *field = http_head_field(&request->head, name);
    bool weakly = strcmp(name, "If-None-Match") == 0;
    struct http_text list, tag;
    int tags = 0;

    if (!field)
        return TODO_OK;
    /* Two fields would be one list (RFC 9110 section 5.3). We take one field:
     * nobody needs two for 16 tags, and whoever checks one must not miss
     * another. */
    if (http_head_count(&request->head, name) > 1)
        return TODO_ERR_CONDITION;
    if (http_text_is(*field, "*")) {
        *any = true;
        return TODO_OK;
    }
    list = *field;
    while (http_list_next(&list, &tag)) {
        bool weak = tag.len > 2 && memcmp(tag.at, "W/", 2) == 0;

        if (weak) {
            tag.at += 2;
            tag.len -= 2;
        }
        if (!is_tag(tag) || ++tags > CONDITIONS_MAX_TAGS)
            return TODO_ERR_CONDITION;
        if ((weakly || !weak) &&
            parse_tag(tag, request->route.id, &versions[*count]))
            ++*count;
    }
    return tags > 0 ? TODO_OK : TODO_ERR_CONDITION;
}

/* A condition that the operation does not honour is not even read. */
static enum todo_err check_conditions(struct http_request *request)
{
    struct conditions *conditions = &request->conditions;
    enum operation op = request->route.op;
    enum todo_err err = TODO_OK;

    if (op == OP_REPLACE_TODO || op == OP_PATCH_TODO || op == OP_DELETE_TODO) {
        conditions->has_match = http_head_field(&request->head, "If-Match");
        err = parse_tags(request, "If-Match", &conditions->match_any,
                         &conditions->match_count, conditions->match);
    } else if (op != OP_READ_TODO) {
        return TODO_OK;
    }
    if (!err)
        err = parse_tags(request, "If-None-Match", &conditions->none_match_any,
                         &conditions->none_match_count, conditions->none_match);
    return err;
}

/* A stream of events may say where it was interrupted. */
static void read_last_id(struct http_request *request)
{
    const struct http_text *last =
        http_head_field(&request->head, "Last-Event-ID");

    if (request->route.op != OP_STREAM_EVENTS)
        return;
    request->start = last ? changes_start_at(last->at, last->len)
                          : changes_start_at(NULL, 0);
}

void http_request_refuse(struct http_request *request,
                         const struct config *config, enum todo_err err,
                         const char *detail, struct reply *reply)
{
    request->began_us = clock_mono_us();
    reply->head_only =
        request->head.method && strcmp(request->head.method, "HEAD") == 0;
    reply->problem.detail =
        err == TODO_ERR_BODY_TIMEOUT ? http_late_head : detail;
    request->head = (struct http_head){.method = "-", .path = {"-", 1}};
    request->route.op = OP_NONE;
    give_id(reply);
    give_base(request, config, reply);
    probe_begin(reply->number, route_name(OP_NONE), NULL, 0);
    reply->server = config->program;
    reply->keep_alive = false;
}

enum todo_err http_request_accept(struct http_request *request,
                                  const struct config *config,
                                  struct reply *reply)
{
    enum todo_err err;

    request->began_us = clock_mono_us();
    request->route.op = OP_NONE;
    give_id(reply);
    reply->server = config->program;
    reply->head_only = strcmp(request->head.method, "HEAD") == 0;
    reply->http_1_0 = request->head.major == 1 && request->head.minor == 0;
    err = http_rules_check(&request->head, &request->meaning, &reply->problem);
    reply->keep_alive = request->meaning.keep_alive;
    give_base(request, config, reply);
    /* Parsers refuse some of what is malformed, and know no Origin: so nothing
     * is said of it to whatever is malformed. */
    if (err != TODO_ERR_MALFORMED && err != TODO_ERR_HTTP_VERSION)
        allow_origin(request, config, reply);
    if (!err && !host_is_served(config, request->meaning.host))
        err = TODO_ERR_MISDIRECTED;
    if (!err)
        err = route_match(&request->route, request->head.method,
                          request->head.path.at, request->head.path.len);
    reply->path = request->route.path;
    reply->patch = request->route.op == OP_PATCH_TODO;
    probe_begin(reply->number, route_name(request->route.op),
                request->head.query.at, request->head.query.len);
    if (!err)
        err = check_entry(request, config, reply->number);
    if (!err)
        err = check_query(request, &reply->problem);
    if (!err)
        err = check_media_type(request);
    if (!err)
        err = check_coding(request);
    if (!err)
        err = check_length(request);
    if (!err)
        err = check_range(request);
    if (!err)
        err = check_conditions(request);
    read_last_id(request);
    /* A body that nobody will read would be taken for the next request. */
    if (err && http_request_has_body(request))
        reply->keep_alive = false;
    return err;
}

bool http_request_has_body(const struct http_request *request)
{
    return request->meaning.chunked || request->meaning.content_length > 0;
}
