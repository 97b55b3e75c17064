/*
 * common/setup/config_value.h - one value of an option, from text, strictly.
 * Threads: main.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_COMMON_CONFIG_VALUE_H
#define TODO_COMMON_CONFIG_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"

enum config_kind {
    CONFIG_TEXT,    /* const char *: not empty */
    CONFIG_INT,     /* int: digits only, within the bounds */
    CONFIG_SECONDS, /* int64_t milliseconds: seconds, at most three decimals */
    CONFIG_LEVEL,   /* enum log_level */
    CONFIG_HOST,    /* const char *: an IPv4 address in digits */
    CONFIG_SWITCH,  /* bool: yes or no; of a flag alone: yes */
    CONFIG_HOSTS,   /* const char *: hosts without ports, see config_hosts.h */
    /* These three are kept in the spelling of url_write, in memory of ours; a
     * second of the same kind takes the place of the first. */
    CONFIG_URL,   /* const char *: what URLs can begin with, no slash at its end
                   */
    CONFIG_HTTP,  /* const char *: a URL to be asked, without TLS */
    CONFIG_ORIGIN /* const char *: "*", or an origin as browsers send it */
};

/* What a value has to be. The bounds are those of CONFIG_INT, and in
 * milliseconds those of CONFIG_SECONDS. */
struct config_rule {
    enum config_kind kind;
    int64_t low, high;
};

/* Reads `text` into `field`, whose type follows from the kind. Other text is
 * borrowed. Returns false and leaves the field alone when it breaks the rule.
 */
bool config_value_read(const struct config_rule *rule, const char *text,
                       void *field);

/* Appends what the rule wants: "a whole number from 0 to 65535". */
void config_value_describe(const struct config_rule *rule, struct buf *out);

/* Appends the bounds behind the word `before`: ", 0 to 65535". Nothing for
 * kinds without. */
void config_value_put_bounds(const struct config_rule *rule, const char *before,
                             struct buf *out);

#endif
