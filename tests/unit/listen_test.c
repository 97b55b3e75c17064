#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/listen.h"
#include "tests/unit/unit.h"

static const char host[] = "127.0.0.1";

/* Whether somebody listens there. */
static bool is_let_in(int port)
{
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                .sin_port = htons((in_port_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool is = connect(fd, (struct sockaddr *)&there, sizeof there) == 0;

    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    return is;
}

static void it_finds_a_free_port_and_tells_it(void **state)
{
    int first_port = 0, second_port = 0;
    int first = listen_at(host, &first_port, 1, false);
    int second = listen_at(host, &second_port, 1, false);

    (void)state;
    assert_true(first >= 0 && second >= 0);
    assert_true(first_port > 0 && second_port > 0);
    assert_int_not_equal(first_port, second_port);
    assert_true(is_let_in(first_port));
    assert_true(is_let_in(second_port));
    assert_int_equal(close(first), 0);
    assert_int_equal(close(second), 0);
    assert_false(is_let_in(first_port));
}

static void a_port_is_taken_unless_all_share_it(void **state)
{
    int port = 0, kept;
    int first = listen_at(host, &port, 1, false);

    (void)state;
    kept = port;
    for (int shared = 0; shared <= 1; shared++) {
        errno = 0;
        assert_int_equal(listen_at(host, &port, 1, shared), -1);
        assert_int_equal(errno, EADDRINUSE);
        assert_int_equal(port, kept);
    }
    assert_int_equal(close(first), 0);
#ifdef __linux__
    first = listen_at(host, &port, 1, true);
    assert_true(first >= 0);
    int second = listen_at(host, &port, 1, true);
    assert_true(second >= 0);
    assert_int_equal(port, kept);
    assert_int_equal(close(first), 0);
    assert_int_equal(close(second), 0);
#endif
}

/* What it served has not ended for the kernel, which remembers that for a
 * minute (TIME_WAIT). */
static void a_port_that_was_just_left_is_free(void **state)
{
    int port = 0;
    int listener = listen_at(host, &port, 1, false);
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                .sin_port = htons((in_port_t)port)};
    int client = socket(AF_INET, SOCK_STREAM, 0);
    int accepted;
    char byte;

    (void)state;
    assert_int_equal(connect(client, (struct sockaddr *)&there, sizeof there),
                     0);
    accepted = accept(listener, NULL, NULL);
    assert_true(accepted >= 0);
    assert_int_equal(close(accepted), 0); /* the side that remembers */
    assert_int_equal(recv(client, &byte, 1, 0), 0);
    assert_int_equal(close(client), 0);
    assert_int_equal(close(listener), 0);
    listener = listen_at(host, &port, 1, false);
    assert_true(listener >= 0);
    assert_int_equal(close(listener), 0);
}

static void names_and_addresses_of_others_are_refused(void **state)
{
    int port = 0;

    (void)state;
    errno = 0;
    assert_int_equal(listen_at("localhost", &port, 1, false), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(listen_at("192.0.2.1", &port, 1, false), -1);
    assert_int_equal(errno, EADDRNOTAVAIL);
    assert_int_equal(port, 0);
}

static void exec_does_not_hand_it_down(void **state)
{
    int port = 0;
    int fd = listen_at(host, &port, 1, false);

    (void)state;
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(close(fd), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_a_free_port_and_tells_it),
        cmocka_unit_test(a_port_is_taken_unless_all_share_it),
        cmocka_unit_test(a_port_that_was_just_left_is_free),
        cmocka_unit_test(names_and_addresses_of_others_are_refused),
        cmocka_unit_test(exec_does_not_hand_it_down),
    };

    return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
