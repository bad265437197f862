/* ruleset-file.c - see ruleset-file.h.
 *
 * nft is given the text that was read and checked here, not the path: there is nothing to exchange in
 * between, and no pattern in a path of ours that nft would expand. What the text includes nft opens itself,
 * so those files are looked at beforehand, and only root can change them afterwards. */
#include "ruleset-file.h"

#include "conf-source.h"
#include "paths.h"
#include "trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

#define BYTES_MAX (32 * 1024 * 1024) /* lists of all networks of a continent have 10 MB */
#define DEPTH_MAX 16                 /* nft's own MAX_INCLUDE_DEPTH */

typedef struct Reading {
    GChecksum *sum;
    gsize left; /* bytes that may still be read */
    unsigned depth;
} Reading;

void ruleset_free(Ruleset *ruleset)
{
    if (!ruleset)
        return;
    g_free(ruleset->path);
    g_free(ruleset->text);
    g_free(ruleset->digest);
    g_free(ruleset);
}

static void *slip(GError **error, const char *path, const char *why)
{
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: %s", path, why);
    return NULL;
}

static void *failed(GError **error, const char *path, int errnum)
{
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errnum), "%s: %s", path,
                g_strerror(errnum));
    return NULL;
}

/* All of the file @at, an O_PATH fd. */
static char *text_read(int at, const char *path, const struct stat *st, Reading *reading, GError **error)
{
    g_autofree char *same = g_strdup_printf("/proc/self/fd/%d", at), *text = NULL;
    gsize size = 0, room = (gsize)st->st_size;
    int fd = open(same, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return failed(error, path, errno);
    text = room <= reading->left ? g_malloc(room + 1) : NULL;
    for (ssize_t n = 1; text && n > 0 && size < room; size += (gsize)MAX(n, 0)) {
        n = TEMP_FAILURE_RETRY(read(fd, text + size, room - size));
        if (n < 0)
            failed(error, path, errno);
        if (n < 0)
            g_clear_pointer(&text, g_free);
    }
    close(fd);
    if (room > reading->left)
        return slip(error, path, "with what it includes, more than 32 MiB");
    if (!text)
        return NULL;
    text[size] = '\0';
    reading->left -= size;
    return strlen(text) == size ? g_steal_pointer(&text)
                                : slip(error, path, "has a NUL character, this is not a text");
}

static char *file_read(const char *path, Reading *reading, GError **error)
{
    struct stat st;
    int at = trusted_open(path, &st, error);
    char *text;

    if (at < 0)
        return NULL;
    text =
        S_ISREG(st.st_mode) ? text_read(at, path, &st, reading, error) : slip(error, path, "is a directory");
    close(at);
    return text;
}

static bool includes_read(const char *path, const char *text, Reading *reading, GError **error);

static bool included_read(const char *path, Reading *reading, GError **error)
{
    g_autofree char *text = NULL;
    bool fine;

    if (reading->depth == DEPTH_MAX)
        return slip(error, path, "files include each other more than 16 deep");
    text = file_read(path, reading, error);
    if (!text)
        return false;
    g_checksum_update(reading->sum, (const guchar *)path, (gssize)strlen(path) + 1);
    g_checksum_update(reading->sum, (const guchar *)text, (gssize)strlen(text) + 1);
    reading->depth++;
    fine = includes_read(path, text, reading, error);
    reading->depth--;
    return fine;
}

/* The directory must be root's too: else somebody could put a file into it after we have looked. */
static bool pattern_read(const char *pattern, Reading *reading, GError **error)
{
    g_autofree char *directory = g_path_get_dirname(pattern);
    struct stat st;
    glob_t found;
    bool fine = true;
    int fd;

    if (strpbrk(directory, "*?[\\"))
        return slip(error, pattern, "a pattern may only be in the last part of the path");
    fd = trusted_open(directory, &st, error);
    if (fd < 0)
        return false;
    close(fd);
    if (glob(pattern, GLOB_MARK, NULL, &found) != 0)
        return true; /* nft takes none for well, too */
    for (size_t i = 0; fine && i < found.gl_pathc; i++)
        fine = g_str_has_suffix(found.gl_pathv[i], "/") || included_read(found.gl_pathv[i], reading, error);
    globfree(&found);
    return fine;
}

/* A relative path is looked up in /etc, or where nft happens to be run: nobody can see from the file what is
 * meant. */
static bool include_read(const char *target, Reading *reading, GError **error)
{
    if (target[0] != '/')
        return slip(error, target, "what is included must have an absolute path");
    return strpbrk(target, "*?[\\") ? pattern_read(target, reading, error)
                                    : included_read(target, reading, error);
}

/* Behind the word include: the quoted path, if there is one. Blanks as for nft's scanner.l, where a backslash
 * ends no line. */
static char *include_path(const char *behind)
{
    const char *start = behind + strspn(behind, " \t\r\n\\"), *end;

    if (*start != '"')
        return NULL;
    end = strchr(start + 1, '"');
    return end ? g_strndup(start + 1, (gsize)(end - start - 1)) : NULL;
}

static unsigned line_of(const char *text, const char *at)
{
    unsigned line = 1;

    for (; text < at; text++)
        line += *text == '\n';
    return line;
}

/* Every include outside of comments and quotes, wherever nft would allow one: more is no harm. */
static bool includes_read(const char *path, const char *text, Reading *reading, GError **error)
{
    for (const char *at = text; *at; at++) {
        g_autofree char *target = NULL;
        if (*at == '#') {
            at += strcspn(at, "\n") - 1;
        } else if (*at == '"') {
            at += 1 + strcspn(at + 1, "\"");
        } else if (g_str_has_prefix(at, "include")) {
            target = include_path(at + strlen("include"));
        }
        if (!*at)
            break;
        if (target && !include_read(target, reading, error)) {
            g_prefix_error(error, "%s:%u: include ", path, line_of(text, at));
            return false;
        }
    }
    return true;
}

Ruleset *ruleset_read_path(const char *path, GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(Ruleset) ruleset = g_new0(Ruleset, 1);
    Reading reading = {sum, BYTES_MAX, 0};

    ruleset->path = g_strdup(path);
    ruleset->text = file_read(path, &reading, error);
    if (!ruleset->text)
        return NULL;
    g_checksum_update(sum, (const guchar *)ruleset->text, (gssize)strlen(ruleset->text) + 1);
    if (!includes_read(path, ruleset->text, &reading, error))
        return NULL;
    ruleset->digest = g_strdup(g_checksum_get_string(sum));
    return g_steal_pointer(&ruleset);
}

bool ruleset_read(Conf *conf, GError **error)
{
    FirewallConf *firewall = &conf->firewall;
    g_autofree char *path = NULL, *cite = NULL;

    if (!firewall->file)
        return true;
    path = firewall->file[0] == '/' ? g_strdup(firewall->file) : conf_source_locate(firewall->file);
    ruleset_free(firewall->ruleset);
    firewall->ruleset = path ? ruleset_read_path(path, error) : NULL;
    if (firewall->ruleset)
        return true;
    if (!path)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "there is no such file in %s, %s or %s",
                    CONF_DIR, RUN_DIR, VENDOR_DIR);
    cite = conf_cite_line(firewall->line);
    g_prefix_error(error, "%s: ", cite);
    return false;
}

const char *ruleset_digest(const Conf *conf)
{
    return conf->firewall.ruleset ? conf->firewall.ruleset->digest : NULL;
}

/* Where @file is, if that is below the admin's directory, else NULL. */
static char *in_conf_dir(const char *file)
{
    g_autofree char *path = g_canonicalize_filename(file, CONF_DIR);

    return g_str_has_prefix(path, CONF_DIR "/") ? g_steal_pointer(&path) : NULL;
}

char *ruleset_target(const Conf *conf, bool *ret_loaded)
{
    static const char template[] = CONF_DIR "/" RULESET_TEMPLATE;
    char *path = conf->firewall.file ? in_conf_dir(conf->firewall.file) : NULL;

    if (g_strcmp0(path, template) == 0)
        g_clear_pointer(&path, g_free);
    *ret_loaded = path != NULL;
    if (!path)
        path = g_strconcat(CONF_DIR "/", conf->name, RULESET_SUFFIX, NULL);
    if (g_str_equal(path, template))
        g_clear_pointer(&path, g_free);
    return path;
}
