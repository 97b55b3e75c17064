#include "steer.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/patience.h"

bool steer_path(char path[STEER_PATH_SIZE], const char *dir,
                const char *program, long pid)
{
    const char *slash = strrchr(program, '/');
    int len = snprintf(path, STEER_PATH_SIZE, "%s/%s-%ld.gates", dir,
                       slash ? slash + 1 : program, pid);

    return len > 0 && len < STEER_PATH_SIZE;
}

bool steer_open(struct steer *steer, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    *steer = (struct steer){0};
    if (fd < 0)
        return false;
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) ==
            0 &&
        connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        steer->in = fdopen(fd, "r");
    if (!steer->in)
        (void)close(fd);
    return steer->in != NULL;
}

bool steer_ask(struct steer *steer, const char *line)
{
    size_t len = strlen(line);

    return send(fileno(steer->in), line, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* Reads a line into `answer`; false when none comes. */
static bool hear(struct steer *steer)
{
    bool came = fgets(steer->answer, sizeof steer->answer, steer->in) != NULL;

    steer->answer[came ? strcspn(steer->answer, "\n") : 0] = '\0';
    return came;
}

bool steer_say(struct steer *steer, const char *line)
{
    steer->answer[0] = '\0';
    return steer_ask(steer, line) && hear(steer) &&
           strcmp(steer->answer, "ok") == 0;
}

bool steer_trace(struct steer *steer, FILE *out)
{
    if (!steer_ask(steer, "trace\n"))
        return false;
    while (hear(steer)) {
        if (strcmp(steer->answer, "ok") == 0)
            return true;
        (void)fprintf(out, "%s\n", steer->answer);
    }
    return false;
}

void steer_close(struct steer *steer)
{
    if (steer->in)
        (void)fclose(steer->in); /* it was only read from */
    steer->in = NULL;
}
