#include "account.h"

#include <stdio.h>
#include <string.h>

#include "tests/cmocka_all.h"

enum { FIELD_MAX = ACCOUNT_TOKEN_MAX + 32 };

void account_write(char request[TALK_MAX], const char *path, const char *name,
                   const char *password)
{
    char body[TALK_MAX / 2];
    char line[64];

    (void)snprintf(line, sizeof line, "POST %s", path);
    (void)snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\"}",
                   name, password);
    account_write_request(request, line, NULL, body);
}

int account_ask(int port, const char *path, const char *name,
                const char *password)
{
    char request[TALK_MAX];

    account_write(request, path, name, password);
    return talk(port, request, NULL);
}

void account_make(int port, const char *name)
{
    talk_expect(account_ask(port, "/users", name, ACCOUNT_PASSWORD), 201);
}

void account_sign_in(int port, const char *name, char token[ACCOUNT_TOKEN_MAX])
{
    static const char member[] = "\"access_token\":\"";
    char request[TALK_MAX];
    struct raw_answer answer;
    const char *found;

    account_write(request, "/tokens", name, ACCOUNT_PASSWORD);
    talk_expect(talk(port, request, &answer), 200);
    found = strstr(answer.body, member);
    assert_non_null(found);
    found += strlen(member);
    assert_true(strcspn(found, "\"") < ACCOUNT_TOKEN_MAX);
    (void)snprintf(token, ACCOUNT_TOKEN_MAX, "%.*s", (int)strcspn(found, "\""),
                   found);
    raw_answer_release(&answer);
}

void account_begin(int port, const char *name, char token[ACCOUNT_TOKEN_MAX])
{
    account_make(port, name);
    account_sign_in(port, name, token);
}

static void write_field(char field[FIELD_MAX], const char *token)
{
    (void)snprintf(field, FIELD_MAX, "Authorization: Bearer %s\r\n", token);
}

void account_write_request(char request[TALK_MAX], const char *line,
                           const char *token, const char *body)
{
    char say[FIELD_MAX] = "";
    char content[96] = "";

    if (token)
        write_field(say, token);
    if (body)
        (void)snprintf(content, sizeof content,
                       "Content-Type: application/json\r\n"
                       "Content-Length: %zu\r\n",
                       strlen(body));
    (void)snprintf(request, TALK_MAX,
                   "%s HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "%s%s\r\n%s",
                   line, say, content, body ? body : "");
}

int account_talk(int port, const char *line, const char *token,
                 const char *body, struct raw_answer *answer)
{
    char request[TALK_MAX];

    account_write_request(request, line, token, body);
    return talk(port, request, answer);
}

long long account_create(int port, const char *token, const char *title)
{
    char body[TALK_TITLE_MAX + 16];
    struct raw_answer answer;

    (void)snprintf(body, sizeof body, "{\"title\":\"%s\"}", title);
    talk_expect(account_talk(port, "POST /todos", token, body, &answer), 201);
    long long id = talk_id_of(answer.body);

    raw_answer_release(&answer);
    return id;
}

int account_follow(struct stream *stream, int port, const char *token)
{
    char field[FIELD_MAX];

    write_field(field, token);
    return stream_open(stream, port, "/todos/events", field);
}

int account_count(int port, const char *token)
{
    struct raw_answer answer;
    int count = -1;

    if (account_talk(port, "GET /todos?limit=1000", token, NULL, &answer) ==
        200) {
        count = 0;
        for (const char *at = answer.body; (at = strstr(at, "\"id\":")); at++)
            count++;
    }
    raw_answer_release(&answer);
    return count;
}
