/*
 * common/todo/suggestion.h - one call to the upstream: what is asked, and what
 * its answer means. How it is waited for, each room decides.
 * Threads: the call's owner's.
 * Blocks:  never.
 * Owns:    the libcurl handle.
 */
#ifndef TODO_COMMON_SUGGESTION_H
#define TODO_COMMON_SUGGESTION_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#include "common/base/buf.h"
#include "common/base/error.h"

enum { SUGGESTION_MAX_BODY = 64 * 1024 };

struct suggestion_call {
    CURL *easy;               /* keeps its settings, and may be used again */
    struct curl_slist *hosts; /* where the upstream is: resolver.h */
    struct buf body;          /* what the upstream has answered so far */
};

/* Makes libcurl ready (curl_global_init(3)). Main thread, before others ask
 * anything. False when it cannot be. */
bool suggestion_prepare(void);

/* Prepares a call to this URL, which is borrowed. False when memory runs out.
 * Release in either case. Accepts {0} and a second call. */
bool suggestion_call_init(struct suggestion_call *call, const char *url);
void suggestion_call_release(struct suggestion_call *call);

/* Begins a further call, all of which must be over within so long: libcurl
 * counts from the start of the transfer, however the upstream drips
 * (CURLOPT_TIMEOUT_MS). The errors of resolver_hosts; then there is no call. */
enum todo_err suggestion_call_begin(struct suggestion_call *call,
                                    int64_t within_ms);

/* The call is over, and libcurl says how. Appends {"title":…} to a JSON array
 * that is being written. TODO_ERR_UPSTREAM_TIMEOUT; TODO_ERR_UPSTREAM when
 * there is no answer, or none with a good title in it; TODO_ERR_INTERNAL. */
enum todo_err suggestion_call_end(struct suggestion_call *call, CURLcode code,
                                  struct buf *array);

#endif
