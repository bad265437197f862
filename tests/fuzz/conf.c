/* conf.c - any bytes as the admin's file, once on top of a type and once alone. What loads must survive being
 * shown and read again. */
#include "conf-merge.h"
#include "conf-source.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char type_text[] =
    "[Link host]\nKind=veth\nName=vn-%n1\nHostName=vn-%n0\nSubnet=auto\nPool=198.18.0.0/15\n"
    "Bridge=%?\n[NAT]\nMasquerade=yes\n[DNS]\nServers=host\n";

static void source_add(GPtrArray *sources, const char *path, const void *text, size_t size, bool from_type)
{
    ConfSource *source = g_new0(ConfSource, 1);
    *source = (ConfSource){g_strdup(path), g_memdup2(text, size), size, from_type};
    g_ptr_array_add(sources, source);
}

static Conf *merge(const void *text, size_t size, bool with_type, ConfMerge how)
{
    g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func((GDestroyNotify)conf_source_free);
    g_autoptr(GPtrArray) slips = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    if (with_type)
        source_add(sources, "types/t.netns", type_text, strlen(type_text), true);
    source_add(sources, "lab.netns", text, size, false);
    Conf *conf = conf_merge("lab", sources, how, slips, &error);
    /* a Conf or an error, and an error is among the slips */
    g_assert_true((conf != NULL) == (error == NULL) && (conf != NULL) == (slips->len == 0));
    for (guint i = 0; i < slips->len; i++)
        g_assert_true(g_utf8_validate(slips->pdata[i], -1, NULL));
    return conf;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Conf) on_type = merge(data, size, true, CONF_MERGE_ALL);
    g_autoptr(Conf) rest = merge(data, size, false, CONF_MERGE_REST);
    g_autoptr(Conf) alone = merge(data, size, false, CONF_MERGE_ALL);
    if (alone) {
        g_autofree char *text = conf_show(alone);
        g_autoptr(Conf) again = merge(text, strlen(text), false, CONF_MERGE_ALL);
        g_assert_nonnull(again);
    }
    return 0;
}
