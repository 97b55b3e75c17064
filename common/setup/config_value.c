#include "common/setup/config_value.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/url.h"
#include "common/setup/config_hosts.h"

static const char *const level_names[] = {
    [LOG_ERROR] = "error",
    [LOG_WARN] = "warn",
    [LOG_INFO] = "info",
    [LOG_DEBUG] = "debug",
};

/* What a name is in ASCII: RFC 3492, Punycode. */
#define URL_RULE ", at most 255 bytes, in ASCII (other letters as xn--...)"

static const char digits[] = "0123456789";

/* Digits and nothing else, at most `high`. */
static bool read_whole(const char *text, size_t len, int64_t high, int64_t *out)
{
    int64_t number = 0;

    if (len == 0 || strspn(text, digits) < len)
        return false;
    for (size_t at = 0; at < len; at++) {
        number = number * 10 + (text[at] - '0');
        if (number > high)
            return false;
    }
    *out = number;
    return true;
}

static bool read_int(const struct config_rule *rule, const char *text,
                     int *field)
{
    int64_t number;

    if (!read_whole(text, strlen(text), rule->high, &number) ||
        number < rule->low)
        return false;
    *field = (int)number;
    return true;
}

/* "0.25" is 250 ms. Not by strtod(3), which takes "1e3", "0x10" and "inf", and
 * a comma where the locale has one. */
static bool read_seconds(const struct config_rule *rule, const char *text,
                         int64_t *field)
{
    size_t whole_len = strcspn(text, ".");
    const char *decimals = text + whole_len;
    int64_t ms, part = 0;

    if (!read_whole(text, whole_len, rule->high / 1000, &ms))
        return false;
    ms *= 1000;
    if (*decimals == '.') {
        size_t len = strlen(++decimals);
        if (len > 3 || !read_whole(decimals, len, 999, &part))
            return false;
        for (; len < 3; len++)
            part *= 10;
        ms += part;
    }
    if (ms < rule->low || ms > rule->high)
        return false;
    *field = ms;
    return true;
}

static bool read_level(const char *text, enum log_level *field)
{
    for (size_t i = 0; i < sizeof(level_names) / sizeof(*level_names); i++) {
        if (strcmp(text, level_names[i]) == 0) {
            *field = (enum log_level)i;
            return true;
        }
    }
    return false;
}

static bool read_host(const char *text, const char **field)
{
    struct in_addr address;

    if (strcmp(text, "localhost") == 0)
        text = "127.0.0.1";
    if (inet_pton(AF_INET, text, &address) != 1)
        return false;
    *field = text;
    return true;
}

/* Keeps a URL as url_write spells it; each kind has one option. The text that
 * was read may lie in the environment, and must not be changed. */
static bool keep(enum config_kind kind, const struct url *url,
                 const char **field)
{
    static char kept[CONFIG_ORIGIN + 1][URL_SIZE];

    if (!url_write(url, kept[kind]))
        return false;
    *field = kept[kind];
    return true;
}

/* The slash at the end goes, because what is appended begins with one. */
static bool read_url(const char *text, const char **field)
{
    struct url url;
    size_t len;

    if (!url_read(&url, text) ||
        (strcmp(url.scheme, "http") != 0 && strcmp(url.scheme, "https") != 0))
        return false;
    len = strlen(url.path);
    if (len > 0 && url.path[len - 1] == '/')
        url.path[len - 1] = '\0';
    return keep(CONFIG_URL, &url, field);
}

static bool read_http(const char *text, const char **field)
{
    struct url url;

    if (!url_read(&url, text) || strcmp(url.scheme, "http") != 0)
        return false;
    return keep(CONFIG_HTTP, &url, field);
}

/* Whether browsers put such a scheme into the Origin field. A file has the
 * origin "null", which is everybody's, and a WebSocket that of its page. */
static bool has_origin(const char *scheme)
{
    return strcmp(scheme, "file") != 0 && strcmp(scheme, "ws") != 0 &&
           strcmp(scheme, "wss") != 0;
}

/* As a browser writes it in the Origin field, with which it is compared. */
static bool read_origin(const char *text, const char **field)
{
    struct url url;

    if (strcmp(text, "*") == 0) {
        *field = "*";
        return true;
    }
    if (!url_read(&url, text) || !has_origin(url.scheme) ||
        (url.path[0] != '\0' && strcmp(url.path, "/") != 0))
        return false;
    url.path[0] = '\0';
    return keep(CONFIG_ORIGIN, &url, field);
}

static bool read_switch(const char *text, bool *field)
{
    bool yes = strcmp(text, "yes") == 0;

    if (!yes && strcmp(text, "no") != 0)
        return false;
    *field = yes;
    return true;
}

static bool read_text(const char *text, const char **field)
{
    if (*text == '\0')
        return false;
    *field = text;
    return true;
}

bool config_value_read(const struct config_rule *rule, const char *text,
                       void *field)
{
    switch (rule->kind) {
    case CONFIG_TEXT:
        return read_text(text, field);
    case CONFIG_INT:
        return read_int(rule, text, field);
    case CONFIG_SECONDS:
        return read_seconds(rule, text, field);
    case CONFIG_LEVEL:
        return read_level(text, field);
    case CONFIG_HOST:
        return read_host(text, field);
    case CONFIG_URL:
        return read_url(text, field);
    case CONFIG_HTTP:
        return read_http(text, field);
    case CONFIG_ORIGIN:
        return read_origin(text, field);
    case CONFIG_SWITCH:
        return read_switch(text, field);
    case CONFIG_HOSTS:
        return config_hosts_read(text, field);
    }
    return false;
}

static void put_seconds(struct buf *out, int64_t ms)
{
    buf_put_int(out, ms / 1000);
    if (ms % 1000 > 0)
        buf_printf(out, ".%03d", (int)(ms % 1000));
}

void config_value_put_bounds(const struct config_rule *rule, const char *before,
                             struct buf *out)
{
    if (rule->kind == CONFIG_INT) {
        buf_puts(out, before);
        buf_put_int(out, rule->low);
        buf_puts(out, " to ");
        buf_put_int(out, rule->high);
    } else if (rule->kind == CONFIG_SECONDS) {
        buf_puts(out, before);
        put_seconds(out, rule->low);
        buf_puts(out, " to ");
        put_seconds(out, rule->high);
    }
}

void config_value_describe(const struct config_rule *rule, struct buf *out)
{
    static const char *const wants[] = {
        [CONFIG_TEXT] = "a name of at least one byte",
        [CONFIG_INT] = "a whole number",
        [CONFIG_SECONDS] = "a number of seconds with at most three decimals,",
        [CONFIG_LEVEL] = "one of error, warn, info, debug",
        [CONFIG_HOST] = "an IPv4 address in digits, or localhost",
        [CONFIG_URL] = "http(s)://HOST[:PORT][/PATH]" URL_RULE,
        [CONFIG_HTTP] = "http://HOST[:PORT][/PATH]" URL_RULE,
        [CONFIG_ORIGIN] = "* or SCHEME://HOST[:PORT]" URL_RULE,
        [CONFIG_SWITCH] = "yes or no",
        [CONFIG_HOSTS] = "NAME,... without ports; .NAME has its subdomains, "
                         "too; * is any host",
    };

    buf_puts(out, wants[rule->kind]);
    config_value_put_bounds(rule, " from ", out);
}
