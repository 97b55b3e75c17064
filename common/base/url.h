/*
 * common/base/url.h - a URL of an option, in its parts, strictly.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing; a url is a value.
 *
 * What is read here is compared with what browsers send, and browsers send one
 * spelling of each address. So the parts are kept in that spelling, and what
 * has none is refused.
 */
#ifndef TODO_COMMON_URL_H
#define TODO_COMMON_URL_H

#include <stdbool.h>

enum { URL_SIZE = 256 }; /* the longest URL, and its NUL */

struct url {
    char scheme[URL_SIZE]; /* in lower case */
    char host[URL_SIZE];   /* in lower case: a name, an IPv4 address in digits,
                            * or an IPv6 address in brackets */
    int port;              /* 1 to 65535; 0: the one usual for the scheme */
    char path[URL_SIZE];   /* as it was read; "", or begins with a slash */
};

/* Reads SCHEME://HOST[:PORT][/PATH] (RFC 3986 section 3). Refused is what is
 * longer than 255 bytes; user information, a query or a fragment; a byte that
 * would need escaping; a host that browsers spell in another way than by lower
 * case, such as 127.1 (WHATWG URL section 3.5); and a path with an empty or a
 * dot segment, which they would take out. Returns whether it was read. */
bool url_read(struct url *url, const char *text);

/* Writes SCHEME://HOST[:PORT], as browsers write an origin (RFC 6454 section
 * 6.2), and the path. What url_read read always fits; returns whether it did.
 */
bool url_write(const struct url *url, char out[URL_SIZE]);

/* The path of a URL that begins with SCHEME://HOST: "/api" of
 * "https://example.org/api"; "" for none. It lies in the URL. */
const char *url_path(const char *url);

#endif
