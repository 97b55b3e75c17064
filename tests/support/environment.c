#include "environment.h"

#include <stdlib.h>
#include <string.h>

extern char **environ;

/* Where programs and files are, how things are shown, what the presets of CMake
 * set for their tests, and where cmocka's report goes. */
static const char *const kept[] = {
    "PATH",           "HOME",         "TMPDIR",
    "TERM",           "NO_COLOR",     "ASAN_OPTIONS",
    "UBSAN_OPTIONS",  "TSAN_OPTIONS", "CMOCKA_MESSAGE_OUTPUT",
    "CMOCKA_XML_FILE"};

static bool is_kept(const char *name)
{
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (strcmp(kept[i], name) == 0)
            return true;
    return false;
}

/* What has no name cannot be unset, and nobody can ask for it. */
static bool forget(const char *entry, bool *forgotten)
{
    size_t len = strcspn(entry, "=");
    char *name = strndup(entry, len);

    *forgotten = name && len > 0 && !is_kept(name) && unsetenv(name) == 0;
    free(name);
    return name != NULL;
}

bool environment_clean(void)
{
    size_t i = 0;
    bool forgotten;

    while (environ && environ[i]) { /* unsetenv(3) moves up what follows */
        if (!forget(environ[i], &forgotten))
            return false;
        i += !forgotten;
    }
    return true;
}
