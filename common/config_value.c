#include "common/config_value.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

#include "common/config_hosts.h"
#include "common/log.h"

enum { MAX_URL = 255 };

static const char *const level_names[] = {
    [LOG_ERROR] = "error",
    [LOG_WARN] = "warn",
    [LOG_INFO] = "info",
    [LOG_DEBUG] = "debug",
};

static const char digits[] = "0123456789";
static const char letters_and_digits[] = "abcdefghijklmnopqrstuvwxyz"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789";

/* How many of the first `len` bytes are letters, digits or among `others`. */
static size_t span(const char *text, size_t len, const char *others)
{
    size_t at = 0;

    while (at < len &&
           (strchr(letters_and_digits, text[at]) || strchr(others, text[at])))
        at++;
    return at;
}

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

/* host[:port], the host a name, an address in digits, or an IPv6 address in
 * brackets. */
static bool is_authority(const char *text, size_t len)
{
    size_t host = 0;
    int64_t port;

    if (len > 0 && text[0] == '[') {
        host = 1 + span(text + 1, len - 1, ":.");
        if (host == 1 || host == len || text[host++] != ']')
            return false;
    } else {
        host = span(text, len, "-._");
        if (host == 0)
            return false;
    }
    if (host == len)
        return true;
    return text[host] == ':' &&
           read_whole(text + host + 1, len - host - 1, 65535, &port) &&
           port > 0;
}

/* Where the authority begins: behind the scheme and "://". NULL without. */
static const char *after_scheme(const char *text)
{
    size_t len = span(text, strlen(text), "+-.");

    if (len == 0 || strncmp(text + len, "://", 3) != 0)
        return NULL;
    return text + len + 3;
}

/* scheme://host[:port][/path], with a scheme of ours. */
static bool is_url(const char *text, bool tls)
{
    const char *authority = after_scheme(text), *path;

    if (strlen(text) > MAX_URL || !authority ||
        (strncmp(text, "http://", 7) != 0 &&
         !(tls && strncmp(text, "https://", 8) == 0)))
        return false;
    path = authority + strcspn(authority, "/");
    return is_authority(authority, (size_t)(path - authority)) &&
           span(path, strlen(path), "/-._~%!$&'()*+,;=:@") == strlen(path);
}

/* The slash at the end goes, because what is appended begins with one. */
static bool read_url(const char *text, const char **field)
{
    static char kept[MAX_URL + 1]; /* the environment must not be changed */
    size_t len = strlen(text);

    if (!is_url(text, true))
        return false;
    while (text[len - 1] == '/')
        len--;
    memcpy(kept, text, len);
    kept[len] = '\0';
    *field = kept;
    return true;
}

static bool read_http(const char *text, const char **field)
{
    if (!is_url(text, false))
        return false;
    *field = text;
    return true;
}

/* As a browser writes it in the Origin field: no slash at the end. */
static bool read_origin(const char *text, const char **field)
{
    const char *authority = after_scheme(text);

    if (strlen(text) > MAX_URL)
        return false;
    if (strcmp(text, "*") != 0 &&
        (!authority || !is_authority(authority, strlen(authority))))
        return false;
    *field = text;
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
        [CONFIG_URL] = "http(s)://HOST[:PORT][/PATH], at most 255 bytes",
        [CONFIG_HTTP] = "http://HOST[:PORT][/PATH], at most 255 bytes",
        [CONFIG_ORIGIN] = "* or SCHEME://HOST[:PORT]",
        [CONFIG_HOSTS] = "NAME,... without ports; .NAME has its subdomains, "
                         "too; * is any host",
    };

    buf_puts(out, wants[rule->kind]);
    config_value_put_bounds(rule, " from ", out);
}
