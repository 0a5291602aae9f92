#include "fit/fit_options.h"
#include "base/rng.h"
#include "model/channel.h"
#include <string.h>

enum {
    DEFAULT_STEPS = 200,
    BATCH_SHARE = 64, /* of the users in a step */
    BATCH_LEAST = 1024,
    BATCH_MOST = 4096,
    SMALL_GRAPH = 10000,  /* nodes: a smaller step of Adam below */
    LARGE_GRAPH = 400000, /* nodes: shorter vectors above */
    DIM = 128,
    DIM_LARGE = 64,
    MOST_USERS_ATTENDED = 200000 /* above, user attention costs more than it brings */
};

/* The channels named, which are checked, or the preset's. */
static uint32_t channels_of(const regatta_train_options *o, int64_t n_users)
{
    const char *unknown = NULL;
    int64_t length = 0;
    if (o->channels != NULL) return rg_channel_mask(o->channels, &unknown, &length);
    if (o->preset == REGATTA_PRESET_FAST) return UINT32_C(1) << RG_CHANNEL_ITEMS;
    const uint32_t all = (UINT32_C(1) << RG_N_CHANNELS) - 1;
    return n_users > MOST_USERS_ATTENDED ? all & ~(UINT32_C(1) << RG_CHANNEL_USERS) : all;
}

static uint32_t dim_of(const regatta_train_options *o, int64_t n_nodes)
{
    if (o->dim != 0) return o->dim;
    return n_nodes > LARGE_GRAPH ? DIM_LARGE : DIM;
}

/* A step propagates over the whole graph whatever its block: larger graphs want more
 * users to share that. */
uint32_t rg_fit_batch(int64_t n_users)
{
    const int64_t share = n_users / BATCH_SHARE;
    return (uint32_t)(share < BATCH_LEAST  ? BATCH_LEAST
                      : share > BATCH_MOST ? BATCH_MOST
                                           : share);
}

static void resolve_attention(rg_fit_choice *c, const regatta_train_options *o)
{
    c->items = c->users = rg_item_attention_defaults();
    c->items.seed = c->users.seed = o->seed;
    c->items.user_power = 0.5;
    c->items.neighbours = 200;
    c->users.user_power = 0.25;
    c->users.neighbours = 100;
}

void rg_fit_resolve(regatta_train_options *out, rg_fit_choice *choice,
                    const regatta_graph *graph, const regatta_train_options *opts)
{
    const rg_csr *rows = graph->by_user;
    const int64_t n_nodes = rows->n_rows + rows->n_cols;
    *out = *opts;
    memset(choice, 0, sizeof *choice);
    out->dim = dim_of(opts, n_nodes);
    if (out->batch_users == 0) out->batch_users = rg_fit_batch(rows->n_rows);
    if (out->max_steps == 0) out->max_steps = DEFAULT_STEPS;
    if (!(out->learning_rate > 0.0f))
        out->learning_rate = n_nodes < SMALL_GRAPH ? 0.03f : 0.06f;
    const uint32_t channels = channels_of(opts, rows->n_rows);
    for (int a = 0; a < RG_N_CHANNELS; a++) choice->on[a] = (channels >> a & 1) != 0;
    resolve_attention(choice, out);
}

void rg_fit_defaults(regatta_train_options *options, rg_fit_choice *choice)
{
    if (!(options->temperature > 0.0f)) options->temperature = RG_MIDDLE_TEMPERATURE;
    choice->exact = 1;
    int n_on = 0;
    for (int a = 0; a < RG_N_CHANNELS; a++) n_on += choice->on[a];
    if (n_on < 2) return;
    choice->blended = 1;
    rg_fitted_start(choice->blend, choice->on);
}

rg_shape rg_fit_shape(const regatta_train_options *options, const regatta_graph *graph)
{
    return (rg_shape){.attention = (regatta_attention)options->attention,
                      .combine = (regatta_combine)options->combine,
                      .heads = (int)options->heads,
                      .layers = (int)options->layers,
                      .dim = (int64_t)options->dim,
                      .n_users = graph->by_user->n_rows,
                      .n_items = graph->by_user->n_cols};
}

regatta_status rg_fit_sample(regatta_ctx *ctx, regatta_graph **out,
                             const regatta_graph *graph, uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    const double share = (double)RG_FIT_SAMPLE_EDGES / (double)rows->n_edges;
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
