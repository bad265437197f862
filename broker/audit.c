/* audit.c - one journal line for each decision. */
#include "audit.h"

#include "say.h"

#include <string.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define BURST 50
#define INTERVAL (10 * G_USEC_PER_SEC)
#define UIDS_MAX 256

/* The lines of one uid within the current interval. */
typedef struct Rate {
    gint64 since; /* monotonic time, µs */
    unsigned lines, left_out;
} Rate;

static Rate *rate_of(uid_t uid)
{
    static GHashTable *rates;
    if (!rates)
        rates = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    if (g_hash_table_size(rates) > UIDS_MAX)
        g_hash_table_remove_all(rates);
    Rate *rate = g_hash_table_lookup(rates, GUINT_TO_POINTER(uid));
    if (!rate) {
        rate = g_new0(Rate, 1);
        rate->since = g_get_monotonic_time();
        g_hash_table_insert(rates, GUINT_TO_POINTER(uid), rate);
    }
    return rate;
}

static bool line_allowed(uid_t uid)
{
    Rate *rate = rate_of(uid);
    gint64 now = g_get_monotonic_time();
    if (now - rate->since >= INTERVAL) {
        if (rate->left_out > 0)
            say_warning("%u more requests of uid %u were not logged", rate->left_out, uid);
        *rate = (Rate){.since = now};
    }
    if (rate->lines < BURST)
        rate->lines++;
    else
        rate->left_out++;
    return rate->left_out == 0;
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
    if (!line_allowed(peer->uid))
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
    int rc = sd_journal_send("MESSAGE=%s", message, "PRIORITY=%i",
                             strcmp(decided->decision, "allowed") == 0 ? 6 : 5, "NETNS_BROKER_VERB=%s",
                             decided->verb, "NETNS_BROKER_NAMESPACE=%s", name, "NETNS_BROKER_DECISION=%s",
                             decided->decision, "NETNS_BROKER_REASON=%s", reason, "NETNS_BROKER_UID=%u",
                             peer->uid, "NETNS_BROKER_PID=%i", (int)peer->pid, NULL);
    if (rc < 0)
        say_info("%s", message);
}
