/* link.c - the table of link kinds. */
#include "link.h"

/* One word per kind: `KIND(x)` stands for `const LinkKind kind_x` in kind-x.c. */
#define KINDS(KIND)                                                                                          \
    KIND(veth)                                                                                               \
    KIND(macvlan)

#define DECLARE(name) extern const LinkKind kind_##name;
#define POINTER(name) &kind_##name,
#define NAME(name) #name,

KINDS(DECLARE)

static const LinkKind *const kinds[] = {KINDS(POINTER)};
static const char *const kind_names[] = {KINDS(NAME) NULL};

const LinkKind *link_kind_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_equal(kinds[i]->name, name))
            return kinds[i];
    return NULL;
}

const char *const *link_kind_names(void)
{
    return kind_names;
}
