#include "fit/domains/domains.h"
#include "base/clock.h"
#include "channel/fit/content_fit.h"
#include "channel/fit/items_fit.h"
#include "fit/domains/merge.h"
#include "fit/fit_run.h"
#include "fit/resolve.h"
#include "fit/slice.h"
#include <math.h>
#include <string.h>

/* The state of the choice. */
typedef struct choosing {
    regatta_ctx *ctx;
    rg_domains *to;
    const regatta_graph *target;
    const rg_fit_options *options;
    int64_t n_edges;         /* of all domains: determines the sample of users */
    rg_slice alone;          /* the slice of the target */
    rg_merge_source *source; /* [n_sources] with the weights of the next trial */
    int n_merged;            /* sources that share ids */
} choosing;

/* The number in the target of each node of a source, REGATTA_NONE without one. */
typedef struct shared {
    uint32_t *user, *item;
} shared;

static uint32_t count_shared(const uint32_t *number, uint32_t n)
{
    uint32_t found = 0;
    for (uint32_t k = 0; k < n; k++) found += number[k] != REGATTA_NONE;
    return found;
}

/* Counts the pairs of a source whose user and item the target has. */
static int64_t count_dropped(const regatta_graph *source, const shared *of)
{
    const rg_csr *rows = source->by_user;
    int64_t n = 0;
    for (int64_t u = 0; u < rows->n_rows; u++)
        for (int64_t e = rows->offset[u];
             e < rows->offset[u + 1] && of->user[u] != REGATTA_NONE; e++)
            n += of->item[rows->target[e]] != REGATTA_NONE;
    return n;
}

/* A source without shared ids informs the channel of content. */
static regatta_status describe_apart(const choosing *c, rg_source_report *r, int k)
{
    const rg_fit_options *o = c->options;
    const int content = rg_channel_of(&rg_content_fit);
    const rg_features *f = o->item_features;
    const rg_idmap *items = o->sources[k]->items;
    int64_t n = 0;
    for (uint32_t j = 0; j < items->n && f != NULL; j++)
        n += rg_idmap_find_name(f->ids, items, j) != REGATTA_NONE;
    r->by_features = 1;
    if (n > 0 && (o->on[content] || rg_count_on(o->on) == 0)) return REGATTA_OK;
    return rg_fail(c->ctx, REGATTA_EINVAL,
                   "source %d shares neither users nor items with the target: use the "
                   "same ids in both, or give features of the items of both, which the "
                   "channel content learns from",
                   k + 1);
}

static regatta_status describe(const choosing *c, int k)
{
    regatta_status status = REGATTA_OK;
    const regatta_graph *g = c->options->sources[k], *target = c->target;
    rg_source_report *r = &c->to->source[k];
    shared of = {.user = NULL};
    *r = (rg_source_report){
        .n_users = g->users->n, .n_items = g->items->n, .n_edges = g->by_user->n_edges};
    if (r->n_edges == 0)
        return rg_fail(c->ctx, REGATTA_EINVAL, "source %d has no interaction", k + 1);
    RG_NEW(c->ctx->mem, of.user, r->n_users);
    RG_NEW(c->ctx->mem, of.item, r->n_items);
    rg_idmap_match(of.user, target->users, g->users);
    rg_idmap_match(of.item, target->items, g->items);
    r->n_shared_users = count_shared(of.user, g->users->n);
    r->n_shared_items = count_shared(of.item, g->items->n);
    r->n_dropped = count_dropped(g, &of);
    if (r->n_shared_users == 0 && r->n_shared_items == 0) RG_TRY(describe_apart(c, r, k));
done:
    rg_free(c->ctx->mem, of.user);
    rg_free(c->ctx->mem, of.item);
    return status;
}

/* Fits the channel of items on a slice and measures it in the scenarios of the target's
 * slice: the slices of merged graphs hold out the same interactions. */
static regatta_status measure(const choosing *c, rg_slice *slice, double *ndcg,
                              int *better)
{
    regatta_status status = REGATTA_OK;
    const int items = rg_channel_of(&rg_items_fit);
    const rg_item_attention_options ridge = rg_items_local_defaults(c->options->seed);
    int on[RG_MAX_CHANNELS] = {0};
    regatta_model view;
    on[items] = 1;
    RG_TRY(rg_items_fit_local(c->ctx, &slice->fitted, &ridge));
    RG_TRY(rg_fitted_view(c->ctx, &view, &slice->fitted, on, NULL));
    RG_TRY(rg_scenarios_measure(c->ctx, ndcg, better, &view, c->alone.scenarios));
done:
    return status;
}

/* Takes the slice of a graph, or of a sample of its users. */
static regatta_status take_slice(const choosing *c, regatta_graph **sample,
                                 rg_slice *slice, rg_weighting *weighting,
                                 const regatta_graph *graph)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_fit_sample(c->ctx, sample, graph, c->n_edges, c->options->seed));
    RG_TRY(rg_slice_take(c->ctx, slice, *sample != NULL ? *sample : graph, c->options,
                         weighting));
done:
    return status;
}

/* Measures the target alone, the first incumbent. */
static regatta_status measure_alone(choosing *c, regatta_graph **sample)
{
    regatta_status status = REGATTA_OK;
    rg_weighting weighting;
    int better = 0;
    RG_TRY(rg_weighting_choose(c->ctx, &weighting, c->target, c->options->weighting));
    RG_TRY(take_slice(c, sample, &c->alone, &weighting, c->target));
    if (c->alone.validation == NULL) return REGATTA_OK;
    rg_scenarios_begin(c->alone.scenarios);
    RG_TRY(measure(c, &c->alone, &c->to->ndcg_alone, &better));
    c->to->n_users = c->alone.scenarios->past.n_users;
done:
    return status;
}

/* Measures the merged graph with the present weights of c->source. */
static regatta_status try_weights(const choosing *c, double *ndcg, int *better)
{
    regatta_status status = REGATTA_OK;
    regatta_graph *merged = NULL, *sample = NULL;
    rg_slice slice = {0};
    rg_weighting weighting;
    RG_TRY(rg_merge(c->ctx, &merged, c->target, c->source, c->to->n_sources,
                    c->options->weighting));
    RG_TRY(rg_weighting_choose(c->ctx, &weighting, merged, REGATTA_WEIGHTING_RAW));
    RG_TRY(take_slice(c, &sample, &slice, &weighting, merged));
    RG_TRY(measure(c, &slice, ndcg, better));
done:
    rg_slice_free(c->ctx, &slice);
    regatta_graph_free(sample);
    regatta_graph_free(merged);
    return status;
}

/* Chooses the weight of source k, given those of the others. */
static regatta_status choose_weight(const choosing *c, int k)
{
    static const double WEIGHTS[RG_SOURCE_TRIALS] = {1.0, 0.5, 0.25};
    regatta_status status = REGATTA_OK;
    rg_source_report *r = &c->to->source[k];
    for (int w = 0; w < RG_SOURCE_TRIALS && !c->to->finished; w++) {
        rg_source_trial *trial = &r->trial[w];
        int better = 0;
        RG_TRY(rg_fit_tell(c->options, "sources", c->to->started, 0.0, &c->to->finished));
        c->source[k].weight = trial->weight = WEIGHTS[w];
        RG_TRY(try_weights(c, &trial->ndcg, &better));
        trial->gain = c->alone.scenarios->gain;
        trial->error = c->alone.scenarios->error;
        r->n_trials++;
        if (better) r->weight = WEIGHTS[w];
    }
done:
    c->source[k].weight = r->weight;
    return status;
}

static regatta_status open_choice(choosing *c)
{
    regatta_status status = REGATTA_OK;
    const int n = c->to->n_sources;
    if (!(c->options->valid_share > 0.0f))
        return rg_fail(c->ctx, REGATTA_EINVAL,
                       "sources need validation, which chooses their weights: set "
                       "valid_share above 0");
    RG_NEW(c->ctx->mem, c->to->source, n);
    RG_NEW(c->ctx->mem, c->source, n);
    c->n_edges = c->target->by_user->n_edges;
    for (int k = 0; k < n; k++) {
        RG_TRY(describe(c, k));
        c->source[k].graph = c->options->sources[k];
        if (c->to->source[k].by_features) continue;
        c->n_merged++;
        c->n_edges += c->source[k].graph->by_user->n_edges;
    }
done:
    return status;
}

/* Merges the graphs with the chosen weights, unless all are 0. */
static regatta_status merge_chosen(const choosing *c)
{
    rg_domains *to = c->to;
    int n = 0;
    for (int k = 0; k < to->n_sources; k++) n += to->source[k].weight > 0.0;
    if (n == 0) return REGATTA_OK;
    const regatta_status status = rg_merge(c->ctx, &to->merged, c->target, c->source,
                                           to->n_sources, c->options->weighting);
    if (status != REGATTA_OK) return status;
    to->graph = to->merged;
    to->weighting = REGATTA_WEIGHTING_RAW;
    return REGATTA_OK;
}

regatta_status rg_domains_choose(regatta_ctx *ctx, rg_domains *out,
                                 const regatta_graph *target,
                                 const rg_fit_options *options)
{
    regatta_status status = REGATTA_OK;
    regatta_graph *sample = NULL;
    choosing c = {.ctx = ctx, .to = out, .target = target, .options = options};
    *out = (rg_domains){.graph = target,
                        .weighting = options->weighting,
                        .started = rg_clock(),
                        .n_sources = (int)options->n_sources};
    if (out->n_sources == 0) return REGATTA_OK;
    RG_TRY(open_choice(&c));
    if (c.n_merged == 0) goto done;
    RG_TRY(measure_alone(&c, &sample));
    for (int k = 0; k < out->n_sources && c.alone.validation != NULL; k++)
        if (!out->source[k].by_features) RG_TRY(choose_weight(&c, k));
    RG_TRY(merge_chosen(&c));
done:
    rg_slice_free(ctx, &c.alone);
    regatta_graph_free(sample);
    rg_free(ctx->mem, c.source);
    return status;
}

static void write_source(rg_text *t, const rg_source_report *r)
{
    rg_text_open(t, NULL, '{');
    rg_text_int(t, "users", r->n_users);
    rg_text_int(t, "items", r->n_items);
    rg_text_int(t, "interactions", r->n_edges);
    rg_text_int(t, "shared_users", r->n_shared_users);
    rg_text_int(t, "shared_items", r->n_shared_items);
    rg_text_int(t, "dropped", r->n_dropped);
    if (r->by_features)
        rg_text_string(t, "by", "features"); /* the weight is that of content */
    else
        rg_text_real(t, "weight", r->weight);
    rg_text_open(t, "trials", '[');
    for (int k = 0; k < r->n_trials; k++) {
        rg_text_open(t, NULL, '{');
        rg_text_real(t, "weight", r->trial[k].weight);
        rg_text_real(t, "ndcg@20", r->trial[k].ndcg);
        rg_text_real(t, "gain", r->trial[k].gain);
        rg_text_real(t, "standard_error", r->trial[k].error);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
    rg_text_close(t, '}');
}

void rg_domains_write(rg_text *t, const rg_domains *domains)
{
    if (domains->n_sources == 0) return;
    rg_text_open(t, "domains", '{');
    rg_text_int(t, "own_users", domains->graph->n_own_users);
    rg_text_int(t, "own_items", domains->graph->n_own_items);
    rg_text_int(t, "users_of_choices", domains->n_users);
    rg_text_real(t, "alone_ndcg@20", domains->ndcg_alone);
    rg_text_open(t, "sources", '[');
    for (int k = 0; k < domains->n_sources; k++) write_source(t, &domains->source[k]);
    rg_text_close(t, ']');
    rg_text_close(t, '}');
}

void rg_domains_free(regatta_ctx *ctx, rg_domains *domains)
{
    regatta_graph_free(domains->merged);
    rg_free(ctx->mem, domains->source);
}
