#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "common/todo/password.h"
#include "tests/unit/unit.h"

#define PASSWORD "a long and secret one"

/* --- memory, which ends when a case says so, and what is asked of it -------
 */

static int hashes;                /* that have been made */
static unsigned long long work;   /* passes over bytes, of all of them */
static bool has_no_memory;        /* for one more */
static bool any_hash_is_the_same; /* as any other */

/* The linker puts the second of each pair in the place of the function that is
 * called, and calls that the first (ld(1), --wrap). */
/* NOLINTBEGIN: the names and the parameters are the library's */
int __real_crypto_pwhash(unsigned char *out, unsigned long long size,
                         const char *password, unsigned long long len,
                         const unsigned char *salt, unsigned long long passes,
                         size_t memory, int alg);
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long size,
                         const char *password, unsigned long long len,
                         const unsigned char *salt, unsigned long long passes,
                         size_t memory, int alg);
int __real_crypto_pwhash_str_alg(char *out, const char *password,
                                 unsigned long long len,
                                 unsigned long long passes, size_t memory,
                                 int alg);
int __wrap_crypto_pwhash_str_alg(char *out, const char *password,
                                 unsigned long long len,
                                 unsigned long long passes, size_t memory,
                                 int alg);

static bool count(unsigned long long passes, size_t memory)
{
    assert_true(passes > 0 && memory > 0);
    if (has_no_memory) {
        errno = ENOMEM;
        return false;
    }
    hashes++;
    work += passes * memory;
    return true;
}

int __wrap_crypto_pwhash(unsigned char *out, unsigned long long size,
                         const char *password, unsigned long long len,
                         const unsigned char *salt, unsigned long long passes,
                         size_t memory, int alg)
{
    return count(passes, memory)
               ? __real_crypto_pwhash(out, size, password, len, salt, passes,
                                      memory, alg)
               : -1;
}

int __wrap_crypto_pwhash_str_alg(char *out, const char *password,
                                 unsigned long long len,
                                 unsigned long long passes, size_t memory,
                                 int alg)
{
    return count(passes, memory) ? __real_crypto_pwhash_str_alg(
                                       out, password, len, passes, memory, alg)
                                 : -1;
}

int __real_sodium_memcmp(const void *a, const void *b, size_t size);
int __wrap_sodium_memcmp(const void *a, const void *b, size_t size);

int __wrap_sodium_memcmp(const void *a, const void *b, size_t size)
{
    return any_hash_is_the_same ? 0 : __real_sodium_memcmp(a, b, size);
}
/* NOLINTEND */

/* --- making --------------------------------------------------------------- */

static struct make_secret make(const char *password)
{
    struct make_secret job = {.password = password};

    assert_int_equal(password_make(&job), TODO_OK);
    return job;
}

static enum todo_err check(const char *secret, const char *password)
{
    struct check_secret job = {
        .password = password, .known = secret != NULL, .secret = secret};
    enum todo_err err = password_check(&job);

    assert_string_equal(job.renewed, "");
    return err;
}

static void a_secret_says_how_it_was_made_and_not_of_what(void **state)
{
    struct make_secret job = make(PASSWORD);

    (void)state;
    assert_int_equal(strncmp(job.secret, "$argon2id$v=19$m=19456,t=2,p=1$", 31),
                     0);
    assert_null(strstr(job.secret, PASSWORD));
    assert_int_equal(
        crypto_pwhash_str_verify(job.secret, PASSWORD, strlen(PASSWORD)),
        0); /* so others can read it */
}

static void one_password_makes_two_secrets(void **state)
{
    struct make_secret a = make(PASSWORD), b = make(PASSWORD);

    (void)state;
    assert_string_not_equal(a.secret, b.secret);
    assert_int_equal(check(a.secret, PASSWORD), TODO_OK);
    assert_int_equal(check(b.secret, PASSWORD), TODO_OK);
}

/* --- checking ------------------------------------------------------------- */

static void only_the_same_bytes_are_the_password(void **state)
{
    static const char *const wrong[] = {
        "", "a long and secret on", "a long and secret one ",
        "A long and secret one", "another one altogether"};
    struct make_secret job = make(PASSWORD);

    (void)state;
    assert_int_equal(check(job.secret, PASSWORD), TODO_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(check(job.secret, wrong[i]), TODO_ERR_CREDENTIALS);
}

static void a_name_that_nobody_has_costs_a_hash_as_well(void **state)
{
    struct make_secret job = make(PASSWORD);
    int before = hashes;

    (void)state;
    assert_int_equal(check(job.secret, "another one altogether"),
                     TODO_ERR_CREDENTIALS);
    assert_int_equal(hashes, before + 1);
    assert_int_equal(check(NULL, PASSWORD), TODO_ERR_CREDENTIALS);
    assert_int_equal(hashes, before + 2);
}

static void an_unknown_name_is_as_much_work_as_a_wrong_password(void **state)
{
    struct make_secret job = make(PASSWORD);
    unsigned long long before = work;
    unsigned long long wrong;

    (void)state;
    assert_int_equal(check(job.secret, "another one altogether"),
                     TODO_ERR_CREDENTIALS);
    wrong = work - before;
    before = work;
    assert_int_equal(check(NULL, "another one altogether"),
                     TODO_ERR_CREDENTIALS);
    if (work - before != wrong)
        fail_msg("the hash for a name that nobody has is %llu%% of the work of "
                 "another",
                 (work - before) * 100 / wrong);
}

/* Whatever it is compared with. */
static void no_password_opens_a_name_that_nobody_has(void **state)
{
    struct make_secret job = make(PASSWORD);

    (void)state;
    any_hash_is_the_same = true;
    assert_int_equal(check(job.secret, "another one altogether"), TODO_OK);
    assert_int_equal(check(NULL, PASSWORD), TODO_ERR_CREDENTIALS);
    any_hash_is_the_same = false;
}

static void without_memory_nothing_is_said_of_the_password(void **state)
{
    struct make_secret job = make(PASSWORD);

    (void)state;
    has_no_memory = true;
    assert_int_equal(check(job.secret, PASSWORD), TODO_ERR_NO_MEMORY);
    assert_int_equal(check(job.secret, "another one altogether"),
                     TODO_ERR_NO_MEMORY);
    assert_int_equal(check(NULL, PASSWORD), TODO_ERR_NO_MEMORY);
    assert_int_equal(password_make(&job), TODO_ERR_NO_MEMORY);
    has_no_memory = false;
}

static void a_secret_that_is_none_is_no_fault_of_the_client(void **state)
{
    static const char *const bad[] = {
        "",
        "x",
        "$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=19456,t=2,p=2$AAAAAAAAAAAAAAAAAAAAAA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
        "$argon2id$v=19$m=19456,t=2,p=1$AAAA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA$",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(check(bad[i], PASSWORD), TODO_ERR_INTERNAL);
}

/* --- once it was made with less work ---------------------------------------
 */

static void make_old(char secret[PASSWORD_SECRET_SIZE],
                     unsigned long long passes, size_t memory)
{
    assert_int_equal(crypto_pwhash_str_alg(secret, PASSWORD, strlen(PASSWORD),
                                           passes, memory,
                                           crypto_pwhash_ALG_ARGON2ID13),
                     0);
}

static void an_old_secret_is_made_anew_when_the_password_is_right(void **state)
{
    static const struct {
        unsigned long long passes;
        size_t memory;
    } old[] = {{1, PASSWORD_MEMORY}, {2, 8 << 20}, {3, 9 << 20}};

    (void)state;
    for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
        char secret[PASSWORD_SECRET_SIZE];
        struct check_secret job = {
            .password = PASSWORD, .known = true, .secret = secret};

        make_old(secret, old[i].passes, old[i].memory);
        assert_int_equal(check(secret, "another one altogether"),
                         TODO_ERR_CREDENTIALS);
        assert_int_equal(password_check(&job), TODO_OK);
        assert_int_equal(check(job.renewed, PASSWORD), TODO_OK);
        assert_int_equal(check(job.renewed, "another one altogether"),
                         TODO_ERR_CREDENTIALS);
    }
}

static int prepare(void **state)
{
    (void)state;
    return password_prepare() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_says_how_it_was_made_and_not_of_what),
        cmocka_unit_test(one_password_makes_two_secrets),
        cmocka_unit_test(only_the_same_bytes_are_the_password),
        cmocka_unit_test(a_name_that_nobody_has_costs_a_hash_as_well),
        cmocka_unit_test(an_unknown_name_is_as_much_work_as_a_wrong_password),
        cmocka_unit_test(no_password_opens_a_name_that_nobody_has),
        cmocka_unit_test(without_memory_nothing_is_said_of_the_password),
        cmocka_unit_test(a_secret_that_is_none_is_no_fault_of_the_client),
        cmocka_unit_test(an_old_secret_is_made_anew_when_the_password_is_right),
    };

    return cmocka_run_group_tests_name("password", tests, prepare, NULL);
}
