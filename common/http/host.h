/*
 * common/http/host.h - which hosts this server answers for.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * Only this machine can reach 127.0.0.1, but its browser can, and the browser
 * runs everybody's pages. A page may let its own name point to 127.0.0.1 after
 * it was loaded (DNS rebinding): then this server is of the page's own origin,
 * CORS is not asked, and the page reads and writes as it likes. One thing the
 * page cannot change: the browser sends that name as Host. So a server that is
 * meant for this machine alone answers to its own names and to no other.
 */
#ifndef TODO_COMMON_HOST_H
#define TODO_COMMON_HOST_H

#include <stdbool.h>

#include "common/http/http_rules.h"
#include "common/setup/config.h"

/* Whether a request that names this Host is served. `host` has passed
 * http_rules_check; its length is 0 when HTTP/1.0 sent none, which is served,
 * as every browser sends one.
 *
 * Served are always localhost, 127.0.0.0/8, [::1], the host of --public-url,
 * the address of --host, and what --allowed-host lists as Django's
 * ALLOWED_HOSTS does: a name alone; with a dot before it, also its subdomains;
 * "*", any host. Without that list, a server whose --host is not an address of
 * this machine alone serves any host. The port does not count, nor does case,
 * nor a dot at the end, by which a name says that it is whole. An address is
 * its usual spelling and no other: 127.1 is not 127.0.0.1.
 *
 * A name below localhost, such as a.localhost, is served only when it is
 * listed: not every resolver keeps those on this machine (RFC 6761 section 6.3
 * leaves it at "should"), and nothing of ours bears one. */
bool host_is_served(const struct config *config, struct http_text host);

#endif
