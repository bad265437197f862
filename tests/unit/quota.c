/* quota.c - limits of one uid. */
#include "quota.h"

#include <glib.h>

static unsigned take_all(uid_t uid, Quota quota)
{
    unsigned taken = 0;
    while (taken < 1000 && quota_take(uid, quota))
        taken++;
    return taken;
}

static void limits(void)
{
    g_assert_cmpuint(take_all(1000, QUOTA_CONNECTION), ==, 16);
    g_assert_cmpuint(take_all(1000, QUOTA_DIALOG), ==, 1);
    g_assert_cmpuint(take_all(1000, QUOTA_BUILD), ==, 4);
    g_assert_true(quota_take(1001, QUOTA_CONNECTION)); /* somebody else is not hindered */
    quota_give(1000, QUOTA_DIALOG);
    g_assert_true(quota_take(1000, QUOTA_DIALOG));
    g_assert_false(quota_take(1000, QUOTA_DIALOG));
}

static void root(void)
{
    g_assert_cmpuint(take_all(0, QUOTA_CONNECTION), ==, 1000);
}

static void returned(void)
{
    for (int i = 0; i < 100; i++) {
        g_assert_true(quota_take(1002, QUOTA_DIALOG));
        quota_give(1002, QUOTA_DIALOG);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/quota/16 connections, 1 dialog, 4 builds for one uid", limits);
    g_test_add_func("/quota/root is not counted", root);
    g_test_add_func("/quota/what is given back can be taken again", returned);
    return g_test_run();
}
