/* conf.c - a whole configuration: what the fields say after type, file and drop-ins. Files are real, below a
 * directory of the test's. */
#include "conf.h"
#include "conf-source.h"
#include "dns-source.h"
#include "ip.h"
#include "link.h"
#include "paths.h"
#include "wireguard-file.h"

#include <glib/gstdio.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

static char *root;

static void put(const char *file, const char *text)
{
    g_autofree char *path = g_strconcat(root, file, NULL);
    g_autofree char *directory = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0755), ==, 0);
    g_assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, NULL));
}

/* The tests run as whoever builds, so ownership is left to tests/data/run.sh. */
static Conf *load(const char *text)
{
    GError *error = NULL;
    put(CONF_DIR "/lab.netns", text);
    Conf *conf = conf_load("lab", NULL, CONF_ANY_OWNER, NULL, &error);
    g_assert_no_error(error);
    return conf;
}

static char *refusal(const char *text)
{
    g_autoptr(GError) error = NULL;
    put(CONF_DIR "/lab.netns", text);
    g_autoptr(Conf) conf = conf_load("lab", NULL, CONF_ANY_OWNER, NULL, &error);
    g_assert_null(conf);
    return g_strdup(error->message);
}

static const LinkConf *link_at(const Conf *conf, guint index)
{
    g_assert_cmpuint(index, <, conf->links->len);
    return conf->links->pdata[index];
}

static void prefix_at(const GPtrArray *prefixes, guint index, const char *expected)
{
    g_assert_cmpuint(index, <, prefixes->len);
    g_autofree char *text = ip_prefix_format(prefixes->pdata[index]);
    g_assert_cmpstr(text, ==, expected);
}

static void test_empty(void)
{
    g_autoptr(Conf) conf = load("");
    g_assert_true(conf->links->len == 0 && conf->routes->len == 0 && conf->rules->len == 0 &&
                  conf->lines->len == 0);
    g_assert_true(conf->access.users && !conf->access.users[0] && conf->access.groups &&
                  !conf->access.groups[0]);
    g_assert_true(conf->dns.servers && conf->dns.domains && conf->dns.options && conf->ns.sysctls);
    for (int i = 0; i < HOOK_POINTS; i++)
        g_assert_true(conf->hooks[i] && conf->hooks[i]->len == 0);
    g_assert_true(conf->ns.ipv6 == TRISTATE_UNSET && conf->ns.sysfs == TRISTATE_UNSET && !conf->ns.adopt);
    g_assert_true(conf->access.authorize == AUTHORIZE_BOTH && conf->nat.masquerade == FAMILIES_NONE);
    g_assert_true(g_str_has_suffix(conf->file, CONF_DIR "/lab.netns"));
}

static void test_nat(void)
{
    g_autoptr(Conf) conf = load("[Namespace]\nType=nat\n[Link]\nMTU=1400\n");
    const LinkConf *link = link_at(conf, 0);
    g_assert_cmpstr(conf->type, ==, "nat");
    g_assert_cmpuint(conf->links->len, ==, 1);
    g_assert_cmpstr(link->label, ==, "host");
    g_assert_cmpstr(link->kind->name, ==, "veth");
    g_assert_cmpstr(link->name.text, ==, "vn-lab1");
    g_assert_cmpstr(link->host_name.text, ==, "vn-lab0");
    g_assert_true(!link->altname && !link->host_altname);
    g_assert_cmpint(link->subnet_auto, ==, TRISTATE_YES);
    g_assert_cmpuint(link->mtu, ==, 1400);
    prefix_at(link->pools, 0, "198.18.0.0/15");
    prefix_at(link->pools, 1, "fd6e:6574:6e73::/48");
    g_assert_cmpuint(conf->nat.masquerade, ==, FAMILIES_BOTH);
    g_assert_false(conf->nat.host_access);
    g_assert_cmpint(conf->dns.word, ==, DNS_SOURCE_HOST);
    g_assert_cmpint(dns_source(conf), ==, DNS_SOURCE_HOST);
}

static void test_fixed(void)
{
    g_autoptr(Conf) conf = load(
        "[Namespace]\nType=nat\n[Link]\nAddress=10.0.0.2/30\nHostAddress=10.0.0.1/30\nGateway=10.0.0.1/30\n");
    const LinkConf *link = link_at(conf, 0);
    g_assert_cmpint(link->subnet_auto, ==, TRISTATE_NO);
    prefix_at(link->addresses, 0, "10.0.0.2/30");
    prefix_at(link->host_addresses, 0, "10.0.0.1/30");
    prefix_at(link->gateways, 0, "10.0.0.1/30");
    const IpPrefix *gateway = link->gateways->pdata[0];
    g_assert_cmpuint(gateway->line->line, ==, 6);
    g_autoptr(Conf) said = load("[Namespace]\nType=nat\n[Link]\nSubnet=auto\nAddress=10.0.0.2/30\n");
    g_assert_cmpint(link_at(said, 0)->subnet_auto, ==, TRISTATE_YES);
}

static void test_long_name(void)
{
    GError *error = NULL;
    put(CONF_DIR "/a-rather-long-name.netns", "[Namespace]\nType=nat\n");
    g_autoptr(Conf) conf = conf_load("a-rather-long-name", NULL, CONF_ANY_OWNER, NULL, &error);
    g_assert_no_error(error);
    const LinkConf *link = link_at(conf, 0);
    g_assert_cmpstr(link->altname, ==, "vn-a-rather-long-name1");
    g_assert_cmpstr(link->host_altname, ==, "vn-a-rather-long-name0");
    g_assert_cmpuint(strlen(link->name.text), ==, 12);
    g_assert_true(g_str_has_prefix(link->name.text, "vn-") && g_str_has_suffix(link->name.text, "1"));
    g_assert_true(g_str_has_suffix(link->host_name.text, "0"));
}

static void test_rules(void)
{
    g_autoptr(Conf) conf = load("[Rule a]\nUser=1000\nFirewallMark=0x10/0xff\nTable=100\nPriority=0\n[Rule "
                                "b]\nTo=2001:db8::/32\nType=prohibit\n"
                                "[Rule a]\nIncomingInterface=eth0\n");
    g_assert_cmpuint(conf->rules->len, ==, 2);
    const RuleConf *a = conf->rules->pdata[0], *b = conf->rules->pdata[1];
    g_assert_true(a->has_uids && a->uid_first == 1000 && a->uid_last == 1000 && a->has_mark &&
                  a->mark == 0x10 && a->mask == 0xff && a->table == 100 && a->has_priority &&
                  a->priority == 0);
    g_assert_cmpuint(a->families, ==, FAMILIES_IPV4);
    g_assert_cmpstr(a->incoming.text, ==, "eth0"); /* the second [Rule a] adds to the first */
    g_assert_cmpint(a->suppress_prefixlength, ==, -1);
    g_assert_true(a->action == FR_ACT_TO_TBL && b->action == FR_ACT_PROHIBIT && b->families == FAMILIES_IPV6);
}

static void test_routes(void)
{
    g_autoptr(Conf) conf =
        load("[Link a]\nKind=macvlan\nParent=eth0\nAddress=2001:db8::2/64\n[Route x]\nGateway=2001:db8::1\n"
             "Metric=5\n[Route y]\nDestination=192.0.2.0/24\nType=blackhole\nTable=default\n");
    const RouteConf *x = conf->routes->pdata[0], *y = conf->routes->pdata[1];
    g_assert_true(x->destination.address.family == AF_INET6 && x->destination.length == 0 && x->metric == 5);
    g_assert_true(x->type == RTN_UNICAST && x->table == 0 && x->onlink == TRISTATE_UNSET);
    g_assert_true(y->type == RTN_BLACKHOLE && y->table == RT_TABLE_DEFAULT);
}

static void test_hooks(void)
{
    g_autoptr(Conf) conf = load("[Hooks]\nPostUp=/bin/echo 'two words' \"$HOME\" %n *\nPostUp=/bin/true\n");
    const HookConf *hook = conf->hooks[HOOK_POST_UP]->pdata[0];
    g_assert_cmpuint(conf->hooks[HOOK_POST_UP]->len, ==, 2);
    g_assert_cmpstrv(hook->argv,
                     ((const char *const[]){"/bin/echo", "two words", "$HOME", "lab", "*", NULL}));
}

static void test_types_asked_for(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Conf) alone = conf_load("helloworld", "nat", CONF_ANY_OWNER, NULL, &error);
    g_assert_no_error(error);
    g_assert_null(alone->file);
    g_assert_cmpstr(alone->type, ==, "nat");
    g_assert_cmpstr(link_at(alone, 0)->label, ==, "host");
    g_assert_null(conf_load("helloworld", NULL, CONF_ANY_OWNER, NULL, &error));
    g_assert_error(error, CONF_ERROR, CONF_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(conf_load("helloworld", "natt", CONF_ANY_OWNER, NULL, &error));
    g_assert_error(error, CONF_ERROR, CONF_ERROR_NOT_FOUND);
    g_clear_error(&error);
    put(CONF_DIR "/lab.netns", "[Namespace]\nType=nat\n");
    g_autoptr(Conf) same = conf_load("lab", "nat", CONF_ANY_OWNER, NULL, &error);
    g_assert_no_error(error);
    g_assert_null(conf_load("lab", "bridge", CONF_ANY_OWNER, NULL, &error));
    g_assert_error(error, CONF_ERROR, CONF_ERROR_INVALID);
}

static void test_first_error(void)
{
    g_autofree char *message = refusal("[Access]\nUser=alice\nGroup=x\n");
    g_assert_cmpstr(message, ==, "lab.netns:2: [Access] User=: unknown key, did you mean Users=?");
}

static void test_cite(void)
{
    g_autoptr(Conf) conf = load("[Link wan]\nKind=macvlan\nParent=eth0\nMTU=1500\nMTU=\n");
    const LinkConf *link = link_at(conf, 0);
    g_autofree char *parent = conf_cite(link->lines, "Parent"), *gone = conf_cite(link->lines, "MTU");
    g_assert_cmpstr(parent, ==, "lab.netns:3: [Link wan] Parent=eth0");
    g_assert_cmpstr(gone, ==, "lab.netns:2: [Link wan] MTU=");
}

static void test_names(void)
{
    static const char *const good[] = {"a", "0", "lab", "a.b-c_d", "abcdefghijklmnopqrstuvwxyz012345", NULL};
    static const char *const bad[] = {"",    ".",        "..",  "-a",
                                      "_a",  ".a",       "a/b", "a b",
                                      "a\n", "\xc3\xa9", "a%n", "abcdefghijklmnopqrstuvwxyz0123456",
                                      NULL};
    for (size_t i = 0; good[i]; i++)
        g_assert_true(conf_name_valid(good[i], NULL));
    for (size_t i = 0; bad[i]; i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(conf_name_valid(bad[i], &error));
        g_assert_nonnull(error);
    }
    put(CONF_DIR "/other.netns", "");
    put(VENDOR_DIR "/lab.netns", "");
    g_auto(GStrv) names = conf_names(NULL);
    g_assert_true(g_strv_contains((const char *const *)names, "other"));
    guint lab = 0;
    for (char **name = names; *name; name++)
        lab += g_str_equal(*name, "lab");
    g_assert_cmpuint(lab, ==, 1);
}

#define WG "[Link wg]\nKind=wireguard\nConfigFile=/x\nRouteAllowedIPs=no\n"
#define VPN "[Namespace]\nKillSwitch=v\n[Link v]\nKind=vpn\nInterface=tun*\n[DNS]\nServers=vpn\n"
#define LAN "[Link lan]\nKind=macvlan\nParent=p0\nDHCP=yes\n"

/* Before and after the file of the first link has been read. */
static void source_is(const char *text, DnsSource before, DnsSource after)
{
    g_autoptr(Conf) conf = load(text);
    g_autofree char *file =
        g_strdup("[Interface]\nPrivateKey=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nDNS=10.0.0.1\n");
    g_assert_cmpint(dns_source(conf), ==, before);
    if (strstr(text, WG))
        g_assert_true(wireguard_file_parse(conf, conf->links->pdata[0], "/x", file, NULL, NULL));
    g_assert_cmpint(dns_source(conf), ==, after);
}

static void test_dns_source(void)
{
    source_is("", DNS_SOURCE_HOST, DNS_SOURCE_HOST);
    source_is(LAN, DNS_SOURCE_LEASE, DNS_SOURCE_LEASE);
    source_is(LAN "[DNS]\nServers=host\n", DNS_SOURCE_HOST, DNS_SOURCE_HOST);
    source_is(LAN "[DNS]\nServers=dhcp\nServers=192.0.2.1\n", DNS_SOURCE_GIVEN, DNS_SOURCE_GIVEN);
    source_is(WG "[Namespace]\nKillSwitch=wg\n", DNS_SOURCE_NOBODY, DNS_SOURCE_GIVEN);
    source_is(WG, DNS_SOURCE_HOST, DNS_SOURCE_GIVEN);
    source_is(WG LAN, DNS_SOURCE_LEASE, DNS_SOURCE_GIVEN);
    source_is(WG LAN "[DNS]\nServers=dhcp\n", DNS_SOURCE_LEASE, DNS_SOURCE_LEASE);
    source_is(WG "[DNS]\nServers=host\n", DNS_SOURCE_HOST, DNS_SOURCE_HOST);
    source_is(VPN, DNS_SOURCE_VPN, DNS_SOURCE_VPN);
    source_is(VPN "Servers=192.0.2.1\n", DNS_SOURCE_GIVEN, DNS_SOURCE_GIVEN);
    source_is(VPN "Servers=\n", DNS_SOURCE_NOBODY, DNS_SOURCE_NOBODY);
}

/* Mildly: it is on the way of every start. 200 µs were asked for; ten times that allows for a busy machine
 * and sanitizers. */
static void test_quick(void)
{
    g_autoptr(Conf) warm = load("[Namespace]\nType=nat\n[Access]\nUsers=alice\n[Link]\nMTU=1400\n");
    gint64 best = G_MAXINT64;
    for (int i = 0; i < 100; i++) {
        gint64 start = g_get_monotonic_time();
        g_autoptr(Conf) conf = conf_load("lab", NULL, CONF_ANY_OWNER, NULL, NULL);
        gint64 took = g_get_monotonic_time() - start;
        g_assert_nonnull(conf);
        best = MIN(best, took);
    }
    g_test_message("a configuration loads in %" G_GINT64_FORMAT " µs", best);
    g_assert_cmpint(best, <, 2000);
}

static void types_install(void)
{
    static const char *const types[] = {"basic", "nat", "tunnel", "bridge", "macvlan", "mvbr"};
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autofree char *source = g_strdup_printf(SOURCE_ROOT "/conf/types/%s.netns", types[i]);
        g_autofree char *target = g_strdup_printf(VENDOR_DIR "/types/%s.netns", types[i]);
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(source, &text, NULL, NULL));
        put(target, text);
    }
}

static void root_remove(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    for (const char *name; directory && (name = g_dir_read_name(directory));) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        root_remove(below);
    }
    g_remove(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    root = g_dir_make_tmp("netns-broker-conf-XXXXXX", NULL);
    conf_set_root(root);
    types_install();
    g_test_add_func("/conf/an empty file is a namespace with nothing, and no list is NULL", test_empty);
    g_test_add_func("/conf/Type=nat lies underneath, [Link] adds to its link", test_nat);
    g_test_add_func("/conf/an Address= switches the type's Subnet=auto off, unless it is said again",
                    test_fixed);
    g_test_add_func("/conf/a name too long for an interface is shortened and kept as altname",
                    test_long_name);
    g_test_add_func("/conf/rules of one name are one rule, and have a family", test_rules);
    g_test_add_func("/conf/a route without destination is a default route of its gateway's family",
                    test_routes);
    g_test_add_func("/conf/hooks are split as a shell does, and nothing is expanded", test_hooks);
    g_test_add_func("/conf/a type asked for alone needs no file, and must not contradict one",
                    test_types_asked_for);
    g_test_add_func("/conf/without a list for all slips, the first is the error", test_first_error);
    g_test_add_func("/conf/a key is cited where it was last set, or where its section begins", test_cite);
    g_test_add_func("/conf/names are whole, and listed once", test_names);
    g_test_add_func("/conf/whose name servers: the file's, the word's, a link's file's, the default's",
                    test_dns_source);
    g_test_add_func("/conf/loading is quick", test_quick);
    int status = g_test_run();
    root_remove(root);
    g_free(root);
    return status;
}
