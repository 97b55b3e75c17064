/*
 * common/setup/config_hosts.c - what may stand in the list of --allowed-host.
 */
#include "common/setup/config_hosts.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

enum { MAX_NAME = 255 }; /* no Host is longer */

/* Labels with a dot between them; also one at the end, by which a name says
 * that it is whole. */
static bool is_name(const char *text, size_t len)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_";

    if (len > MAX_NAME)
        return false;
    while (len > 0) {
        size_t label = strspn(text, signs);

        if (label == 0 || (label < len && text[label] != '.'))
            return false;
        if (label + 1 >= len)
            return true;
        text += label + 1;
        len -= label + 1;
    }
    return false;
}

/* "[…]" around an IPv6 address. */
static bool is_ipv6(const char *text, size_t len)
{
    char inside[INET6_ADDRSTRLEN] = "";
    struct in6_addr address;

    if (len < 2 || len - 2 >= sizeof inside || text[0] != '[' ||
        text[len - 1] != ']')
        return false;
    memcpy(inside, text + 1, len - 2);
    return inet_pton(AF_INET6, inside, &address) == 1;
}

static bool is_host(const char *text, size_t len)
{
    bool below = len > 0 && text[0] == '.'; /* with its subdomains */

    return (len == 1 && text[0] == '*') || is_ipv6(text, len) ||
           is_name(text + below, len - below);
}

bool config_hosts_read(const char *text, const char **field)
{
    for (const char *at = text;; at++) {
        size_t len = strcspn(at, ",");

        if (!is_host(at, len))
            return false;
        at += len;
        if (*at == '\0')
            break;
    }
    *field = text;
    return true;
}
