#include "theirs.h"

#include "expect.h"

void as_mine(struct api *api)
{
    api_use_token(api, api->token);
}

void as_theirs(struct api *api, const struct user *theirs)
{
    api_use_token(api, theirs->token);
}

long long make_theirs(struct api *api, struct user *theirs, const char *body)
{
    long long id;

    user_make(api, theirs);
    as_theirs(api, theirs);
    id = api_create(api, body);
    as_mine(api);
    return id;
}

void expect_unharmed(struct api *api, const struct user *theirs,
                     const char *titles)
{
    as_theirs(api, theirs);
    expect_titles(api_get(api, "/todos"), titles);
    as_mine(api);
}
