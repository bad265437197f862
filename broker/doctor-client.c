/* doctor-client.c - check of netnsctl doctor: can those who may enter do so? chnetns and its capability, what
 * holds the caller, the broker's socket, polkit. */
#include "doctor-check.h"
#include "doctor-unit.h"
#include "missing.h"
#include "paths.h"
#include "spawn.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#define TOPIC "entering"
#define PKACTION "/usr/bin/pkaction"
#define POLKIT_LIMIT 3000 /* ms */
#define ADVICE_SETCAP "setcap cap_sys_admin=p " CHNETNS_PATH

/* ---- the file -------------------------------------------------------------------------------------------
 */

typedef enum FileCaps { FILE_CAPS_RIGHT, FILE_CAPS_NONE, FILE_CAPS_OTHER } FileCaps;

/* Permitted is CAP_SYS_ADMIN, and nothing else anywhere: effective is a bit of the first word. */
static FileCaps file_caps(void)
{
    struct vfs_ns_cap_data caps = {};
    const uint32_t admin = GUINT32_TO_LE(1U << CAP_SYS_ADMIN);

    if (getxattr(CHNETNS_PATH, "security.capability", &caps, sizeof caps) < (ssize_t)XATTR_CAPS_SZ_2)
        return FILE_CAPS_NONE;
    return caps.data[0].permitted == admin && caps.data[1].permitted == 0 && caps.data[0].inheritable == 0 &&
                   caps.data[1].inheritable == 0 &&
                   !(GUINT32_FROM_LE(caps.magic_etc) & VFS_CAP_FLAGS_EFFECTIVE)
               ? FILE_CAPS_RIGHT
               : FILE_CAPS_OTHER;
}

static void found(Patient *patient, const char *text, const char *advice)
{
    finding_add(patient, FINDING_BROKEN, TOPIC, g_strdup(text), g_strdup(advice));
}

static void check_caps(Patient *patient)
{
    FileCaps caps = file_caps();

    if (caps == FILE_CAPS_NONE)
        found(patient, CHNETNS_PATH " has lost its capability: nobody but root can enter", ADVICE_SETCAP);
    else if (caps == FILE_CAPS_OTHER)
        found(patient, CHNETNS_PATH " has another capability than cap_sys_admin=p", ADVICE_SETCAP);
}

/* chown(2) takes the capability away. */
static void check_file(Patient *patient)
{
    struct stat file;
    struct statvfs mount;

    if (stat(CHNETNS_PATH, &file) < 0) {
        found(patient, CHNETNS_PATH " is not there", "install netns-broker again");
        return;
    }
    if (file.st_uid != 0 || (file.st_mode & (S_IWGRP | S_IWOTH)))
        found(patient, CHNETNS_PATH " is not root's alone",
              "chown root:root " CHNETNS_PATH "\nchmod 755 " CHNETNS_PATH "\n" ADVICE_SETCAP);
    else if (file.st_mode & (S_ISUID | S_ISGID))
        found(patient, CHNETNS_PATH " has a setuid or setgid bit, which it must not have",
              "chmod u-s,g-s " CHNETNS_PATH "\n" ADVICE_SETCAP);
    else if (!(file.st_mode & S_IXOTH))
        found(patient, CHNETNS_PATH " cannot be run by everybody", "chmod 755 " CHNETNS_PATH);
    check_caps(patient);
    if (statvfs(CHNETNS_PATH, &mount) == 0 && (mount.f_flag & ST_NOSUID))
        found(patient,
              CHNETNS_PATH " lies on a file system mounted nosuid, where its capability does not count",
              "remove nosuid from the options of that mount");
}

/* ---- who calls -------------------------------------------------------------------------------------------
 */

static void check_caller(Patient *patient)
{
    const char *why = NULL;

    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
        why = "no_new_privs is set (by a sandbox, a container or a service's NoNewPrivileges=)";
    else if (missing_in_user_namespace())
        why = "this is a user namespace (a rootless container or a sandbox)";
    else if (prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) == 0)
        why = "the bounding set lacks CAP_SYS_ADMIN (a container, or a service's CapabilityBoundingSet=)";
    if (why)
        finding_add(patient, FINDING_WARNING, TOPIC, g_strdup_printf("not from here: %s", why),
                    g_strdup("call chnetns outside of it"));
}

/* ---- the broker -------------------------------------------------------------------------------------------
 */

/* 0, or why it does not listen. */
static int socket_error(void)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET_PATH};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), errnum = 0;

    if (fd < 0 || (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0 && errno != EAGAIN))
        errnum = errno;
    if (fd >= 0)
        close(fd);
    return errnum;
}

/* Are others than root meant to enter? */
static bool is_for_users(const Conf *conf)
{
    const AccessConf *access = conf ? &conf->access : NULL;

    return access && (access->authorize == AUTHORIZE_EITHER || access->users[0] || access->groups[0]);
}

/* Behind the socket systemd starts the service with the first who asks. Where that is masked, or has failed,
 * the socket alone does not help. Owned by the caller. */
static char *advise_socket(const UnitCare *socket, const UnitCare *service)
{
    if (!socket->known)
        return g_strdup("netns-broker serve answers there: start it at boot (netns-broker(8))");
    return g_strconcat(service->unmask, socket->unmask, socket->run,
                       service->failed ? "\njournalctl -u netns-broker.service tells why it failed" : NULL,
                       NULL);
}

/* Root looks into the files himself; who is not root has come by the socket. Where nobody but root is to
 * enter, or the admin has masked a unit, that is as it was meant to be. */
static void check_socket(Patient *patient)
{
    int errnum = patient->host ? socket_error() : 0;
    g_auto(UnitCare) socket = unit_care("netns-broker.socket"), service = unit_care("netns-broker.service");

    bool shut = service.masked && !service.running;

    if (!patient->host || (!errnum && !shut))
        return;
    finding_add(
        patient, socket.masked || shut || !is_for_users(patient->conf) ? FINDING_WARNING : FINDING_BROKEN,
        TOPIC,
        service.masked ? g_strdup("nobody can enter, for netns-broker.service is masked")
                       : g_strdup_printf("nobody can enter, for nobody listens at " SOCKET_PATH ": %s",
                                         strerrordesc_np(errnum)),
        advise_socket(&socket, &service));
}

static bool is_for_polkit(const Conf *conf)
{
    return is_for_users(conf) && conf->access.authorize != AUTHORIZE_LIST;
}

static void found_polkit(Patient *patient, const char *text, char *advice)
{
    finding_add(
        patient, FINDING_BROKEN, TOPIC, g_strconcat(text, ": only root can enter", NULL),
        g_strdup_printf("%s\nAuthorize=list in [Access] of %s does without polkit", advice, patient->name));
    g_free(advice);
}

static char *advise_polkit(void)
{
    g_auto(UnitCare) care = unit_care("polkit.service");

    return care.known ? g_strconcat(care.unmask, care.run, NULL) : g_strdup("start polkitd");
}

/* pkaction asks polkitd, and polkitd has read the file of our actions. *ret: what is said, errors too. */
static bool ask_polkit(char **ret)
{
    static const char *const argv[] = {PKACTION, "--action-id", "org.netns-broker.enter", NULL};
    Spawned spawned;

    *ret = NULL;
    return spawn_begin((char *const *)argv, NULL, &spawned, NULL) &&
           spawn_end(&spawned, PKACTION, POLKIT_LIMIT, ret, NULL);
}

static void check_polkit(Patient *patient)
{
    g_autofree char *said = NULL;

    if (!is_for_polkit(patient->conf))
        return;
    if (access(PKACTION, X_OK) < 0)
        found_polkit(patient, "polkit is not installed", g_strdup("install polkit"));
    else if (ask_polkit(&said))
        return;
    else if (said && strstr(said, "No action with"))
        found_polkit(patient, "polkit does not know the actions of netns-broker",
                     g_strdup("install netns-broker again"));
    else
        found_polkit(patient, "polkit does not answer", advise_polkit());
}

void doctor_check_client(Patient *patient)
{
    check_file(patient);
    check_caller(patient);
    check_socket(patient);
    check_polkit(patient);
}
