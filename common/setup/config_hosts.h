/*
 * common/setup/config_hosts.h - the value of --allowed-host, read strictly.
 * Threads: main.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_COMMON_CONFIG_HOSTS_H
#define TODO_COMMON_CONFIG_HOSTS_H

#include <stdbool.h>

/* Reads a list NAME,… whose elements are: a name or an IPv4 address; an IPv6
 * address in brackets; a name with a dot before it; or "*". None of them has a
 * port, a scheme or a blank. Text is borrowed. Returns false and leaves the
 * field alone when one is something else. */
bool config_hosts_read(const char *text, const char **field);

#endif
