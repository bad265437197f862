/* wireguard.c - any bytes as the file of a VPN provider. */
#include "conf-merge.h"
#include "conf-source.h"
#include "wireguard-file.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char netns_text[] = "[Link wg]\nKind=wireguard\nConfigFile=/x\n";

static Conf *conf_of_link(void)
{
    g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func((GDestroyNotify)conf_source_free);
    ConfSource *source = g_new0(ConfSource, 1);
    *source = (ConfSource){g_strdup("wg.netns"), g_strdup(netns_text), strlen(netns_text), false};
    g_ptr_array_add(sources, source);
    return conf_merge("wg", sources, CONF_MERGE_ALL, NULL, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Conf) conf = conf_of_link();
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strndup((const char *)data, size);
    g_assert_nonnull(conf);
    bool fine = wireguard_file_parse(conf, conf->links->pdata[0], "/x", text, notes, &error);
    g_assert_true(fine == (error == NULL));
    for (guint i = 0; fine && i < conf->peers->len; i++)
        g_assert_true(((const PeerConf *)conf->peers->pdata[i])->public_key.set);
    return 0;
}
