/*
 * tests/fuzz/fuzz_account.c - bytes as the body of POST /users and of POST
 * /tokens.
 *
 * What is accepted keeps the rules, and is accepted once more when it is
 * written anew. Whatever is refused, is told in good JSON. Nothing of the body
 * is left.
 */
#include <stdlib.h>
#include <string.h>

#include "common/todo/account.h"
#include "tests/fuzz/fuzz.h"

static void must_keep_the_rules(const struct account *account)
{
    size_t name = strlen(account->name);
    size_t password = strlen(account->password);

    fuzz_must(name >= 3 && name <= 32, "a name has 3 to 32 characters");
    fuzz_must(strspn(account->name,
                     "abcdefghijklmnopqrstuvwxyz0123456789._-") == name,
              "a name has no other characters");
    fuzz_must(account->name[0] >= 'a' && account->name[0] <= 'z',
              "a name begins with a letter");
    fuzz_must(password >= 12 && password <= 128,
              "a password has 12 to 128 bytes");
}

static void must_be_read_again(const struct account *account)
{
    struct account again;
    struct problem problem = {0};
    struct buf body = {0};

    buf_puts(&body, "{\"name\":");
    buf_put_json(&body, account->name, strlen(account->name));
    buf_puts(&body, ",\"password\":");
    buf_put_json(&body, account->password, strlen(account->password));
    buf_puts(&body, "}");
    fuzz_must(account_parse(&again, body.data, body.len, &problem) == TODO_OK,
              "an account may be sent again");
    fuzz_must(strcmp(again.name, account->name) == 0 &&
                  strcmp(again.password, account->password) == 0,
              "an account sent again is the same");
    account_release(&again);
    buf_release(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *body = fuzz_copy(data, size);
    struct account account;
    struct problem problem = {0};
    enum todo_err err = account_parse(&account, body, size, &problem);

    for (size_t i = 0; i < size; i++)
        fuzz_must(body[i] == 0, "the body is wiped");
    fuzz_must((err != TODO_ERR_JSON) == fuzz_is_strict_json(data, size),
              "json_check decides alone");
    fuzz_must(err != TODO_ERR_NO_MEMORY, "there is memory");
    fuzz_must((err == TODO_ERR_INVALID) == (problem.fault_count > 0),
              "an invalid body has faults, and no other has");
    fuzz_must_be_faults(&problem.faults, problem.fault_count);
    if (err == TODO_OK) {
        must_keep_the_rules(&account);
        must_be_read_again(&account);
    }
    account_release(&account);
    problem_release(&problem);
    free(body);
    return 0;
}
