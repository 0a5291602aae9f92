#include "fit/denoise/denoise_choose.h"
#include "base/clock.h"
#include "channel/fit/items_fit.h"
#include "channel/fit/memory/ridge_memory.h"
#include "fit/fit_run.h"
#include "fit/memory/fit_memory.h"
#include "fit/resolve.h"
#include "fit/slice.h"
#include "rank/tile.h"
#include <math.h>
#include <string.h>

/* The state of the choice on the slice. */
typedef struct choosing {
    regatta_ctx *ctx;
    rg_denoise *to;
    const rg_fit_options *options;
    rg_slice slice;
    rg_findings found; /* on the training part of the slice */
    rg_holdout asked;  /* the held-out items of users who are measured */
    rg_scenarios *scenarios;
} choosing;

/* What the weights of each RG_DENOISE_* are, and the users without whom they are all 1.
 */
static const int WEIGH[RG_N_DENOISE] = {RG_WEIGH_NOISE, RG_WEIGH_SPREES, RG_WEIGH_COPIES};
static const int FOUND[RG_N_DENOISE] = {0, RG_USER_SPREE, RG_USER_COPY};

static regatta_status measure(const choosing *c, rg_fitted *fitted, double *ndcg,
                              int *better)
{
    regatta_status status = REGATTA_OK;
    const int items = rg_channel_of(&rg_items_fit);
    const rg_item_attention_options ridge = rg_items_local_defaults(c->options->seed);
    int on[RG_MAX_CHANNELS] = {0};
    regatta_model view;
    on[items] = 1;
    RG_TRY(rg_items_fit_local(c->ctx, fitted, &ridge));
    RG_TRY(rg_fitted_view(c->ctx, &view, fitted, on, NULL));
    RG_TRY(rg_scenarios_measure(c->ctx, ndcg, better, &view, c->scenarios));
done:
    return status;
}

/* Leaves out users who are found, and those of whom there are copies: that a copy
 * predicts the held-out items of its original, or a bot those of another, is no merit of
 * a model. */
static regatta_status take_scenarios(choosing *c)
{
    regatta_status status = REGATTA_OK;
    const rg_holdout *all = &c->slice.validation->holdout;
    uint8_t *keep = NULL;
    RG_NEW(c->ctx->mem, keep, all->offset[all->n_users]);
    for (int64_t k = 0; k < all->n_users; k++)
        for (int64_t e = all->offset[k]; e < all->offset[k + 1]; e++)
            keep[e] =
                c->found.kind[all->user[k]] == 0 && c->found.twins[all->user[k]] == 1;
    RG_TRY(rg_holdout_create(c->ctx->mem, &c->asked, all->n_users,
                             all->offset[all->n_users], all->at != NULL));
    rg_holdout_pick(&c->asked, all, 0, 1, keep);
    RG_TRY(rg_slice_scenarios(c->ctx, &c->scenarios, &c->slice, &c->asked, c->options));
    c->to->n_users = c->asked.n_users;
done:
    rg_free(c->ctx->mem, keep);
    return status;
}

/* The kinds of weights that are taken, as RG_WEIGH_*. */
static int taken(const rg_denoise *d)
{
    int kinds = 0;
    for (int k = 0; k < RG_N_DENOISE; k++)
        if (d->trial[k].used) kinds |= WEIGH[k];
    return kinds;
}

/* Measures the slice with the weights of a kind besides those that are taken. */
static regatta_status measure_kind(choosing *c, regatta_weighting weighting, int kind)
{
    regatta_status status = REGATTA_OK;
    rg_denoise_trial *t = &c->to->trial[kind];
    rg_weighed weighed = {.weight = NULL};
    rg_fitted fitted = {.graph = NULL};
    rg_weighting raw;
    RG_TRY(rg_weighed_make(c->ctx, &weighed, c->slice.validation->train, weighting,
                           &c->found, taken(c->to) | WEIGH[kind]));
    RG_TRY(rg_weighting_choose(c->ctx, &raw, &weighed.graph, REGATTA_WEIGHTING_RAW));
    RG_TRY(rg_fitted_begin(c->ctx, &fitted, &weighed.graph, &raw));
    RG_TRY(measure(c, &fitted, &t->ndcg, &t->used));
    t->measured = 1;
    t->gain = c->scenarios->gain;
    t->error = c->scenarios->error;
done:
    rg_fitted_free(c->ctx, &fitted);
    rg_weighed_free(c->ctx->mem, &weighed);
    return status;
}

/* Measures the slice without weights, then with those of each kind. */
static regatta_status try_kinds(choosing *c, const rg_domains *domains)
{
    regatta_status status = REGATTA_OK;
    int better = 0, finished = domains->finished;
    rg_scenarios_begin(c->scenarios);
    RG_TRY(measure(c, &c->slice.fitted, &c->to->ndcg_before, &better));
    for (int kind = 0; kind < RG_N_DENOISE && !finished; kind++) {
        if (FOUND[kind] != 0 &&
            !rg_findings_have(&c->found, c->slice.validation->train->users->n,
                              FOUND[kind]))
            continue;
        RG_TRY(rg_fit_tell(c->options, "denoise", domains->started, 0.0, &finished));
        RG_TRY(measure_kind(c, domains->weighting, kind));
    }
done:
    return status;
}

static regatta_status choose(choosing *c, const rg_domains *domains)
{
    regatta_status status = REGATTA_OK;
    const regatta_graph *graph = domains->graph;
    regatta_graph *sample = NULL;
    rg_weighting weighting;
    RG_TRY(rg_weighting_choose(c->ctx, &weighting, graph, domains->weighting));
    RG_TRY(
        rg_fit_sample(c->ctx, &sample, graph, graph->by_user->n_edges, c->options->seed));
    RG_TRY(rg_slice_take(c->ctx, &c->slice, sample != NULL ? sample : graph, c->options,
                         &weighting));
    if (c->slice.validation == NULL) goto done;
    RG_TRY(rg_findings_make(c->ctx, &c->found, c->slice.validation->train,
                            sample != NULL ? sample : graph, c->options->seed));
    RG_TRY(take_scenarios(c));
    if (c->asked.n_users > 0) RG_TRY(try_kinds(c, domains));
done:
    rg_slice_free(c->ctx, &c->slice);
    rg_findings_free(c->ctx->mem, &c->found);
    rg_holdout_free(c->ctx->mem, &c->asked);
    rg_scenarios_free(c->scenarios);
    regatta_graph_free(sample);
    return status;
}

static void count_findings(rg_denoise *to, const rg_findings *f, const rg_csr *rows)
{
    for (int64_t e = 0; e < rows->n_edges; e++) to->n_noise += (double)f->noise[e];
    for (int64_t u = 0; u < rows->n_rows; u++)
        for (int k = 0; k < 3; k++) to->n_kind[k] += f->kind[u] >> k & 1;
}

regatta_status rg_denoise_weigh(regatta_ctx *ctx, rg_denoise *out, rg_domains *domains,
                                uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    rg_findings found = {.noise = NULL};
    out->used = taken(out) != 0;
    RG_TRY(rg_findings_make(ctx, &found, domains->graph, domains->graph, seed));
    count_findings(out, &found, domains->graph->by_user);
    if (!out->used) goto done;
    RG_TRY(rg_weighed_make(ctx, &out->weighed, domains->graph, domains->weighting, &found,
                           taken(out)));
    out->data = domains->graph;
    domains->graph = &out->weighed.graph;
    domains->weighting = REGATTA_WEIGHTING_RAW;
done:
    rg_findings_free(ctx->mem, &found);
    return status;
}

enum { FINDING_BYTES = 40 /* of an interaction, findings and weights */ };

int64_t rg_denoise_memory(const regatta_graph *graph, const rg_fit_options *options,
                          int threads)
{
    const rg_memory_sizes sizes = {
        .graph = graph, .options = options, .threads = threads, .n_ranks = 1};
    const rg_item_attention_options ridge = rg_items_local_defaults(options->seed);
    const int is_chosen = options->denoise == REGATTA_DENOISE_AUTO;
    const int64_t tile = 4 * (int64_t)threads * RG_TILE * graph->by_user->n_cols;
    rg_channel_memory m = {.kept = 0};
    if (options->denoise == REGATTA_DENOISE_NONE) return 0;
    rg_ridge_memory(&m, graph->by_item, graph->by_user, &ridge, &sizes);
    return m.kept + m.fit + FINDING_BYTES * graph->by_user->n_edges +
           (is_chosen ? rg_fit_memory_graph(graph) + tile : 0);
}

regatta_status rg_denoise_choose(regatta_ctx *ctx, rg_denoise *out, rg_domains *domains,
                                 const rg_fit_options *options)
{
    regatta_status status = REGATTA_OK;
    choosing c = {.ctx = ctx, .to = out, .options = options};
    *out = (rg_denoise){.asked = options->denoise != REGATTA_DENOISE_NONE,
                        .ndcg_before = (double)NAN};
    if (!out->asked) return REGATTA_OK;
    RG_TRY(rg_fit_memory_check_stage(
        ctx, rg_denoise_memory(domains->graph, options, ctx->threads), options, "denoise",
        "training without denoise needs less"));
    RG_TRY(rg_fit_tell(options, "denoise", domains->started, 0.0, &domains->finished));
    if (options->denoise == REGATTA_DENOISE_AUTO)
        RG_TRY(choose(&c, domains));
    else
        for (int k = 0; k < RG_N_DENOISE; k++) out->trial[k].used = 1;
    RG_TRY(rg_denoise_weigh(ctx, out, domains, options->seed));
done:
    return status;
}

/* Their parents are the names of the trials. */
const char *const rg_denoise_used[RG_N_DENOISE] = {"denoise.weights_of_noise.used",
                                                   "denoise.weights_of_sprees.used",
                                                   "denoise.weights_of_copies.used"};

static void write_trial(rg_text *t, const char *name, const rg_denoise_trial *trial)
{
    rg_text_open(t, name, '{');
    rg_text_bool(t, "used", trial->used);
    if (trial->measured) {
        rg_text_real(t, "ndcg@20", trial->ndcg);
        rg_text_real(t, "gain", trial->gain);
        rg_text_real(t, "standard_error", trial->error);
    }
    rg_text_close(t, '}');
}

void rg_denoise_write(rg_text *t, const rg_denoise *d)
{
    if (d == NULL || !d->asked) return;
    rg_text_open(t, "denoise", '{');
    rg_text_bool(t, "used", d->used);
    if (d->used) rg_text_int(t, "weighed", d->weighed.rows.n_edges);
    if (d->used) rg_text_bool(t, "data_weights", 1);
    rg_text_real(t, "noisy_interactions", d->n_noise);
    rg_text_int(t, "copies", d->n_kind[0]);
    rg_text_int(t, "sprees", d->n_kind[1]);
    rg_text_int(t, "bots", d->n_kind[2]);
    if (!isnan(d->ndcg_before)) {
        rg_text_int(t, "users_of_choices", d->n_users);
        rg_text_real(t, "before_ndcg@20", d->ndcg_before);
    }
    write_trial(t, "weights_of_noise", &d->trial[RG_DENOISE_EDGES]);
    write_trial(t, "weights_of_sprees", &d->trial[RG_DENOISE_SPREES]);
    write_trial(t, "weights_of_copies", &d->trial[RG_DENOISE_COPIES]);
    rg_text_close(t, '}');
}

void rg_denoise_free(regatta_ctx *ctx, rg_denoise *denoise)
{
    rg_weighed_free(ctx->mem, &denoise->weighed);
}
