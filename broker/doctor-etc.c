/* doctor-etc.c - check of netnsctl doctor: the admin's own files in /etc/netns/NAME. What is wrong with one
 * of them keeps everybody from entering: nobody is to see the host's instead. */
#include "doctor-check.h"
#include "etc-file.h"
#include "etc-own.h"
#include "trusted.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TOPIC "/etc"
#define NOBODY "nobody can enter"

/* Takes @text and @advice. */
static void found(Patient *patient, const char *path, char *text, char *advice)
{
    json_t *finding =
        finding_add(patient, FINDING_BROKEN, TOPIC, g_strconcat(text, ": " NOBODY, NULL), advice);
    g_autofree char *valid = g_utf8_make_valid(path, -1);

    json_object_set_new(finding, "file", json_string(valid));
    g_free(text);
    patient->shut = true;
}

/* ---- what cannot be trusted -----------------------------------------------------------------------------
 */

/* The first part of @path below /etc that others could change. Owned by the caller; NULL: none. */
static char *part_of_others(const char *path)
{
    const char *at = path + strlen("/etc/");
    struct stat st;

    while (at) {
        at = strchr(at + 1, '/');
        g_autofree char *part = at ? g_strndup(path, (gsize)(at - path)) : g_strdup(path);
        if (lstat(part, &st) == 0 && (st.st_uid != 0 || (!S_ISLNK(st.st_mode) && (st.st_mode & 022))))
            return g_steal_pointer(&part);
    }
    return NULL;
}

/* Takes @part. */
static void found_of_others(Patient *patient, char *part)
{
    struct stat st = {};

    (void)lstat(part, &st);
    found(patient, part,
          st.st_uid != 0 ? g_strdup_printf("%s does not belong to root", part)
                         : g_strdup_printf("%s can be written by others than root", part),
          st.st_uid != 0 ? g_strdup_printf("chown -h root:root %s", part)
                         : g_strdup_printf("chmod go-w %s", part));
    g_free(part);
}

/* @why: what trusted_open() says, which begins with the path. */
static void found_link(Patient *patient, const char *path, const char *target, const char *why)
{
    const char *reason = g_str_has_prefix(why, path) ? why + strlen(path) : why;

    found(
        patient, path,
        access(path, F_OK) < 0
            ? g_strdup_printf("%s is a symbolic link to %s, which is not there", path, target)
            : g_strdup_printf("%s is a symbolic link to %s, which cannot be trusted%s", path, target, reason),
        g_strdup_printf("make it lead to a file that only root can change, or rm %s", path));
}

static void found_bad(Patient *patient, const char *path, const char *why)
{
    char *part = part_of_others(path);
    g_autofree char *target = g_file_read_link(path, NULL);

    if (part)
        found_of_others(patient, part);
    else if (target)
        found_link(patient, path, target, why);
    else
        found(patient, path, g_strdup(why), g_strdup("put it right, or remove it"));
}

/* ---- what does not fit ----------------------------------------------------------------------------------
 */

static void found_kind(Patient *patient, const char *path, const char *over, bool is_directory)
{
    found(patient, path,
          g_strdup_printf("%s is a %s, and %s, which it is to cover, is a %s", path,
                          is_directory ? "directory" : "file", over, is_directory ? "file" : "directory"),
          g_strdup_printf("make it a %s, or remove it", is_directory ? "file" : "directory"));
}

/* MountEtc=files: mounted over what the host has. */
static void check_over_host(Patient *patient, const char *path, const char *entry, bool is_directory)
{
    g_autofree char *over = g_build_filename("/etc", entry, NULL);
    struct stat st;

    if (lstat(over, &st) < 0)
        found(patient, path, g_strdup_printf("%s is to cover %s, which is not there", path, over),
              g_strdup_printf("%s %s\nMountEtc=directory in [Namespace] of %s needs none in the host",
                              is_directory ? "mkdir" : "touch", over, patient->name));
    else if (S_ISDIR(st.st_mode) != is_directory)
        found_kind(patient, path, over, is_directory);
}

/* MountEtc=directory: a place was made for what was there when it came up. */
static void check_place(Patient *patient, const char *path, const char *entry, bool is_directory)
{
    g_autofree char *place = etc_file_path(patient->name, entry);
    g_autofree char *over = g_build_filename("/etc", entry, NULL);
    struct stat st;

    if (is_directory && etc_own_is_made(entry))
        found_kind(patient, path, over, is_directory);
    else if (patient->up && (lstat(place, &st) < 0 || S_ISDIR(st.st_mode) != is_directory))
        found(patient, path, g_strdup_printf("%s has come since the namespace came up", path),
              g_strdup_printf("netnsctl start %s makes a place for it", patient->name));
}

static void check_entry(Patient *patient, const char *entry, MountEtc etc)
{
    g_autofree char *path = etc_own_path(patient->name, entry);
    g_autoptr(GError) why = NULL;
    struct stat st;
    int fd = etc_own_check(patient->name, entry, &why) ? trusted_open(path, &st, &why) : -1;

    if (fd < 0) {
        found_bad(patient, path, why->message);
        return;
    }
    close(fd);
    if (etc == ETC_FILES)
        check_over_host(patient, path, entry, S_ISDIR(st.st_mode));
    else
        check_place(patient, path, entry, S_ISDIR(st.st_mode));
}

static void check_all(Patient *patient, MountEtc etc)
{
    g_autofree char *path = etc_own_path(patient->name, NULL);
    g_autoptr(GError) why = NULL;
    g_auto(GStrv) entries = etc_own_entries(patient->name, &why);

    if (!entries)
        found_bad(patient, path, why->message);
    for (char **entry = entries; entry && *entry; entry++)
        check_entry(patient, *entry, etc);
}

/* For root: a user cannot do anything about it. */
void doctor_check_etc(Patient *patient)
{
    MountEtc etc = patient->conf ? patient->conf->ns.etc : ETC_DIRECTORY;
    g_autofree char *path = etc_own_path(patient->name, NULL);

    if (!patient->host)
        return;
    if (etc != ETC_NO)
        check_all(patient, etc);
    else if (access(path, F_OK) == 0)
        finding_add(patient, FINDING_NOTE, TOPIC,
                    g_strdup_printf("%s is not used: with MountEtc=no programs see the host's files", path),
                    NULL);
}
