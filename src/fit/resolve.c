#include "fit/resolve.h"
#include "base/rng.h"
#include <string.h>

/* Returns 1 if the preset, or an option of the channel, includes it. */
static int is_included(const rg_channel_fit_ops *ops, const rg_fit_options *o,
                       const void *setting, const regatta_graph *graph)
{
    if (ops->asked != NULL) return ops->asked(setting);
    if (o->preset == REGATTA_PRESET_FAST && !ops->fast) return 0;
    return ops->in_preset == NULL || ops->in_preset(o, graph);
}

void rg_fit_resolve(rg_fit_options *options, rg_fit_choice *choice,
                    const regatta_graph *graph)
{
    int named = rg_count_on(options->on) > 0;
    for (int c = 0; c < rg_n_channels; c++) {
        const rg_channel_fit_ops *ops = rg_channels[c]->fit;
        void *setting = choice->setting[c];
        if (ops->resolve != NULL) ops->resolve(setting, options, graph);
        if (ops->asked != NULL && !ops->asked(setting)) options->on[c] = 0;
    }
    if (rg_count_on(options->on) == 0) named = 0; /* the only named one is refused */
    for (int c = 0; c < rg_n_channels; c++)
        choice->on[c] =
            named ? options->on[c]
                  : is_included(rg_channels[c]->fit, options, choice->setting[c], graph);
    rg_choice_add_read(choice);
}

void rg_fit_settle(rg_fit_options *options, rg_fit_choice *choice)
{
    const int named = rg_count_on(options->on) > 0;
    for (int c = 0; c < rg_n_channels; c++) {
        const rg_channel_fit_ops *ops = rg_channels[c]->fit;
        if (ops->settle != NULL) ops->settle(choice->setting[c], options);
        if (ops->learned && !named) choice->on[c] = 0;
    }
    if (rg_count_on(choice->on) < 2) return;
    choice->blended = 1;
    rg_channel_blend_start(choice->blend, choice->on);
}

regatta_status rg_fit_sample(regatta_ctx *ctx, regatta_graph **out,
                             const regatta_graph *graph, int64_t n_edges, uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    const double share = (double)RG_FIT_SAMPLE_EDGES / (double)n_edges;
    uint8_t *keep_user = NULL, *keep_item = NULL;
    *out = NULL;
    if (share >= 1.0) return REGATTA_OK;
    RG_NEW(ctx->mem, keep_user, rows->n_rows);
    RG_NEW(ctx->mem, keep_item, rows->n_cols);
    for (int64_t u = 0; u < rows->n_rows; u++)
        keep_user[u] = rg_random_unit(seed, RG_STREAM_SAMPLE, (uint64_t)u) < share;
    memset(keep_item, 1, (size_t)rows->n_cols);
    RG_TRY(rg_bipartite_induce(ctx, out, graph, keep_user, keep_item));
done:
    rg_free(ctx->mem, keep_user);
    rg_free(ctx->mem, keep_item);
    return status;
}
