#include "user.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "expect.h"

/* By the time, and by a number, as two may be made at one time. */
void user_invent_name(char name[USER_NAME_MAX])
{
    static unsigned count;
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail */
    (void)snprintf(name, USER_NAME_MAX, "u%llx.%x-%x",
                   (unsigned long long)now.tv_sec * 1000000000ULL +
                       (unsigned long long)now.tv_nsec,
                   (unsigned)getpid() & 0xffffU, count++ & 0xffffU);
}

void user_write_body(char body[USER_BODY_MAX], const char *name,
                     const char *password)
{
    (void)snprintf(body, USER_BODY_MAX, "{'name':'%s','password':'%s'}", name,
                   password);
}

static const struct answer *ask(struct api *api, const char *path,
                                const char *name, const char *password)
{
    char body[USER_BODY_MAX];

    user_write_body(body, name, password);
    return api_send(api, "POST", path, NULL, body);
}

const struct answer *user_ask_account(struct api *api, const char *name,
                                      const char *password)
{
    return ask(api, "/users", name, password);
}

const struct answer *user_ask_token(struct api *api, const char *name,
                                    const char *password)
{
    return ask(api, "/tokens", name, password);
}

bool user_sign_in(struct api *api, struct user *user)
{
    const struct answer *answer =
        user_ask_token(api, user->name, USER_PASSWORD);
    const cJSON *token;

    token = cJSON_GetObjectItemCaseSensitive(answer->json, "access_token");
    if (answer->http.status != 200 || !cJSON_IsString(token) ||
        strlen(token->valuestring) >= sizeof user->token)
        return false;
    (void)snprintf(user->token, sizeof user->token, "%s", token->valuestring);
    return true;
}

bool user_register(struct api *api, struct user *user)
{
    *user = (struct user){0};
    user_invent_name(user->name);
    return user_ask_account(api, user->name, USER_PASSWORD)->http.status ==
               201 &&
           user_sign_in(api, user);
}

void user_make(struct api *api, struct user *user)
{
    if (!user_register(api, user))
        fail_answer(&api->answer, "201 for a new user, and 200 with an "
                                  "access_token for its password");
}
