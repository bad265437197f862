/* ruleset-save.c - see ruleset-save.h. */
#include "ruleset-save.h"

#include "conf-source.h"
#include "listing.h"
#include "nft.h"
#include "ruleset.h"
#include "trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Of each file that was saved; one without it is somebody's work. */
#define HEADER "# Saved by "

void ruleset_saved_clear(RulesetSaved *saved)
{
    g_clear_pointer(&saved->path, g_free);
}

static bool refuse(GError **error, const char *path, const char *why)
{
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s%s%s", path ? path : "", path ? ": " : "", why);
    return false;
}

static bool failed(GError **error, const char *path, const char *what, int errnum)
{
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errnum), "%s: %s: %s", path, what,
                g_strerror(errnum));
    return false;
}

/* What is in the way at @path: NULL and no error when nothing is. Never anybody's edits: a file that is
 * loaded must be as it was loaded, another one must be a saved one. */
static Ruleset *former_read(const char *path, const Record *record, bool loaded, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(Ruleset) former = ruleset_read_path(path, &why);
    struct stat st;

    if (lstat(path, &st) < 0 && errno == ENOENT)
        return NULL;
    if (!former)
        g_propagate_error(error, g_steal_pointer(&why));
    else if (!S_ISREG(st.st_mode))
        refuse(error, path, "is a symbolic link, and is not followed to be written to");
    else if (loaded && g_strcmp0(former->digest, record->ruleset) != 0)
        refuse(error, path, "has been edited since it was loaded, and is not overwritten");
    else if (!loaded && !g_str_has_prefix(former->text, HEADER))
        refuse(error, path, "is there already, was not saved from here, and is not overwritten");
    else
        return g_steal_pointer(&former);
    return NULL;
}

/* Does the file that the rules came from, or were saved in, still say what they are? */
static bool says_the_same(const Ruleset *former, const Conf *conf, bool loaded, const char *live)
{
    g_autofree char *found = NULL, *listing = NULL;
    g_autoptr(Ruleset) source = NULL;

    if (!former && loaded) {
        /* not in the admin's directory, but in /run or /usr/lib */
        found = conf_source_locate(conf->firewall.file);
        source = found ? ruleset_read_path(found, NULL) : NULL;
        former = source;
    }
    listing = former ? ruleset_list_text(former->text, NULL) : NULL;
    return g_strcmp0(listing, live) == 0;
}

/* The line of @text with this number. */
static char *line_at(const char *text, int number)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    return number > 0 && number <= (int)g_strv_length(lines) ? g_strdup(g_strstrip(lines[number - 1])) : NULL;
}

/* The first line of @text that @other does not have in this place. */
static char *line_differing(const char *text, const char *other)
{
    const char *start = text;

    for (; *text && *text == *other; text++, other++)
        start = *text == '\n' ? text + 1 : start;
    return g_strstrip(g_strndup(start, strcspn(start, "\n")));
}

/* A text that nft printed is not always one that it reads (xt match), or reads as the same (the comment of
 * iptables), nor does everything load before the links. */
static bool loads_again(const char *text, const char *live, GError **error)
{
    GError *why = NULL;
    g_autofree char *listing = ruleset_list_text(text, &why), *line = NULL;

    if (listing && g_str_equal(listing, live))
        return true;
    if (listing)
        why = g_error_new(NFT_ERROR, 0, "nft reads this as another rule than it lists");
    line = listing ? line_differing(live, listing) : line_at(text, why->domain == NFT_ERROR ? why->code : 0);
    g_propagate_prefixed_error(error, why, "they would not load again: %s%s", line ? line : "",
                               line ? ": " : "");
    return false;
}

static char *header(const Conf *conf, const char *by, const char *path, bool loaded)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *when = g_date_time_format(now, "%F %T %z"), *name = g_path_get_basename(path);

    return g_strdup_printf(HEADER "%s, from the namespace %s, %s.\n%s%s%s", by, conf->name, when,
                           loaded ? "" : "# To have it loaded: File=", loaded ? "" : name,
                           loaded ? ""
                                  : " in [Firewall]. As long as it is not, the next save replaces it.\n");
}

/* Readable for nobody but root where there was no file before: nobody else can list the rules either. */
static void mode_keep(int fd, const struct stat *former)
{
    if (!former)
        return;
    /* in netns@.service without CAP_CHOWN */
    bool group = fchown(fd, 0, former->st_gid) == 0;
    (void)fchmod(fd, former->st_mode & (group ? 0755 : 0705));
}

static bool text_write(int fd, const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        ssize_t n = TEMP_FAILURE_RETRY(write(fd, text, left));
        if (n <= 0)
            return false;
        text += n;
        left -= (size_t)n;
    }
    return fsync(fd) == 0;
}

/* Beside the old file, then in its place: there is no moment without one of them, and a full disk costs none.
 * The name is the namespace's, whose lock we hold: what a kill -9 has left is in nobody's use. */
static bool file_replace(int dir, const char *path, const char *name, const char *text, GError **error)
{
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *fresh = g_strdup_printf(".%.200s.%s.new", base, name);
    struct stat st;
    bool former = fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW) == 0, fine;
    int fd, errnum;

    (void)unlinkat(dir, fresh, 0);
    fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed(error, path, "cannot be written", errno);
    mode_keep(fd, former ? &st : NULL);
    fine = text_write(fd, text);
    errnum = errno;
    if (close(fd) < 0 && fine) {
        fine = false;
        errnum = errno;
    }
    if (fine && renameat(dir, fresh, dir, base) < 0) {
        fine = false;
        errnum = errno;
    }
    if (fine)
        return true;
    (void)unlinkat(dir, fresh, 0);
    return failed(error, path, "cannot be written", errnum);
}

static bool write_out(const char *path, const char *name, const char *text, GError **error)
{
    g_autofree char *directory = g_path_get_dirname(path);
    struct stat st;
    int at = trusted_open(directory, &st, error);
    int dir = at < 0 ? -1 : openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool fine;

    if (at >= 0 && dir < 0)
        failed(error, directory, "cannot be opened", errno);
    if (at >= 0)
        close(at);
    fine = dir >= 0 && file_replace(dir, path, name, text, error);
    if (fine)
        (void)fsync(dir); /* the name is there; whether it is after a power cut is all that could fail */
    if (dir >= 0)
        close(dir);
    return fine;
}

/* The digest that the next `up` will compare with. */
static void digest_renew(Record *record, const char *path)
{
    g_autoptr(Ruleset) written = ruleset_read_path(path, NULL);

    if (!written)
        return;
    g_free(record->ruleset);
    record->ruleset = g_strdup(written->digest);
}

static bool save_to(const char *path, const Conf *conf, Record *record, int nsfd, const char *by,
                    RulesetSaved *ret, GError **error)
{
    GError *why = NULL;
    g_autofree char *live = ruleset_list(nsfd, &why), *head = NULL, *text = NULL;
    g_autoptr(Ruleset) former = why ? NULL : former_read(path, record, ret->loaded, &why);

    if (why) {
        g_propagate_error(error, why);
        return false;
    }
    if (says_the_same(former, conf, ret->loaded, live))
        return true;
    if (!*live)
        return refuse(error, path, "not written, the namespace has no rules any more");
    if (!listing_is_tables(live))
        return refuse(error, path, "not written, nft would take words of these rules for commands");
    head = header(conf, by, path, ret->loaded);
    text = g_strconcat(head, live, NULL);
    if (!loads_again(text, live, error) || !write_out(path, conf->name, text, error))
        return false;
    ret->written = true;
    if (ret->loaded)
        digest_renew(record, path);
    return true;
}

bool ruleset_save(const Conf *conf, Record *record, int nsfd, const char *by, RulesetSaved *ret,
                  GError **error)
{
    g_auto(RulesetSaved) saved = {NULL, false, false};

    if (record->adopted)
        return refuse(error, NULL, "the namespace was adopted, and its rules are its maker's");
    if (!record->digest)
        return refuse(error, NULL, "the last change of its file was not finished");
    saved.path = ruleset_target(conf, &saved.loaded);
    if (!saved.path)
        return refuse(error, NULL,
                      "the file would be " RULESET_TEMPLATE ", the template; name another by File=");
    if (!save_to(saved.path, conf, record, nsfd, by, &saved, error))
        return false;
    *ret = saved;
    saved.path = NULL;
    return true;
}
