/* attr.c - see attr.h. Of attributes that come twice the last counts; unknown ones are left out. */
#include "attr.h"

#include <arpa/inet.h>

static int keep(const struct nlattr *attribute, void *user)
{
    Attributes *attributes = user;

    if (mnl_attr_get_type(attribute) < ATTR_TYPES)
        attributes->of[mnl_attr_get_type(attribute)] = attribute;
    return MNL_CB_OK;
}

Attributes attr_read(const struct nlmsghdr *message, size_t header)
{
    Attributes attributes = {0};

    mnl_attr_parse(message, (unsigned)header, keep, &attributes);
    return attributes;
}

Attributes attr_read_nested(const struct nlattr *nest)
{
    Attributes attributes = {0};

    if (nest)
        mnl_attr_parse_nested(nest, keep, &attributes);
    return attributes;
}

Attributes attr_read_payload(const void *payload, size_t size)
{
    Attributes attributes = {0};

    mnl_attr_parse_payload(payload, size, keep, &attributes);
    return attributes;
}

const void *attr_bytes(const Attributes *attributes, int type, size_t size)
{
    const struct nlattr *attribute = attributes->of[type];

    return attribute && mnl_attr_get_payload_len(attribute) == size ? mnl_attr_get_payload(attribute) : NULL;
}

uint32_t attr_u32(const Attributes *attributes, int type, uint32_t otherwise)
{
    return attr_bytes(attributes, type, sizeof(uint32_t)) ? mnl_attr_get_u32(attributes->of[type])
                                                          : otherwise;
}

const char *attr_string(const Attributes *attributes, int type)
{
    const struct nlattr *attribute = attributes->of[type];

    return attribute && mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) == 0 ? mnl_attr_get_str(attribute)
                                                                               : NULL;
}

char *attr_address(const Attributes *attributes, int type, int family)
{
    char text[INET6_ADDRSTRLEN];
    const void *bytes = attr_bytes(attributes, type, family == AF_INET ? 4 : 16);

    return bytes ? g_strdup(inet_ntop(family, bytes, text, sizeof text)) : NULL;
}

char *attr_prefix(const Attributes *attributes, int type, int family, unsigned length)
{
    g_autofree char *address = attr_address(attributes, type, family);

    return address ? g_strdup_printf("%s/%u", address, length) : NULL;
}
