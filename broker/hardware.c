/* hardware.c - see hardware.h. */
#include "hardware.h"

#include <string.h>

/* Interface numbers are positive ints (net/core/dev.c, dev_index_reserve) */
#define NUMBER_LEAST 1000000000u
#define NUMBERS 1000000000u
#define MACHINE_ID "/etc/machine-id"
#define DIGEST_SIZE 32 /* of SHA-256 */

/* The machine's id hashed with a word of ours, as machine-id(5) asks for: the id itself is not to be told on
 * a network. Must never change: a namespace keeps its addresses over updates. False: there is no id. */
static bool digest_of(const char *namespace, const char *label, const char *what, guint8 ret[DIGEST_SIZE])
{
    g_autofree char *machine = NULL, *text = NULL;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize size = DIGEST_SIZE;

    if (!g_file_get_contents(MACHINE_ID, &machine, NULL, NULL) || strlen(g_strstrip(machine)) != 32)
        return false;
    text = g_strdup_printf("netns-broker/%s/%s/%s/%s", machine, namespace, label, what);
    g_checksum_update(sum, (const guchar *)text, -1);
    g_checksum_get_digest(sum, ret, &size);
    return true;
}

MacAddress hardware_address(const char *namespace, const char *label, bool outer, bool port)
{
    guint8 digest[DIGEST_SIZE];
    MacAddress address = {};

    if (!digest_of(namespace, label, outer ? "outer" : "inner", digest))
        return address;
    memcpy(address.bytes, digest, sizeof address.bytes);
    /* locally administered, of one station (IEEE 802, 8.2) */
    address.bytes[0] = port ? 0xfe : (uint8_t)((address.bytes[0] & 0xfc) | 0x02);
    address.set = true;
    return address;
}

bool hardware_secret(const char *namespace, const char *label, IpAddress *ret)
{
    guint8 digest[DIGEST_SIZE];

    if (!digest_of(namespace, label, "secret", digest))
        return false;
    ret->family = AF_INET6;
    memcpy(ret->bytes, digest, sizeof ret->bytes);
    return true;
}

unsigned hardware_number(const char *namespace, const char *label)
{
    g_autofree char *text = g_strconcat(namespace, "/", label, NULL);

    return NUMBER_LEAST + g_str_hash(text) % NUMBERS;
}
