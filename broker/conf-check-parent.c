/* conf-check-parent.c - the checks of what a link hangs on: its parent, its master, another namespace. */
#include "conf-check.h"
#include "link.h"

#include <string.h>

/* The link called @name inside among those before @index, else NULL. */
static const LinkConf *named_before(const Check *check, const char *name, guint index)
{
    for (guint i = 0; i < index; i++) {
        const LinkConf *other = check->conf->links->pdata[i];
        if (g_str_equal(other->name.text, name))
            return other;
    }
    return NULL;
}

/* It is there before what hangs on it. In a namespace of somebody else's there may be links that we do not
 * know. */
static const LinkConf *earlier(const Check *check, const LinkConf *link, guint index, const char *key,
                               const char *name)
{
    const LinkConf *found = named_before(check, name, index);
    bool later = !found && named_before(check, name, check->conf->links->len);

    if (later && g_str_equal(name, link->name.text))
        check_slip_key(check, link->lines, key, "is this link itself");
    else if (later)
        check_slip_key(check, link->lines, key, "its [Link] must be written before this one");
    else if (!found && !check->conf->ns.adopt)
        check_slip_key(check, link->lines, key, "no [Link] of this namespace is called %s", name);
    return found;
}

/* By its name inside, or the name of its section. */
static void name_settle(const Check *check, IfName *name)
{
    const LinkConf *labelled = NULL;

    for (guint i = 0; name->text[0] && i < check->conf->links->len; i++) {
        const LinkConf *other = check->conf->links->pdata[i];
        if (g_str_equal(other->name.text, name->text))
            return;
        if (g_str_equal(other->label, name->text))
            labelled = other;
    }
    if (labelled)
        *name = labelled->name;
}

static void parent_check(const Check *check, const LinkConf *link, guint index)
{
    const LinkKind *kind = link->kind;
    bool given = link->parent.text[0] != '\0',
         inside = g_strcmp0(link->parent_namespace, check->conf->name) == 0;

    if (kind->parent == PARENT_NEEDED && !given)
        check_slip_key(check, link->lines, "Parent", "is missing: which interface of the host carries it");
    if (kind->parent == PARENT_NONE && given)
        check_slip_key(check, link->lines, "Parent", "a link of Kind=%s has no parent", kind->name);
    if (kind->parent == PARENT_NONE && !kind->is_taken && link->parent_namespace)
        check_slip_key(check, link->lines, "ParentNamespace", "a link of Kind=%s has no parent", kind->name);
    else if (kind->is_taken && inside)
        check_slip_key(check, link->lines, "ParentNamespace", "is this namespace: it would be there already");
    else if (inside && given)
        (void)earlier(check, link, index, "Parent", link->parent.text);
    if (inside && kind->host_sibling && kind->host_sibling(link))
        check_slip_key(check, link->lines, "ParentNamespace",
                       "with a parent inside there can be no end in the host");
}

static void namespace_check(const Check *check, const LinkConf *link)
{
    const char *key, *name = link_outer_namespace(link, &key);

    if (name && !conf_name_valid(name, NULL))
        check_slip_key(check, link->lines, key, "not a namespace's name");
    else if (name && name != link->parent_namespace && g_str_equal(name, check->conf->name))
        check_slip_key(check, link->lines, key, "is this namespace");
}

static void port_check(const Check *check, const LinkConf *link, const LinkConf *master)
{
    const char *key = link->addresses->len                ? "Address"
                      : link->gateways->len               ? "Gateway"
                      : link->prefixes->len               ? "Prefixes"
                      : link->subnet_auto == TRISTATE_YES ? "Subnet"
                                                          : NULL;

    if (key)
        check_slip_key(check, link->lines, key, "the link is a port of %s: addresses and routes belong there",
                       master->name.text);
}

static void master_check(const Check *check, const LinkConf *link, guint index)
{
    const LinkConf *master =
        link->master.text[0] ? earlier(check, link, index, "Master", link->master.text) : NULL;

    if (!master)
        return;
    if (!master->kind->is_master)
        check_slip_key(check, link->lines, "Master", "[Link %s] is of Kind=%s, which has no ports",
                       master->label, master->kind->name);
    else if (!master->kind->table)
        port_check(check, link, master);
}

/* Two in one table would see each other. */
static void table_check(const Check *check, const LinkConf *link, guint index)
{
    for (guint i = 0; link->kind->table && i < index; i++) {
        const LinkConf *other = check->conf->links->pdata[i];
        if (other->kind->table && other->kind->table(other) == link->kind->table(link))
            check_slip_key(check, link->lines, "Table", "is the table of [Link %s] already", other->label);
    }
}

static void from_check(const Check *check, const LinkConf *link)
{
    const char *from = link->prefixes_from.text;

    if (!from[0])
        return;
    if (g_str_equal(from, link->name.text))
        check_slip_key(check, link->lines, "PrefixesFrom", "is this link itself");
    else if (!named_before(check, from, check->conf->links->len) && !check->conf->ns.adopt)
        check_slip_key(check, link->lines, "PrefixesFrom", "no [Link] of this namespace is called %s", from);
    if (!link->prefixes->len)
        check_slip_key(check, link->lines, "PrefixesFrom", "there are no Prefixes=");
    if (link->master.text[0])
        check_slip_key(check, link->lines, "PrefixesFrom", "the link's routes are in the table of its vrf");
}

void check_parent(const Check *check, LinkConf *link, guint index)
{
    name_settle(check, &link->master);
    name_settle(check, &link->prefixes_from);
    if (g_strcmp0(link->parent_namespace, check->conf->name) == 0)
        name_settle(check, &link->parent);
    parent_check(check, link, index);
    namespace_check(check, link);
    master_check(check, link, index);
    table_check(check, link, index);
    from_check(check, link);
}
