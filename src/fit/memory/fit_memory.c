#include "fit/memory/fit_memory.h"
#include "base/available_memory.h"
#include "base/ranks/ranks.h"
#include "base/text/size_text.h"
#include "fit/blend/samples_build.h"
#include "fit/folds.h"
#include "fit/slice.h"
#include "rank/tile.h"
#include <math.h>
#include <stdio.h>

/* Bytes of an interaction and of a node in a graph of the slice, with names. */
enum { EDGE_BYTES = 12, TIME_BYTES = 8, NODE_BYTES = 100 };
enum { GATE_BYTES = 4 << 20 /* of the workspace of the gate */ };
/* Bytes of a sample besides its scores; samples of a user in the union of channels, as a
 * share of the largest number. */
enum { SAMPLE_BYTES = 28, BUILD_BYTES = 12, UNION_SHARE = 2 };

static const char *const STAGES[RG_N_MEMORY] = {[RG_MEMORY_RIDGES] = "ridges",
                                                [RG_MEMORY_VECTORS] = "vectors",
                                                [RG_MEMORY_BLEND] = "blend",
                                                [RG_MEMORY_FOLDS] = "folds",
                                                [RG_MEMORY_WHOLE] =
                                                    "fit on all interactions"};

/* Sums over the channels that may be fitted. */
typedef struct channels {
    int64_t kept;     /* of all */
    int64_t released; /* of it, after all choices */
    int64_t fit;      /* largest kept so far and own need, in the order of fitting */
    int64_t choose, learned; /* the same; learned: of vectors and encoders */
    int n;
} channels;

static channels add_channels(const rg_memory_sizes *sizes)
{
    channels sum = {.kept = 0};
    for (int k = 0; k < rg_n_channels; k++) {
        const int c = rg_channel_at(k);
        rg_channel_memory m = {.kept = 0};
        if (!rg_channel_wanted(sizes->choice, c)) continue;
        sum.n++;
        if (rg_channels[c]->fit->memory == NULL) continue;
        rg_channels[c]->fit->memory(&m, sizes);
        if (sum.fit < sum.kept + m.fit) sum.fit = sum.kept + m.fit;
        int64_t *most = rg_channels[c]->fit->refits ? &sum.learned : &sum.choose;
        if (*most < sum.kept + m.choose) *most = sum.kept + m.choose;
        sum.kept += m.kept;
        sum.released += m.released;
    }
    return sum;
}

/* Bytes of the samples of n users while they are made, and then. */
typedef struct sample_memory {
    int64_t made, kept;
} sample_memory;

static sample_memory samples_of(int64_t n_users, int n_on)
{
    const int64_t most = (int64_t)RG_SAMPLES_PER_CHANNEL * rg_n_channels;
    const int64_t each = (int64_t)RG_SAMPLES_PER_CHANNEL * n_on / UNION_SHARE;
    return (sample_memory){.made = n_users * most * (4 * rg_n_channels + BUILD_BYTES),
                           .kept = n_users * each * (4 * rg_n_channels + SAMPLE_BYTES)};
}

/* Returns the expected number of users with held-out items whom choices measure. */
static int64_t measured_users(const regatta_graph *graph, const rg_fit_options *options)
{
    const int64_t most = rg_slice_users(graph, options);
    double sum = 0.0;
    for (int64_t u = 0; u < graph->by_user->n_rows; u++) {
        const double n = (double)rg_csr_degree(graph->by_user, u);
        if (n > 1.0) sum += fmin(1.0, (double)options->valid_share * n);
    }
    return sum < (double)most ? (int64_t)sum + 1 : most;
}

int64_t rg_fit_memory_graph(const regatta_graph *graph)
{
    const rg_csr *rows = graph->by_user;
    const int64_t edge = EDGE_BYTES + (graph->time != NULL ? TIME_BYTES : 0) +
                         (rows->value != NULL ? 12 : 0);
    return edge * rows->n_edges + NODE_BYTES * (rows->n_rows + rows->n_cols);
}

/* Fills the stages on a slice of sizes->graph. */
static void add_slice(rg_fit_memory *out, const rg_memory_sizes *sizes)
{
    const channels c = add_channels(sizes);
    const rg_fit_env env = {.graph = sizes->graph,
                            .options = (rg_fit_options *)(uintptr_t)sizes->options};
    const int64_t slice = rg_fit_memory_graph(sizes->graph);
    const int64_t tile =
        4 * (int64_t)sizes->threads * RG_TILE * sizes->graph->by_user->n_cols;
    const sample_memory samples = samples_of(sizes->n_measured, c.n);
    const int64_t made = c.n * tile + samples.made + GATE_BYTES;
    out->stage[RG_MEMORY_RIDGES] = slice + c.choose + tile;
    out->stage[RG_MEMORY_VECTORS] = slice + c.learned;
    if (c.n < 2) return;
    out->stage[RG_MEMORY_BLEND] = slice + c.kept + made + 2 * samples.kept;
    if (rg_fold_count(&env, sizes->choice) == 0) return;
    out->stage[RG_MEMORY_FOLDS] = 2 * slice + c.kept + samples.kept +
                                  (c.fit > c.kept + made ? c.fit : c.kept + made);
}

rg_fit_memory rg_fit_memory_of(const regatta_graph *chosen, const regatta_graph *whole,
                               const rg_fit_options *options, const rg_fit_choice *choice,
                               const rg_fit_processes *processes)
{
    rg_fit_memory out = {.peak = 0};
    rg_memory_sizes sizes = {.graph = chosen,
                             .options = options,
                             .choice = choice,
                             .threads = processes->threads,
                             .n_ranks = processes->n_ranks,
                             .item_panels = processes->item_panels};
    int64_t slice = 0; /* kept until the end */
    if (options->valid_share > 0.0f) {
        sizes.n_measured = measured_users(chosen, options);
        add_slice(&out, &sizes);
        const channels c = add_channels(&sizes);
        slice = rg_fit_memory_graph(chosen) + c.kept - c.released;
    }
    sizes.graph = whole;
    out.stage[RG_MEMORY_WHOLE] =
        slice + rg_fit_memory_graph(whole) + add_channels(&sizes).fit;
    for (int k = 0; k < RG_N_MEMORY; k++) {
        if (out.stage[k] <= out.peak) continue;
        out.peak = out.stage[k];
        out.largest = (rg_memory_stage)k;
    }
    return out;
}

/* Writes what would fit: shorter vectors, or the channels of the preset fast; given: the
 * limit is one of the caller, not of the machine. */
static void suggest(char *text, size_t size, const regatta_graph *chosen,
                    const regatta_graph *whole, rg_fit_options options,
                    rg_fit_choice choice, const rg_fit_processes *processes,
                    int64_t limit, int given)
{
    char need[RG_SIZE_TEXT];
    const int64_t least = options.heads > 8 ? options.heads : 8;
    snprintf(text, size, "%s",
             given ? "a limit above the estimate lets it run"
                   : "use a machine with more, fewer interactions, or a memory_limit "
                     "above the estimate");
    if (options.restored) return;
    for (int fast = 0; fast < 2; fast++) {
        for (int c = 0; c < rg_n_channels && fast; c++)
            choice.on[c] &= rg_channels[c]->fit->fast;
        for (int64_t dim = options.dim / 2; dim >= least && !fast; dim /= 2) {
            options.dim = dim / options.heads * options.heads;
            const int64_t peak =
                rg_fit_memory_of(chosen, whole, &options, &choice, processes).peak;
            if (peak > limit) continue;
            snprintf(text, size, "dim %lld needs %s", (long long)options.dim,
                     rg_size_text(need, (uint64_t)peak));
            return;
        }
    }
    const int64_t peak =
        rg_fit_memory_of(chosen, whole, &options, &choice, processes).peak;
    if (rg_count_on(choice.on) > 0 && peak <= limit)
        snprintf(text, size, "preset fast needs %s", rg_size_text(need, (uint64_t)peak));
}

/* Returns the bytes that a training may take: options->memory_limit, what is left of the
 * context's limit, or else what the machine has left; *given is 0 for this. */
static int64_t limit_of(const regatta_ctx *ctx, const rg_fit_options *options, int *given)
{
    const rg_mem_limit own = rg_mem_take_limit(ctx->mem);
    const uint64_t left = own.most > own.used ? own.most - own.used : 0;
    uint64_t limit = options->memory_limit > 0 ? options->memory_limit : UINT64_MAX;
    *given = options->memory_limit > 0 || own.most > 0;
    if (!*given) return rg_available_memory("");
    if (own.most > 0 && left < limit) limit = left;
    return limit < INT64_MAX ? (int64_t)limit : INT64_MAX;
}

/* A fit that needs too much. */
static regatta_status refuse(regatta_ctx *ctx, const rg_fit_options *options,
                             int64_t need, const char *stage, int64_t limit, int given,
                             const char *advice)
{
    char needed[RG_SIZE_TEXT], room[RG_SIZE_TEXT];
    return rg_fail(
        ctx, REGATTA_ENOMEM, "%s needs about %s besides the data (%s), %s are %s: %s",
        options->restored ? "fitting the model again" : "training",
        rg_size_text(needed, (uint64_t)need), stage, rg_size_text(room, (uint64_t)limit),
        given ? "allowed" : "available", advice);
}

regatta_status rg_fit_memory_check(regatta_ctx *ctx, const regatta_graph *chosen,
                                   const regatta_graph *whole,
                                   const rg_fit_options *options,
                                   const rg_fit_choice *choice)
{
    char text[160];
    int given;
    const int64_t limit = limit_of(ctx, options, &given);
    rg_fit_processes processes = {ctx->threads, rg_n_ranks(ctx), 0};
    rg_fit_memory m = rg_fit_memory_of(chosen, whole, options, choice, &processes);
    int64_t panels = ctx->item_tables == REGATTA_ITEM_TABLES_PANELS ||
                     (ctx->item_tables == REGATTA_ITEM_TABLES_AUTO && m.peak > limit);
    const regatta_status status = rg_ranks_most(ctx, &panels);
    if (status != REGATTA_OK) return status;
    ctx->item_panels = processes.item_panels = panels > 0;
    if (ctx->item_panels)
        m = rg_fit_memory_of(chosen, whole, options, choice, &processes);
    if (m.peak <= limit) return REGATTA_OK;
    suggest(text, sizeof text, chosen, whole, *options, *choice, &processes, limit,
            given);
    return refuse(ctx, options, m.peak, STAGES[m.largest], limit, given, text);
}

regatta_status rg_fit_memory_check_stage(regatta_ctx *ctx, int64_t need,
                                         const rg_fit_options *options, const char *stage,
                                         const char *advice)
{
    int given;
    const int64_t limit = limit_of(ctx, options, &given);
    return need <= limit ? REGATTA_OK
                         : refuse(ctx, options, need, stage, limit, given, advice);
}
