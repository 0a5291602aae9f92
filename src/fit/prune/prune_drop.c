#include "fit/prune/prune_drop.h"
#include "base/text/json_find.h"
#include "base/text/text.h"
#include "model/model_copy.h"
#include <string.h>

void rg_prune_drop_on(int *on, const rg_prune_drop *d, const regatta_model *model)
{
    rg_model_channels(on, model);
    for (int a = 0; a < rg_n_channels; a++) on[a] = on[a] && !d->off[a];
}

static int scores_unseen(const rg_prune_drop *d, const regatta_model *model)
{
    int on[RG_MAX_CHANNELS];
    rg_prune_drop_on(on, d, model);
    for (int a = 0; a < rg_n_channels; a++)
        if (on[a] && !rg_channels[a]->seen_only) return 1;
    return 0;
}

int rg_prune_drop_reader(const rg_prune_drop *d, const regatta_model *model)
{
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel_ops *reads = rg_channels[a]->reads;
        if (rg_model_channel(model, a) == NULL || d->off[a] || reads == NULL) continue;
        for (int b = 0; b < rg_n_channels; b++)
            if (rg_channels[b] == reads && d->off[b]) return a;
    }
    return -1;
}

regatta_status rg_prune_drop_check(regatta_ctx *ctx, rg_prune_drop *d,
                                   const regatta_model *model)
{
    d->n = 0;
    for (int a = 0; a < rg_n_channels; a++) {
        d->n += d->off[a];
        if (d->off[a] && rg_model_channel(model, a) == NULL)
            return rg_fail(ctx, REGATTA_EINVAL, "the model has no channel %s to drop",
                           rg_channels[a]->name);
    }
    const int reader = rg_prune_drop_reader(d, model);
    if (reader >= 0)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "channel %s reads channel %s: drop both or neither",
                       rg_channels[reader]->name, rg_channels[reader]->reads->name);
    if (d->n > 0 && !scores_unseen(d, model))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "without these channels no channel scores histories of unseen "
                       "users: drop fewer");
    return REGATTA_OK;
}

int rg_prune_drop_can(const rg_prune_drop *d, const regatta_model *model)
{
    return scores_unseen(d, model) && rg_prune_drop_reader(d, model) < 0;
}

static void append_names(rg_text *t, const rg_prune_drop *d)
{
    const char *between = "";
    for (int a = 0; a < rg_n_channels; a++) {
        if (!d->off[a]) continue;
        rg_text_append(t, between);
        rg_text_quoted(t, rg_channels[a]->name);
        between = ", ";
    }
}

/* Adds the names of the channels to the settings: the array "dropped", the first
 * member. */
static regatta_status record(regatta_ctx *ctx, regatta_model *m, const rg_prune_drop *d)
{
    rg_text t;
    rg_json at;
    if (m->json == NULL || *m->json != '{') return REGATTA_OK;
    const int more = rg_json_find(&at, m->json, "dropped") && rg_json_enter(&at, '[');
    const char *from = more ? at.at : m->json + 1;
    const int empty = from[strspn(from, " \t\r\n")] == (more ? ']' : '}');
    rg_text_begin(&t, ctx->mem);
    rg_text_append_bytes(&t, m->json, from - m->json);
    if (!more) rg_text_append(&t, "\"dropped\": [");
    append_names(&t, d);
    if (!more) rg_text_append(&t, "]");
    if (!empty) rg_text_append(&t, ", ");
    rg_text_append(&t, from);
    if (t.status != REGATTA_OK) {
        rg_free(ctx->mem, t.bytes);
        return t.status;
    }
    rg_free(ctx->mem, m->json);
    m->json = t.bytes;
    return REGATTA_OK;
}

regatta_status rg_prune_drop_model(regatta_ctx *ctx, const rg_prune_drop *d,
                                   regatta_model **out, const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    if (d == NULL || d->n == 0) return rg_model_copy(ctx, out, model);
    RG_TRY(rg_model_copy_without(ctx, out, model, d->off, d->blend));
    RG_TRY(record(ctx, *out, d));
done:
    return status;
}

void rg_prune_drop_free(rg_prune_drop *d)
{
    rg_blend_free(d->blend);
    rg_samples_free(d->samples);
}
