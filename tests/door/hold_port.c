/*
 * tests/door/hold_port.c - becomes a command that holds a port.
 *
 * hold_port PORT COMMAND...: listens on 127.0.0.1:PORT and becomes the command,
 * which keeps the socket without knowing. If somebody else has the port, it is
 * as taken as it needs to be.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (argc < 3 || fd < 0)
        return 2;
    address.sin_port = htons((uint16_t)strtol(argv[1], NULL, 10));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        (void)listen(fd, 1);
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
