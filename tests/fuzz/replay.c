/*
 * tests/fuzz/replay.c - calls a fuzz target with every file of a folder, so
 *                       that the kept corpus needs no clang to be of use.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "tests/fuzz/fuzz.h"

enum { PATH_SIZE = 4096 };

static bool read_file(const char *path, struct buf *content)
{
    char chunk[4096];
    FILE *file = fopen(path, "rb");
    size_t got;
    bool ok;

    if (!file)
        return false;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_put(content, chunk, got);
    ok = !ferror(file) && !content->failed;
    (void)fclose(file); /* it was only read */
    return ok;
}

static bool replay_file(const char *folder, const char *name)
{
    char path[PATH_SIZE];
    struct buf content = {0};
    int len = snprintf(path, sizeof path, "%s/%s", folder, name);
    bool ok = len > 0 && (size_t)len < sizeof path && read_file(path, &content);

    if (ok) {
        (void)printf("%s\n", name); /* the last one is the one that failed */
        (void)fflush(stdout);
        (void)LLVMFuzzerTestOneInput((const uint8_t *)content.data,
                                     content.len);
    } else {
        (void)fprintf(stderr, "replay: cannot read %s\n", path);
    }
    buf_release(&content);
    return ok;
}

static int replay_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    int count = 0;

    if (!dir)
        return 0;
    /* One thread: nobody else reads this folder's stream. */
    while ((entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe) */
        if (entry->d_name[0] == '.')
            continue;
        if (!replay_file(folder, entry->d_name)) {
            count = 0;
            break;
        }
        count++;
    }
    (void)closedir(dir); /* it was only read */
    return count;
}

int main(int argc, char **argv)
{
    int count = argc == 2 ? replay_folder(argv[1]) : 0;

    if (count == 0) {
        (void)fprintf(stderr, "usage: %s FOLDER, with files in it\n", argv[0]);
        return 2;
    }
    (void)printf("%d inputs\n", count);
    return 0;
}
