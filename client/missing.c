/* missing.c - why chnetns does not have its capability. The kernel only leaves it out; each of these was seen
 * to be the cause. */
#include "missing.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The first @size-1 bytes of a file of /proc. Empty when it cannot be read. */
static void file_read(const char *path, char *ret, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, ret, size - 1);
    ret[got < 0 ? 0 : got] = '\0';
    if (fd >= 0)
        close(fd);
}

bool missing_in_user_namespace(void)
{
    char map[128];
    unsigned inside, outside, count;
    file_read("/proc/self/uid_map", map, sizeof map);
    return sscanf(map, "%u %u %u", &inside, &outside, &count) == 3 &&
           (inside != 0 || outside != 0 || count != UINT32_MAX);
}

static bool is_traced(void)
{
    char status[4096];
    file_read("/proc/self/status", status, sizeof status);
    const char *tracer = strstr(status, "\nTracerPid:");
    return tracer && strtol(tracer + strlen("\nTracerPid:"), NULL, 10) != 0;
}

const char *missing_because(void)
{
    struct statvfs mount;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
        return "no_new_privs is set (by a sandbox, a service's NoNewPrivileges=, or a container)";
    if (missing_in_user_namespace())
        return "this is a user namespace (a rootless container or a sandbox), where the file's capability "
               "does not count";
    if (prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) == 0)
        return "the bounding set lacks CAP_SYS_ADMIN (a service's CapabilityBoundingSet=, or a container)";
    if (statvfs("/proc/self/exe", &mount) == 0 && (mount.f_flag & ST_NOSUID))
        return "the program lies on a file system mounted nosuid";
    if (is_traced())
        return "it is being traced (strace, a debugger)";
    if (getxattr("/proc/self/exe", "security.capability", NULL, 0) < 0)
        return "the program's file has lost it (as root: setcap cap_sys_admin=p and this file)";
    return "the kernel did not grant it (booted with no_file_caps, or a security module)";
}
