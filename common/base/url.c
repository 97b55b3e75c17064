#include "common/base/url.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char digits[] = "0123456789";
static const char hex_digits[] = "0123456789abcdefABCDEF";
static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static bool is_among(char c, const char *set)
{
    return c != '\0' && strchr(set, c);
}

static bool is_letter_or_digit(char c)
{
    return is_among(c, lower) || is_among(c, upper) || is_among(c, digits);
}

/* Copies `len` bytes in lower case: letters, digits, and `others`. False for
 * none, for too many, and for any other byte. */
static bool copy_lower(char out[URL_SIZE], const char *text, size_t len,
                       const char *others)
{
    if (len == 0 || len >= URL_SIZE)
        return false;
    for (size_t at = 0; at < len; at++) {
        if (!is_letter_or_digit(text[at]) && !is_among(text[at], others))
            return false;
        out[at] = text[at];
        if (is_among(text[at], upper))
            out[at] = (char)(text[at] - 'A' + 'a');
    }
    out[len] = '\0';
    return true;
}

/* The port that need not be said; 0 when there is none. */
static int usual_port(const char *scheme)
{
    if (strcmp(scheme, "http") == 0)
        return 80;
    return strcmp(scheme, "https") == 0 ? 443 : 0;
}

/* Digits and nothing else, 1 to 65535. */
static bool read_port(struct url *url, const char *text, size_t len)
{
    int port = 0;

    for (size_t at = 0; at < len && port <= 65535; at++) {
        if (!is_among(text[at], digits))
            return false;
        port = port * 10 + (text[at] - '0');
    }
    url->port = port == usual_port(url->scheme) ? 0 : port;
    return port >= 1 && port <= 65535;
}

/* Whether browsers take a host that ends in this label for an IPv4 address. */
static bool is_number(const char *label)
{
    if (label[0] == '0' && label[1] == 'x')
        return label[2 + strspn(label + 2, hex_digits)] == '\0';
    return label[strspn(label, digits)] == '\0';
}

/* A name, or an IPv4 address. A dot at the end names another origin than none,
 * and nobody means that one. */
static bool read_name(char host[URL_SIZE], const char *text, size_t len)
{
    struct in_addr address;
    const char *dot;

    if (!copy_lower(host, text, len, "-._") || host[0] == '.' ||
        host[len - 1] == '.' || strstr(host, ".."))
        return false;
    dot = strrchr(host, '.');
    return !is_number(dot ? dot + 1 : host) ||
           inet_pton(AF_INET, host, &address) == 1;
}

/* An IPv6 address without its brackets, written anew (RFC 5952). inet_ntop(3)
 * ends some in an IPv4 address, and browsers never do. */
static bool read_ipv6(char host[URL_SIZE], const char *text, size_t len)
{
    char inside[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (len >= sizeof inside)
        return false;
    memcpy(inside, text, len);
    inside[len] = '\0';
    if (inet_pton(AF_INET6, inside, &address) != 1 ||
        !inet_ntop(AF_INET6, &address, inside, sizeof inside) ||
        strchr(inside, '.'))
        return false;
    (void)snprintf(host, URL_SIZE, "[%s]", inside); /* it fits */
    return true;
}

/* HOST[:PORT] */
static bool read_authority(struct url *url, const char *text, size_t len)
{
    const char *end = len > 0 && text[0] == '[' ? memchr(text, ']', len) : NULL;
    size_t host = 0;

    if (end)
        host = (size_t)(end - text) + 1;
    while (!end && host < len && text[host] != ':')
        host++;
    if (!(end ? read_ipv6(url->host, text + 1, host - 2)
              : read_name(url->host, text, host)))
        return false;
    return host == len || (text[host] == ':' &&
                           read_port(url, text + host + 1, len - host - 1));
}

/* One segment, up to a slash or the end. Gives its length, or -1. */
static int segment_length(const char *text)
{
    int len = 0;

    for (; text[len] != '\0' && text[len] != '/'; len++) {
        if (text[len] == '%' && !(is_among(text[len + 1], hex_digits) &&
                                  is_among(text[len + 2], hex_digits)))
            return -1;
        if (!is_letter_or_digit(text[len]) &&
            !is_among(text[len], "-._~%!$&'()*+,;=:@"))
            return -1;
    }
    return len;
}

/* Nothing, or segments, each behind a slash; the last one may be empty. */
static bool is_path(const char *text)
{
    while (*text == '/') {
        int len = segment_length(++text);

        if (len < 0 || (len == 0 && *text == '/') ||
            (len == 1 && text[0] == '.') ||
            (len == 2 && text[0] == '.' && text[1] == '.'))
            return false;
        text += len;
    }
    return *text == '\0';
}

bool url_read(struct url *url, const char *text)
{
    size_t scheme = strcspn(text, ":");
    const char *authority = text + scheme + 3, *path;

    *url = (struct url){0};
    if (strlen(text) >= URL_SIZE || is_among(text[0], "0123456789+-.") ||
        !copy_lower(url->scheme, text, scheme, "+-.") ||
        strncmp(text + scheme, "://", 3) != 0)
        return false;
    path = authority + strcspn(authority, "/");
    if (!read_authority(url, authority, (size_t)(path - authority)) ||
        !is_path(path))
        return false;
    memcpy(url->path, path, strlen(path) + 1);
    return true;
}

bool url_write(const struct url *url, char out[URL_SIZE])
{
    char port[16] = "";

    if (url->port > 0)
        (void)snprintf(port, sizeof port, ":%d", url->port);
    return snprintf(out, URL_SIZE, "%s://%s%s%s", url->scheme, url->host, port,
                    url->path) < URL_SIZE;
}

const char *url_path(const char *url)
{
    const char *authority = strstr(url, "://");

    if (!authority)
        return "";
    authority += strlen("://");
    return authority + strcspn(authority, "/");
}
