/* account.c - whose uids those of subuid(5) are. */
#include "account.h"

#include <glib.h>
#include <stdint.h>

static void owners(void)
{
    g_autoptr(GArray) ranges = account_ranges("alice:100000:65536\nbob:165536:65536\n\nalice:300000:10\n");

    g_assert_cmpuint(ranges->len, ==, 3);
    g_assert_cmpuint(account_among(ranges, 100000), ==, 100000);
    g_assert_cmpuint(account_among(ranges, 165535), ==, 100000);
    g_assert_cmpuint(account_among(ranges, 165536), ==, 165536);
    g_assert_cmpuint(account_among(ranges, 300009), ==, 100000);
    g_assert_cmpuint(account_among(ranges, 300010), ==, 300010);
    g_assert_cmpuint(account_among(ranges, 1000), ==, 1000);
}

/* Users of a directory may be in there. */
static void of_root(void)
{
    g_autoptr(GArray) ranges = account_ranges("root:1000000:1000000000\n0:5000:10\nbob:100000:65536\n");

    g_assert_cmpuint(account_among(ranges, 1200000), ==, 1200000);
    g_assert_cmpuint(account_among(ranges, 5001), ==, 5001);
    g_assert_cmpuint(account_among(ranges, 100001), ==, 100000);
}

/* None of them makes root, or everybody, somebody's. */
static void nonsense(void)
{
    g_autoptr(GArray) ranges =
        account_ranges("# comment\nalice\nalice:1\nalice:x:5\nalice:-1:5\nalice:0:4294967295\nalice:5:0\n"
                       "alice:1:2:3\nalice:99999999999:1\nalice: 7:1\n");

    g_assert_cmpuint(ranges->len, ==, 0);
    g_autoptr(GArray) last = account_ranges("alice:4294967290:4294967290");
    g_assert_cmpuint(g_array_index(last, AccountRange, 0).last, ==, UINT32_MAX - 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/account/owners", owners);
    g_test_add_func("/account/of-root", of_root);
    g_test_add_func("/account/nonsense", nonsense);
    return g_test_run();
}
