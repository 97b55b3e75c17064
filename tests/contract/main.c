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

enum { CASES_MAX = 64, EXIT_USAGE = 2 };

static const char *const level_names[LEVEL_COUNT] = {
    "answers",           "create and read", "list and page",
    "change and delete", "errors",          "conditions and concurrency",
    "another server",    "streams"};

static const struct group *const groups[] = {
    &answers_group,     &methods_group, &promises_group,    &create_group,
    &title_group,       &order_group,   &due_at_group,      &read_group,
    &list_group,        &search_group,  &paging_group,      &put_group,
    &patch_group,       &delete_group,  &query_group,       &json_group,
    &strings_group,     &limits_group,  &checks_group,      &framing_group,
    &heads_group,       &hosts_group,   &content_group,     &connection_group,
    &conditions_group,  &races_group,   &suggestions_group, &upstream_group,
    &no_upstream_group, &events_group,  &export_group};

enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };

struct options {
    int level;        /* run the levels from 0 to this one */
    const char *only; /* the name of the one case to run; or NULL */
    const char *url;
    const char *read_url;
    bool list;
    bool yes_delete;
    bool with_upstream;
};

struct score {
    int passed[LEVEL_COUNT];
    int failed[LEVEL_COUNT];
};

/* cmocka hands its tests no argument but this. */
static struct api api;

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

/* True when the case of this group and index is asked for. */
static bool is_chosen(const struct options *options, const struct group *group,
                      size_t index)
{
    if (options->only)
        return strcmp(options->only, group->cases[index].name) == 0;
    if (group ==
        (options->with_upstream ? &no_upstream_group : &upstream_group))
        return false;
    return (int)group->level <= options->level;
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

/* Somebody answers, and nothing of value is lost. */
static bool may_run(const struct options *options)
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

/*
 * Arguments
 */

static int usage(FILE *out)
{
    (void)fprintf(out,
                  "usage: todo-contract [--level N] [--case NAME] [--list]\n"
                  "                     [--read-url URL2] [--with-upstream]\n"
                  "                     [--yes-delete] URL\n"
                  "Says whether the server at URL keeps the contract.\n"
                  "  --level N       levels 0 to N only\n"
                  "  --case NAME     this one case; --list names them\n"
                  "  --read-url URL2 every GET and HEAD goes there instead\n"
                  "  --with-upstream it has an upstream that is well; without\n"
                  "                  this it must have none\n"
                  "  --yes-delete    the todos at URL may be lost\n");
    return EXIT_USAGE;
}

static int wrong(const char *what, const char *value)
{
    (void)fprintf(stderr, "todo-contract: %s%s\n", what, value);
    return EXIT_USAGE;
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

/* Gives false when the arguments make no sense; getopt or we said why. */
static bool parse(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"level", required_argument, NULL, 'l'},
        {"case", required_argument, NULL, 'c'},
        {"read-url", required_argument, NULL, 'r'},
        {"with-upstream", no_argument, NULL, 'u'},
        {"list", no_argument, NULL, 'L'},
        {"yes-delete", no_argument, NULL, 'y'},
        {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (option == 'l' && strlen(optarg) == 1 && *optarg >= '0' &&
            *optarg < '0' + LEVEL_COUNT)
            options->level = *optarg - '0';
        else if (option == 'c')
            options->only = optarg;
        else if (option == 'r')
            options->read_url = optarg;
        else if (option == 'u')
            options->with_upstream = true;
        else if (option == 'L')
            options->list = true;
        else if (option == 'y')
            options->yes_delete = true;
        else
            return false;
    }
    if (optind + 1 == argc)
        options->url = argv[optind];
    return options->url ? true : options->list && optind == argc;
}

int main(int argc, char **argv)
{
    struct options options = {.level = LEVEL_COUNT - 1};
    int status = EXIT_USAGE;

    if (!process_begin())
        return EXIT_FAILURE;
    if (!parse(argc, argv, &options))
        return usage(stderr);
    if (options.list) {
        list_cases();
        return EXIT_SUCCESS;
    }
    if (options.only && !is_case(options.only))
        return wrong("no case is called ", options.only);
    if (!api_open(&api, options.url, options.read_url))
        return wrong("a URL is http://host:port, without a path", "");
    if (may_run(&options))
        status = run(&options);
    api_close(&api);
    return status;
}
