/* passage.c - see passage.h.
 *
 * A look reads all filters, and what it changes is looked at once more by the next call: only a look that
 * had nothing to change is remembered (STATE), so nobody's change in between is missed, and who calls again
 * because of our own change finds nothing to do. */
#include "passage.h"

#include "filters.h"
#include "obstacles.h"
#include "passage-edit.h"
#include "passage-report.h"
#include "paths.h"
#include "say.h"
#include "whole.h"

#include <string.h>
#include <unistd.h>

/* The mark (filters.h) of the last look that had nothing to change; CHANGED after another one, CHANGING
 * within it. While it is there, rules of ours may be somewhere. */
#define STATE RUN_DIR "/passage"
#define CHANGING "changing\n"
#define CHANGED "changed\n"

static bool state_is(const char *mark)
{
    g_autofree char *state = NULL;

    return g_file_get_contents(STATE, &state, NULL, NULL) && g_str_equal(state, mark);
}

static bool state_save(const char *mark, GError **error)
{
    return whole_write(STATE, mark, 0600, error);
}

static bool forget(GError **error)
{
    return whole_remove(STATE, error) && obstacles_save(NULL, error);
}

typedef PassagePlan *(*Planner)(const FilterTable *table, FilterChain *base);

static GPtrArray *plans_of(const GPtrArray *tables, Planner planner)
{
    GPtrArray *plans = g_ptr_array_new_with_free_func((GDestroyNotify)passage_plan_free);

    for (guint t = 0; t < tables->len; t++) {
        const FilterTable *table = tables->pdata[t];
        for (guint c = 0; c < table->order->len; c++) {
            FilterChain *chain = table->order->pdata[c];
            if (chain->hook >= 0)
                g_ptr_array_add(plans, planner(table, chain));
        }
    }
    return plans;
}

static bool all_in_place(const GPtrArray *plans)
{
    for (guint i = 0; i < plans->len; i++) {
        const PassagePlan *plan = plans->pdata[i];
        if (!plan->in_place && !plan->chain->fixed)
            return false;
    }
    return true;
}

static void warn(const GPtrArray *plans)
{
    for (guint i = 0; i < plans->len; i++) {
        const PassagePlan *plan = plans->pdata[i];
        if (plan->failed)
            say_warning("cannot change chain %s of table %s %s, which is in the way of namespaces: %s",
                        plan->chain->name, plan->table->family, plan->table->name, plan->failed);
    }
}

static bool look(const FiltersMark *mark, const char *mark_text, GError **error)
{
    g_autoptr(GPtrArray) tables = filters_read(mark, error), plans = NULL;
    json_t *obstacles;
    bool changed, fine;

    if (!tables)
        return false;
    plans = plans_of(tables, passage_plan_new);
    if (!all_in_place(plans) && !state_save(CHANGING, error))
        return false;
    changed = passage_edit(plans);
    warn(plans);
    obstacles = passage_report(plans, error);
    fine = obstacles && obstacles_save(obstacles, error) && state_save(changed ? CHANGED : mark_text, error);
    json_decref(obstacles);
    return fine;
}

static bool open_at(const FiltersMark *mark, GError **error)
{
    g_autofree char *text = filters_mark_text(mark);
    int matter;

    if (state_is(text))
        return true;
    matter = filters_matter(error);
    /* where no other filter is, no rule of ours can be in one */
    return matter > 0 ? look(mark, text, error) : matter == 0 && forget(error);
}

bool passage_open(GError **error)
{
    FiltersMark mark = {};
    if (filters_left_to_watch())
        return true;
    int matter = access(STATE, F_OK) == 0 ? 1 : filters_matter(error);
    bool fine = matter == 0 || (matter > 0 && filters_mark(&mark, error) && open_at(&mark, error));

    filters_mark_done(&mark);
    if (!fine)
        g_prefix_error(error, "cannot see to the host's other firewalls: ");
    return fine;
}

bool passage_must_poll(void)
{
    return filters_have_legacy();
}

static bool close_at(const FiltersMark *mark, GError **error)
{
    g_autoptr(GPtrArray) tables = filters_read(mark, error), plans = NULL;

    if (!tables)
        return false;
    plans = plans_of(tables, passage_plan_none);
    (void)passage_edit(plans);
    for (guint i = 0; i < plans->len; i++) {
        const PassagePlan *plan = plans->pdata[i];
        if (plan->failed) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "chain %s of table %s %s: %s",
                        plan->chain->name, plan->table->family, plan->table->name, plan->failed);
            return false;
        }
    }
    return forget(error);
}

bool passage_close(GError **error)
{
    FiltersMark mark;
    bool fine;

    if (access(STATE, F_OK) < 0 || filters_left_to_watch())
        return true;
    fine = filters_mark(&mark, error) && close_at(&mark, error);
    filters_mark_done(&mark);
    if (!fine)
        g_prefix_error(error, "cannot take our rules out of the host's other firewalls: ");
    return fine;
}

void passage_follow(void)
{
    for (int i = 0; i < 1000 && filters_left_to_watch() && (access(STATE, F_OK) < 0 || state_is(CHANGING));
         i++)
        g_usleep(2000);
}
