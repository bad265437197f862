/* nl-generic.c - see nl-generic.h. */
#include "nl-generic.h"

#include "attr.h"

#include <errno.h>
#include <linux/genetlink.h>

Nl *nl_open_generic_at(int nsfd, GError **error)
{
    return nl_open_bus_at(NETLINK_GENERIC, nsfd, error);
}

struct nlmsghdr *nl_generic_add(Nl *nl, char *what, uint16_t family, uint8_t command, uint8_t version)
{
    const struct genlmsghdr header = {.cmd = command, .version = version};

    return nl_add(nl, what, family, 0, &header, sizeof header);
}

static bool take_family(const struct nlmsghdr *message, void *user)
{
    Attributes a = attr_read(message, sizeof(struct genlmsghdr));

    if (a.of[CTRL_ATTR_FAMILY_ID] && mnl_attr_validate(a.of[CTRL_ATTR_FAMILY_ID], MNL_TYPE_U16) >= 0)
        *(uint16_t *)user = mnl_attr_get_u16(a.of[CTRL_ATTR_FAMILY_ID]);
    return true;
}

bool nl_generic_family(Nl *nl, const char *name, uint16_t *ret, GError **error)
{
    struct nlmsghdr *h = nl_generic_add(nl, NULL, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);

    *ret = 0;
    mnl_attr_put_strz(h, CTRL_ATTR_FAMILY_NAME, name);
    if (nl_get(nl, take_family, ret, NULL) && *ret)
        return true;
    g_set_error(error, NL_ERROR, ENOENT, "this kernel has no %s", name);
    return false;
}
