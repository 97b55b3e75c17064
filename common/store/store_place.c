/*
 * common/store/store_place.c - what a path leads to, and whether it still does.
 *
 * A program that has a file open keeps it, whatever happens to its name: it may
 * be removed or moved away, and another file may stand in its place. What is
 * written then goes where nobody looks for it. A file is known by its device
 * and its number there (inode): while it is open, no other file gets that
 * number.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/store/store_internal.h"

bool store_place_note(struct store_place *place, const char *path,
                      const char *suffix)
{
    size_t size = strlen(path) + strlen(suffix) + 1;
    struct stat found;

    place->path = malloc(size);
    if (!place->path)
        return false;
    (void)snprintf(place->path, size, "%s%s", path, suffix);
    if (stat(place->path, &found) != 0)
        return false;
    place->device = found.st_dev;
    place->inode = found.st_ino;
    return true;
}

enum store_place_state store_place_look(const struct store_place *place)
{
    struct stat found;

    if (stat(place->path, &found) != 0)
        return STORE_PLACE_EMPTY;
    return found.st_dev == place->device && found.st_ino == place->inode
               ? STORE_PLACE_OURS
               : STORE_PLACE_TAKEN;
}

/* SQLite takes some names for no names of files, and opens what is no file for
 * data: that of a pipe (FIFO) may wait for ever. */
bool store_place_may_open(const struct store_start *start)
{
    struct stat found;

    if (strncmp(start->path, "file:", strlen("file:")) == 0)
        return store_refuse(start, "a URI; give the path of a file (one whose "
                                   "name begins so: ./file:...)");
    if (stat(start->path, &found) != 0) {
        if (errno == ENOENT) /* it will be made */
            return true;
        return store_refuse(
            start, "%s", strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
    }
    if (S_ISDIR(found.st_mode))
        return store_refuse(start, "a directory, and no database");
    if (!S_ISREG(found.st_mode))
        return store_refuse(start, "no regular file");
    return true;
}
