#include "fit/update/update_record.h"
#include "base/text/json_find.h"
#include "base/text/text.h"
#include <string.h>

/* Reads a record: adds its interactions to the past. */
static int read_record(rg_json *at, rg_update_past *past)
{
    char name[RG_JSON_NAME];
    int n = 0;
    int64_t more = 0, less = 0;
    past->n_fitted_users = past->n_fitted_items = 0;
    if (!rg_json_enter(at, '{')) return 0;
    while (rg_json_next(at, '{', &n)) {
        if (rg_json_name(at, name, sizeof name) < 0) return 0;
        int64_t *to = strcmp(name, "interactions") == 0             ? &more
                      : strcmp(name, "interactions_taken_out") == 0 ? &less
                      : strcmp(name, "trained_users") == 0 ? &past->n_trained_users
                      : strcmp(name, "fitted_users") == 0  ? &past->n_fitted_users
                      : strcmp(name, "fitted_items") == 0  ? &past->n_fitted_items
                                                           : NULL;
        if (to != NULL ? !rg_json_whole(at, to) : !rg_json_skip(at)) return 0;
    }
    past->n_added += more > 0 && more < INT64_MAX / 1024 ? more : 0;
    if (less > past->n_added) less = past->n_added;
    if (less > 0) past->n_added -= less;
    return !at->wrong;
}

rg_update_past rg_update_past_of(const regatta_model *model)
{
    rg_update_past past = {.n_updates = 0};
    rg_json at;
    int n = 0;
    if (rg_json_find(&at, model->json, "data.interactions"))
        rg_json_whole(&at, &past.n_trained);
    if (rg_json_find(&at, model->json, "data.users"))
        rg_json_whole(&at, &past.n_fitted_users);
    past.n_trained_users = past.n_fitted_users;
    if (rg_json_find(&at, model->json, "data.items"))
        rg_json_whole(&at, &past.n_fitted_items);
    if (!rg_json_find(&at, model->json, "updates") || !rg_json_enter(&at, '['))
        return past;
    while (rg_json_next(&at, '[', &n) && read_record(&at, &past)) past.n_updates = n;
    return past;
}

/* Raises *n to the number behind the largest of item[n_edges]. */
static void raise_above(int64_t *n, const uint32_t *item, int64_t n_edges)
{
    for (int64_t e = 0; e < n_edges; e++)
        if ((int64_t)item[e] >= *n) *n = item[e] + 1LL;
}

/* Settings of a damaged file may leave out nodes with interactions. */
rg_update_nodes rg_update_fitted(const regatta_model *m)
{
    const rg_update_past past = rg_update_past_of(m);
    const int known = past.n_fitted_users > 0 && past.n_fitted_users <= m->n_users &&
                      past.n_fitted_items > 0 && past.n_fitted_items <= m->n_items;
    rg_update_nodes n = {past.n_fitted_users, past.n_fitted_items};
    if (!known) return rg_update_all(m);
    const int64_t *row = m->history_offset, *dislike = m->disliked_offset,
                  *shown = m->shown_offset;
    for (int64_t u = n.users; u < m->n_users; u++)
        if (row[u + 1] > row[u] || (dislike != NULL && dislike[u + 1] > dislike[u]) ||
            (shown != NULL && shown[u + 1] > shown[u]))
            n.users = u + 1;
    raise_above(&n.items, m->history_item, row[m->n_users]);
    if (dislike != NULL) raise_above(&n.items, m->disliked_item, dislike[m->n_users]);
    if (shown != NULL) raise_above(&n.items, m->shown_item, m->n_shown);
    return n;
}

/* Appends the settings before `end` without the members "mean_self", which are numbers of
 * the interactions: the mean of G_ii, over all users. */
static void append_without_means(rg_text *t, const char *settings, const char *end)
{
    static const char member[] = ", \"mean_self\": ";
    const char *at = settings, *next;
    while ((next = strstr(at, member)) != NULL && next < end) {
        rg_text_append_bytes(t, at, next - at);
        at = next + strlen(member);
        at += strcspn(at, ",}");
    }
    rg_text_append_bytes(t, at, end - at);
}

regatta_status rg_update_settings(regatta_ctx *ctx, char **out, const char *settings,
                                  const rg_update_record *record)
{
    rg_text t;
    rg_json at;
    const int more = rg_json_find(&at, settings, "updates");
    const char *end = strrchr(settings, more ? ']' : '}');
    *out = NULL;
    rg_text_begin(&t, ctx->mem);
    if (record->n_forgotten > 0 || record->refits)
        append_without_means(&t, settings, end);
    else
        rg_text_append_bytes(&t, settings, end - settings);
    rg_text_append(&t, more ? ", {" : ", \"updates\": [{");
    t.n_members = 0;
    if (record->n_forgotten > 0) {
        rg_text_int(&t, "forgotten_users", record->n_forgotten);
        rg_text_int(&t, "interactions_taken_out", record->n_taken_out);
        rg_text_int(&t, "trained_users", record->n_trained_users);
    } else {
        rg_text_int(&t, "interactions", record->n_interactions);
        rg_text_int(&t, "users", record->n_users);
        rg_text_int(&t, "items", record->n_items);
        rg_text_int(&t, "steps", record->steps);
    }
    rg_text_int(&t, "fitted_users", record->n_fitted_users);
    rg_text_int(&t, "fitted_items", record->n_fitted_items);
    rg_text_append(&t, "}]}");
    if (t.status != REGATTA_OK) {
        rg_free(ctx->mem, t.bytes);
        return t.status;
    }
    *out = t.bytes;
    return REGATTA_OK;
}
