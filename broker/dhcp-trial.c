/* dhcp-trial.c - see dhcp-trial.h. Neither client ends for a line that it does not understand, nor has one a
 * run that only tests its file: each is run in such a way, in a namespace that is thrown away, that it reads
 * the file and ends. */
#include "dhcp-trial.h"

#include "dhcp-client.h"
#include "nsfs.h"
#include "spawn.h"

#include <string.h>
#include <unistd.h>

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

/* AppArmor keeps Debian's dhclient from files that are not in /etc/dhcp; ours is not kept (dhcp-start.c). */
static bool was_kept_out(const char *word)
{
    return strstr(word, "ermission denied");
}

char *dhcp_trial(const LinkConf *link)
{
    const char *program, *file = link->dhcp_file;
    const DhcpClient *client = dhcp_client_find(link, NULL, &program);
    g_autofree char *words = NULL, *word = NULL;
    int nsfd = file && client && client->trial ? nsfs_create(NULL) : -1;

    if (nsfd < 0)
        return NULL;
    words = say_all(client, program, file, nsfd);
    close(nsfd);
    word = words ? dhcp_client_word(client, words) : NULL;
    if (!word || was_kept_out(word))
        return NULL;
    return g_strdup_printf("%s: %s", client->name,
                           g_str_has_prefix(word, file) ? g_strchug(word + strlen(file)) : word);
}
