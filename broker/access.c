/* access.c - the first gate. Only ids are compared, with those that the kernel noted at connect(2); a group
 * that somebody was put into since then counts from the next login on, as everywhere. There is no "deny this
 * group": groups can be shed. */
#include "access.h"

#include "names.h"

#include <errno.h>
#include <stdlib.h>

/* A word of digits only is an id; no user or group is called so. */
static bool number_parse(const char *text, guint32 *ret)
{
    guint64 number;
    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32 - 1, &number, NULL))
        return false;
    *ret = (guint32)number;
    return true;
}

static bool has_group(const Peer *peer, gid_t gid)
{
    if (peer->gid == gid)
        return true;
    for (size_t i = 0; i < peer->n_groups; i++)
        if (peer->groups[i] == gid)
            return true;
    return false;
}

static bool numbers_listed(const AccessConf *access, const Peer *peer)
{
    guint32 id;
    for (char **user = access->users; *user; user++)
        if (number_parse(*user, &id) && id == peer->uid)
            return true;
    for (char **group = access->groups; *group; group++)
        if (number_parse(*group, &id) && has_group(peer, id))
            return true;
    return false;
}

static void names_add(char **words, char type, GPtrArray *keys)
{
    guint32 id;
    for (char **word = words; *word; word++)
        if (!number_parse(*word, &id))
            g_ptr_array_add(keys, g_strdup_printf("%c%s", type, *word));
}

void access_names(const AccessConf *access, const Peer *peer, GPtrArray *keys)
{
    if (numbers_listed(access, peer))
        return;
    names_add(access->users, 'u', keys);
    names_add(access->groups, 'g', keys);
}

bool access_listed(const AccessConf *access, const Peer *peer)
{
    uid_t uid;
    gid_t gid;
    if (numbers_listed(access, peer))
        return true;
    for (char **user = access->users; *user; user++)
        if (names_uid(*user, &uid) && uid == peer->uid)
            return true;
    for (char **group = access->groups; *group; group++)
        if (names_gid(*group, &gid) && has_group(peer, gid))
            return true;
    return false;
}
