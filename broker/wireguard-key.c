/* wireguard-key.c - see wireguard-key.h. */
#include "wireguard-key.h"

#include "trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TEXT_LENGTH 44 /* of 32 bytes, with one '=' */
#define FILE_MAX (256 * 1024)

static bool wrong(GError **error, const char *what, const char *why)
{
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s%s%s", what, *what ? ": " : "", why);
    return false;
}

bool wireguard_key_parse(const char *text, WireguardKey *ret, GError **error)
{
    gsize size = 0;
    guchar *bytes;
    bool fine;

    if (strlen(text) != TEXT_LENGTH || text[TEXT_LENGTH - 1] != '=' ||
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") != TEXT_LENGTH - 1)
        return wrong(error, "",
                     "not a key of WireGuard's (44 characters, as wg genkey and wg pubkey print it)");
    bytes = g_base64_decode(text, &size);
    fine = size == sizeof ret->bytes;
    if (fine) {
        memcpy(ret->bytes, bytes, size);
        ret->set = true;
    }
    explicit_bzero(bytes, size);
    g_free(bytes);
    return fine || wrong(error, "", "not a key of WireGuard's");
}

char *wireguard_key_format(const WireguardKey *key)
{
    return g_base64_encode(key->bytes, sizeof key->bytes);
}

void secret_free(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    g_free(text);
}

/* @at: an O_PATH fd. */
static char *read_all(int at, gsize size, const char *path, GError **error)
{
    g_autofree char *same = g_strdup_printf("/proc/self/fd/%d", at);
    char *text = g_malloc0(size + 1);
    int fd = open(same, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? TEMP_FAILURE_RETRY(read(fd, text, size)) : -1;

    if (got < 0)
        (void)wrong(error, path, strerrordesc_np(errno));
    if (fd >= 0)
        close(fd);
    if (got >= 0)
        return text;
    secret_free(text);
    return NULL;
}

char *secret_read(const char *path, GError **error)
{
    struct stat st;
    int at = trusted_open(path, &st, error);
    char *text = NULL;

    if (at < 0)
        return NULL;
    if (!S_ISREG(st.st_mode))
        (void)wrong(error, path, "not a regular file");
    else if (st.st_mode & (S_IRWXG | S_IRWXO))
        (void)wrong(error, path, "others than root can read it, and there is a secret in it: chmod 600");
    else if (st.st_size > FILE_MAX)
        (void)wrong(error, path, "larger than 256 KiB");
    else
        text = read_all(at, (gsize)st.st_size, path, error);
    close(at);
    return text;
}

bool wireguard_key_read(const char *path, WireguardKey *ret, GError **error)
{
    char *text = secret_read(path, error), *start;
    bool fine;

    if (!text)
        return false;
    start = g_strchomp(text) + strspn(text, " \t\r\n"); /* moved nowhere: no second copy */
    fine = wireguard_key_parse(start, ret, error);
    if (!fine)
        g_prefix_error(error, "%s: ", path);
    secret_free(text);
    return fine;
}
