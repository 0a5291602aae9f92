/* Checks the options of training, with messages that give their ranges, and trains. */
#include "api/model/model_train.h"
#include "api/options.h"
#include "api/train_checkpoint.h"
#include "api/train_options.h"
#include "base/ranks/ranks.h"
#include "channel/fit/channel_fit.h"
#include "fit/domains/domains.h"
#include "fit/fit.h"
#include "gat/sequence/encoder_params.h"
#include "graph/bipartite.h"
#include "model/bounds.h"
#include "model/channel.h"
#include <stdio.h>
#include <string.h>

/* Writes the names of all channels, separated by ", ". */
static void list_channels(char *text, size_t size)
{
    size_t n = 0;
    text[0] = '\0';
    for (uint32_t k = 0; rg_channel_name(k) != NULL && n < size; k++)
        n += (size_t)snprintf(text + n, size - n, "%s%s", k > 0 ? ", " : "",
                              rg_channel_name(k));
}

static regatta_status check_channels(regatta_ctx *ctx, const regatta_train_options *o)
{
    const char *unknown = NULL;
    int64_t length = 0;
    char known[256];
    const uint32_t named = rg_channel_mask(o->channels, &unknown, &length);
    const int target = rg_channel_find("target", 6);
    if (unknown == NULL && o->target == REGATTA_TARGET_NONE && (named >> target & 1))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "channels: target needs factors: do not set target to none");
    if (unknown == NULL) return REGATTA_OK;
    list_channels(known, sizeof known);
    return rg_fail(ctx, REGATTA_ENOTFOUND,
                   "channels: unknown channel '%.*s': this build has %s",
                   (int)(length < 64 ? length : 64), unknown, known);
}

/* Checks the options of the encoder with each other and with the data. */
static regatta_status check_sequence(regatta_ctx *ctx, const regatta_train_options *o,
                                     const regatta_graph *graph)
{
    const char *unknown = NULL;
    int64_t length = 0;
    const uint32_t named = rg_channel_mask(o->channels, &unknown, &length);
    const int channel = rg_channel_find("sequence", 8);
    const int listed = channel >= 0 && (named >> channel & 1) != 0;
    const uint32_t dim = o->sequence_dim > 0 ? o->sequence_dim : 64;
    if (o->sequence == REGATTA_SEQUENCE_NONE && listed)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "channels: the channel sequence needs an encoder: set sequence to "
                       "auto, transformer or gru");
    if (o->sequence != REGATTA_SEQUENCE_NONE && o->channels != NULL && !listed)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "channels: lacks the channel sequence of the encoder");
    if (dim % o->sequence_heads != 0)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "sequence_dim %lu is not a multiple of %lu sequence_heads",
                       (unsigned long)dim, (unsigned long)o->sequence_heads);
    if ((o->sequence == REGATTA_SEQUENCE_TRANSFORMER ||
         o->sequence == REGATTA_SEQUENCE_GRU) &&
        graph->time == NULL && graph->sequences == NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "sequence: the interactions have neither times nor an order: give "
                       "a column of times, or set sequence to none");
    return REGATTA_OK;
}

static regatta_status check_denoise(regatta_ctx *ctx, const regatta_train_options *o)
{
    if (o->denoise != REGATTA_DENOISE_AUTO || o->valid_share > 0.0f) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL,
                   "denoise auto needs validation, which chooses the weights: set "
                   "valid_share above 0, or denoise to none or always");
}

static regatta_status check_sources(regatta_ctx *ctx, const regatta_train_options *o)
{
    if (o->n_sources > RG_MAX_SOURCES)
        return rg_fail(ctx, REGATTA_EINVAL, "n_sources must be 0 to %d, not %lu",
                       RG_MAX_SOURCES, (unsigned long)o->n_sources);
    if (o->n_sources > 0 && o->sources == NULL) return rg_missing(ctx, "sources");
    for (uint32_t k = 0; k < o->n_sources; k++)
        if (o->sources[k] == NULL) return rg_missing(ctx, "a graph of sources");
    return REGATTA_OK;
}

rg_fit_options rg_train_fit_options(const regatta_train_options *o)
{
    const char *unknown = NULL; /* stays NULL: the names were checked */
    int64_t length = 0;
    rg_fit_options out = {.preset = (regatta_preset)o->preset,
                          .expect = (regatta_expect)o->expect,
                          .weighting = (regatta_weighting)o->weighting,
                          .target = (regatta_target)o->target,
                          .denoise = (regatta_denoise)o->denoise,
                          .valid_share = o->valid_share,
                          .valid_latest = o->valid_latest,
                          .refit = o->refit != 0,
                          .seed = o->seed,
                          .memory_limit = o->memory_limit,
                          .progress = o->progress,
                          .progress_state = o->progress_state,
                          .work = o->work,
                          .work_state = o->work_state,
                          .attention = (regatta_attention)o->attention,
                          .share = (regatta_share)o->share,
                          .hierarchy = (regatta_hierarchy)o->hierarchy,
                          .item_groups = o->item_groups,
                          .dynamic = o->dynamic != 0,
                          .init = o->init,
                          .feature_vectors = (regatta_feature_vectors)o->feature_vectors,
                          .combine = (regatta_combine)o->combine,
                          .start = (regatta_start)o->start,
                          .loss = (regatta_loss)o->loss,
                          .heads = (int)o->heads,
                          .layers = (int)o->layers,
                          .dim = (int64_t)o->dim,
                          .max_steps = o->max_steps,
                          .patience = o->patience,
                          .eval_every = o->eval_every,
                          .batch_users = o->batch_users,
                          .softmax_items = o->softmax_items,
                          .learning_rate = o->learning_rate,
                          .temperature = o->temperature,
                          .l2 = o->l2,
                          .edge_dropout = o->edge_dropout,
                          .sequence = (regatta_sequence)o->sequence,
                          .sequence_blocks = (int)o->sequence_blocks,
                          .sequence_heads = (int)o->sequence_heads,
                          .sequence_dim = (int64_t)o->sequence_dim,
                          .sequence_window = (int64_t)o->sequence_window,
                          .sequence_dropout = o->sequence_dropout,
                          .sequence_seconds = o->sequence_seconds,
                          .item_features = o->item_features,
                          .user_features = o->user_features,
                          .sources = o->sources,
                          .n_sources = o->n_sources};
    const uint32_t named =
        o->channels != NULL ? rg_channel_mask(o->channels, &unknown, &length) : 0;
    for (int c = 0; c < rg_n_channels; c++) out.on[c] = (named >> c & 1) != 0;
    return out;
}

/* Returns 1 if the list of channels names the channel. */
static int names(const rg_fit_options *o, const char *channel)
{
    const int number = rg_channel_find(channel, (int64_t)strlen(channel));
    return number >= 0 && o->on[number];
}

static regatta_status check_times(regatta_ctx *ctx, const regatta_train_options *opts,
                                  const regatta_graph *graph)
{
    const rg_fit_options o = rg_train_fit_options(opts);
    if (!names(&o, "trend") || graph->time != NULL) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL,
                   "channels: the channel trend needs times of the interactions");
}

/* Without a list of channels features bring their own. */
static regatta_status check_features(regatta_ctx *ctx, const regatta_train_options *opts)
{
    const rg_fit_options o = rg_train_fit_options(opts);
    if (names(&o, "content") && o.item_features == NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "channels: the channel content needs features of items");
    if (names(&o, "profile") && o.user_features == NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "channels: the channel profile needs features of users");
    return REGATTA_OK;
}

static regatta_status check_hierarchy(regatta_ctx *ctx, const regatta_train_options *o)
{
    const int given = o->hierarchy == REGATTA_HIERARCHY_GROUPS;
    if (given && o->item_groups == NULL)
        return rg_fail(ctx, REGATTA_EINVAL, "hierarchy: groups needs item_groups");
    if (!given && o->item_groups != NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "item_groups has no effect: set hierarchy to groups");
    return REGATTA_OK;
}

/* Returns 1 if a table is given and its channel is used. */
static int uses(const rg_fit_options *o, const char *channel, const rg_features *table)
{
    return table != NULL && (names(o, channel) || rg_count_on(o->on) == 0);
}

static regatta_status check_feature_vectors(regatta_ctx *ctx,
                                            const regatta_train_options *opts)
{
    const rg_fit_options o = rg_train_fit_options(opts);
    if (o.feature_vectors == REGATTA_FEATURE_VECTORS_NONE) return REGATTA_OK;
    if (!uses(&o, "content", o.item_features) && !uses(&o, "profile", o.user_features))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "feature_vectors needs features of items and the channel content, "
                       "or features of users and the channel profile");
    if (o.feature_vectors == REGATTA_FEATURE_VECTORS_AUTO && !(o.valid_share > 0.0f))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "feature_vectors auto needs validation, which decides: set "
                       "valid_share above 0, or feature_vectors to none or always");
    return REGATTA_OK;
}

static regatta_status check_attention(regatta_ctx *ctx, const regatta_train_options *o)
{
    if (o->attention != REGATTA_ATTENTION_AUTO) return REGATTA_OK;
    if (!(o->valid_share > 0.0f))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "attention auto needs validation, which decides: set valid_share "
                       "above 0, or attention to a kind");
    if (o->dynamic != 0)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "attention auto chooses whether it is dynamic: set dynamic to 0, "
                       "or attention to a kind");
    return REGATTA_OK;
}

/* Returns 1 if the training has vectors. */
static int uses_vectors(const regatta_train_options *opts)
{
    const rg_fit_options o = rg_train_fit_options(opts);
    if (rg_count_on(o.on) > 0) return names(&o, "vectors");
    return o.preset != REGATTA_PRESET_FAST;
}

static regatta_status check_init(regatta_ctx *ctx, const regatta_train_options *o)
{
    if (o->init == NULL) return REGATTA_OK;
    if (!uses_vectors(o))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "init has no effect without the channel vectors");
    const rg_node_vectors *v = o->init->vectors;
    if (v == NULL || v->user_x0.data == NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       v == NULL ? "init: the model has no vectors"
                                 : "init: the model lacks the users' own vectors "
                                   "(users.x0), it is of an earlier version: train it "
                                   "again");
    if (o->dim != 0 && (int64_t)o->dim != v->shape.dim)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "init: the vectors of the model have %lld numbers, dim is %lu: "
                       "leave dim out, or train with the same",
                       (long long)v->shape.dim, (unsigned long)o->dim);
    if (v->shape.dim % o->heads != 0)
        return rg_fail(
            ctx, REGATTA_EINVAL,
            "init: the vectors of the model have %lld numbers, which %lu heads "
            "do not divide",
            (long long)v->shape.dim, (unsigned long)o->heads);
    return REGATTA_OK;
}

regatta_status rg_train_check(regatta_ctx *ctx, const regatta_graph *graph,
                              const regatta_train_options *o)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_train_options_check(ctx, o));
    RG_TRY(check_channels(ctx, o));
    if (graph->by_user->n_edges == 0)
        return rg_fail(ctx, REGATTA_EINVAL, "the graph has no interaction");
    RG_TRY(check_sequence(ctx, o, graph));
    RG_TRY(check_sources(ctx, o));
    RG_TRY(check_denoise(ctx, o));
    RG_TRY(check_times(ctx, o, graph));
    RG_TRY(check_features(ctx, o));
    RG_TRY(check_hierarchy(ctx, o));
    RG_TRY(check_attention(ctx, o));
    RG_TRY(check_feature_vectors(ctx, o));
    RG_TRY(check_init(ctx, o));
done:
    return status;
}

static regatta_status train(regatta_ctx *ctx, regatta_model **out,
                            const regatta_graph *graph, const regatta_train_options *opts)
{
    regatta_status status = REGATTA_OK;
    const regatta_train_options init = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_train_options o = init;
    if (graph == NULL) return rg_missing(ctx, "graph");
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "train options"));
    RG_TRY(rg_train_check(ctx, graph, &o));
    rg_fit_options fit = rg_train_fit_options(&o);
    rg_train_listener listener = {.ctx = ctx,
                                  .progress = o.progress,
                                  .progress_state = o.progress_state,
                                  .status = REGATTA_OK};
    RG_TRY(rg_train_checkpoint_open(ctx, graph, &o, NULL));
    if (ctx->checkpoint != NULL || rg_ranked(ctx)) {
        fit.progress = rg_train_listen;
        fit.progress_state = &listener;
    }
    RG_TRY(rg_train_listened(&listener, rg_fit(ctx, out, graph, &fit)));
    if (ctx->checkpoint != NULL) RG_TRY(rg_checkpoint_flush(ctx));
    status = rg_model_check_numbers(ctx, *out); /* a saved model must load */
done:
    rg_checkpoint_close(ctx);
    if (status != REGATTA_OK) {
        regatta_model_free(*out);
        *out = NULL;
    }
    return status;
}

regatta_status regatta_model_train(regatta_ctx *ctx, regatta_model **out,
                                   const regatta_graph *graph,
                                   const regatta_train_options *opts)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_missing(ctx, "out");
    return rg_end(ctx, train(ctx, out, graph, opts));
}
