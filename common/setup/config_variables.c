/*
 * common/setup/config_variables.c - options that the environment sets.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/setup/config_internal.h"

extern char **environ; /* environ(7); no header need declare it */

enum { LISTED = 400 }; /* bytes of names that one line of the log shows */

static const char prefix[] = "TODO_";

/* --log-level is TODO_LOG_LEVEL. */
static void put_variable(struct buf *out, const char *name)
{
    buf_puts(out, prefix);
    for (; *name != '\0'; name++) {
        char upper = '_';
        if (*name != '-')
            upper = (char)(*name - 'a' + 'A');
        buf_put(out, &upper, 1);
    }
}

/* The variable of an option; NULL when it is not there, or empty. */
static const char *value_of(const struct option *option)
{
    const char *value = NULL;
    struct buf name = {0};

    put_variable(&name, option->name);
    buf_put(&name, "", 1);
    if (!name.failed)
        value = getenv(name.data); /* NOLINT(concurrency-mt-unsafe): one yet */
    buf_release(&name);
    return value && *value != '\0' ? value : NULL;
}

/* Platforms set variables for reasons of their own: for a service named todo,
 * Kubernetes sets TODO_PORT=tcp://ADDRESS:PORT. So the way out is told. */
static enum config_result mistaken_variable(const struct config *config,
                                            const struct option *option,
                                            const char *value)
{
    struct buf line = {0};

    buf_printf(&line, "%s: ", config->program);
    put_variable(&line, option->name);
    config_put_wish(&line, option, value);
    buf_printf(&line, "; if a platform sets it, give --%s, which outranks it",
               option->name);
    return config_mistaken(&line);
}

enum config_result config_read_variables(struct config_reading *reading)
{
    for (size_t i = 0; i < config_option_count; i++) {
        const struct option *option = &config_options[i];
        const char *value;

        if (!(option->rooms & reading->room) || reading->given[i])
            continue;
        value = value_of(option);
        if (value && !config_store(reading, option, value))
            return mistaken_variable(reading->config, option, value);
    }
    return CONFIG_RUN;
}

/* Whether an option of either program is set by a variable of that name. */
static bool is_known(const char *name, size_t len)
{
    struct buf known = {0};
    bool same = false;

    for (size_t i = 0; i < config_option_count && !same; i++) {
        buf_clear(&known);
        put_variable(&known, config_options[i].name);
        same = !known.failed && known.len == len &&
               memcmp(known.data, name, len) == 0;
    }
    buf_release(&known);
    return same;
}

void config_warn_unknown(void)
{
    struct buf names = {0};

    for (char **at = environ; *at; at++) {
        size_t len = strcspn(*at, "=");

        if (strncmp(*at, prefix, sizeof prefix - 1) != 0 || is_known(*at, len))
            continue;
        buf_puts(&names, names.len > 0 ? ", " : "");
        buf_put(&names, *at, len);
    }
    if (names.len > 0)
        log_warn("config", "ignored, for no option is set by it: %.*s",
                 (int)(names.len < LISTED ? names.len : LISTED), names.data);
    buf_release(&names);
}
