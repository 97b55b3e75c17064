/*
 * sync_impl/accounts.c - users and their tokens: each request waits for a
 * processor to hash a password. Its twin is async_impl/accounts.c.
 */
#include "common/base/clock.h"
#include "common/http/reply.h"
#include "common/store/store.h"
#include "common/todo/account.h"
#include "common/todo/password.h"
#include "common/todo/token.h"
#include "hashers.h"
#include "keeper.h"
#include "request.h"

static void create_user(struct request *rq) /* REQUEST THREAD */
{
    struct account account;
    struct make_secret make = {.password = account.password};
    struct create_user job = {.name = account.name, .secret = make.secret};
    enum todo_err err;

    /* understand */
    err = account_parse(&account, rq->body, rq->body_len, &rq->reply.problem);

    /* hash */
    if (!err) /* WAITS: CPU */
        err = hashers_run(rq, password_make, &make);

    /* keep */
    if (!err) /* WAITS: lock, disk */
        err = keeper_write(rq->keeper, store_create_user, &job);

    /* answer */
    if (!err)
        err = reply_user(&rq->reply, job.name, job.created_at);
    if (err)
        reply_error(&rq->reply, err);
    account_release(&account);
    request_finish(rq); /* WAITS: client */
}

static enum todo_err answer_token(struct request *rq, int64_t user)
{
    char token[TOKEN_SIZE];

    token_write(rq->in.token_key, user, clock_wall_ms() / 1000, token);
    return reply_token(&rq->reply, token);
}

static void create_token(struct request *rq) /* REQUEST THREAD */
{
    struct account account;
    struct find_user find = {.name = account.name};
    struct check_secret check = {.password = account.password,
                                 .secret = find.secret};
    enum todo_err err;

    /* understand */
    err = account_parse(&account, rq->body, rq->body_len, &rq->reply.problem);

    /* fetch */
    if (!err) /* WAITS: disk */
        err = keeper_read(rq->keeper, store_find_user, &find);

    /* hash */
    check.known = find.found;
    if (!err) /* WAITS: CPU */
        err = hashers_run(rq, password_check, &check);

    /* keep what was made with less work than today, now or the next time */
    if (!err && check.renewed[0] != '\0') { /* WAITS: lock, disk */
        struct renew_secret job = {find.id, find.secret, check.renewed};

        (void)keeper_write(rq->keeper, store_renew_secret, &job);
    }

    /* answer */
    if (!err)
        err = answer_token(rq, find.id);
    if (err)
        reply_error(&rq->reply, err);
    account_release(&account);
    request_finish(rq); /* WAITS: client */
}

void accounts_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_CREATE_USER] = create_user;
    handlers[OP_CREATE_TOKEN] = create_token;
}
