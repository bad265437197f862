/* script.c - see script.h. The namespace, the link and the client come in variables that `up` has given the
 * client (dhcp-client.c), everything else in the client's. */
#include "script.h"

#include "conf.h"
#include "duplicate.h"
#include "grant-take.h"
#include "leased.h"
#include "say.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

bool script_is_called(const char *argv0)
{
    const char *slash = strrchr(argv0, '/');

    return strcmp(slash ? slash + 1 : argv0, "lease") == 0;
}

/* dhclient -6 ends where there is no link-local address yet, and without a carrier there will be none for a
 * while: it is kept waiting; and if it is ended meanwhile, so are we. */
static int prepare(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    return duplicate_wait_local(g_getenv("interface")) ? 0 : 1;
}

/* udhcpc that was started again begins with this: keeper.c. */
static bool is_spared(const char *name, const char *label, const char *client)
{
    g_autofree char *again = leased_file(name, label, LEASED_AGAIN);

    return g_str_equal(client, "udhcpc") && unlink(again) == 0;
}

int script_main(int argc, char **argv)
{
    const char *name = g_getenv("NETNS"), *label = g_getenv("NETNS_LINK"), *client = g_getenv("NETNS_CLIENT");
    g_auto(Grant) grant = {};
    g_autoptr(GError) error = NULL;

    if (!name || !label || !client || !conf_name_valid(name, NULL) || strchr(label, '/')) {
        say_error("this is for the DHCP client of a namespace, which netnsctl up starts");
        return 2;
    }
    say_to_syslog("netns-broker");
    grant_read(client, argc > 1 ? argv[1] : NULL, &grant);
    if (grant.what == GRANT_PREPARE)
        return prepare();
    if (grant.what == GRANT_NOTHING || (grant.what == GRANT_GONE && is_spared(name, label, client)))
        return 0;
    if (grant.what != GRANT_REFUSED && grant_take(name, label, client, &grant, &error))
        return 0;
    if (error)
        say_error("%s: [Link %s]: %s", name, label, error->message);
    return 1;
}
