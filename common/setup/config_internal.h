/*
 * common/setup/config_internal.h - what the files of config share.
 * Threads: main, before others start.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_COMMON_CONFIG_INTERNAL_H
#define TODO_COMMON_CONFIG_INTERNAL_H

#include <stddef.h>

#include "common/base/buf.h"
#include "common/setup/config.h"
#include "common/setup/config_value.h"

/* One option. The table of them is all there is to say: flags, variables,
 * defaults and --help follow from it. */
struct option {
    const char *group; /* heading before it in --help, or NULL */
    const char *name;
    const char *metavar; /* NULL for a switch, which needs no value */
    enum config_room rooms;
    size_t offset; /* of its member in struct config */
    const struct config_rule *rule;
    const char *preset; /* the default, written as a value, or NULL */
    const char *help;
};

enum { CONFIG_MAX_OPTIONS = 64 };

extern const struct option config_options[];
extern const size_t config_option_count;

/* Options that are being read, and which of them somebody has given already. */
struct config_reading {
    struct config *config;
    enum config_room room;
    bool given[CONFIG_MAX_OPTIONS];
};

/* Takes a value for an option. False when it breaks the option's rule. */
bool config_store(struct config_reading *reading, const struct option *option,
                  const char *value);

/* Reads TODO_... from the environment (environ(7)) for each option that was not
 * given. What is not asked for is not judged: of an option that a flag gave,
 * or that the other program has, any value will do. */
enum config_result config_read_variables(struct config_reading *reading);

/* Appends to a line that names the option: the value is not what it wants. */
void config_put_wish(struct buf *line, const struct option *option,
                     const char *value);

/* Prints the one line that a mistake gets, and releases it. */
enum config_result config_mistaken(struct buf *line);

#endif
