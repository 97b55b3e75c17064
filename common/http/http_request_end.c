/*
 * common/http/http_request_end.c - a body that is not whole, and the last line.
 */
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/http/http_request.h"

enum todo_err http_request_cut(enum todo_err err, struct reply *reply)
{
    if (err == TODO_ERR_GONE)
        err = TODO_ERR_MALFORMED;
    if (err == TODO_ERR_MALFORMED)
        reply->problem.detail = http_bad_body;
    reply->keep_alive = false; /* what is left of it is no request */
    return err;
}

void http_request_log(const struct http_request *request,
                      const struct reply *reply)
{
    log_request(reply->id, request->head.method, request->head.path.at,
                request->head.path.len, reply->status,
                clock_mono_us() - request->began_us);
}
