/* ledger.c - see ledger.h. */
#include "ledger.h"

#include "paths.h"
#include "sysctl.h"
#include "whole.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEDGER RUN_DIR "/forwarding.json"

/* The file is {"families": those that the host's interfaces were looked at for, "set": [[path, old value,
 * our value or null] …]}, in the order in which it was written. Our value: put the old one back only where
 * ours is still there. null: we did not write it, but a later entry's restoring changes it as a side effect.
 */
Ledger ledger_load(void)
{
    Ledger ledger = {.file = json_load_file(LEDGER, 0, NULL)};

    if (!json_is_array(json_object_get(ledger.file, "set"))) {
        json_decref(ledger.file);
        ledger.file = json_pack("{s:i, s:[]}", "families", 0, "set");
    }
    ledger.set = json_object_get(ledger.file, "set");
    ledger.families = (Families)json_integer_value(json_object_get(ledger.file, "families"));
    return ledger;
}

void ledger_done(Ledger *ledger)
{
    json_decref(ledger->file);
    *ledger = (Ledger){0};
}

bool ledger_save(const Ledger *ledger, GError **error)
{
    json_object_set_new(ledger->file, "families", json_integer(ledger->families));
    char *text = json_dumps(ledger->file, JSON_INDENT(1));
    bool fine = whole_write(LEDGER, text, 0600, error);

    free(text);
    return fine;
}

bool ledger_has(const json_t *set, const char *path)
{
    size_t i;
    json_t *entry;

    json_array_foreach(set, i, entry) if (g_strcmp0(json_string_value(json_array_get(entry, 0)), path) ==
                                          0) return true;
    return false;
}

void ledger_note(json_t *set, const char *path, const char *value)
{
    g_autofree char *old = sysctl_read(path);

    if (old && !g_str_equal(old, value) && !ledger_has(set, path))
        json_array_append_new(set, json_pack("[s,s,s]", path, old, value));
}

/* One that goes away meanwhile is fine. */
static bool apply(const char *path, const char *value, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *left = sysctl_write(path, value, &why) ? NULL : sysctl_read(path);

    if (!left)
        return true;
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

bool ledger_apply(const json_t *set, GError **error)
{
    size_t i;
    json_t *entry;

    json_array_foreach(set, i, entry)
    {
        const char *path = json_string_value(json_array_get(entry, 0)),
                   *ours = json_string_value(json_array_get(entry, 2));
        g_autofree char *now = ours ? sysctl_read(path) : NULL;
        if (now && !g_str_equal(now, ours) && !apply(path, ours, error))
            return false;
    }
    return true;
}

/* Somebody has made the host a router since: then every interface forwards for him, not for us. */
static bool is_anothers_now(const char *path)
{
    g_autofree char *all = sysctl_read("net/ipv4/ip_forward");

    return g_str_has_prefix(path, "net/ipv4/conf/") && g_str_has_suffix(path, "/forwarding") &&
           g_strcmp0(all, "1") == 0;
}

/* Backwards, so that side effects of one entry are mended by those before it. What is gone or was changed by
 * others is left. */
static void put_back(const json_t *set)
{
    for (size_t i = json_array_size(set); i-- > 0;) {
        json_t *entry = json_array_get(set, i);
        const char *path = json_string_value(json_array_get(entry, 0)),
                   *old = json_string_value(json_array_get(entry, 1));
        const char *ours = json_string_value(json_array_get(entry, 2));
        g_autofree char *now = path ? sysctl_read(path) : NULL;
        if (now && old && (!ours || g_str_equal(now, ours)) && !g_str_equal(now, old) &&
            !is_anothers_now(path))
            (void)sysctl_write(path, old, NULL);
    }
}

void ledger_restore(void)
{
    Ledger ledger = ledger_load();

    put_back(ledger.set);
    ledger_done(&ledger);
    (void)whole_remove(LEDGER, NULL);
}
