/* take.c - netnsctl take: the script of a VPN program, which hands its interface over. */
#include "take.h"

#include "arrival.h"
#include "booted.h"
#include "needed.h"
#include "paths.h"
#include "say.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool take(const char *name, GError **error)
{
    g_auto(Offer) offer = {};
    g_autoptr(Nl) host = NULL;

    if (!conf_name_valid(name, error) || !offer_read(name, &offer, error))
        return false;
    if (offer.what == OFFER_NOTHING)
        return true;
    if (offer.what == OFFER_DOWN)
        return arrival_end(name, &offer, error);
    host = nl_open(error);
    return host && needed_up(name, host, error) && arrival_take(name, &offer, error);
}

/* Units of PrivateTmp= and the like: what is mounted there, and the second name of a namespace is, the host
 * does not see. Nor does it where nobody may look. */
static bool is_elsewhere(void)
{
    struct stat own, first;

    return stat("/proc/self/ns/mnt", &own) < 0 || stat("/proc/1/ns/mnt", &first) < 0 ||
           own.st_ino != first.st_ino;
}

/* Distributions' units of OpenVPN leave root without what it takes to enter a namespace, in a mount namespace
 * of their own (openvpn-client@.service). */
static bool is_confined(void)
{
    return booted_with_systemd() && access(SYSTEMD_RUN_PATH, X_OK) == 0 &&
           (prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) == 0 || is_elsewhere());
}

/* Of the environment what offer.c looks at. */
static bool is_offered(const char *variable)
{
    static const char *const fronts[] = {
        "script_",         "dev=",    "dev_type=", "tun_mtu=",    "ifconfig_",        "route_vpn_gateway=",
        "foreign_option_", "reason=", "TUNDEV=",   "INTERNAL_IP", "CISCO_DEF_DOMAIN="};

    for (size_t i = 0; i < G_N_ELEMENTS(fronts); i++)
        if (g_str_has_prefix(variable, fronts[i]))
            return true;
    return false;
}

/* The same command in a unit of its own, waited for. */
static int become_unit(const char *name)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    static const char *const words[] = {SYSTEMD_RUN_PATH, "--quiet", "--wait", "--collect", "--pipe"};

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_add(argv, (gpointer)words[i]);
    for (char *const *variable = environ; *variable; variable++)
        if (is_offered(*variable))
            g_ptr_array_add(argv, g_strconcat("--setenv=", *variable, NULL));
    g_ptr_array_add(argv, (gpointer) "--");
    g_ptr_array_add(argv, (gpointer)BROKER_PATH);
    g_ptr_array_add(argv, (gpointer) "take");
    g_ptr_array_add(argv, (gpointer)name);
    g_ptr_array_add(argv, NULL);
    execv(SYSTEMD_RUN_PATH, (char *const *)argv->pdata);
    say_error("cannot start " SYSTEMD_RUN_PATH ": %s", strerrordesc_np(errno));
    return 1;
}

/* What OpenVPN appends to the command (interface, MTU, addresses) is in the environment too, with names. */
int take_main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    if (argc < 2 || argv[1][0] == '-')
        return say_usage("take NAME");
    if (geteuid() != 0) {
        say_error("only root can do this");
        return 1;
    }
    if (conf_name_valid(argv[1], NULL) && is_confined())
        return become_unit(argv[1]);
    if (take(argv[1], &error))
        return 0;
    say_error("%s: %s", argv[1], say_without(argv[1], error->message));
    return 1;
}
