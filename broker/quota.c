/* quota.c - how much of us one account may use at a time. */
#include "quota.h"

#include <glib.h>

typedef struct Usage {
    unsigned taken[QUOTAS];
} Usage;

static const unsigned limits[QUOTAS] = {[QUOTA_CONNECTION] = 16, [QUOTA_DIALOG] = 1, [QUOTA_BUILD] = 4};

static GHashTable *usages; /* Usage by account; those who use nothing are not in it */

static bool is_unused(const Usage *usage)
{
    for (int i = 0; i < QUOTAS; i++)
        if (usage->taken[i] > 0)
            return false;
    return true;
}

bool quota_take(uid_t account, Quota quota)
{
    if (account == 0)
        return true;
    if (!usages)
        usages = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    Usage *usage = g_hash_table_lookup(usages, GUINT_TO_POINTER(account));
    if (!usage) {
        usage = g_new0(Usage, 1);
        g_hash_table_insert(usages, GUINT_TO_POINTER(account), usage);
    }
    if (usage->taken[quota] >= limits[quota])
        return false;
    usage->taken[quota]++;
    return true;
}

void quota_give(uid_t account, Quota quota)
{
    Usage *usage = account == 0 || !usages ? NULL : g_hash_table_lookup(usages, GUINT_TO_POINTER(account));
    if (account == 0)
        return;
    g_assert(usage && usage->taken[quota] > 0);
    usage->taken[quota]--;
    if (is_unused(usage))
        g_hash_table_remove(usages, GUINT_TO_POINTER(account));
}
