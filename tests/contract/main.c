/*
 * tests/contract/main.c - todo-contract: does the server at a URL keep the
 * contract? Arguments, levels, and what is said at the end.
 */
#include <assert.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "common/setup/process.h"
#include "user.h"

enum { CASES_MAX = 64, EXIT_USAGE = 2 };

static const char *const level_names[LEVEL_COUNT] = {
    "answers",           "create and read", "list and page",
    "change and delete", "errors",          "conditions and concurrency",
    "another server",    "streams",         "reminders",
    "each other",        "accounts"};

static const struct group *const groups[] = {
    &answers_group,    &methods_group,     &promises_group,
    &create_group,     &title_group,       &order_group,
    &due_at_group,     &read_group,        &list_group,
    &search_group,     &paging_group,      &put_group,
    &patch_group,      &delete_group,      &query_group,
    &json_group,       &strings_group,     &limits_group,
    &checks_group,     &framing_group,     &heads_group,
    &hosts_group,      &content_group,     &connection_group,
    &conditions_group, &races_group,       &suggestions_group,
    &upstream_group,   &no_upstream_group, &no_accounts_group,
    &events_group,     &export_group,      &overdue_group,
    &due_group,        &stats_group,       &metrics_group,
    &counted_group,    &accounts_group,    &users_group,
    &tokens_group,     &bearer_group,      &altered_group,
    &owners_group,     &owned_lists_group, &owned_events_group,
    &due_owners_group};

enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };

struct options {
    int level;        /* run the levels from 0 to this one */
    const char *only; /* the name of the one case to run; or NULL */
    const char *url;
    const char *read_url;
    bool list;
    bool help;
    bool stop; /* at the first case that fails */
    bool yes_delete;
    bool with_upstream;
    bool with_accounts;
};

struct score {
    int passed[LEVEL_COUNT];
    int failed[LEVEL_COUNT];
};

/* cmocka hands its tests no argument but this. */
static struct api api;

/* The one that asks, where the server needs a token. */
static struct user user;

/*
 * Running
 */

static int give_api(void **state)
{
    *state = &api;
    return 0;
}

static int give_empty_api(void **state)
{
    const struct answer *answer = api_delete(&api, "/todos");

    *state = &api;
    if (answer->http.status == 204)
        return 0;
    (void)fprintf(stderr,
                  "DELETE /todos is %d, not 204: a case of this level cannot "
                  "start with an empty list\n",
                  answer->http.status);
    return -1;
}

static int tidy_api(void **state)
{
    (void)state;
    api_tidy(&api);
    return 0;
}

/* False for a group that no server with, or without, what the options say can
 * pass. */
static bool can_pass(const struct options *options, const struct group *group)
{
    if (group ==
        (options->with_upstream ? &no_upstream_group : &upstream_group))
        return false;
    return group != &no_accounts_group || !options->with_accounts;
}

/* True when the case of this group and index is asked for. */
static bool is_chosen(const struct options *options, const struct group *group,
                      size_t index)
{
    if (options->only)
        return strcmp(options->only, group->cases[index].name) == 0;
    return can_pass(options, group) && (int)group->level <= options->level;
}

/* A token lives for a quarter of an hour, and all groups may take longer. */
static void sign_in_again(const struct options *options)
{
    if (!options->with_accounts || !user_sign_in(&api, &user))
        return; /* the old one may do; if not, the cases say so */
    (void)snprintf(api.token, sizeof api.token, "%s", user.token);
    api_tidy(&api);
}

static void run_group(const struct options *options, const struct group *group,
                      struct score *score)
{
    struct CMUnitTest chosen[CASES_MAX] = {0}; /* cmocka skips empty rows */
    int count = 0;
    int failed;

    assert(group->count <= CASES_MAX);
    for (size_t i = 0; i < group->count; i++) {
        if (!is_chosen(options, group, i))
            continue;
        chosen[count] = group->cases[i];
        chosen[count].setup_func =
            group->level < LEVEL_LIST_AND_PAGE ? give_api : give_empty_api;
        chosen[count].teardown_func = tidy_api;
        count++;
    }
    if (count == 0)
        return;
    sign_in_again(options);
    failed = cmocka_run_group_tests_name(group->name, chosen, NULL, NULL);
    score->failed[group->level] += failed;
    score->passed[group->level] += count - failed;
}

/*
 * Before and after
 */

/* How many todos the server holds, 1000 for more; 0 when it cannot list. */
static int todos_there(void)
{
    const struct answer *answer = api_get(&api, "/todos?limit=1000");

    if (answer->http.status != 200 || !cJSON_IsArray(answer->json))
        return 0;
    return cJSON_GetArraySize(answer->json);
}

static bool deletes(const struct options *options)
{
    return options->only || options->level >= LEVEL_LIST_AND_PAGE;
}

static bool answers(void)
{
    const char *const methods[] = {"GET", "OPTIONS"};

    for (size_t i = 0; i < 2; i++) {
        const struct answer *answer =
            api_send(&api, methods[i], "/healthz", NULL, NULL);

        if (answer->http.status == 0) {
            (void)fprintf(stderr, "todo-contract: nothing answers at %s: %s\n",
                          answer->http.base, answer->http.error);
            return false;
        }
    }
    return true;
}

/* Makes the suite's own user; from now on each request has its token. */
static bool signs_up(void)
{
    if (!user_register(&api, &user)) {
        (void)fprintf(stderr,
                      "todo-contract: a new user gets no token: %d to\n%s\n",
                      api.answer.http.status, api.answer.http.sent);
        return false;
    }
    (void)snprintf(api.token, sizeof api.token, "%s", user.token);
    api_tidy(&api);
    return true;
}

/* Somebody answers, and nothing of value is lost. */
static bool may_run(const struct options *options)
{
    if (!answers() || (options->with_accounts && !signs_up()))
        return false;

    int there = todos_there();

    if (there == 0 || options->yes_delete || !deletes(options))
        return true;
    (void)fprintf(stderr,
                  "todo-contract: this deletes %s%d todo%s at %s; say "
                  "--yes-delete\n",
                  there == 1000 ? "at least " : "", there,
                  there == 1 ? "" : "s", options->url);
    return false;
}

/* The first level with a failed case, or the one after the last asked for. */
static int first_failed(const struct options *options,
                        const struct score *score)
{
    int level = 0;

    while (level <= options->level && score->failed[level] == 0)
        level++;
    return level;
}

static void say_level(int next)
{
    if (next == 0)
        (void)printf("no level reached");
    else
        (void)printf("level %d of %d reached", next - 1, LEVEL_COUNT - 1);
    if (next < LEVEL_COUNT)
        (void)printf("; next: level %d, %s", next, level_names[next]);
    (void)putchar('\n');
}

static int run(const struct options *options)
{
    struct score score = {0};
    int passed = 0;
    int failed = 0;

    for (size_t i = 0; i < GROUP_COUNT; i++)
        run_group(options, groups[i], &score);
    if (deletes(options))
        (void)api_delete(&api, "/todos"); /* so that the next run may start */

    for (int level = 0; level < LEVEL_COUNT; level++) {
        passed += score.passed[level];
        failed += score.failed[level];
    }
    if (!options->only)
        say_level(first_failed(options, &score));
    (void)printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The same, case by case, up to the first that fails. */
static int run_until_one_fails(const struct options *options)
{
    struct options one = *options;
    struct score score = {0};
    bool failed = false;

    for (size_t g = 0; g < GROUP_COUNT && !failed; g++)
        for (size_t i = 0; i < groups[g]->count && !failed; i++) {
            if (!is_chosen(options, groups[g], i))
                continue;
            one.only = groups[g]->cases[i].name;
            run_group(&one, groups[g], &score);
            failed = score.failed[groups[g]->level] > 0;
        }
    if (deletes(options))
        (void)api_delete(&api, "/todos");
    if (!options->only)
        say_level(first_failed(options, &score));
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/*
 * Arguments
 */

static int help(void)
{
    (void)printf(
        "Usage: todo-contract [OPTION [VALUE]]... URL\n"
        "Says whether the server at URL keeps the contract, case by case.\n"
        "\n"
        "  --level N         levels 0 to N only\n"
        "  --case NAME       this one case\n"
        "  --stop            end with the first case that fails\n"
        "  --list            print level and name of each case, and end\n"
        "  --read-url URL    each GET and HEAD goes there instead\n"
        "  --with-upstream   the server has an upstream that is well; without\n"
        "                    this it must have none\n"
        "  --with-accounts   it asks for tokens, and gives each new user one;\n"
        "                    without this it asks for none\n"
        "  --yes-delete      the todos at URL may be lost\n"
        "  --help            print this, and end\n"
        "\n"
        "The levels, each of which builds on those before it:\n");
    for (int level = 0; level < LEVEL_COUNT; level++)
        (void)printf("  %2d  %s\n", level, level_names[level]);
    (void)printf("\n"
                 "The exit status is 0 when all cases pass, 1 when one fails,\n"
                 "2 when none was run.\n");
    return EXIT_SUCCESS;
}

static bool said(const char *what, const char *value)
{
    (void)fprintf(stderr, "todo-contract: %s%s\n", what, value);
    return false;
}

static void list_cases(void)
{
    for (size_t g = 0; g < GROUP_COUNT; g++)
        for (size_t i = 0; i < groups[g]->count; i++)
            (void)printf("%d %s\n", groups[g]->level, groups[g]->cases[i].name);
}

static bool is_case(const char *name)
{
    for (size_t g = 0; g < GROUP_COUNT; g++)
        for (size_t i = 0; i < groups[g]->count; i++)
            if (strcmp(groups[g]->cases[i].name, name) == 0)
                return true;
    return false;
}

/* False for what is no level. */
static bool read_level(const char *text, int *level)
{
    size_t digits = strspn(text, "0123456789");

    *level = 0;
    for (size_t i = 0; i < digits && *level < LEVEL_COUNT; i++)
        *level = *level * 10 + (text[i] - '0');
    return digits > 0 && text[digits] == '\0' && *level < LEVEL_COUNT;
}

/* Gives false when the arguments make no sense, and has said why. */
static bool parse(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"level", required_argument, NULL, 'l'},
        {"case", required_argument, NULL, 'c'},
        {"read-url", required_argument, NULL, 'r'},
        {"with-upstream", no_argument, NULL, 'u'},
        {"with-accounts", no_argument, NULL, 'a'},
        {"list", no_argument, NULL, 'L'},
        {"stop", no_argument, NULL, 's'},
        {"yes-delete", no_argument, NULL, 'y'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 'l':
            if (read_level(optarg, &options->level))
                break;
            return said("no such level: ", optarg);
        case 'c':
            options->only = optarg;
            break;
        case 'r':
            options->read_url = optarg;
            break;
        case 'u':
            options->with_upstream = true;
            break;
        case 'a':
            options->with_accounts = true;
            break;
        case 'L':
            options->list = true;
            break;
        case 's':
            options->stop = true;
            break;
        case 'y':
            options->yes_delete = true;
            break;
        case 'h':
            options->help = true;
            break;
        default:
            return said("see --help", "");
        }
    }
    if (options->help || (options->list && optind == argc))
        return true;
    if (optind + 1 != argc)
        return said("one URL, such as http://127.0.0.1:8001, is needed; "
                    "see --help",
                    "");
    options->url = argv[optind];
    return true;
}

int main(int argc, char **argv)
{
    struct options options = {.level = LEVEL_COUNT - 1};
    int status = EXIT_USAGE;

    if (!process_begin())
        return EXIT_FAILURE;
    if (!parse(argc, argv, &options))
        return EXIT_USAGE;
    if (options.help)
        return help();
    if (!options.with_accounts && options.level == LEVEL_ACCOUNTS)
        options.level--; /* nobody says that it has them */
    if (options.list) {
        list_cases();
        return EXIT_SUCCESS;
    }
    if (options.only && !is_case(options.only)) {
        (void)said("no case is called ", options.only);
        return EXIT_USAGE;
    }
    if (!api_open(&api, options.url, options.read_url)) {
        (void)said("a URL is http://host:port, without a path", "");
        return EXIT_USAGE;
    }
    if (may_run(&options))
        status = options.stop ? run_until_one_fails(&options) : run(&options);
    api_close(&api);
    return status;
}
