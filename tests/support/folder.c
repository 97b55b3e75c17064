#include "folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cmocka_all.h"

void folder_make(char path[FOLDER_MAX])
{
    const char *tmp = getenv("TMPDIR");

    if (!tmp || *tmp == '\0' || strlen(tmp) > FOLDER_MAX - 32)
        tmp = "/tmp";
    (void)snprintf(path, FOLDER_MAX, "%s/todo-test-XXXXXX", tmp);
    assert_non_null(mkdtemp(path));
}

void folder_remove(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    if (!dir)
        return;
    while ((entry = readdir(dir)))
        (void)unlinkat(dirfd(dir), entry->d_name, 0); /* . and .. refuse */
    (void)closedir(dir); /* litter in the temporary folder fails no test */
    (void)rmdir(path);
}
