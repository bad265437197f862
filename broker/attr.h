/* attr.h - the attributes of a netlink message, by their type. */
#pragma once

#include <glib.h>
#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

#define ATTR_TYPES 128 /* above all attribute types used here */

typedef struct Attributes {
    const struct nlattr *of[ATTR_TYPES]; /* borrowed from the message; NULL: not there */
} Attributes;

/* @header: size of the fixed part (ifinfomsg, rtmsg …) in front of them. */
Attributes attr_read(const struct nlmsghdr *message, size_t header);
/* Of a nest, or of a hop of RTA_MULTIPATH. */
Attributes attr_read_nested(const struct nlattr *nest);
Attributes attr_read_payload(const void *payload, size_t size);

/* @otherwise where it is absent or of another size. */
uint32_t attr_u32(const Attributes *attributes, int type, uint32_t otherwise);
/* NULL where it is absent or not terminated. Borrowed. */
const char *attr_string(const Attributes *attributes, int type);
/* The bytes of an attribute of exactly @size, else NULL. */
const void *attr_bytes(const Attributes *attributes, int type, size_t size);

/* "10.0.0.2" and "10.0.0.2/30", owned by the caller; NULL where it is absent or not of the family's size. */
char *attr_address(const Attributes *attributes, int type, int family);
char *attr_prefix(const Attributes *attributes, int type, int family, unsigned length);
