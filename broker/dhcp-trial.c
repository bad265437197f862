/* dhcp-trial.c - see dhcp-trial.h. Neither client ends for a line that it does not understand, nor has one a
 * run that only tests its file: each is run in such a way, in a namespace that is thrown away, that it reads
 * the file and ends. */
#include "dhcp-trial.h"

#include "dhcp-client.h"
#include "nsfs.h"
#include "spawn.h"

#include <string.h>
#include <unistd.h>

#define PROFILES "/sys/kernel/security/apparmor/profiles"

/* `up` waits for it with the namespace locked: not for long. */
static char *say_all(const DhcpClient *client, const char *program, const char *file, int nsfd)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();

    g_ptr_array_add(argv, (gpointer)program);
    for (const char *const *word = client->trial; *word; word++)
        g_ptr_array_add(argv, (gpointer)(g_str_equal(*word, CLIENT_FILE) ? file : *word));
    g_ptr_array_add(argv, NULL);
    return spawn_hear((char *const *)argv->pdata, nsfd);
}

/* The profile of Debian's dhclient (/etc/apparmor.d/sbin.dhclient). That which `up` starts is not kept out
 * (dhcp-start.c). */
static bool has_profile(const DhcpClient *client)
{
    g_autofree char *profiles = NULL, *its = g_strdup_printf("sbin/%s (enforce)", client->name);

    return g_file_get_contents(PROFILES, &profiles, NULL, NULL) && strstr(profiles, its);
}

/* Of a configuration file that it cannot read it says nothing (clparse.c of 4.4, read_client_conf_file); of
 * others that it does. */
static bool is_kept_out(const DhcpClient *client, const char *file, const char *word)
{
    bool its_place = g_str_has_prefix(file, "/etc/dhcp/") || g_str_equal(file, "/etc/dhclient.conf");

    return word ? strstr(word, "ermission denied") != NULL : !its_place && has_profile(client);
}

char *dhcp_trial(const LinkConf *link, bool *ret_kept_out)
{
    const char *program, *file = link->dhcp_file;
    const DhcpClient *client = dhcp_client_find(link, NULL, &program);
    g_autofree char *words = NULL, *word = NULL;
    int nsfd = file && client && client->trial ? nsfs_create(NULL) : -1;

    *ret_kept_out = false;
    if (nsfd < 0)
        return NULL;
    words = say_all(client, program, file, nsfd);
    close(nsfd);
    word = words ? dhcp_client_word(client, words) : NULL;
    *ret_kept_out = is_kept_out(client, file, word);
    if (!word || *ret_kept_out)
        return NULL;
    return g_strdup_printf("%s: %s", client->name,
                           g_str_has_prefix(word, file) ? g_strchug(word + strlen(file)) : word);
}
