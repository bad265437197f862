/* grant-take.c - see grant-take.h.
 *
 * dhcpcd sets addresses and routes itself, and knows better than a script how long they last; dhclient and
 * udhcpc leave it to their script. The addresses of those have the lease's time as their own: they go when
 * the client has died and the time is over (RFC 2131, 4.4.5).
 *
 * What may be there is written down before it is set ("former"), and stays so until what is new is all there:
 * a lease that is taken half, or whose script is killed, leaves nothing that the next one does not find. */
#include "grant-take.h"

#include "grant-set.h"
#include "leased.h"
#include "lock.h"
#include "say.h"
#include "servers.h"

#include <string.h>
#include <unistd.h>

#define FORMER "former"

typedef struct Taker {
    const char *label, *client, *interface;
    Record *record;
    json_t *all;    /* leased_load() */
    int lock, nsfd; /* -1: we are in the namespace */
} Taker;

static void taker_clear(Taker *taker)
{
    json_decref(taker->all);
    record_free(taker->record);
    if (taker->lock >= 0)
        close(taker->lock);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Taker, taker_clear)

static const char *interface_of(const Record *record, const char *label)
{
    size_t i;
    json_t *link;

    json_array_foreach(json_object_get(record->detail, "links"), i, link)
    {
        if (g_strcmp0(json_string_value(json_object_get(link, "label")), label) == 0)
            return json_string_value(json_object_get(link, "name"));
    }
    return NULL;
}

static bool is_of(const Taker *taker)
{
    return g_strcmp0(json_string_value(json_object_get(taker->all, "client")), taker->client) == 0;
}

/* A client that outlives its namespace is still in that, and another may have its name now. */
static bool is_of_this(const Taker *taker)
{
    int here = taker->nsfd < 0 ? nsfs_open_self(NULL) : taker->nsfd;
    bool is = nsfs_is(here, taker->record->id);

    if (taker->nsfd < 0 && here >= 0)
        close(here);
    return is;
}

/* False without an error: the directory goes with the client's end, or there is no file yet. */
static bool begin(Taker *taker, const char *name, GError **error)
{
    g_autofree char *lock_name = g_strconcat(LOCK_LEASE, name, NULL), *directory = leased_directory(name);

    taker->lock = lock_take(lock_name, error);
    taker->record = taker->lock >= 0 ? record_load(name, error) : NULL;
    if (!taker->record || access(directory, F_OK) < 0 || !is_of_this(taker))
        return false;
    taker->all = leased_load(name, taker->label);
    taker->interface = interface_of(taker->record, taker->label);
    return taker->all && taker->interface;
}

static bool save(const Taker *taker, GError **error)
{
    return leased_save(taker->record->name, taker->label, taker->all, error);
}

static bool tell_servers(const char *name, int nsfd, GError **error)
{
    int here = nsfd < 0 ? nsfs_open_self(error) : nsfd;
    bool fine = here >= 0 && servers_follow(name, DNS_SOURCE_LEASE, here, error);

    if (nsfd < 0 && here >= 0)
        close(here);
    return fine;
}

/* ---- what may be there ------------------------------------------------------------------------------- */

/* Of @in, made if it is not there; @fresh is taken over. */
static json_t *member(json_t *in, const char *key, json_t *fresh)
{
    json_t *there = json_object_get(in, key);

    if (!there)
        json_object_set(in, key, fresh);
    json_decref(fresh);
    return there ? there : fresh;
}

static json_t *former_of(json_t *all, const char *source)
{
    return member(member(all, FORMER, json_object()), source, json_object());
}

static const char *const kinds[] = {"addresses", "routes", NULL};

/* True: of @lease there was something that was not written down. */
static bool former_add(json_t *all, const char *source, const json_t *lease)
{
    bool added = false;
    size_t i;
    json_t *entry;

    for (const char *const *kind = kinds; *kind; kind++) {
        json_t *list = member(former_of(all, source), *kind, json_array());
        json_array_foreach(json_object_get(lease, *kind), i, entry) if (!grant_has(list, entry))
        {
            json_array_append_new(list, json_deep_copy(entry));
            added = true;
        }
    }
    return added;
}

static void former_forget(json_t *all, const char *source)
{
    json_t *former = json_object_get(all, FORMER);

    json_object_del(former, source);
    if (json_object_size(former) == 0)
        json_object_del(all, FORMER);
}

/* ---- set --------------------------------------------------------------------------------------------- */

/* Once, not at each renewal. */
static void tell_unusable(const Taker *taker, const json_t *before, const json_t *now)
{
    size_t i;
    json_t *route;

    json_array_foreach(json_object_get(now, "unusable"), i, route)
    {
        if (!grant_has(json_object_get(before, "unusable"), route))
            say_warning("%s: [Link %s]: the lease's route to %s by %s is left out: %s", taker->record->name,
                        taker->label, json_string_value(json_object_get(route, "to")),
                        json_string_value(json_object_get(route, "by")),
                        json_string_value(json_object_get(route, "why")));
    }
}

/* @now NULL: it is over. */
static bool set(Taker *taker, const char *source, json_t *now, GError **error)
{
    json_t *before = json_incref(json_object_get(taker->all, source));
    bool fine;

    former_add(taker->all, source, before);
    grant_spare(taker->nsfd, taker->interface, former_of(taker->all, source), now);
    fine = (!former_add(taker->all, source, now) || save(taker, error)) &&
           grant_set(taker->nsfd, taker->interface, former_of(taker->all, source), now, error);
    if (fine) {
        former_forget(taker->all, source);
        tell_unusable(taker, before, now);
    }
    json_decref(before);
    return fine;
}

static void refuse(Taker *taker, const Grant *grant)
{
    const char *address = json_string_value(json_array_get(json_object_get(grant->lease, "addresses"), 0));

    say_error("%s: [Link %s]: the lease is refused: no interface can have its address %.*s",
              taker->record->name, taker->label, (int)strcspn(address, "/"), address);
    former_add(taker->all, grant->source, grant->lease);
}

/* dhcpcd has set it, but for what it should not have. */
static bool set_granted(Taker *taker, const Grant *grant, GError **error)
{
    if (grant->what == GRANT_UNUSABLE)
        refuse(taker, grant);
    else if (g_str_equal(taker->client, "dhcpcd") || !grant->source)
        return true;
    return set(taker, grant->source, grant->what == GRANT_GIVEN ? grant->lease : NULL, error);
}

static void put_lease(json_t *all, const Grant *grant)
{
    for (const char *const *source = leased_sources; *source; source++)
        if (grant->what == GRANT_ALL_GONE || g_str_equal(*source, grant->source))
            json_object_del(all, *source);
    if (grant->what == GRANT_GIVEN)
        json_object_set(all, grant->source, grant->lease);
}

bool grant_take(const char *name, const char *label, const char *client, const Grant *grant, GError **error)
{
    g_auto(Taker) taker = {.label = label, .client = client, .lock = -1, .nsfd = -1};

    if (!begin(&taker, name, error) || !is_of(&taker))
        return false;
    if (!set_granted(&taker, grant, error)) { /* half of it is there */
        json_object_del(taker.all, grant->source);
        (void)save(&taker, NULL);
        (void)tell_servers(name, -1, NULL); /* its were known until now */
        return false;
    }
    put_lease(taker.all, grant);
    return save(&taker, error) && tell_servers(name, -1, error) && grant->what != GRANT_UNUSABLE;
}

/* ---- another client ---------------------------------------------------------------------------------- */

static bool take_back(Taker *taker, GError **error)
{
    bool fine = true;

    for (const char *const *source = leased_sources; fine && *source; source++)
        fine = set(taker, *source, NULL, error);
    return fine;
}

/* False: @fresh says nothing new. */
static bool put_fresh(Taker *taker, json_t *fresh)
{
    json_t *before = taker->all;
    bool same;

    taker->all = before && is_of(taker) ? json_copy(before) : json_object();
    json_object_update(taker->all, fresh);
    same = json_equal(before, taker->all);
    json_decref(before);
    return !same;
}

bool grant_expect(const char *name, const char *label, json_t *fresh, int nsfd, GError **error)
{
    g_auto(Taker) taker = {.label = label,
                           .client = json_string_value(json_object_get(fresh, "client")),
                           .lock = -1,
                           .nsfd = nsfd};
    GError *why = NULL;
    bool other = begin(&taker, name, &why) && !is_of(&taker);

    if (why) {
        g_propagate_error(error, why);
        return false;
    }
    if (other && !take_back(&taker, error))
        return false;
    return (!put_fresh(&taker, fresh) || leased_save(name, label, taker.all, error)) &&
           (!other || tell_servers(name, nsfd, error));
}

/* ---- time -------------------------------------------------------------------------------------------- */

/* When it is over, of leased_clock(); 0: never, or whoever was given it looks after it. */
static gint64 end_of(const json_t *lease, gint64 begun)
{
    gint64 seconds = json_integer_value(json_object_get(lease, "seconds")),
           since = json_integer_value(json_object_get(lease, "boot"));

    return seconds > 0 && seconds < LEASED_FOR_EVER && since < begun ? since + seconds : 0;
}

/* One that cannot be taken away stays in the file too: it is found again. */
static bool end_in_time(Taker *taker, GrantTerm *term, const char *source, GError **error)
{
    gint64 now = leased_clock(), end = end_of(json_object_get(taker->all, source), term->begun);

    if (end > now)
        term->next = term->next ? MIN(term->next, end) : end;
    if (!end || end > now)
        return true;
    if (!set(taker, source, NULL, error))
        return false;
    say_warning("%s: [Link %s]: the lease is over: %s has ended, and nobody has renewed it", term->name,
                term->label, term->client);
    json_object_del(taker->all, source);
    term->untold = true;
    return true;
}

bool grant_expire(GrantTerm *term, GError **error)
{
    g_auto(Taker) taker = {.label = term->label, .client = term->client, .lock = -1, .nsfd = -1};
    bool begun = begin(&taker, term->name, error) && is_of(&taker), fine = begun;

    term->next = 0;
    for (const char *const *source = leased_sources; fine && *source; source++)
        if (!term->only || g_str_equal(*source, term->only))
            fine = end_in_time(&taker, term, *source, error);
    if (begun && term->untold) {
        term->untold =
            !save(&taker, fine ? error : NULL) || !tell_servers(term->name, -1, fine ? error : NULL);
        fine = fine && !term->untold;
    }
    return fine;
}
