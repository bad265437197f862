/* conf-source.c - where configuration comes from: which files, whose they are, and what is in them.
 *
 * Every directory is opened, looked at and only then used (openat), so that what was checked is what is read.
 */
#include "conf-source.h"

#include "ini.h"
#include "paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".netns"

static const char *const directories[] = {CONF_DIR, RUN_DIR, VENDOR_DIR};
static const char *root = "";

void conf_set_root(const char *new_root)
{
    root = new_root ? new_root : "";
}

void conf_source_free(ConfSource *source)
{
    if (!source)
        return;
    g_free(source->path);
    g_free(source->text);
    g_free(source);
}

const char *conf_source_short(const char *path)
{
    if (!g_str_has_prefix(path, root))
        return path;
    for (size_t i = 0; i < G_N_ELEMENTS(directories); i++) {
        size_t length = strlen(directories[i]);
        const char *below = path + strlen(root);
        if (!strncmp(below, directories[i], length) && below[length] == '/')
            return below + length + 1;
    }
    return path;
}

static bool failed(const char *path, int errnum, GError **error)
{
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errnum), "%s: cannot be read: %s", path,
                g_strerror(errnum));
    return false;
}

static bool unsafe(const char *path, const char *why, GError **error)
{
    g_set_error(error, CONF_ERROR, CONF_ERROR_UNSAFE, "%s: refused, %s", path, why);
    return false;
}

static bool owner_check(const char *path, const struct stat *st, ConfFlags flags, GError **error)
{
    if (flags & CONF_ANY_OWNER)
        return true;
    if (st->st_uid != 0) {
        g_autofree char *why = g_strdup_printf("it belongs to uid %u instead of root", st->st_uid);
        return unsafe(path, why, error);
    }
    if (st->st_mode & (S_IWGRP | S_IWOTH))
        return unsafe(path, "others than root can write it (chmod go-w)", error);
    return true;
}

/* Up to one byte more than allowed, so that ini_read() says what is wrong with a file that is too long. */
static bool text_read(int fd, ConfSource *source, GError **error)
{
    g_autofree char *text = g_malloc(INI_BYTES_MAX + 1);
    size_t size = 0;
    while (size <= INI_BYTES_MAX) {
        ssize_t n = TEMP_FAILURE_RETRY(read(fd, text + size, INI_BYTES_MAX + 1 - size));
        if (n < 0)
            return failed(source->path, errno, error);
        if (n == 0)
            break;
        size += (size_t)n;
    }
    source->text = g_memdup2(text, size);
    source->size = size;
    return true;
}

/* Takes @fd. */
static ConfSource *source_new(int fd, const char *path, ConfFlags flags, GError **error)
{
    g_autoptr(ConfSource) source = g_new0(ConfSource, 1);
    struct stat st;
    source->path = g_strdup(path);
    bool good = fstat(fd, &st) == 0 || failed(path, errno, error);
    if (good && !S_ISREG(st.st_mode))
        good = unsafe(path, "it is not a regular file", error);
    good = good && owner_check(path, &st, flags, error) && text_read(fd, source, error);
    close(fd);
    return good ? g_steal_pointer(&source) : NULL;
}

/* O_NONBLOCK: opening a fifo must not hang. */
#define SOURCE_FLAGS (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

ConfSource *conf_source_read(const char *path, ConfFlags flags, GError **error)
{
    int fd = open(path, SOURCE_FLAGS);
    if (fd >= 0)
        return source_new(fd, path, flags, error);
    if (errno == ELOOP)
        unsafe(path, "it is a symbolic link", error);
    else
        failed(path, errno, error);
    return NULL;
}

static bool is_mask(int directory, const char *file)
{
    char target[sizeof("/dev/null") + 1];
    ssize_t length = readlinkat(directory, file, target, sizeof(target));
    return length == (ssize_t)strlen("/dev/null") && !memcmp(target, "/dev/null", (size_t)length);
}

/* 1: in @ret; 0: not there; -1: error, or with *ret_masked a mask */
static bool source_open(int directory, const char *path, const char *file, ConfFlags flags, ConfSource **ret,
                        bool *ret_masked, GError **error)
{
    int fd = openat(directory, file, SOURCE_FLAGS);
    if (fd >= 0) {
        *ret = source_new(fd, path, flags, error);
        return *ret != NULL;
    }
    if (errno == ENOENT)
        return true;
    if (errno != ELOOP)
        return failed(path, errno, error);
    if (!is_mask(directory, file))
        return unsafe(path, "it is a symbolic link", error);
    *ret_masked = true;
    return true;
}

/* The directory @sub below the @index-th configuration directory. True with *ret_fd -1: there is none. */
static bool place_open(size_t index, const char *sub, ConfFlags flags, int *ret_fd, char **ret_path,
                       GError **error)
{
    g_autofree char *path = g_strconcat(root, directories[index], NULL);
    g_auto(GStrv) parts = g_strsplit(sub ? sub : "", "/", -1);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (char **part = parts;; part++) {
        struct stat st;
        if (fd < 0)
            break;
        if (fstat(fd, &st) < 0 || !owner_check(path, &st, flags, error)) {
            close(fd);
            return false;
        }
        if (!*part)
            break;
        int below = openat(fd, *part, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        int errnum = errno;
        close(fd);
        errno = errnum;
        fd = below;
        char *longer = g_strconcat(path, "/", *part, NULL);
        g_free(path);
        path = longer;
    }
    if (fd < 0 && errno != ENOENT)
        return failed(path, errno, error);
    *ret_fd = fd;
    *ret_path = g_steal_pointer(&path);
    return true;
}

bool conf_source_find(const char *sub, const char *file, ConfFlags flags, ConfSource **ret, GError **error)
{
    bool masked = false;
    *ret = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(directories) && !*ret && !masked; i++) {
        g_autofree char *directory = NULL;
        int fd;
        if (!place_open(i, sub, flags, &fd, &directory, error))
            return false;
        if (fd < 0)
            continue;
        g_autofree char *path = g_build_filename(directory, file, NULL);
        bool good = source_open(fd, path, file, flags, ret, &masked, error);
        close(fd);
        if (!good)
            return false;
    }
    return true;
}

char *conf_source_locate(const char *file)
{
    for (size_t i = 0; i < G_N_ELEMENTS(directories); i++) {
        g_autofree char *path = g_strconcat(root, directories[i], "/", file, NULL);
        struct stat st;
        if (fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
            return is_mask(AT_FDCWD, path) ? NULL : g_steal_pointer(&path);
    }
    return NULL;
}

/* Call @each with every entry of the directories' @sub that ends with @suffix, the highest directory first.
 */
typedef bool (*EachEntry)(int directory, const char *path, const char *file, void *user, GError **error);

static bool entries_each(const char *sub, const char *suffix, ConfFlags flags, EachEntry each, void *user,
                         GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(directories); i++) {
        g_autofree char *directory = NULL;
        int fd;
        if (!place_open(i, sub, flags, &fd, &directory, error))
            return false;
        DIR *stream = fd < 0 ? NULL : fdopendir(fd);
        bool good = true;
        struct dirent *entry;
        while (good && stream && (entry = readdir(stream))) {
            if (entry->d_name[0] == '.' || !g_str_has_suffix(entry->d_name, suffix))
                continue;
            g_autofree char *path = g_build_filename(directory, entry->d_name, NULL);
            good = each(fd, path, entry->d_name, user, error);
        }
        if (stream)
            closedir(stream);
        if (!good)
            return false;
    }
    return true;
}

typedef struct Dropins {
    GHashTable *seen; /* base name (owned) → ConfSource*, NULL for a mask */
    ConfFlags flags;
} Dropins;

static bool dropin_each(int directory, const char *path, const char *file, void *user, GError **error)
{
    Dropins *dropins = user;
    ConfSource *source = NULL;
    bool masked = false;
    if (g_hash_table_contains(dropins->seen, file))
        return true;
    if (!source_open(directory, path, file, dropins->flags, &source, &masked, error))
        return false;
    g_hash_table_insert(dropins->seen, g_strdup(file), source);
    return true;
}

bool conf_source_dropins(const char *sub, const char *file, ConfFlags flags, GPtrArray *sources,
                         GError **error)
{
    g_autofree char *directory = g_strconcat(sub ? sub : "", sub ? "/" : "", file, ".d", NULL);
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)conf_source_free);
    Dropins dropins = {seen, flags};
    if (!entries_each(directory, ".conf", flags, dropin_each, &dropins, error))
        return false;
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(seen), (GCompareFunc)strcmp);
    for (GList *name = names; name; name = name->next) {
        ConfSource *source = NULL;
        g_autofree char *key = NULL;
        g_hash_table_steal_extended(seen, name->data, (gpointer *)&key, (gpointer *)&source);
        if (source)
            g_ptr_array_add(sources, source);
    }
    return true;
}

typedef struct Names {
    GHashTable *seen; /* name → name, or "" for a mask */
    GPtrArray *invalid;
} Names;

static bool name_each(int directory, const char *path, const char *file, void *user, GError **error)
{
    Names *names = user;
    g_autofree char *name = g_strndup(file, strlen(file) - strlen(SUFFIX));
    if (!conf_name_valid(name, NULL)) {
        if (names->invalid)
            g_ptr_array_add(names->invalid, g_strdup(path));
    } else if (!g_hash_table_contains(names->seen, name)) {
        bool masked = is_mask(directory, file);
        g_hash_table_insert(names->seen, g_steal_pointer(&name), GINT_TO_POINTER(!masked));
    }
    return true;
}

char **conf_source_names(const char *sub, GPtrArray *invalid, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Names names = {seen, invalid};
    /* any owner: whether a file is safe is decided when it is read, and one bad file must not hide the others
     */
    if (!entries_each(sub, SUFFIX, CONF_ANY_OWNER, name_each, &names, error))
        return NULL;
    g_autoptr(GList) sorted = g_list_sort(g_hash_table_get_keys(seen), (GCompareFunc)strcmp);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (GList *name = sorted; name; name = name->next)
        if (g_hash_table_lookup(seen, name->data))
            g_strv_builder_add(builder, name->data);
    return g_strv_builder_end(builder);
}

/* The section and, if it has one, its name: "[Link wan]". */
static char *cite_section(const ConfLine *line)
{
    return g_strdup_printf("[%s%s%s]", line->section, *line->label ? " " : "", line->label);
}

char *conf_cite_line(const ConfLine *line)
{
    g_autofree char *section = cite_section(line);
    bool too_long = g_utf8_strlen(line->value, -1) > 100;
    g_autofree char *start = too_long ? g_utf8_substring(line->value, 0, 97) : g_strdup(line->value);
    return g_strdup_printf("%s:%u: %s %s=%s%s", conf_source_short(line->file), line->line, section, line->key,
                           start, too_long ? "..." : "");
}

char *conf_cite(const GPtrArray *lines, const char *key)
{
    const ConfLine *first = NULL;
    for (guint i = lines->len; i-- > 0;) {
        const ConfLine *line = lines->pdata[i];
        if (g_str_equal(line->key, key)) {
            if (*line->value)
                return conf_cite_line(line);
            break; /* taken back */
        }
    }
    for (guint i = 0; i < lines->len && (!first || first->from_type); i++)
        first = lines->pdata[i];
    if (!first)
        return g_strdup_printf("%s=", key);
    ConfLine missing = *first;
    missing.key = key;
    missing.value = "";
    return conf_cite_line(&missing);
}
