/*
 * async_impl/accounts.c - users and their tokens: a password is hashed while
 * the loop goes on with others. Their twin is sync_impl/accounts.c.
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

static request_step create_user, create_user_keep, create_user_answer;
static request_step create_token, create_token_hash, create_token_keep,
    create_token_kept, create_token_answer;

static void create_user(struct request *rq) /* LOOP */
{
    struct new_user *new = &rq->frame.new_user;

    new->make.password = new->account.password;
    new->job.name = new->account.name;
    new->job.secret = new->make.secret;

    /* understand */
    rq->err = account_parse(&new->account, rq->body, rq->body_len,
                            &rq->reply.problem);

    /* hash */
    if (rq->err)
        create_user_answer(rq);
    else /* WAITS: CPU */
        hashers_run(rq, password_make, &new->make, create_user_keep);
}

static void create_user_keep(struct request *rq) /* LOOP */
{
    struct new_user *new = &rq->frame.new_user;

    /* keep */
    if (rq->err)
        create_user_answer(rq);
    else /* WAITS: lock, disk */
        keeper_write(rq, store_create_user, &new->job, create_user_answer);
}

static void create_user_answer(struct request *rq) /* LOOP */
{
    struct new_user *new = &rq->frame.new_user;

    /* answer */
    if (!rq->err)
        rq->err = reply_user(&rq->reply, new->job.name, new->job.created_at);
    if (rq->err)
        reply_error(&rq->reply, rq->err);
    account_release(&new->account);
    request_finish(rq); /* WAITS: client */
}

static enum todo_err answer_token(struct request *rq, int64_t user)
{
    char token[TOKEN_SIZE];

    token_write(rq->in.token_key, user, clock_wall_ms() / 1000, token);
    return reply_token(&rq->reply, token);
}

static void create_token(struct request *rq) /* LOOP */
{
    struct new_token *new = &rq->frame.new_token;

    new->find.name = new->account.name;
    new->check.password = new->account.password;
    new->check.secret = new->find.secret;

    /* understand */
    rq->err = account_parse(&new->account, rq->body, rq->body_len,
                            &rq->reply.problem);

    /* fetch */
    if (rq->err)
        create_token_answer(rq);
    else /* WAITS: disk */
        keeper_read(rq, store_find_user, &new->find, create_token_hash);
}

static void create_token_hash(struct request *rq) /* LOOP */
{
    struct new_token *new = &rq->frame.new_token;

    /* hash */
    new->check.known = new->find.found;
    if (rq->err)
        create_token_answer(rq);
    else /* WAITS: CPU */
        hashers_run(rq, password_check, &new->check, create_token_keep);
}

static void create_token_keep(struct request *rq) /* LOOP */
{
    struct new_token *new = &rq->frame.new_token;

    /* keep what was made with less work than today, now or the next time */
    new->job.id = new->find.id;
    new->job.secret = new->find.secret;
    new->job.renewed = new->check.renewed;
    if (rq->err || new->check.renewed[0] == '\0')
        create_token_answer(rq);
    else /* WAITS: lock, disk */
        keeper_write(rq, store_renew_secret, &new->job, create_token_kept);
}

static void create_token_kept(struct request *rq) /* LOOP */
{
    rq->err = TODO_OK; /* the password was right in any case */
    create_token_answer(rq);
}

static void create_token_answer(struct request *rq) /* LOOP */
{
    struct new_token *new = &rq->frame.new_token;

    /* answer */
    if (!rq->err)
        rq->err = answer_token(rq, new->find.id);
    if (rq->err)
        reply_error(&rq->reply, rq->err);
    account_release(&new->account);
    request_finish(rq); /* WAITS: client */
}

void accounts_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_CREATE_USER] = create_user;
    handlers[OP_CREATE_TOKEN] = create_token;
}
