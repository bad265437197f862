/* guard.c - see guard.h. libnftables, because nft(8) ends with its socket; only `watch` is linked with it. */
#include "guard.h"

#include "firewall.h"

#include <nftables/libnftables.h>
#include <string.h>

struct Guard {
    struct nft_ctx *nft;
    char *text; /* what the table was made from; NULL: not there */
    bool persist;
};

Guard *guard_new(GError **error)
{
    struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
    Guard *guard;

    if (!nft || nft_ctx_buffer_output(nft) || nft_ctx_buffer_error(nft)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot start libnftables");
        if (nft)
            nft_ctx_free(nft);
        return NULL;
    }
    guard = g_new0(Guard, 1);
    guard->nft = nft;
    guard->persist = true;
    return guard;
}

/* Its first line: the rest is the text again, with a mark where it is wrong. */
static bool run(Guard *guard, const char *text, GError **error)
{
    const char *why;

    if (nft_run_cmd_from_buffer(guard->nft, text) == 0)
        return true;
    why = nft_ctx_get_error_buffer(guard->nft);
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                "cannot put nft table inet " FIREWALL_GUARD " in place: %.*s", (int)strcspn(why, "\n"), why);
    return false;
}

/* Where it was left by an owner that was killed (persist), it is taken over first. */
static bool replace(Guard *guard, const char *flags, const Guarded *guarded, GError **error)
{
    g_autofree char *text = firewall_text(FIREWALL_GUARD, flags, guarded);
    g_autofree char *take = g_strdup_printf("table inet " FIREWALL_GUARD " { %s };\n", flags);
    g_autofree char *all = g_strconcat(take, "delete table inet " FIREWALL_GUARD "\n", text, NULL);

    return run(guard, all, error);
}

/* Linux 6.9 and nft 1.1 know "persist": the table outlives an owner that is killed. */
static bool make(Guard *guard, const Guarded *guarded, GError **error)
{
    if (guard->persist && replace(guard, "flags owner, persist;", guarded, NULL))
        return true;
    guard->persist = false;
    return replace(guard, "flags owner;", guarded, error);
}

bool guard_set(Guard *guard, const Guarded *guarded, GError **error)
{
    g_autofree char *text = firewall_text(FIREWALL_GUARD, "", guarded);

    if (g_strcmp0(text, guard->text) == 0)
        return true;
    if (!make(guard, guarded, error))
        return false;
    g_free(guard->text);
    guard->text = g_steal_pointer(&text);
    return true;
}

/* Without ours there may be one that an owner who was killed left behind, or none. */
void guard_clear(Guard *guard)
{
    (void)run(guard, "delete table inet " FIREWALL_GUARD "\n", NULL);
    g_clear_pointer(&guard->text, g_free);
}

void guard_free(Guard *guard)
{
    if (!guard)
        return;
    guard_clear(guard);
    nft_ctx_free(guard->nft);
    g_free(guard);
}
