/* parse.c - values: text to number, address, name, and the nearest word. */
#include "parse.h"

#include <string.h>

static void prefix_is(const char *text, const char *expected)
{
    IpPrefix prefix = {0};
    GError *error = NULL;
    ip_prefix_parse(text, &prefix, &error);
    g_assert_no_error(error);
    g_autofree char *again = ip_prefix_format(&prefix);
    g_assert_cmpstr(again, ==, expected);
}

static void prefix_fails(const char *text)
{
    IpPrefix prefix = {.length = 77};
    g_autoptr(GError) error = NULL;
    g_assert_false(ip_prefix_parse(text, &prefix, &error));
    g_assert_error(error, CONF_ERROR, CONF_ERROR_INVALID);
    g_assert_cmpuint(prefix.length, ==, 77); /* untouched */
}

static void test_prefixes(void)
{
    prefix_is("10.0.0.1/8", "10.0.0.1/8");
    prefix_is("10.0.0.1", "10.0.0.1/32");
    prefix_is("0.0.0.0/0", "0.0.0.0/0");
    prefix_is("2001:DB8::1/64", "2001:db8::1/64");
    prefix_is("::", "::/128");
    prefix_is("::ffff:10.0.0.1/128", "::ffff:10.0.0.1/128");
    static const char *const bad[] = {"",
                                      "/8",
                                      "10.0.0.1/",
                                      "10.0.0.1/33",
                                      "10.0.0.1/-1",
                                      "10.0.0.1/+8",
                                      "10.0.0.1/0x8",
                                      "10.0.0.1/8 ",
                                      " 10.0.0.1/8",
                                      "10.0.0.1/8/8",
                                      "10.1",
                                      "010.0.0.1.1",
                                      "1.2.3.4.5",
                                      "256.0.0.1",
                                      "::1/129",
                                      ":::",
                                      "fe80::1%eth0",
                                      "fe80::1%1/64",
                                      "localhost",
                                      "0x0a000001",
                                      "10.0.0.1/0008",
                                      NULL};
    for (size_t i = 0; bad[i]; i++)
        prefix_fails(bad[i]);
}

static void test_networks(void)
{
    static const char *const cases[][3] = {
        {"10.1.2.3/8", "10.0.0.0/8", "10.255.255.255"},
        {"10.1.2.3/0", "0.0.0.0/0", "192.0.2.1"},
        {"10.1.2.3/32", "10.1.2.3/32", "10.1.2.3"},
        {"10.1.2.131/25", "10.1.2.128/25", "10.1.2.200"},
        {"2001:db8::ff/61", "2001:db8::/61", "2001:db8:0:7::1"},
        {"fd00::1/128", "fd00::1/128", "fd00::1"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        IpPrefix prefix;
        IpAddress inside, outside;
        g_assert_true(ip_prefix_parse(cases[i][0], &prefix, NULL));
        IpPrefix network = ip_prefix_network(&prefix);
        g_autofree char *text = ip_prefix_format(&network);
        g_assert_cmpstr(text, ==, cases[i][1]);
        g_assert_true(ip_address_parse(cases[i][2], &inside, NULL));
        g_assert_true(ip_prefix_contains(&prefix, &inside));
        g_assert_true(
            ip_address_parse(prefix.address.family == AF_INET ? "11.0.0.0" : "2001:db9::", &outside, NULL));
        g_assert_cmpint(ip_prefix_contains(&prefix, &outside), ==, prefix.length == 0);
    }
}

static void test_macs(void)
{
    MacAddress mac = {0};
    g_assert_true(mac_address_parse("02:aB:00-ff:10:01", &mac, NULL));
    g_autofree char *text = mac_address_format(&mac);
    g_assert_cmpstr(text, ==, "02:ab:00:ff:10:01");
    static const char *const bad[] = {"",
                                      "02:00:00:00:00",
                                      "02:00:00:00:00:0",
                                      "02:00:00:00:00:001",
                                      "02:00:00:00:00:0g",
                                      "020000000001",
                                      "02.00.00.00.00.01",
                                      "01:00:00:00:00:01",
                                      "ff:ff:ff:ff:ff:ff",
                                      "00:00:00:00:00:00",
                                      "02:00:00:00:00:01 ",
                                      NULL};
    for (size_t i = 0; bad[i]; i++) {
        MacAddress none = {0};
        g_autoptr(GError) error = NULL;
        g_assert_false(mac_address_parse(bad[i], &none, &error));
        g_assert_nonnull(error);
        g_assert_false(none.set);
    }
}

static void test_interface_names(void)
{
    static const char *const good[] = {"e", "eth0", "vn-lab0", "fifteen-letters", "a.b", "wlan@x", NULL};
    static const char *const bad[] = {"",    ".",    "..",  "sixteen-letters-", "a/b", "a:b",
                                      "a b", "a\tb", "all", "default",          "a%d", "\xc3\xa9",
                                      NULL};
    for (size_t i = 0; good[i]; i++) {
        IfName name;
        g_assert_true(if_name_parse(good[i], &name, NULL));
        g_assert_cmpstr(name.text, ==, good[i]);
    }
    for (size_t i = 0; bad[i]; i++) {
        IfName name = {"as before"};
        g_assert_false(if_name_parse(bad[i], &name, NULL));
        g_assert_cmpstr(name.text, ==, "as before");
    }
}

static void test_shortened(void)
{
    IfName name;
    if_name_shorten("vn-0123456789a0", &name);
    g_assert_cmpstr(name.text, ==, "vn-0123456789a0"); /* 15: fits */
    /* written down: interfaces keep their names over an update */
    if_name_shorten("vn-name-longer-than-an-interface0", &name);
    g_assert_cmpstr(name.text, ==, "vn-b51c89bb0");
    if_name_shorten("vn-name-longer-than-an-interface1", &name);
    g_assert_cmpstr(name.text, ==, "vn-b41c88281");
}

static void test_numbers(void)
{
    uint32_t value = 7;
    g_assert_true(number_read("0", &value) && value == 0);
    g_assert_true(number_read("4294967295", &value) && value == UINT32_MAX);
    g_assert_true(number_read("0xfF", &value) && value == 255);
    g_assert_true(number_read("010", &value) && value == 10);
    value = 7;
    static const char *const bad[] = {"",   "4294967296", "99999999999999999999", "-1", "+1", " 1", "1 ",
                                      "1k", "0x",         "0x1ffffffff",          NULL};
    for (size_t i = 0; bad[i]; i++)
        g_assert_false(number_read(bad[i], &value));
    g_assert_cmpuint(value, ==, 7);
}

static void test_nearest(void)
{
    static const char *const words[] = {"Users", "Groups", "Authorize", "Address", "Gateway", "MTU", NULL};
    static const char *const cases[][2] = {
        {"User", "Users"},      {"users", "Users"}, {"Uesrs", "Users"},        {"Adress", "Address"},
        {"Gatewya", "Gateway"}, {"MTUs", "MTU"},    {"Authorise", "Authorize"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(word_nearest(cases[i][0], words), ==, cases[i][1]);
    g_assert_null(word_nearest("Frobnicate", words));
    g_assert_null(word_nearest("", words));
    g_assert_null(word_nearest("X", words));
    g_autofree char *huge = g_strnfill(100000, 'U');
    g_assert_null(word_nearest(huge, words));
}

typedef struct Sample {
    Choice mode;
    bool yes;
    Tristate maybe;
    Families families;
    uint32_t number;
    char *string;
    char **strings;
    GPtrArray *prefixes;
    int length;
} Sample;

static const ConfWord modes[] = {{"bridge", 4}, {"private", 1}, {}};
static const ConfKey keys[] = {
    CONF_KEY("Mode", Sample, mode, .words = modes, .initial = 4),
    CONF_KEY("Yes", Sample, yes, .initial = true),
    CONF_KEY("Maybe", Sample, maybe),
    CONF_KEY("Families", Sample, families),
    CONF_KEY("Number", Sample, number, .min = 5, .max = 9, .initial = 6),
    CONF_KEY("String", Sample, string),
    CONF_KEY("Strings", Sample, strings),
    CONF_LIST("Prefixes", Sample, prefixes, prefix),
    CONF_KEY("Length", Sample, length),
    {},
};

static void clear(Sample *sample)
{
    for (const ConfKey *key = keys; key->name; key++)
        key->type->clear(key, conf_key_field(key, sample));
}

/* Assign; the message when it is refused. */
static char *assign(Sample *sample, const char *name, const char *value)
{
    const ConfKey *key = conf_key_find(keys, name);
    ConfLine line = {
        .file = "/x/lab.netns", .line = 3, .section = "Link", .label = "wan", .key = name, .value = value};
    g_autoptr(GError) error = NULL;
    g_assert_nonnull(key);
    return key->type->parse(key, &line, conf_key_field(key, sample), &error) ? NULL
                                                                             : g_strdup(error->message);
}

static void test_fields(void)
{
    Sample sample = {0};
    clear(&sample);
    g_assert_true(sample.mode.value == 4 && sample.yes && sample.maybe == TRISTATE_UNSET &&
                  sample.number == 6 && sample.length == -1 && sample.families == FAMILIES_NONE);
    g_assert_null(assign(&sample, "Mode", "private"));
    g_assert_null(assign(&sample, "Yes", "OFF"));
    g_assert_null(assign(&sample, "Maybe", "true"));
    g_assert_null(assign(&sample, "Families", "ipv6"));
    g_assert_null(assign(&sample, "Number", "9"));
    g_assert_null(assign(&sample, "Strings", " a  b "));
    g_assert_null(assign(&sample, "Strings", "c"));
    g_assert_null(assign(&sample, "Prefixes", "10.0.0.0/8 fd00::/8"));
    g_assert_true(sample.mode.value == 1 && !sample.yes && sample.maybe == TRISTATE_YES &&
                  sample.number == 9 && sample.families == FAMILIES_IPV6 && sample.prefixes->len == 2);
    g_assert_cmpstrv(sample.strings, ((const char *const[]){"a", "b", "c", NULL}));
    clear(&sample);
    g_assert_true(sample.mode.value == 4 && sample.yes && !sample.strings && !sample.prefixes);
}

static void test_refused(void)
{
    Sample sample = {0};
    clear(&sample);
    static const char *const cases[][3] = {
        {"Mode", "brige",
         "lab.netns:3: [Link wan] Mode=brige: must be bridge or private; did you mean bridge?"},
        {"Yes", "maybe", "lab.netns:3: [Link wan] Yes=maybe: must be yes or no"},
        {"Families", "ipv5",
         "lab.netns:3: [Link wan] Families=ipv5: must be yes, no, ipv4 or ipv6; did you mean ipv4?"},
        {"Number", "4", "lab.netns:3: [Link wan] Number=4: must be a number from 5 to 9"},
        {"Length", "129", "lab.netns:3: [Link wan] Length=129: must be a prefix length, 0 to 128"},
        {"Prefixes", "10.0.0.0/8 x",
         "lab.netns:3: [Link wan] Prefixes=10.0.0.0/8 x: x: not an IPv4 or IPv6 address"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *message = assign(&sample, cases[i][0], cases[i][1]);
        g_autofree char *whole = g_strconcat("/x/", cases[i][2], NULL);
        g_assert_cmpstr(message, ==, whole);
    }
    /* all as before, the good half of a bad list too */
    g_assert_true(sample.mode.value == 4 && sample.number == 6 && sample.length == -1 && !sample.prefixes);
    clear(&sample);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/parse/prefixes are read strictly and written back", test_prefixes);
    g_test_add_func("/parse/a network contains what it should", test_networks);
    g_test_add_func("/parse/MAC addresses the kernel would refuse are refused", test_macs);
    g_test_add_func("/parse/interface names are the kernel's", test_interface_names);
    g_test_add_func("/parse/a shortened interface name never changes", test_shortened);
    g_test_add_func("/parse/numbers have no sign, no octal, no overflow", test_numbers);
    g_test_add_func("/parse/the nearest word is found, or none", test_nearest);
    g_test_add_func("/parse/the field's type chooses the parser and the default", test_fields);
    g_test_add_func("/parse/a bad value leaves the field alone and says where it is", test_refused);
    return g_test_run();
}
