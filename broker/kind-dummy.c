/* kind-dummy.c - an interface that leads nowhere: for addresses that belong to no wire. */
#include "link.h"
#include "parse.h"

static const ConfKey dummy_keys[] = {{}};

const LinkKind kind_dummy = {
    .name = "dummy", .leads_nowhere = true, .has_own_mac = link_always, .keys = dummy_keys};
