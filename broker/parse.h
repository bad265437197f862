/* parse.h - the text of one value to one typed field, and the tables that say which key fills which field.
 *
 * The type of the struct's field chooses the parser (CONF_KEY, by _Generic): a wrong parser does not compile.
 * Parsing knows no kernel; only what every kernel would refuse is an error here. */
#pragma once

#include "conf.h"
#include "ip.h"

#include <stddef.h>

/* A word of an enumerated key. A table ends with a NULL word. */
typedef struct ConfWord {
    const char *word;
    uint32_t value;
} ConfWord;

/* An enumerated value of a kind's own keys. A struct, because to _Generic a C enum is just an unsigned int.
 * Needs .words. */
typedef struct Choice {
    uint32_t value;
} Choice;

typedef struct ConfKey ConfKey;

/* How values of one C type are read, and put back to the default. */
typedef struct ConfType {
    /* @field is untouched on failure. The error is a whole sentence with file and line (conf_fail).
     * @line->value is never empty. */
    bool (*parse)(const ConfKey *key, const ConfLine *line, void *field, GError **error);
    /* Frees what is in @field and sets the default. Called on fresh (all-zero) fields, for an empty value,
     * and at the end. */
    void (*clear)(const ConfKey *key, void *field);
    bool list;   /* repeated keys add */
    bool vector; /* a char **, in the end never NULL */
} ConfType;

struct ConfKey {
    const char *name; /* NULL ends a table */
    size_t offset;    /* of the field in its struct */
    const ConfType *type;
    const ConfWord *words; /* Choice, uint8_t: all there is; Tristate, Families: instead of yes and no;
                              uint32_t: besides numbers */
    uint32_t min, max;     /* uint32_t only; max 0: no limit */
    uint32_t initial;      /* default of bool, uint8_t, uint32_t, Choice (others: unset, NULL, -1) */
};

extern const ConfType conf_type_string, conf_type_strings, conf_type_bool, conf_type_tristate,
    conf_type_families, conf_type_word, conf_type_choice, conf_type_number, conf_type_prefixlength,
    conf_type_address, conf_type_prefix, conf_type_mac, conf_type_ifname, conf_type_prefix_list,
    conf_type_server_list, conf_type_mac_list, conf_type_sysctl_list, conf_type_link_sysctl_list,
    conf_type_hook_list;

#define CONF_TYPE_OF(FIELD)                                                                                  \
    _Generic((FIELD),                                                                                                            \
        char *: &conf_type_string,         /* as written */                                                                      \
        char **: &conf_type_strings,       /* words, separated by blanks */                                                      \
        bool: &conf_type_bool,             /* yes|no|true|false|on|off|1|0 */                                                    \
        Tristate: &conf_type_tristate,     /* the same; default TRISTATE_UNSET */                                                \
        Families: &conf_type_families,     /* yes|no|ipv4|ipv6 */                                                                \
        uint8_t: &conf_type_word,          /* one of .words */                                                                   \
        Choice: &conf_type_choice,         /* likewise */                                                                        \
        uint32_t: &conf_type_number,       /* decimal or 0x…, between .min and .max, or one of .words */                         \
        int: &conf_type_prefixlength,      /* 0..128; default -1 */                                                              \
        IpAddress: &conf_type_address,                                                                                           \
        IpPrefix: &conf_type_prefix,                                                                                             \
        MacAddress: &conf_type_mac,                                                                                              \
        IfName: &conf_type_ifname)

/* One line of a table: CONF_KEY("Mode", MacvlanConf, mode, .words = modes, .initial = MACVLAN_MODE_BRIDGE) */
#define CONF_KEY(NAME, STRUCT, FIELD, ...)                                                                   \
    {                                                                                                        \
        .name = (NAME), .offset = offsetof(STRUCT, FIELD), .type = CONF_TYPE_OF(((STRUCT *)0)->FIELD),       \
        ##__VA_ARGS__                                                                                        \
    }

/* Lists and char ** are NULL in a kind's own struct while nothing was given; those in conf.h are never NULL.
 */

/* A GPtrArray * field; ELEMENT: prefix (IpPrefix*), mac (MacAddress*), sysctl, link_sysctl (SysctlConf*),
 * hook (HookConf*). Arrays and char ** are NULL in a kind's own struct while nothing was given; those in
 * conf.h are never NULL. */
#define CONF_LIST(NAME, STRUCT, FIELD, ELEMENT, ...)                                                         \
    {                                                                                                        \
        .name = (NAME),                                                                                      \
        .offset = _Generic(((STRUCT *)0)->FIELD, GPtrArray *                                                 \
                           : offsetof(STRUCT, FIELD)),                                                       \
        .type = &conf_type_##ELEMENT##_list, ##__VA_ARGS__                                                   \
    }

/* A key whose ConfType fills several fields: it is given the whole struct. */
#define CONF_WHOLE(NAME, TYPE)                                                                               \
    {                                                                                                        \
        .name = (NAME), .offset = 0, .type = &(TYPE)                                                         \
    }

/* The field of @object that @key fills. */
static inline void *conf_key_field(const ConfKey *key, void *object)
{
    return (char *)object + key->offset;
}

/* NULL when no key of the table (ending with a NULL name) has this name. Case counts. */
const ConfKey *conf_key_find(const ConfKey *keys, const char *name);

/* Set @error to "FILE:LINE: [Section label] Key=value: " and the message. Always false. */
bool conf_fail(const ConfLine *line, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Put "FILE:LINE: [Section label] Key=value: " in front of an error of ip.c. Always false. */
bool conf_fail_at(const ConfLine *line, GError **error);

/* The word among @words (NULL-terminated) that @text most likely means: at most a third of its letters
 * differ. NULL: none. */
const char *word_nearest(const char *text, const char *const *words);

/* Decimal or 0x…, 32 bits; no sign, no octal, no blanks. */
bool number_read(const char *text, uint32_t *ret);
