/* port.c - [Port] Listen= and To=: text to value and back, and what is the same port. */
#include "port.h"

#include "parse.h"

#include <string.h>

static PortListen listen_of(const char *text, uint8_t protocols)
{
    PortListen listen = {.protocols = protocols};
    GError *error = NULL;
    port_listen_parse(text, &listen, &error);
    g_assert_no_error(error);
    return listen;
}

static void test_texts(void)
{
    static const char *const good[] = {"1",
                                       "65535",
                                       "8000-8010",
                                       "10.0.0.1:80",
                                       "0.0.0.0:1-2",
                                       "[::]:80",
                                       "[2001:db8::1]:8000-8010",
                                       "[::1]:443",
                                       "127.0.0.1:53",
                                       "1-65535"};
    static const char *const bad[] = {"",           "0",      "65536",     "-1",           "+1",
                                      "80 ",        " 80",    "0x50",      "080",          "80-",
                                      "-80",        "90-80",  "80-90-99",  "10.0.0.1:",    ":80",
                                      "[]:80",      "[::1]",  "[::1]80",   "[::1]:0",      "::1:80",
                                      "10.1:80",    "eth0:1", "[::1%1]:1", "1.2.3.4/8:80", "[10.0.0.1:80",
                                      "80:10.0.0.1"};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        PortListen listen = listen_of(good[i], PORT_TCP);
        g_autofree char *again = port_listen_format(&listen);
        g_assert_cmpstr(again, ==, good[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        PortListen listen = {.range = {7, 7}};
        g_autoptr(GError) error = NULL;
        g_assert_false(port_listen_parse(bad[i], &listen, &error));
        g_assert_error(error, CONF_ERROR, CONF_ERROR_INVALID);
        g_assert_cmpuint(listen.range.first, ==, 7); /* untouched */
    }
}

static void test_overlap(void)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"80", "80", true},
        {"80", "81", false},
        {"80-90", "90-100", true},
        {"80-89", "90-100", false},
        {"1-65535", "[2001:db8::1]:443", true},
        {"80", "10.0.0.1:80", true},
        {"10.0.0.1:80", "10.0.0.1:80", true},
        {"10.0.0.1:80", "10.0.0.2:80", false},
        {"0.0.0.0:80", "10.0.0.2:80", true},
        {"0.0.0.0:80", "[::]:80", false},
        {"[::]:80", "[2001:db8::1]:80", true},
        {"[::]:80", "10.0.0.1:80", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        PortListen a = listen_of(cases[i].a, PORT_BOTH), b = listen_of(cases[i].b, PORT_TCP);
        g_assert_cmpint(port_listen_overlap(&a, &b), ==, cases[i].same);
        g_assert_cmpint(port_listen_overlap(&b, &a), ==, cases[i].same);
        a.protocols = PORT_UDP;
        g_assert_false(port_listen_overlap(&a, &b));
    }
}

static void test_sizes(void)
{
    PortListen all = listen_of("1-65535", PORT_TCP), one = listen_of("443", PORT_TCP);
    g_assert_cmpuint(port_range_size(&all.range), ==, 65535);
    g_assert_cmpuint(port_range_size(&one.range), ==, 1);
    g_assert_cmpuint(port_protocols_find("both"), ==, PORT_BOTH);
    g_assert_cmpuint(port_protocols_find("sctp"), ==, 0);
    g_assert_cmpuint(port_protocols_find(NULL), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/port/a port is read strictly and written back", test_texts);
    g_test_add_func("/port/two that would take the same connections are told", test_overlap);
    g_test_add_func("/port/a range has the size it has", test_sizes);
    return g_test_run();
}
