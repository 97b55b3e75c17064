/*
 * common/http/host.c - a Host compared with our own names and with
 * --allowed-host.
 */
#include "common/http/host.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static struct http_text text_of(const char *text)
{
    return (struct http_text){text, strlen(text)};
}

/* A host without its port, and without the dot that may end a name. */
static struct http_text name_of(struct http_text host)
{
    char last = host.len > 0 && host.at[0] == '[' ? ']' : ':';
    const char *end = host.len > 0 ? memchr(host.at, last, host.len) : NULL;

    if (end)
        host.len = (size_t)(end - host.at) + (last == ']');
    if (host.len > 1 && host.at[host.len - 1] == '.')
        host.len--;
    return host;
}

static bool is_same(struct http_text a, struct http_text b)
{
    return a.len == b.len && strncasecmp(a.at, b.at, a.len) == 0;
}

/* 127.0.0.0/8. inet_pton(3) takes four decimal numbers and nothing else, so a
 * name that only begins like an address is none. */
static bool is_loopback(struct http_text name)
{
    char text[INET_ADDRSTRLEN] = "";
    struct in_addr address;

    if (name.len >= sizeof text)
        return false;
    memcpy(text, name.at, name.len);
    return inet_pton(AF_INET, text, &address) == 1 &&
           ntohl(address.s_addr) >> 24 == 127;
}

/* The host of SCHEME://HOST[:PORT][/PATH]. */
static struct http_text host_of_url(const char *url)
{
    const char *host = strstr(url, "://") + strlen("://");

    return name_of((struct http_text){host, strcspn(host, "/")});
}

static bool is_ours(const struct config *config, struct http_text name)
{
    return http_text_is(name, "localhost") || http_text_is(name, "[::1]") ||
           is_loopback(name) || http_text_is(name, config->host) ||
           (config->public_url &&
            is_same(name, host_of_url(config->public_url)));
}

static bool ends_in(struct http_text name, struct http_text end)
{
    return name.len > end.len &&
           strncasecmp(name.at + name.len - end.len, end.at, end.len) == 0;
}

/* ".a.example" is a.example and all that ends in .a.example. */
static bool matches(struct http_text name, struct http_text pattern)
{
    struct http_text domain;

    pattern = name_of(pattern);
    if (pattern.at[0] != '.')
        return http_text_is(pattern, "*") || is_same(name, pattern);
    domain = (struct http_text){pattern.at + 1, pattern.len - 1};
    return is_same(name, domain) || ends_in(name, pattern);
}

static bool is_listed(const char *list, struct http_text name)
{
    struct http_text rest = text_of(list), pattern;

    while (http_list_next(&rest, &pattern))
        if (matches(name, pattern))
            return true;
    return false;
}

bool host_is_served(const struct config *config, struct http_text host)
{
    struct http_text name = name_of(host);

    if (name.len == 0 || is_ours(config, name))
        return true;
    if (config->allowed_hosts)
        return is_listed(config->allowed_hosts, name);
    return !is_loopback(text_of(config->host));
}
