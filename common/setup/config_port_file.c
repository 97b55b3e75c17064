/*
 * common/setup/config_port_file.c - tells whoever started us where we listen.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/setup/config.h"

/* Writes the port to a file of that name. */
static bool write_port(const char *name, int port_number)
{
    FILE *file = fopen(name, "w");
    bool written;

    if (!file)
        return false;
    written = fprintf(file, "%d\n", port_number) > 0;
    return fclose(file) == 0 && written;
}

bool config_write_port_file(const struct config *config)
{
    struct buf beside = {0};
    bool written = true;

    if (!config->port_file)
        return true;
    buf_printf(&beside, "%s.%ld", config->port_file, (long)getpid());
    buf_put(&beside, "", 1);
    written = !beside.failed && write_port(beside.data, config->port) &&
              rename(beside.data, config->port_file) == 0;
    if (!written && !beside.failed) {
        int why = errno;
        (void)unlink(beside.data); /* the first failure is the one to tell */
        errno = why;
    }
    buf_release(&beside);
    return written;
}
