/* nsswitch.c - the line hosts: of nsswitch.conf, as nss(5) reads it, without those who ask outside. */
#include "nsswitch.h"

static void check(const char *text, const char *expected)
{
    g_autofree char *contained = nsswitch_contain(text);
    g_assert_cmpstr(contained, ==, expected);
}

static void test_services(void)
{
    check("hosts: files dns\n", "hosts: files dns\n");
    check("hosts:          files mdns4_minimal [NOTFOUND=return] dns\n", "hosts: files dns\n");
    check("hosts: resolve [!UNAVAIL=return] files myhostname dns", "hosts: files myhostname dns\n");
    check("hosts: mymachines resolve [!UNAVAIL=return NOTFOUND=continue] dns [SUCCESS=return] files\n",
          "hosts: dns [SUCCESS=return] files\n");
    check("hosts:files[NOTFOUND=continue]sss[NOTFOUND=return]dns\n",
          "hosts: files [NOTFOUND=continue] dns\n");
    check("hosts: files mdns # dns\n", "hosts: files dns\n");
    check("hosts: filesystem dnsmasq\n", "hosts: files dns\n");
    check("hosts: dns\n", "hosts: files dns\n");
    check("\thosts:\tfiles\tdns\t\n", "hosts: files dns\n");
    check("hosts:\n", "hosts: files dns\n");
    check("hosts resolve\n", "hosts: files dns\n");
    check("hosts : mdns dns\n", "hosts: files dns\n");
    check("hostsx: resolve\n", "hostsx: resolve\nhosts: files dns\n");
    check("hosts: files [NOTFOUND=ret", "hosts: files dns\n");
    check("hosts: resolve\nhosts: mdns\n", "hosts: files dns\nhosts: files dns\n");
}

static void test_rest(void)
{
    check(NULL, "hosts: files dns\n");
    check("", "hosts: files dns\n");
    check("# a comment\npasswd: files systemd sss\n\nhosts: sss\nnetworks: files",
          "# a comment\npasswd: files systemd sss\nhosts: files dns\nnetworks: files\n");
    check("passwd: files\n", "passwd: files\nhosts: files dns\n");
    check("#hosts: resolve\n", "#hosts: resolve\nhosts: files dns\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nsswitch/of hosts only files, dns and myhostname are left", test_services);
    g_test_add_func("/nsswitch/everything else stays", test_rest);
    return g_test_run();
}
