/* resolv-line.c - the servers of a resolv.conf, as the C library finds them: with what people write beside them. */
#include "resolv-line.h"

static void check(const char *text, const char *expected)
{
    g_auto(GStrv) servers = resolv_line_servers(text);
    g_autofree char *joined = g_strjoinv(",", servers);
    g_assert_cmpstr(joined, ==, expected);
}

static void test_servers(void)
{
    check("", "");
    check("nameserver 192.0.2.1\n", "192.0.2.1");
    check("nameserver\t192.0.2.1", "192.0.2.1");
    check("nameserver   192.0.2.1   # office\n", "192.0.2.1");
    check("nameserver 192.0.2.1#office\nnameserver 192.0.2.2;home\n", "192.0.2.1,192.0.2.2");
    check("nameserver 192.0.2.1 192.0.2.2\n", "192.0.2.1");
    check("nameserver 192.0.2.1\r\nnameserver fe80::1%eth0\r\n", "192.0.2.1,fe80::1%eth0");
    check("nameserver\nnameserver \nnameserver # none\n", "");
    check("#nameserver 192.0.2.1\n; nameserver 192.0.2.2\n nameserver 192.0.2.3\n", "");
    check("nameservers 192.0.2.1\nnameserver192.0.2.2\nsearch nameserver 192.0.2.3\n", "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resolv-line/servers", test_servers);
    return g_test_run();
}
