/*
 * common/http/http_rules.c - one verdict over a request head, for both servers.
 */
#include "common/http/http_rules.h"

#include <string.h>
#include <strings.h>

const char http_late_head[] = "The head took too long to arrive.";
const char http_bad_length[] = "Content-Length must be a plain decimal number.";
const char http_bad_body[] = "The body ended early, or its chunks are broken.";

bool http_text_is(struct http_text text, const char *word)
{
    return text.len == strlen(word) &&
           (text.len == 0 || strncasecmp(text.at, word, text.len) == 0);
}

bool http_is_method(const char *method)
{
    static const char *const known[] = {
        "GET",    "HEAD",    "POST",      "PUT",      "PATCH",
        "DELETE", "OPTIONS", "CONNECT",   "PROPFIND", "MKCOL",
        "LOCK",   "UNLOCK",  "PROPPATCH", "REPORT"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], method) == 0)
            return true;
    return false;
}

/* As many fields as were kept: the parsers may have seen more. */
static size_t kept_fields(const struct http_head *head)
{
    return head->field_count < HTTP_MAX_FIELDS ? head->field_count
                                               : HTTP_MAX_FIELDS;
}

const struct http_text *http_head_field(const struct http_head *head,
                                        const char *name)
{
    for (size_t i = 0; i < kept_fields(head); i++)
        if (http_text_is(head->fields[i].name, name))
            return &head->fields[i].value;
    return NULL;
}

size_t http_head_count(const struct http_head *head, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < kept_fields(head); i++)
        if (http_text_is(head->fields[i].name, name))
            count++;
    return count;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct http_text http_text_trim(struct http_text text)
{
    while (text.len > 0 && is_blank(text.at[text.len - 1]))
        text.len--;
    for (; text.len > 0 && is_blank(text.at[0]); text.len--)
        text.at++;
    return text;
}

bool http_list_next(struct http_text *list, struct http_text *element)
{
    const char *at = list->at;
    const char *end = at + list->len;
    bool quoted = false;

    while (at < end && (is_blank(*at) || *at == ','))
        at++;
    element->at = at;
    while (at < end && (quoted || *at != ',')) {
        if (*at == '"')
            quoted = !quoted;
        at++;
    }
    element->len = (size_t)(at - element->at);
    *element = http_text_trim(*element);
    list->at = at;
    list->len = (size_t)(end - at);
    return element->len > 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A plain decimal; one beyond any number is as good as the largest. */
static bool parse_length(struct http_text text, uint64_t *length)
{
    uint64_t value = 0;

    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.at[i]))
            return false;
        value = value > UINT64_MAX / 10 - 1
                    ? UINT64_MAX
                    : value * 10 + (uint64_t)(text.at[i] - '0');
    }
    *length = value;
    return true;
}

static enum todo_err refuse(struct problem *problem, enum todo_err err,
                            const char *detail)
{
    problem->detail = detail;
    return err;
}

/* Where does the body end? Whoever can be told two answers can be made to take
 * a body for a request of its own (request smuggling, RFC 9112 section 11.2).
 */
enum todo_err http_rules_framing(const struct http_head *head,
                                 struct http_meaning *meaning,
                                 struct problem *problem)
{
    size_t lengths = http_head_count(head, "Content-Length");
    size_t codings = http_head_count(head, "Transfer-Encoding");

    if (lengths > 1)
        return refuse(problem, TODO_ERR_MALFORMED,
                      "Content-Length was sent more than once.");
    if (codings > 1)
        return refuse(problem, TODO_ERR_MALFORMED,
                      "Transfer-Encoding was sent more than once.");
    if (lengths > 0 && codings > 0)
        return refuse(problem, TODO_ERR_MALFORMED,
                      "Content-Length and Transfer-Encoding exclude each "
                      "other.");
    if (lengths > 0 && !parse_length(*http_head_field(head, "Content-Length"),
                                     &meaning->content_length))
        return refuse(problem, TODO_ERR_MALFORMED, http_bad_length);
    if (codings > 0 &&
        (head->minor == 0 ||
         !http_text_is(*http_head_field(head, "Transfer-Encoding"), "chunked")))
        return refuse(problem, TODO_ERR_MALFORMED,
                      "The only transfer coding understood is chunked, and "
                      "only in HTTP/1.1.");
    if (http_head_field(head, "Trailer"))
        return refuse(problem, TODO_ERR_MALFORMED,
                      "Trailer fields are not accepted.");
    meaning->has_length = lengths > 0;
    meaning->chunked = codings > 0;
    return TODO_OK;
}

static size_t target_size(const struct http_head *head)
{
    return head->path.len + (head->query.at ? 1 + head->query.len : 0);
}

/* A head costs memory while it is read; this is its size on the wire, but for
 * white space around the values. */
static size_t head_size(const struct http_head *head)
{
    size_t size =
        strlen(head->method) + target_size(head) + strlen("  HTTP/1.1\r\n\r\n");

    for (size_t i = 0; i < kept_fields(head); i++)
        size += head->fields[i].name.len + head->fields[i].value.len +
                strlen(": \r\n");
    return size;
}

static bool is_host_char(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           c == '-' || c == '.' || c == '_' || c == '~';
}

/* How many bytes at the beginning are a name or an address; 0 when they are
 * neither. */
static size_t host_name_len(struct http_text host)
{
    size_t i = 0;

    if (host.len == 0 || host.at[0] != '[') {
        while (i < host.len && is_host_char(host.at[i]))
            i++;
        return i;
    }
    for (i = 1; i < host.len && host.at[i] != ']'; i++)
        if (!is_host_char(host.at[i]) && host.at[i] != ':')
            return 0;
    return i > 2 && i < host.len ? i + 1 : 0;
}

/* A name, an IPv4 address or an IPv6 address in brackets, with or without a
 * port (RFC 3986 section 3.2.2). It comes back in our URLs, so nothing else
 * passes: what percent escapes and other signs are allowed there, no host
 * bears. */
static bool is_host(struct http_text host)
{
    size_t i = host_name_len(host);
    int port = 0;

    if (i == 0 || host.len > HTTP_MAX_HOST)
        return false;
    if (i < host.len && host.at[i++] != ':')
        return false;
    for (; i < host.len && is_digit(host.at[i]) && port <= 65535; i++)
        port = port * 10 + (host.at[i] - '0');
    return i == host.len && port <= 65535;
}

/* Whether the word stands anywhere in the text, ASCII case ignored. */
static bool mentions(struct http_text text, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i + len <= text.len; i++)
        if (strncasecmp(text.at + i, word, len) == 0)
            return true;
    return false;
}

/* The connection stays if HTTP/1.1 says nothing, or if it is asked to stay. A
 * Connection field about something else ends it, and so does one that asks for
 * another protocol beside: civetweb reads it so. */
static bool wants_to_stay(const struct http_head *head)
{
    const struct http_text *field = http_head_field(head, "Connection");
    struct http_text list, option;
    bool stay = false;

    if (!field)
        return head->minor >= 1;
    if (mentions(*field, "upgrade"))
        return false;
    list = *field;
    while (http_list_next(&list, &option)) {
        if (http_text_is(option, "close"))
            return false;
        if (http_text_is(option, "keep-alive"))
            stay = true;
    }
    return stay && http_head_count(head, "Connection") == 1;
}

/* RFC 9110 section 5.6.2. */
static bool is_token(struct http_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] <= ' ' || text.at[i] > '~' ||
            strchr("\"(),/:;<=>?@[\\]{}", text.at[i]))
            return false;
    return text.len > 0;
}

/* Is it a request at all, of a version and with fields that we know? */
static enum todo_err check_form(const struct http_head *head,
                                struct problem *problem)
{
    if (head->broken || !http_is_method(head->method))
        return TODO_ERR_MALFORMED;
    if (head->major != 1 || (head->minor != 0 && head->minor != 1))
        return TODO_ERR_HTTP_VERSION;
    for (size_t i = 0; i < kept_fields(head); i++)
        if (!is_token(head->fields[i].name))
            return refuse(problem, TODO_ERR_MALFORMED,
                          "A line of the head is not a field.");
    if (head->path.len == 0 || head->path.at[0] != '/')
        return refuse(problem, TODO_ERR_MALFORMED,
                      "The request target must begin with a slash.");
    return TODO_OK;
}

static enum todo_err check_host_count(const struct http_head *head,
                                      struct problem *problem)
{
    size_t hosts = http_head_count(head, "Host");

    if (hosts == 1 || (hosts == 0 && head->minor == 0))
        return TODO_OK;
    return refuse(problem, TODO_ERR_MALFORMED,
                  "HTTP/1.1 needs the Host field, once.");
}

static enum todo_err check_size(const struct http_head *head)
{
    if (head->field_count >= HTTP_MAX_FIELDS || head_size(head) > HTTP_MAX_HEAD)
        return TODO_ERR_HEAD_TOO_LARGE;
    if (target_size(head) > HTTP_MAX_TARGET)
        return TODO_ERR_TARGET_TOO_LONG;
    return TODO_OK;
}

static enum todo_err check_host(const struct http_head *head,
                                struct http_meaning *meaning)
{
    const struct http_text *host = http_head_field(head, "Host");

    if (host && !is_host(*host))
        return TODO_ERR_HOST;
    if (host)
        meaning->host = *host;
    return TODO_OK;
}

enum todo_err http_rules_check(const struct http_head *head,
                               struct http_meaning *meaning,
                               struct problem *problem)
{
    enum todo_err err = check_form(head, problem);

    *meaning = (struct http_meaning){0};
    if (!err)
        err = http_rules_framing(head, meaning, problem);
    if (!err)
        err = check_host_count(head, problem);
    if (!err)
        err = check_size(head);
    if (!err)
        err = check_host(head, meaning);
    if (!err)
        meaning->keep_alive = wants_to_stay(head);
    return err;
}
