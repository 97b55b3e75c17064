#include "common/base/error.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/base/utf8.h"

/* Status, ours, closes, slug, title, detail; laid out by hand.
 * `closes` where the bytes that follow cannot be trusted to be a request, where
 * too many of them would have to be read first, and when the server stops. */
/* clang-format off */
static const struct error_info infos[TODO_ERR_COUNT] = {
    [TODO_ERR_MALFORMED] = {
        400, false, true, "malformed-request", "Malformed request",
        "The request is not HTTP as this server accepts it."},
    [TODO_ERR_HOST] = {
        400, false, true, "bad-host", "Bad Host",
        "A request names its host and port in exactly one Host field."},
    [TODO_ERR_JSON] = {
        400, false, false, "bad-json", "Body is not acceptable JSON",
        "The body must be one JSON object."},
    [TODO_ERR_CONDITION] = {
        400, false, false, "bad-condition", "Condition cannot be read",
        "If-Match and If-None-Match take *, or up to 16 entity tags."},
    [TODO_ERR_PARTIAL_PUT] = {
        400, false, false, "partial-put", "Partial PUT",
        "PUT takes a whole todo, without Content-Range; PATCH changes a part."},
    [TODO_ERR_NO_TOKEN] = {
        401, false, false, "no-token", "No token",
        "This operation needs a token, which POST /tokens gives."},
    [TODO_ERR_BAD_TOKEN] = {
        401, false, false, "bad-token", "Token not valid",
        "The token is not, or no longer, valid; POST /tokens gives a new "
        "one."},
    [TODO_ERR_CREDENTIALS] = {
        401, false, false, "wrong-password", "Name or password wrong",
        "No user has this name and this password."},
    [TODO_ERR_NO_PATH] = {
        404, false, false, "no-such-path", "No such path",
        "Nothing is found here; the API document lists every path."},
    [TODO_ERR_NO_TODO] = {
        404, false, false, "no-such-todo", "No such todo",
        "No todo has this id."},
    [TODO_ERR_METHOD] = {
        405, false, false, "method-not-allowed", "Method not allowed",
        "This path knows only the methods that Allow lists."},
    [TODO_ERR_BODY_TIMEOUT] = {
        408, false, true, "body-timeout", "Body took too long",
        "The body did not arrive in time."},
    [TODO_ERR_NAME_TAKEN] = {
        409, false, false, "name-taken", "Name taken",
        "Another user has this name."},
    [TODO_ERR_LENGTH_REQUIRED] = {
        411, false, true, "length-required", "Length required",
        "A body needs Content-Length or Transfer-Encoding: chunked."},
    [TODO_ERR_PRECONDITION] = {
        412, false, false, "precondition-failed", "Precondition failed",
        "The todo is not, or no longer, what the request expects."},
    [TODO_ERR_BODY_TOO_LARGE] = {
        413, false, true, "body-too-large", "Body too large",
        "A body has at most 65536 bytes."},
    [TODO_ERR_TARGET_TOO_LONG] = {
        414, false, true, "target-too-long", "Target too long",
        "Path and query together have at most 8192 bytes."},
    [TODO_ERR_MEDIA_TYPE] = {
        415, false, false, "unsupported-media-type", "Unsupported media type",
        "A body is application/json; for PATCH it may also be "
        "application/merge-patch+json."},
    [TODO_ERR_CODING] = {
        415, false, false, "unsupported-coding", "Unsupported content coding",
        "A body is taken as it is, without Content-Encoding."},
    [TODO_ERR_EXPECTATION] = {
        417, false, true, "expectation-failed", "Expectation failed",
        "The only expectation known is 100-continue."},
    [TODO_ERR_MISDIRECTED] = {
        421, false, false, "misdirected-request", "Misdirected request",
        "This server does not answer for the host that Host names; "
        "--allowed-host adds hosts."},
    [TODO_ERR_INVALID] = {
        422, false, false, "invalid", "Invalid request",
        "The request breaks the rules that errors lists."},
    [TODO_ERR_TOO_MANY] = {
        429, false, false, "too-many-requests", "Too many requests",
        "This client sends more requests a second than the server takes."},
    [TODO_ERR_HEAD_TOO_LARGE] = {
        431, false, true, "head-too-large", "Head too large",
        "A head has at most 16384 bytes and fewer than 64 fields."},
    [TODO_ERR_HTTP_VERSION] = {
        505, false, true, "http-version", "HTTP version not supported",
        "This server speaks HTTP/1.1 and HTTP/1.0."},
    [TODO_ERR_GONE] = {
        499, false, true, "client-gone", "Client gone",
        "The client left before it was answered."},
    [TODO_ERR_INTERNAL] = {
        500, true, false, "internal", "Internal error",
        "The fault is the server's; its log says more under the "
        "request id."},
    [TODO_ERR_UPSTREAM] = {
        502, true, false, "bad-upstream", "Bad upstream",
        "The server that suggests titles cannot be reached, or its answer "
        "makes no sense."},
    [TODO_ERR_BUSY] = {
        503, true, false, "busy", "Too busy",
        "Too many requests wait already; try again in a moment."},
    [TODO_ERR_NO_MEMORY] = {
        503, true, false, "no-memory", "No memory",
        "There is no memory for this request now."},
    [TODO_ERR_NO_UPSTREAM] = {
        503, true, false, "no-upstream", "No upstream",
        "This server was started without one that suggests titles."},
    [TODO_ERR_STOPPING] = {
        503, true, true, "stopping", "Stopping",
        "The server is shutting down."},
    [TODO_ERR_SLOW_QUERY] = {
        503, true, false, "slow-query", "Query too slow",
        "The search or the count took too long and was ended."},
    [TODO_ERR_LOCKED] = {
        503, true, false, "locked", "Database locked",
        "Another program has held the database for too long."},
    [TODO_ERR_UNAVAILABLE] = {
        503, true, false, "unavailable", "Database unavailable",
        "The database cannot be read or written now."},
    [TODO_ERR_UPSTREAM_TIMEOUT] = {
        504, true, false, "upstream-timeout", "Upstream too slow",
        "The server that suggests titles did not answer in time."},
    [TODO_ERR_DISK_FULL] = {
        507, true, false, "disk-full", "Disk full",
        "The disk is full; nothing was stored."},
};
/* clang-format on */

const struct error_info *error_info(enum todo_err err)
{
    assert(err > TODO_OK && err < TODO_ERR_COUNT);
    return &infos[err];
}

const char *error_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {100, "Continue"},
        {200, "OK"},
        {201, "Created"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {499, "Client Closed Request"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "";
}

/* Begins {"key":" of one more fault; false when enough are listed. */
static bool begin_fault(struct problem *problem, const char *key)
{
    if (problem->fault_count == PROBLEM_MAX_FAULTS)
        return false;
    if (problem->fault_count++ > 0)
        buf_put(&problem->faults, ",", 1);
    buf_puts(&problem->faults, "{\"");
    buf_puts(&problem->faults, key);
    buf_puts(&problem->faults, "\":\"");
    return true;
}

static void end_fault(struct problem *problem, const char *detail)
{
    buf_puts(&problem->faults, "\",\"detail\":");
    buf_put_json(&problem->faults, detail, strlen(detail));
    buf_put(&problem->faults, "}", 1);
}

enum todo_err problem_add_member(struct problem *problem, const char *member,
                                 const char *detail)
{
    struct buf *faults = &problem->faults;

    if (!begin_fault(problem, "pointer"))
        return TODO_ERR_INVALID;
    buf_put(faults, "/", 1);
    while (*member != '\0') {
        size_t plain = strcspn(member, "~/");

        buf_put_json_text(faults, member, plain);
        member += plain;
        if (*member == '\0')
            break;
        buf_puts(faults, *member++ == '~' ? "~0" : "~1");
    }
    end_fault(problem, detail);
    return TODO_ERR_INVALID;
}

/* The name stands in the query, where any byte may; an answer is UTF-8. */
enum todo_err problem_add_parameter(struct problem *problem, const char *name,
                                    size_t len, const char *detail)
{
    uint32_t point;

    if (!begin_fault(problem, "parameter"))
        return TODO_ERR_INVALID;
    while (len > 0) {
        size_t n = utf8_decode(name, len, &point);

        if (n > 0)
            buf_put_json_text(&problem->faults, name, n);
        else
            buf_puts(&problem->faults, "\xEF\xBF\xBD"); /* U+FFFD */
        n += n == 0;
        name += n;
        len -= n;
    }
    end_fault(problem, detail);
    return TODO_ERR_INVALID;
}

void problem_release(struct problem *problem)
{
    buf_release(&problem->faults);
    *problem = (struct problem){0};
}
