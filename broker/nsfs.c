/* nsfs.c - network namespaces as files. */
#include "nsfs.h"

#include "lock.h"
#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define KEPT_DIR RUN_DIR "/pin"

/* "WHAT: strerror"; always -1. */
static int fail(GError **error, int errnum, const char *what, const char *name)
{
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errnum), "%s%s: %s", what, name,
                strerrordesc_np(errnum));
    return -1;
}

static int refuse(GError **error, GFileError code, const char *name, const char *why)
{
    g_set_error(error, G_FILE_ERROR, code, NSFS_DIR "/%s %s", name, why);
    return -1;
}

/* Looks at the file before it is opened for real: opening a device or a FIFO that somebody put there has
 * effects (CVE-2018-6556 was lxc opening whatever a path named). */
static int open_path(const char *path, const char *name, GError **error)
{
    int at = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct statfs fs;

    if (at < 0)
        return fail(error, errno, "cannot open " NSFS_DIR "/", name);
    if (fstatfs(at, &fs) < 0 || fs.f_type != NSFS_MAGIC) {
        close(at);
        return refuse(error, G_FILE_ERROR_NOENT, name, "is not a namespace");
    }
    /* by the O_PATH fd: the same file, whatever the path names by now */
    g_autofree char *same = g_strdup_printf("/proc/self/fd/%d", at);
    int fd = open(same, O_RDONLY | O_CLOEXEC);
    int errnum = errno;
    close(at);
    if (fd < 0)
        return fail(error, errnum, "cannot open " NSFS_DIR "/", name);
    if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET) {
        close(fd);
        return refuse(error, G_FILE_ERROR_INVAL, name, "is not a network namespace");
    }
    return fd;
}

int nsfs_open(const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(NSFS_DIR, name, NULL);

    return open_path(path, name, error);
}

int nsfs_open_self(GError **error)
{
    /* thread-self: a process may have threads in different namespaces */
    int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

    return fd < 0 ? fail(error, errno, "cannot open ", "/proc/thread-self/ns/net") : fd;
}

int nsfs_create(GError **error)
{
    int home = nsfs_open_self(error), fd;

    if (home < 0)
        return -1;
    if (unshare(CLONE_NEWNET) < 0) {
        fail(error, errno, "cannot make a network namespace", "");
        close(home);
        return -1;
    }
    fd = nsfs_open_self(error);
    nsfs_return(home);
    close(home);
    return fd;
}

bool nsfs_id(int fd, NsId *ret, GError **error)
{
    struct stat st;

    if (fstat(fd, &st) < 0) {
        fail(error, errno, "cannot identify a network namespace", "");
        return false;
    }
    *ret = (NsId){st.st_dev, st.st_ino};
    return true;
}

bool nsfs_id_equal(NsId a, NsId b)
{
    return a.ino != 0 && a.ino == b.ino && a.dev == b.dev;
}

bool nsfs_is(int fd, NsId id)
{
    NsId is;

    return fd >= 0 && nsfs_id(fd, &is, NULL) && nsfs_id_equal(is, id);
}

int nsfs_only(int fd, NsId id)
{
    if (nsfs_is(fd, id))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* iproute2 (5.x, ip/ipnetns.c) locks the directory while it makes the mount, else mounts pile up (Debian bug
 * 949235). The directory is everybody's to open, and so is its lock: whoever holds it for longer than a mount
 * takes is not waited for. */
static int directory_lock(void)
{
    int lock = open(NSFS_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    for (int tries = 0; lock >= 0 && tries < 100 && flock(lock, LOCK_EX | LOCK_NB) < 0; tries++)
        usleep(10000);
    return lock;
}

/* EINVAL: it is not a mount point yet. */
static bool make_shared(void)
{
    return mount("", NSFS_DIR, NULL, MS_SHARED | MS_REC, NULL) == 0;
}

static bool make_mount(GError **error)
{
    int own = lock_take(".netns", error), lock;
    bool fine;

    if (own < 0)
        return false;
    lock = directory_lock();
    fine = make_shared() ||
           (errno == EINVAL && mount(NSFS_DIR, NSFS_DIR, NULL, MS_BIND | MS_REC, NULL) == 0 && make_shared());
    if (!fine)
        fail(error, errno, "cannot make a shared mount of ", NSFS_DIR);
    if (lock >= 0)
        close(lock);
    close(own);
    return fine;
}

/* The first user makes the directory a shared mount of its own, so that a namespace pinned or unpinned here
 * shows everywhere. No lock where that is done already. */
bool nsfs_prepare(GError **error)
{
    if (mkdir(NSFS_DIR, 0755) < 0 && errno != EEXIST) {
        fail(error, errno, "cannot make ", NSFS_DIR);
        return false;
    }
    return make_shared() || make_mount(error);
}

bool nsfs_pin(int fd, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(NSFS_DIR, name, NULL);
    g_autofree char *source = g_strdup_printf("/proc/self/fd/%d", fd);
    /* O_EXCL: a name that is there belongs to somebody else */
    int file = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);

    if (file < 0)
        return fail(error, errno, "cannot pin the namespace at " NSFS_DIR "/", name) == 0;
    close(file);
    if (mount(source, path, NULL, MS_BIND, NULL) < 0) {
        fail(error, errno, "cannot pin the namespace at " NSFS_DIR "/", name);
        (void)unlink(path);
        return false;
    }
    return true;
}

bool nsfs_unpin(const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(NSFS_DIR, name, NULL);

    /* EINVAL: a stale file without a mount, as a reboot on a disk /run leaves it */
    if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL && errno != ENOENT)
        return fail(error, errno, "cannot unmount " NSFS_DIR "/", name) == 0;
    if (unlink(path) < 0 && errno != ENOENT)
        return fail(error, errno, "cannot remove " NSFS_DIR "/", name) == 0;
    return true;
}

void nsfs_unpin_stale(const char *name)
{
    g_autofree char *path = g_build_filename(NSFS_DIR, name, NULL);
    struct statfs fs;
    struct stat st;

    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0 && statfs(path, &fs) == 0 &&
        fs.f_type != NSFS_MAGIC)
        (void)unlink(path);
}

static char *kept_path(const char *name)
{
    return g_build_filename(KEPT_DIR, name, NULL);
}

bool nsfs_keep(int fd, const char *name, GError **error)
{
    g_autofree char *path = kept_path(name), *source = g_strdup_printf("/proc/self/fd/%d", fd);
    int file;

    nsfs_let_go(name); /* what was left by one of the same name */
    if (mkdir(KEPT_DIR, 0700) < 0 && errno != EEXIST)
        return fail(error, errno, "cannot make ", KEPT_DIR) == 0;
    file = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
    if (file < 0)
        return fail(error, errno, "cannot keep the namespace at ", path) == 0;
    close(file);
    return mount(source, path, NULL, MS_BIND, NULL) == 0 ||
           fail(error, errno, "cannot keep the namespace at ", path) == 0;
}

int nsfs_kept(const char *name)
{
    g_autofree char *path = kept_path(name);

    return open_path(path, name, NULL);
}

void nsfs_let_go(const char *name)
{
    g_autofree char *path = kept_path(name);

    if (access(path, F_OK) < 0)
        return;
    (void)umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
    (void)unlink(path);
}

bool nsfs_enter(int fd, GError **error)
{
    if (setns(fd, CLONE_NEWNET) < 0)
        return fail(error, errno, "cannot enter the network namespace", "") == 0;
    return true;
}

void nsfs_return(int home)
{
    if (setns(home, CLONE_NEWNET) < 0)
        g_error("cannot return to the host's network namespace: %s", strerrordesc_np(errno));
}

int nsfs_socket(int nsfd, int family, int type, int protocol, GError **error)
{
    int home = nsfs_open_self(error), fd = -1;

    if (home >= 0 && nsfs_enter(nsfd, error)) {
        fd = socket(family, type | SOCK_CLOEXEC, protocol);
        if (fd < 0)
            (void)fail(error, errno, "cannot make a socket inside", "");
        nsfs_return(home);
    }
    if (home >= 0)
        close(home);
    return fd;
}
