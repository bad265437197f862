/* trusted.c - paths that only root can have laid. Needs root, to make files of others. */
#include "trusted.h"

#include <glib/gstdio.h>
#include <stdbool.h>
#include <unistd.h>

/* Below /run and not /tmp: that one is writable by all, so nothing in it is trusted. */
static char *base_new(void)
{
    char *base = g_strdup("/run/netns-broker-trusted-XXXXXX");
    g_assert_nonnull(g_mkdtemp(base));
    return base;
}

static char *file_new(const char *base, const char *name)
{
    char *path = g_build_filename(base, name, NULL);
    g_assert_true(g_file_set_contents(path, "x", -1, NULL));
    g_assert_cmpint(g_chmod(path, 0644), ==, 0);
    return path;
}

static bool opens(const char *path, GError **error)
{
    struct stat st;
    int fd = trusted_open(path, &st, error);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void fine(void)
{
    g_autofree char *base = base_new();
    g_autofree char *file = file_new(base, "file");
    g_autofree char *link = g_build_filename(base, "link", NULL);
    g_autofree char *up = g_build_filename(base, "up", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(symlink(file, link), ==, 0);
    g_assert_cmpint(symlink("../../etc/passwd", up), ==, 0);
    g_assert_true(opens(file, &error));
    g_assert_true(opens(link, &error));
    g_assert_true(opens(up, &error));
    g_assert_true(opens(base, &error));
    g_assert_no_error(error);
    g_unlink(up);
    g_unlink(link);
    g_unlink(file);
    g_rmdir(base);
}

static void absent(void)
{
    g_autofree char *base = base_new();
    g_autofree char *file = g_build_filename(base, "none", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_false(opens(file, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_clear_error(&error);
    g_assert_cmpint(symlink("/nowhere", file), ==, 0);
    g_assert_false(opens(file, &error)); /* a symbolic link to nothing was meant to be something */
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED);
    g_unlink(file);
    g_rmdir(base);
}

static void writable(void)
{
    g_autofree char *base = base_new();
    g_autofree char *file = file_new(base, "file");
    g_autoptr(GError) error = NULL;
    g_chmod(file, 0664);
    g_assert_false(opens(file, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_PERM);
    g_clear_error(&error);
    g_chmod(file, 0644);
    g_chmod(base, 0777);
    g_assert_false(opens(file, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_PERM);
    g_unlink(file);
    g_rmdir(base);
}

static void foreign(void)
{
    g_autofree char *base = base_new();
    g_autofree char *file = file_new(base, "file");
    g_autofree char *link = g_build_filename(base, "link", NULL);
    g_autoptr(GError) error = NULL;
    if (geteuid() != 0) {
        g_test_skip("needs root");
        return;
    }
    g_assert_cmpint(symlink(file, link), ==, 0);
    g_assert_cmpint(lchown(link, 1, 1), ==, 0);
    g_assert_true(opens(file, &error));
    g_assert_false(opens(link, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_PERM);
    g_clear_error(&error);
    g_assert_cmpint(chown(base, 1, 1), ==, 0);
    g_assert_false(opens(file, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_PERM);
    g_unlink(link);
    g_unlink(file);
    g_rmdir(base);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trusted/root's files are opened, through root's symbolic links too", fine);
    g_test_add_func("/trusted/what is absent is told from what dangles", absent);
    g_test_add_func("/trusted/what others can write, or put in its place, is refused", writable);
    g_test_add_func("/trusted/what is not root's is refused", foreign);
    return g_test_run();
}
