#include "options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/base/url.h"
#include "common/setup/config_value.h"

#define AT(member) offsetof(struct options, member)

static const char default_mix[] = "health=1";

/* One line of the help, and all that is to be known of a value. */
static const struct row {
    const char *name, *value, *help;
    struct config_rule rule;
    size_t offset;
} rows[] = {
    {"rate",
     "N",
     "open loop: N requests a second are planned",
     {CONFIG_INT, 1, 1000000},
     AT(rate)},
    {"clients",
     "N",
     "closed loop: N clients, each asks when it is answered",
     {CONFIG_INT, 1, 10000},
     AT(clients)},
    {"seconds",
     "N",
     "so long requests are sent [5]",
     {CONFIG_SECONDS, 1, 3600000},
     AT(duration_ms)},
    {"requests",
     "N",
     "so many at most [as many as there is time for]",
     {CONFIG_INT, 1, 100000000},
     AT(requests)},
    {"mix",
     "NAME=N,...",
     "what is asked for, by weight [health=1]",
     {CONFIG_TEXT, 0, 0},
     AT(mix)},
    {"token",
     "TOKEN",
     "each request shows it (Authorization: Bearer)",
     {CONFIG_TEXT, 0, 0},
     AT(mix.token)},
    {"keep-alive",
     NULL,
     "a connection serves many requests [yes]; or",
     {CONFIG_SWITCH, 0, 0},
     AT(keep_alive)},
    {"max-connections",
     "N",
     "of an open loop, at once [1000]",
     {CONFIG_INT, 1, 20000},
     AT(max_connections)},
    {"deadline",
     "SECONDS",
     "for an answer, from where its latency counts [10]",
     {CONFIG_SECONDS, 1, 600000},
     AT(deadline_ms)},
    {"raw",
     "FILE",
     "every sample is written there, with tabs",
     {CONFIG_TEXT, 0, 0},
     AT(raw)},
    {"plot",
     "FILE.svg",
     "latency over time, and by percentile",
     {CONFIG_TEXT, 0, 0},
     AT(plot)},
    {"really",
     NULL,
     "the URL may be another machine's, which is yours, too",
     {CONFIG_SWITCH, 0, 0},
     AT(really)},
};

enum { ROWS = sizeof rows / sizeof *rows };

static bool said(const char *what, const char *value)
{
    (void)fprintf(stderr, "todo-load: %s%s\n", what, value);
    return false;
}

static void help(void)
{
    (void)printf("Usage: todo-load --rate N | --clients N [OPTION]... URL\n"
                 "Asks the server at URL, and says how long the answers took. "
                 "A path in\n"
                 "the URL is all that is asked for; without one, the mix is.\n"
                 "\n");
    for (size_t i = 0; i < ROWS; i++) {
        char name[40];

        (void)snprintf(name, sizeof name, "--%s %s", rows[i].name,
                       rows[i].value ? rows[i].value : "");
        (void)printf("  %-22s%s\n", name, rows[i].help);
        if (strcmp(rows[i].name, "keep-alive") == 0)
            (void)printf("  %-22seach request opens a new one\n",
                         "--no-keep-alive");
    }
    (void)printf("  --help                print this, and end\n\nThe mix has");
    for (int i = 0; i < MIX_MAX - 1; i++)
        (void)printf("%s %s", i > 0 ? "," : "", mix_name(i));
    (void)printf(
        ".\nread and change take todos that exist, the first 1000; login signs "
        "in\nthe user " MIX_USER ", whose password is \"" MIX_PASSWORD "\".\n"
        "\n"
        "In an open loop latency counts from the planned time, and a request\n"
        "takes a new connection when none is free. Where --max-connections\n"
        "leaves it none, it is not sent, and is counted as unsent.\n"
        "Percentiles are of answers of 2xx and 3xx, and of stalled requests:\n"
        "those without an answer by the deadline, which count as long as was\n"
        "waited. What is refused, reset, of the wrong length, or not HTTP is\n"
        "counted, and is in no percentile.\n"
        "\n"
        "The exit status is 0 when all that was planned was sent and was\n"
        "answered with 2xx or 3xx, 1 when not, 2 when nothing was sent.\n");
}

/*
 * One option
 */

static const struct row *find(const char *name, size_t len)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
            return &rows[i];
    return NULL;
}

static bool say_wish(const struct row *row, const char *value)
{
    struct buf wish = {0};

    config_value_describe(&row->rule, &wish);
    (void)fprintf(stderr, "todo-load: --%s: \"%s\" is not %.*s\n", row->name,
                  value, (int)wish.len, wish.data ? wish.data : "");
    buf_release(&wish);
    return false;
}

static bool store(struct options *options, const struct row *row,
                  const char *value)
{
    if (row->offset == AT(mix)) {
        memset(options->mix.weights, 0, sizeof options->mix.weights);
        return mix_read(&options->mix, value) ||
               said("--mix: no mix is ", value);
    }
    return config_value_read(&row->rule, value,
                             (char *)options + row->offset) ||
           say_wish(row, value);
}

/* "--name" or "--no-name". */
static bool read_switch(struct options *options, const struct row *row,
                        const char *word, const char *value)
{
    if (value)
        return said("this takes no value: ", word);
    return store(options, row, strncmp(word, "--no-", 5) == 0 ? "no" : "yes");
}

/* "--name VALUE" or "--name=VALUE". Gives how many words it took, or 0. */
static int read_value(struct options *options, const struct row *row,
                      char **argv, const char *value)
{
    if (value)
        return store(options, row, value);
    if (!argv[1] || strncmp(argv[1], "--", 2) == 0)
        return said("this needs a value: ", argv[0]);
    return store(options, row, argv[1]) ? 2 : 0;
}

/* Gives how many words it took, or 0. */
static int read_option(struct options *options, char **argv)
{
    const char *name = argv[0] + 2;
    bool is_no = strncmp(name, "no-", 3) == 0;
    size_t len = strcspn(name, "=");
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    const struct row *row = is_no ? find(name + 3, len - 3) : find(name, len);

    if (!row || (is_no && row->value))
        return said("no such option, see --help: ", argv[0]);
    if (!row->value)
        return read_switch(options, row, argv[0], value);
    return read_value(options, row, argv, value);
}

/*
 * All of them
 */

/* The address in digits: what is measured is no look-up of a name. */
static bool read_url(struct options *options)
{
    static const struct config_rule rule = {CONFIG_HOST, 0, 0};
    struct url url;
    const char *host;

    if (!url_read(&url, options->url) || strcmp(url.scheme, "http") != 0 ||
        !config_value_read(&rule, url.host, &host))
        return said("a URL is http://ADDRESS[:PORT][/PATH], the address in "
                    "digits or localhost, not ",
                    options->url);
    (void)snprintf(options->host, sizeof options->host, "%s", host);
    (void)snprintf(options->path, sizeof options->path, "%s", url.path);
    options->port = url.port > 0 ? url.port : 80;
    (void)snprintf(options->authority, sizeof options->authority, "%s:%d",
                   options->host, options->port);
    if (strncmp(options->host, "127.", 4) == 0 || options->really)
        return true;
    return said("another machine may not be yours to load; if it is, say "
                "--really: ",
                options->url);
}

static bool choose_mix(struct options *options, bool has_mix)
{
    if (options->path[0] == '\0')
        return has_mix || mix_read(&options->mix, default_mix);
    if (has_mix)
        return said("--mix asks for paths of its own; leave out that of ",
                    options->url);
    mix_get(&options->mix, options->path);
    return true;
}

static bool is_whole(const struct options *options)
{
    if (!options->url)
        return said("a URL is needed, such as http://127.0.0.1:8001; ",
                    "see --help");
    if ((options->rate > 0) == (options->clients > 0))
        return said("one of --rate and --clients is needed, and not both; ",
                    "see --help");
    if (options->mix.token && strlen(options->mix.token) > MIX_TOKEN_MAX)
        return said("--token: this is longer than a token: ",
                    options->mix.token);
    return true;
}

static bool complete(struct options *options)
{
    bool has_mix = false;

    for (int i = 0; i < MIX_MAX; i++)
        has_mix = has_mix || options->mix.weights[i] > 0;
    if (!is_whole(options) || !read_url(options) ||
        !choose_mix(options, has_mix))
        return false;
    options->mix.host = options->authority;
    options->mix.keep_alive = options->keep_alive;
    return true;
}

enum options_said options_read(struct options *options, char **argv)
{
    int taken;

    *options = (struct options){.duration_ms = 5000,
                                .keep_alive = true,
                                .max_connections = 1000,
                                .deadline_ms = 10000};
    for (argv++; *argv; argv += taken) {
        taken = 1;
        if (strcmp(*argv, "--help") == 0) {
            help();
            return OPTIONS_HELP;
        }
        if (strncmp(*argv, "--", 2) == 0)
            taken = read_option(options, argv);
        else if (options->url)
            taken = said("one URL is enough: ", *argv);
        else
            options->url = *argv;
        if (taken == 0)
            return OPTIONS_WRONG;
    }
    return complete(options) ? OPTIONS_GOOD : OPTIONS_WRONG;
}
