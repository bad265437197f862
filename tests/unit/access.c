/* access.c - the first gate, with ids that a socket would have told. */
#include "access.h"

static Peer peer_of(uid_t uid, gid_t gid, gid_t *groups, size_t n_groups)
{
    return (Peer){.pid = 1, .uid = uid, .gid = gid, .groups = groups, .n_groups = n_groups, .pidfd = -1};
}

static bool listed(char **users, char **groups, const Peer *peer)
{
    AccessConf access = {.users = users, .groups = groups};
    return access_listed(&access, peer);
}

static char *nobody[] = {NULL};

static void numbers(void)
{
    gid_t groups[] = {27, 2000};
    Peer alice = peer_of(1000, 1000, groups, 2);
    g_assert_true(listed((char *[]){"1000", NULL}, nobody, &alice));
    g_assert_true(listed((char *[]){"5", "1000", NULL}, nobody, &alice));
    g_assert_true(listed(nobody, (char *[]){"2000", NULL}, &alice));
    g_assert_true(listed(nobody, (char *[]){"1000", NULL}, &alice)); /* the primary group */
    g_assert_false(listed((char *[]){"27", NULL}, nobody, &alice));  /* a gid is no uid */
    g_assert_false(listed(nobody, nobody, &alice));
}

static void whole_numbers(void)
{
    Peer alice = peer_of(1000, 1000, NULL, 0);
    char *near[] = {"100",   "10000",      "01000x", "+1000", " 1000", "1000 ",
                    "0x3e8", "4294968296", "-1",     "",      NULL};
    g_assert_false(listed(near, near, &alice));
}

static void nobodys_number(void)
{
    Peer odd = peer_of((uid_t)-1, (gid_t)-1, NULL, 0);
    char *all[] = {"4294967295", "-1", NULL};
    g_assert_false(listed(all, all, &odd));
}

static void names_not_asked(void)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    Peer alice = peer_of(1000, 1000, NULL, 0);
    AccessConf access = {.users = (char *[]){"root", "1000", NULL}, .groups = (char *[]){"adm", NULL}};
    access_names(&access, &alice, keys);
    g_assert_cmpuint(keys->len, ==, 0); /* the number decides: NSS is not needed */
    alice.uid = 1001;
    alice.gid = 1001;
    access_names(&access, &alice, keys);
    g_assert_cmpuint(keys->len, ==, 2);
    g_assert_cmpstr(keys->pdata[0], ==, "uroot");
    g_assert_cmpstr(keys->pdata[1], ==, "gadm");
    Peer root = peer_of(0, 0, NULL, 0);
    g_assert_false(
        listed(access.users, access.groups, &root)); /* a name nobody has looked up matches nobody */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/access/a uid or one of the groups on the list is listed", numbers);
    g_test_add_func("/access/numbers are compared whole", whole_numbers);
    g_test_add_func("/access/uid -1 is on no list", nobodys_number);
    g_test_add_func("/access/NSS is asked only where numbers do not decide", names_not_asked);
    return g_test_run();
}
