/* audit.c - one journal line for each decision. */
#include "audit.h"

#include "say.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define INTERVAL_S 10
#define UIDS_MAX 256
#define OTHERS ((uid_t)-1) /* whoever comes when the table is full shares one budget */

/* What was allowed has a budget of its own, so that nobody hides an entry behind a heap of refusals. */
enum { REFUSED, ALLOWED, SORTS };
static const unsigned burst[SORTS] = {[REFUSED] = 50, [ALLOWED] = 500};

/* The lines of one uid within the current interval. */
typedef struct Rate {
    uid_t uid;
    unsigned lines[SORTS], left_out;
} Rate;

static GHashTable *rates; /* by uid, for INTERVAL_S each */

static gboolean interval_over(gpointer user)
{
    const Rate *rate = user;
    if (rate->left_out > 0 && rate->uid == OTHERS)
        say_warning("%u more requests were not logged", rate->left_out);
    else if (rate->left_out > 0)
        say_warning("%u more requests of uid %u were not logged", rate->left_out, rate->uid);
    g_hash_table_remove(rates, GUINT_TO_POINTER(rate->uid));
    return G_SOURCE_REMOVE;
}

static Rate *rate_of(uid_t uid)
{
    if (!rates)
        rates = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    Rate *rate = g_hash_table_lookup(rates, GUINT_TO_POINTER(uid));
    if (!rate && g_hash_table_size(rates) >= UIDS_MAX && uid != OTHERS)
        return rate_of(OTHERS);
    if (!rate) {
        rate = g_new0(Rate, 1);
        rate->uid = uid;
        g_hash_table_insert(rates, GUINT_TO_POINTER(uid), rate);
        g_timeout_add_seconds(INTERVAL_S, interval_over, rate);
    }
    return rate;
}

static bool line_allowed(uid_t uid, bool allowed)
{
    Rate *rate = rate_of(uid);
    int sort = allowed ? ALLOWED : REFUSED;
    if (rate->lines[sort] < burst[sort]) {
        rate->lines[sort]++;
        return true;
    }
    rate->left_out++;
    return false;
}

static bool has_journal(void)
{
    return access(JOURNAL_SOCKET, F_OK) == 0;
}

/* Nothing a stranger wrote reaches a terminal or another log line as it is. */
static char *escaped(const char *text)
{
    return g_strescape(text ? text : "", NULL);
}

void audit(const Peer *peer, const Decided *decided)
{
    bool granted = strcmp(decided->decision, "allowed") == 0;
    if (!line_allowed(peer->uid, granted))
        return;
    g_autofree char *name = escaped(decided->namespace);
    g_autofree char *reason = escaped(decided->reason);
    g_autofree char *message =
        g_strdup_printf("uid %u (pid %d): %s%s%s: %s (%s)", peer->uid, (int)peer->pid, decided->verb,
                        *name ? " " : "", name, decided->decision, reason);
    if (!has_journal()) {
        say_info("%s", message);
        return;
    }
    int rc = sd_journal_send("MESSAGE=%s", message, "PRIORITY=%i", granted ? 6 : 5, "NETNS_BROKER_VERB=%s",
                             decided->verb, "NETNS_BROKER_NAMESPACE=%s", name, "NETNS_BROKER_DECISION=%s",
                             decided->decision, "NETNS_BROKER_REASON=%s", reason, "NETNS_BROKER_UID=%u",
                             peer->uid, "NETNS_BROKER_PID=%i", (int)peer->pid, NULL);
    if (rc < 0)
        say_info("%s", message);
}
