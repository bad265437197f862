/* listing.c - what nft lists, made fit to be kept. */
#include "listing.h"

static void keeps(const char *listing, const char *want)
{
    g_autofree char *tidy = listing_tidy(listing), *again = listing_tidy(tidy);
    g_assert_cmpstr(tidy, ==, want);
    g_assert_cmpstr(again, ==, want); /* what is tidy stays so: two of them are compared */
}

#define SET(REST) "table inet t {\n\tset s {\n\t\ttype ipv4_addr\n" REST "\t}\n}\n"
#define CHAIN                                                                                                \
    "\n\tchain c {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tip saddr { 10.0.0.1, "     \
    "10.0.0.2 } accept\n\t}\n}\n"

static void plain(void)
{
    keeps("", "");
    keeps("table inet t {" CHAIN, "table inet t {" CHAIN);
    keeps("no newline", "no newline\n");
}

static void elements(void)
{
    const char *want =
        SET("\t\telements = {\n\t\t\t10.0.0.1 counter,\n\t\t\t10.0.0.0/8 comment \"a, } b\"\n\t\t}\n");
    /* as nft 1.0.6 and 1.1.3 break lines */
    keeps(SET("\t\telements = { 10.0.0.1 counter, 10.0.0.0/8 comment \"a, } b\" }\n"), want);
    keeps(SET("\t\telements = { 10.0.0.1 counter,\n\t\t\t     10.0.0.0/8 comment \"a, } b\" }\n"), want);
}

static void own_timeout(void)
{
    keeps(SET("\t\tflags timeout\n\t\telements = { 1.1.1.1 timeout 1h, 1.1.1.2, 1.1.1.3 timeout 5m : "
              "80,\n\t\t\t   "
              "  1.1.1.4 comment \"timeout 1h\", 1.1.1.5 timeout 0s }\n"),
          SET("\t\tflags timeout\n\t\telements = {\n\t\t\t1.1.1.2,\n\t\t\t1.1.1.4 comment \"timeout "
              "1h\",\n\t\t\t"
              "1.1.1.5 timeout 0s\n\t\t}\n"));
    keeps(SET("\t\tflags timeout\n\t\telements = { 1.1.1.1 timeout 1h }\n"), SET("\t\tflags timeout\n"));
}

static void default_timeout(void)
{
    keeps(SET("\t\ttimeout 1h\n\t\telements = { 1.1.1.1, 1.1.1.2 timeout 2h, 1.1.1.3 timeout never }\n"),
          SET("\t\ttimeout 1h\n\t\telements = {\n\t\t\t1.1.1.3 timeout never\n\t\t}\n"));
    /* it is the timeout of that set, and of no other */
    keeps(SET("\t\ttimeout 1h\n\t\telements = { 1.1.1.1 }\n") SET("\t\telements = { 1.1.1.2 }\n"),
          SET("\t\ttimeout 1h\n") SET("\t\telements = {\n\t\t\t1.1.1.2\n\t\t}\n"));
}

static void passing(void)
{
    keeps("\tchain c {\n\t\taccept\n\t\tdrop comment \"" LISTING_PASSING "\"\n\t}\n",
          "\tchain c {\n\t\taccept\n\t}\n");
}

/* with sets of its own, and in between of others; another one's name may begin alike */
static void guard(void)
{
    const char *ours = "table inet " LISTING_GUARD
                       " {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { 1.1.1.1 }\n\t}\n" CHAIN;
    const char *theirs = "table inet " LISTING_GUARD "2 {" CHAIN;
    g_autofree char *between = g_strconcat("table ip a {" CHAIN, ours, theirs, NULL),
                    *want = g_strconcat("table ip a {" CHAIN, theirs, NULL);

    keeps(ours, "");
    keeps(between, want);
}

#define BOX "table inet box {\n\tchain c {\n\t\tcounter comment \"a } b\"\n\t}\n}\n"

static void commands(void)
{
    static const char *const bad[] = {
        "include \"/x\"",
        BOX "include \"x\"",
        BOX "monitor\n",
        BOX "\tmonitor\n",
        "table inet x {}\nmonitor\ntable inet y {\n}\n",
        "table inet x {\n\tcomment \"a\"; } monitor; table inet y { comment \"b\"\n}\n",
        "table inet x {\n\tchain c {\n}\n}\nlist ruleset\n",
        "table inet x {\n\tinclude \"/x\"\n}\n",
        "table inet x {\n\tcomment \"a\"include \"/x\"\n}\n",
        "table inet x y {\n}\n",
        "table inet -x {\n}\n",
        "table inet x { monitor\n}\n",
        "table inet x {\n",
        "table inet x {\n}\n}\n",
        "# Warning: x\nmonitor\n",
        "\"",
    };
    static const char *const good[] = {
        "",
        "\n",
        BOX,
        BOX BOX,
        "# Warning: table ip nat is managed by iptables-nft, do not touch!\n" BOX,
        "table inet x { # progname nft\n\tflags owner\n}\n",
        "table inet x {\n\tcomment \"do not include\"\n\tchain included {\n\t}\n}\n",
        "table inet not-include {\n}\n",
        "table inet x {\n\t# include } }\n}\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(listing_is_tables(bad[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(listing_is_tables(good[i]));
}

/* Whatever it is, it ends. */
static void odd(void)
{
    static const char *const odd[] = {"\t\telements = {",      "\t\telements = { ,,, }",
                                      "\t\telements = { \"",   "\t\telements = { { } }",
                                      "\t\telements = { a }}", "\t\telements = { } x\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(odd); i++)
        g_free(listing_tidy(odd[i]));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/listing/rules are kept as they are", plain);
    g_test_add_func("/listing/elements stand one to a line, however nft broke them", elements);
    g_test_add_func("/listing/elements with a timeout of their own are left out", own_timeout);
    g_test_add_func("/listing/elements of a set with a timeout are left out", default_timeout);
    g_test_add_func("/listing/rules of ours that stand for a moment are left out", passing);
    g_test_add_func("/listing/the guard of name servers is left out", guard);
    g_test_add_func("/listing/what is more than tables is seen, and no word of a comment", commands);
    g_test_add_func("/listing/odd text is gone through to its end", odd);
    return g_test_run();
}
