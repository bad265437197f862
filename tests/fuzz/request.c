/* request - whatever lines a stranger sends: understood or refused, and what was understood is harmless: a
 * verb that exists and a name that is one, whole. */
#include "request.h"

#include "conf.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* As wire_receive would leave it: lines that end in NUL. */
static void packet_make(Wire *packet, const uint8_t *bytes, size_t size)
{
    wire_init(packet);
    packet->length = MIN(size, (size_t)WIRE_MAX - 1);
    memcpy(packet->bytes, bytes, packet->length);
    for (size_t i = 0; i < packet->length; i++)
        if (packet->bytes[i] == '\n')
            packet->bytes[i] = '\0';
    packet->bytes[packet->length++] = '\0';
    packet->bytes[packet->length] = '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(GError) error = NULL;
    Request request;
    Wire packet;
    packet_make(&packet, bytes, size);
    if (!request_parse(&packet, &request, &error)) {
        g_assert_nonnull(error);
        return 0;
    }
    g_assert_cmpstr(request_verb(&request), ==, wire_get(&packet, "VERB"));
    if (request.verb == VERB_LIST) {
        g_assert_cmpstr(request.name, ==, "");
        return 0;
    }
    g_assert_cmpstr(request.name, ==, wire_get(&packet, "NAMESPACE"));
    g_assert_true(conf_name_valid(request.name, NULL));
    g_assert_null(strpbrk(request.name, "/%@ \n"));
    g_assert_cmpint(request.name[0], !=, '.');
    return 0;
}
