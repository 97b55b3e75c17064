#include <stdlib.h>
#include <string.h>

#include "common/http/host.h"
#include "tests/unit/unit.h"

/* Whether each of these hosts, parted by blanks, is served. They are copied, so
 * that nothing stands behind their last byte. */
static void assert_hosts(const struct config *config, const char *hosts,
                         bool served)
{
    while (*hosts != '\0') {
        size_t len = strcspn(hosts, " ");
        char *copy = unit_copy(hosts, len);

        if (host_is_served(config, (struct http_text){copy, len}) != served)
            fail_msg("%.*s", (int)len, hosts);
        free(copy);
        hosts += len + strspn(hosts + len, " ");
    }
}

#define OWN                                                                    \
    "localhost LOCALHOST localhost. localhost:80 localhost.:80 localhost: "    \
    "127.0.0.1 127.0.0.1:65535 127.0.0.1. 127.255.255.254 127.1.2.3:1 "        \
    "[::1] [::1]:80"

#define FOREIGN                                                                \
    "a a.example localhost.a.example a.localhost localhostx xlocalhost "       \
    "localhost.. localhost_ 127.0.0.1.a.example 127.a.example x127.0.0.1 "     \
    "127.0.0.1.. 127.0.0.1.1 127.0.0.256 127.0.0.01 127.1 127 0x7f.1 "         \
    "0x7f.0.0.1 0177.0.0.1 2130706433 126.255.255.255 128.0.0.0 0.0.0.0 "      \
    "10.0.0.1 [::2] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::1%lo] "       \
    "l . .localhost ~ _ -"

static void on_loopback_only_our_own_hosts_are_served(void **state)
{
    static const char *const addresses[] = {"127.0.0.1", "127.0.0.2",
                                            "127.255.255.255"};

    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct config config = {.host = addresses[i]};

        assert_hosts(&config, OWN, true);
        assert_hosts(&config, FOREIGN, false);
    }
}

static void elsewhere_any_host_is_served_unless_some_are_listed(void **state)
{
    static const char *const addresses[] = {"0.0.0.0", "10.0.0.1", "128.0.0.1",
                                            "1.27.0.0"};

    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct config config = {.host = addresses[i]};

        assert_hosts(&config, OWN " " FOREIGN, true);
        config.allowed_hosts = "b.example";
        assert_hosts(&config, OWN " b.example b.example:80", true);
        assert_hosts(&config, addresses[i], true);
        assert_hosts(&config, "a a.example 10.0.0.2 [::2] 127.1", false);
    }
}

static void a_request_without_host_is_served(void **state)
{
    struct config config = {.host = "127.0.0.1"};

    (void)state;
    assert_true(host_is_served(&config, (struct http_text){"", 0}));
    assert_true(host_is_served(&config, (struct http_text){0}));
}

static void the_host_of_the_public_url_is_ours(void **state)
{
    static const struct {
        const char *url, *served, *refused;
    } cases[] = {
        {"https://todo.example", "todo.example TODO.EXAMPLE. todo.example:8",
         "a.todo.example odo.example todo.exampl todo.examplee todo"},
        {"https://todo.example:8443/api/x", "todo.example todo.example:1",
         "api x https todo.example.api"},
        {"http://todo.example.", "todo.example todo.example.", "example"},
        {"http://[2001:db8::1]:80/a", "[2001:db8::1] [2001:DB8::1]:9",
         "[2001:db8::2] [2001]"},
        {"http://10.0.0.1/localhost", "10.0.0.1", "10.0.0.11 10.0.0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config config = {.host = "127.0.0.1",
                                .public_url = cases[i].url};

        assert_hosts(&config, OWN, true);
        assert_hosts(&config, cases[i].served, true);
        assert_hosts(&config, cases[i].refused, false);
    }
}

static void what_is_listed_is_served_beside_our_own(void **state)
{
    static const struct {
        const char *list, *served, *refused;
    } cases[] = {
        {"a.example", "a.example A.Example a.example. a.example:1",
         "b.a.example xa.example a.exampl a.examplex a.example.com example"},
        {"A.EXAMPLE.", "a.example a.example.:1", "b.a.example"},
        {".a.example", "a.example b.a.example c.b.A.example.:80",
         "xa.example a.example.com example .example"},
        {"b,.c,d", "b c x.c d", "a x.b x.d cc bc b,c"},
        {".localhost", "a.localhost x.y.localhost", "alocalhost"},
        {"10.0.0.1,[2001:db8::1]", "10.0.0.1 [2001:db8::1]:80 [2001:DB8::1]",
         "10.0.0.2 [2001:db8::2] [::2]"},
        {"*", FOREIGN, ""},
        {"a,*", FOREIGN, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config config = {.host = "127.0.0.1",
                                .allowed_hosts = cases[i].list};

        assert_hosts(&config, OWN, true);
        assert_hosts(&config, cases[i].served, true);
        assert_hosts(&config, cases[i].refused, false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_loopback_only_our_own_hosts_are_served),
        cmocka_unit_test(elsewhere_any_host_is_served_unless_some_are_listed),
        cmocka_unit_test(a_request_without_host_is_served),
        cmocka_unit_test(the_host_of_the_public_url_is_ours),
        cmocka_unit_test(what_is_listed_is_served_beside_our_own),
    };

    return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
