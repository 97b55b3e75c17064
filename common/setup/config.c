#include "common/setup/config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/thread.h"
#include "common/setup/config_internal.h"

#ifndef TODO_VERSION
#error "TODO_VERSION comes from the build"
#endif

enum { HASHED = 64 }; /* passwords at once, at most */

static const struct config_rule text = {CONFIG_TEXT, 0, 0};
static const struct config_rule address = {CONFIG_HOST, 0, 0};
static const struct config_rule port = {CONFIG_INT, 0, 65535};
static const struct config_rule url = {CONFIG_URL, 0, 0};
static const struct config_rule asked = {CONFIG_HTTP, 0, 0};
static const struct config_rule origin = {CONFIG_ORIGIN, 0, 0};
static const struct config_rule hosts = {CONFIG_HOSTS, 0, 0};
static const struct config_rule seconds = {CONFIG_SECONDS, 1, 86400000};
static const struct config_rule threads = {CONFIG_INT, 1, 1024};
static const struct config_rule readers = {CONFIG_INT, 1, 64};
static const struct config_rule hashed = {CONFIG_INT, 1, HASHED};
static const struct config_rule million = {CONFIG_INT, 1, 1000000};
static const struct config_rule million_or_none = {CONFIG_INT, 0, 1000000};
static const struct config_rule waiting = {CONFIG_INT, 0, 1024};
static const struct config_rule onoff = {CONFIG_SWITCH, 0, 0};
static const struct config_rule level = {CONFIG_LEVEL, 0, 0};

#define AT(member) offsetof(struct config, member)

const struct option config_options[] = {
    {"Where it listens", "host", "ADDRESS", CONFIG_BOTH, AT(host), &address,
     "127.0.0.1",
     "IPv4 address in digits, or localhost; looking up other names would wait, "
     "and not every civetweb has IPv6"},
    {NULL, "port", "N", CONFIG_SYNC, AT(port), &port, "8001",
     "port; 0 takes any free one"},
    {NULL, "port", "N", CONFIG_ASYNC, AT(port), &port, "8002",
     "port; 0 takes any free one"},
    {NULL, "reuse-port", NULL, CONFIG_ASYNC, AT(reuse_port), &onoff, NULL,
     "other processes may listen on the port, too, and each gets a share "
     "of the connections: a loop for each processor (Linux)"},
    {NULL, "port-file", "FILE", CONFIG_BOTH, AT(port_file), &text, NULL,
     "the port is written there once it listens"},

    {"What it serves", "db", "FILE", CONFIG_BOTH, AT(db), &text, "todos.db",
     "SQLite database; both may share one"},
    {NULL, "docs-dir", "DIR", CONFIG_BOTH, AT(docs_dir), &text, NULL,
     "files of the viewer that /docs loads"},
    {NULL, "public-url", "URL", CONFIG_BOTH, AT(public_url), &url, NULL,
     "what its URLs begin with, when a proxy stands in front; a path in it is "
     "one that the proxy takes away"},
    {NULL, "cors-origin", "ORIGIN", CONFIG_BOTH, AT(cors_origin), &origin, NULL,
     "whose pages may call it: SCHEME://HOST[:PORT], *"},
    {NULL, "allowed-host", "NAME,...", CONFIG_BOTH, AT(allowed_hosts), &hosts,
     NULL,
     "hosts that it serves beside its own: NAME, .NAME with subdomains, * for "
     "any [none; any when --host is not in 127.0.0.0/8]"},
    {NULL, "upstream", "URL", CONFIG_BOTH, AT(upstream), &asked, NULL,
     "another server, that suggests titles; its name is looked up at the start "
     "and once a minute"},

    {NULL, "auth", NULL, CONFIG_BOTH, AT(auth), &onoff, NULL,
     "todos belong to users, who show a token (POST /users, POST /tokens)"},

    {"How long it waits", "head-timeout", "SECONDS", CONFIG_BOTH,
     AT(head_timeout_ms), &seconds, "10", "for the head of a request"},
    {NULL, "body-timeout", "SECONDS", CONFIG_BOTH, AT(body_timeout_ms),
     &seconds, "30", "for the body of a request"},
    {NULL, "idle-timeout", "SECONDS", CONFIG_BOTH, AT(idle_timeout_ms),
     &seconds, "60", "for the next request"},
    {NULL, "write-timeout", "SECONDS", CONFIG_BOTH, AT(write_timeout_ms),
     &seconds, "30", "for an answer to be taken"},
    {NULL, "upstream-timeout", "SECONDS", CONFIG_BOTH, AT(upstream_timeout_ms),
     &seconds, "2", "for all that a request asks of the upstream"},
    {NULL, "shutdown-timeout", "SECONDS", CONFIG_BOTH, AT(shutdown_timeout_ms),
     &seconds, "5", "for what is in flight"},

    {NULL, "heartbeat", "SECONDS", CONFIG_BOTH, AT(heartbeat_ms), &seconds,
     "15", "between two signs of life on an event stream"},

    {"How much at once", "threads", "N", CONFIG_SYNC, AT(threads), &threads,
     "64", "connections, a thread for each"},
    {NULL, "store-threads", "N", CONFIG_ASYNC, AT(store_threads), &readers, "2",
     "threads that read the database"},
    {NULL, "store-queue", "N", CONFIG_ASYNC, AT(store_queue), &million, "1024",
     "jobs queued for the database"},
    {NULL, "max-connections", "N", CONFIG_ASYNC, AT(max_connections), &million,
     "10000", "connections"},

    {NULL, "max-streams", "N", CONFIG_SYNC, AT(max_streams), &threads, NULL,
     "event streams, each of which keeps a thread [half the threads]"},
    {NULL, "max-streams", "N", CONFIG_ASYNC, AT(max_streams), &million, "10000",
     "event streams"},
    {NULL, "hash-jobs", "N", CONFIG_BOTH, AT(hash_jobs), &hashed, NULL,
     "passwords hashed at once, each on a thread and 19 MiB "
     "[processors - 1, at least 1]"},
    {NULL, "hash-queue", "N", CONFIG_SYNC, AT(hash_queue), &waiting, "16",
     "passwords that wait to be hashed (with those under way at most --threads "
     "- 1, as each keeps a thread)"},
    {NULL, "hash-queue", "N", CONFIG_ASYNC, AT(hash_queue), &waiting, "16",
     "passwords that wait to be hashed"},

    {NULL, "rate-limit", "N", CONFIG_BOTH, AT(rate_limit), &million_or_none,
     "0",
     "requests a second of each client, and so many at once (a client is the "
     "user of its token, or else its address); 0 is no limit"},

    {"What it tells", "log-level", "LEVEL", CONFIG_BOTH, AT(log_level), &level,
     "info", "error, warn, info or debug"},
#ifdef TODO_PROBES
    {NULL, "trace", "FILE", CONFIG_BOTH, AT(trace), &text, NULL,
     "what waited for what is written there at the end"},
    {NULL, "gates", "DIR", CONFIG_BOTH, AT(gates), &text, NULL,
     "a socket there lets tests hold requests"},
#endif
};

const size_t config_option_count =
    sizeof(config_options) / sizeof(*config_options);

_Static_assert(sizeof(config_options) / sizeof(*config_options) <=
                   CONFIG_MAX_OPTIONS,
               "struct config_reading has room for all");

static const char *program_of(enum config_room room)
{
    return room == CONFIG_SYNC ? "todo-sync" : "todo-async";
}

/* The option of that name, our own before the other program's. */
static const struct option *find(enum config_room room, const char *name,
                                 size_t len)
{
    const struct option *foreign = NULL;

    for (size_t i = 0; i < config_option_count; i++) {
        const struct option *option = &config_options[i];
        if (strlen(option->name) != len || memcmp(option->name, name, len) != 0)
            continue;
        if (option->rooms & room)
            return option;
        foreign = option;
    }
    return foreign;
}

bool config_store(struct config_reading *reading, const struct option *option,
                  const char *value)
{
    reading->given[option - config_options] = true;
    return config_value_read(option->rule, value,
                             (char *)reading->config + option->offset);
}

/* What came from outside must not break the line: its control bytes are shown
 * as '?'. */
enum config_result config_mistaken(struct buf *line)
{
    for (size_t at = 0; at < line->len; at++)
        if ((unsigned char)line->data[at] < ' ' || line->data[at] == 0x7f)
            line->data[at] = '?';
    buf_puts(line, "\n");
    (void)fwrite(line->data, 1, line->len, stderr); /* nobody else to tell */
    buf_release(line);
    return CONFIG_MISTAKEN;
}

void config_put_wish(struct buf *line, const struct option *option,
                     const char *value)
{
    buf_printf(line, ": \"%s\" is not ", value);
    config_value_describe(option->rule, line);
}

/* Takes one option off the command line, "--name VALUE" or "--name=VALUE", and
 * moves `at` behind it. By hand: getopt_long(3) also takes "--po" for "--port",
 * and does not say what it disliked. What looks like the next flag is no value:
 * where a script leaves one out, "--db --port 0" would name a database. */
static enum config_result read_flag(struct config_reading *reading, char **argv,
                                    int *at)
{
    const char *flag = argv[(*at)++];
    size_t len = strcspn(flag, "=");
    const struct option *option = NULL;
    struct buf line = {0};

    buf_printf(&line, "%s: %.*s", program_of(reading->room), (int)len, flag);
    if (strncmp(flag, "--", 2) == 0)
        option = find(reading->room, flag + 2, len - 2);
    if (!option) {
        buf_puts(&line, ": no such option; see --help");
        return config_mistaken(&line);
    }
    if (!(option->rooms & reading->room)) {
        buf_printf(&line, ": only %s has it", program_of(option->rooms));
        return config_mistaken(&line);
    }
    const char *value = flag[len] == '=' ? flag + len + 1 : NULL;
    if (!value)
        value = option->metavar ? argv[(*at)++] : "yes";
    if (!value || (flag[len] != '=' && strncmp(value, "--", 2) == 0)) {
        buf_puts(&line, ": needs a value");
        return config_mistaken(&line);
    }
    if (!config_store(reading, option, value)) {
        config_put_wish(&line, option, value);
        return config_mistaken(&line);
    }
    buf_release(&line);
    return CONFIG_RUN;
}

/* Appends words in a column from `from` to the right edge of 80. The line so
 * far is `at` bytes long. */
static void put_words(struct buf *out, const char *words, size_t from,
                      size_t at)
{
    while (*words != '\0') {
        size_t len = strcspn(words, " ");
        if (at > from && at + 1 + len > 79) {
            buf_puts(out, "\n");
            at = 0;
        }
        size_t blanks = at < from ? from - at : at > from;
        buf_printf(out, "%*s%.*s", (int)blanks, "", (int)len, words);
        at += blanks + len;
        words += len + strspn(words + len, " ");
    }
    buf_puts(out, "\n");
}

/* "  --port N      port; 0 takes any free one, 0 to 65535 [8001]" */
static void put_option(struct buf *out, const struct option *option)
{
    size_t before = out->len;
    struct buf words = {0};

    buf_printf(out, "  --%s %s", option->name,
               option->metavar ? option->metavar : "");
    size_t at = out->len - before;

    buf_puts(&words, option->help);
    config_value_put_bounds(option->rule, ", ", &words);
    if (option->preset)
        buf_printf(&words, " [%s]", option->preset);
    buf_put(&words, "", 1);
    if (!words.failed)
        put_words(out, words.data, 30, at);
    buf_release(&words);
}

static void put_help(struct buf *out, enum config_room room)
{
    buf_printf(out, "Usage: %s [OPTION [VALUE]]...\n", program_of(room));
    buf_puts(out, room == CONFIG_SYNC
                      ? "The Todo API, served by threads that stand still when "
                        "they wait.\n"
                      : "The Todo API, served by one loop that never stands "
                        "still.\n");
    for (size_t i = 0; i < config_option_count; i++) {
        if (config_options[i].group)
            buf_printf(out, "\n%s\n", config_options[i].group);
        if (config_options[i].rooms & room)
            put_option(out, &config_options[i]);
    }
    buf_puts(out,
             "  --help                      print this, and end\n"
             "  --version                   print the version, and end\n\n");
    put_words(out,
              "Each option but the last two can also be set by a variable of "
              "the environment: --log-level by TODO_LOG_LEVEL. A flag outranks "
              "a variable, which is then not even read; of a flag given twice "
              "the last counts. An empty variable counts as none, and one that "
              "begins with TODO_ but sets no option is ignored, with a line in "
              "the log. Seconds may have three decimals. Defaults stand in "
              "brackets.",
              0, 0);
    if (room == CONFIG_ASYNC)
        put_words(out,
                  "A socket that listens already may be handed over "
                  "(LISTEN_FDS, as systemd does): then --host, --port and "
                  "--reuse-port count for nothing.",
                  0, 0);
}

/* Whether --help or --version is among the arguments; then `out` is the answer.
 * They work whatever else is wrong. */
static bool asks(enum config_room room, char **argv, struct buf *out)
{
    for (; *argv; argv++) {
        if (strcmp(*argv, "--help") == 0) {
            put_help(out, room);
            return true;
        }
        if (strcmp(*argv, "--version") == 0) {
            buf_printf(out, "%s %s\n", program_of(room), TODO_VERSION);
            return true;
        }
    }
    return false;
}

/* A stream keeps its thread. When streams may have all of them, a few clients
 * that listen shut out everybody else. A single thread may serve one. */
static enum config_result leave_a_thread(struct config *config)
{
    struct buf line = {0};
    int most = config->threads > 1 ? config->threads - 1 : 1;

    if (config->max_streams == 0)
        config->max_streams = (config->threads + 1) / 2;
    if (config->max_streams <= most)
        return CONFIG_RUN;
    buf_printf(&line,
               "%s: --max-streams (TODO_MAX_STREAMS): %d is above %d, the most "
               "that --threads %d can have; a stream keeps its thread",
               config->program, config->max_streams, most, config->threads);
    return config_mistaken(&line);
}

/* Hashing keeps a processor busy. Where there are others, one is left to those
 * who want none of it. */
static int leave_a_processor(void)
{
    int others = thread_processors() - 1;

    if (others < 1)
        return 1;
    return others < HASHED ? others : HASHED;
}

/* What no flag and no variable says. */
static void take_defaults(struct config_reading *reading, const char *program)
{
    *reading->config = (struct config){.program = program, .listener = -1};
    for (size_t i = 0; i < config_option_count; i++) {
        const struct option *option = &config_options[i];

        if ((option->rooms & reading->room) == reading->room && option->preset)
            (void)config_store(reading, option, option->preset); /* is right */
    }
    memset(reading->given, 0, sizeof reading->given);
}

void config_default(struct config *config, const char *program)
{
    struct config_reading reading = {.config = config, .room = CONFIG_BOTH};

    take_defaults(&reading, program);
    config->hash_jobs = leave_a_processor();
}

enum config_result config_read(struct config *config, enum config_room room,
                               int argc, char **argv)
{
    struct config_reading reading = {.config = config, .room = room};
    enum config_result result = CONFIG_RUN;
    struct buf answer = {0};

    if (argc > 0 && asks(room, argv + 1, &answer)) {
        (void)fwrite(answer.data, 1, answer.len, stdout); /* main flushes it */
        buf_release(&answer);
        return CONFIG_DONE;
    }
    take_defaults(&reading, program_of(room));
    for (int at = 1; at < argc && result == CONFIG_RUN;)
        result = read_flag(&reading, argv, &at);
    if (result == CONFIG_RUN)
        result = config_read_variables(&reading);
    if (config->hash_jobs == 0)
        config->hash_jobs = leave_a_processor();
    if (result == CONFIG_RUN && room == CONFIG_SYNC)
        result = leave_a_thread(config);
    return result;
}
