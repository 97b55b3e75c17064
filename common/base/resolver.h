/*
 * common/base/resolver.h - the addresses of the upstream, looked up beforehand.
 * Threads: any.
 * Blocks:  resolver_start (name server).
 * Owns:    a thread, if the host has a name.
 *
 * getaddrinfo(3) waits for the name server as long as it likes, and nothing
 * ends it: a caller with a deadline can only leave it behind. So no request
 * looks up a name. One thread does, when the server starts and then once a
 * minute; calls go to what it found last.
 */
#ifndef TODO_COMMON_RESOLVER_H
#define TODO_COMMON_RESOLVER_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#include "common/base/error.h"

enum {
    RESOLVER_AGAIN_S = 60, /* until the name is looked up again */
    RESOLVER_RETRY_S = 5   /* the same after a look-up that failed */
};

/* Starts to look up the host of the URL, and waits for the first answer, at
 * most so long. Does nothing without a URL, or when the host is an address.
 * False when there is no memory or thread for it. Main thread, once: the thread
 * lasts as long as the process. */
bool resolver_start(const char *url, int64_t within_ms);

/* Gives what a call needs to know (CURLOPT_RESOLVE), or NULL when the host is
 * an address; free with curl_slist_free_all. TODO_ERR_UPSTREAM while no address
 * is known, TODO_ERR_INTERNAL. Does not wait for a look-up. Any thread. */
enum todo_err resolver_hosts(struct curl_slist **hosts);

#endif
