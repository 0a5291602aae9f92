#include "fit/prune/prune.h"
#include "fit/prune/prune_select.h"
#include "model/model_copy.h"
#include <math.h>

static const rg_channel_fit_ops *fit_of(int channel)
{
    return rg_channels[channel]->fit;
}

/* Rebuilds the graph of the histories and the settings. *able is 0 if the model does not
 * allow it. */
static regatta_status restore(rg_prune *p, int *able)
{
    regatta_status status = REGATTA_OK;
    regatta_dedup dedup;
    RG_TRY(rg_update_open(&p->run, &dedup));
    RG_TRY(rg_update_graph(p->ctx, &p->run.graph, p->model, rg_update_all(p->model),
                           &p->job.rows, dedup));
    RG_TRY(rg_update_begin(&p->run));
done:
    *able = status == REGATTA_OK;
    return status == REGATTA_EINVAL ? REGATTA_OK : status;
}

/* Creates the weights of a part by target. */
static regatta_status read_weights(regatta_ctx *ctx, rg_prune_part *part, int64_t n)
{
    return (part->by_history ? rg_weights_transpose : rg_weights_rows)(
        ctx, &part->by_target, part->ridge.weights, NULL, n);
}

static int has_own_edge(const rg_csr *rows)
{
    for (int64_t j = 0; j < rows->n_rows; j++)
        if (rg_csr_find(rows, j, (uint32_t)j) >= 0) return 1;
    return 0;
}

/* Fills size[i] = G_ii + Lambda_i. */
static regatta_status ridge_sizes(rg_prune *p, rg_prune_part *part, float *size)
{
    regatta_status status = REGATTA_OK;
    const rg_channel_ridge *r = &part->ridge;
    RG_TRY(rg_item_attention_gram(p->ctx, &part->g, r->rows, &r->options));
    rg_ridge_diagonal(size, part->g, r->options.lambda, r->options.theta);
    for (int64_t i = 0; i < part->g->n_items; i++) size[i] += part->g->self[i];
done:
    return status;
}

/* Fills size[i] with the interactions of item or user i. */
static void count_sizes(const regatta_model *m, const rg_prune_part *part, float *size)
{
    for (int64_t i = 0; part->by_history && i < m->n_items; i++)
        size[i] = (float)m->item_count[i];
    for (int64_t u = 0; !part->by_history && u < m->n_users; u++)
        size[u] = (float)(m->history_offset[u + 1] - m->history_offset[u]);
}

/* effect = w^2 size / the root of the target's sum of the same, as a share of the
 * channel. */
static void fill_effects(float *effect, const rg_prune_part *part)
{
    const rg_csr *rows = part->by_target;
    double all = 0.0;
    for (int64_t j = 0; j < rows->n_rows; j++) {
        double sum = 0.0;
        for (int64_t e = rows->offset[j]; e < rows->offset[j + 1]; e++) {
            effect[e] = rows->value[e] * rows->value[e] * part->size[rows->target[e]];
            sum += (double)effect[e];
        }
        const float scale = sum > 0.0 ? (float)(1.0 / sqrt(sum)) : 0.0f;
        for (int64_t e = rows->offset[j]; e < rows->offset[j + 1]; e++)
            effect[e] *= scale;
        all += sqrt(sum);
    }
    const float share = all > 0.0 ? (float)(1.0 / all) : 0.0f;
    for (int64_t e = 0; e < rows->n_edges; e++) effect[e] *= share;
}

static regatta_status fill_all(rg_prune *p)
{
    regatta_status status = REGATTA_OK;
    float *at = NULL;
    RG_NEW(p->ctx->mem, p->effect, p->n_edges);
    at = p->effect;
    for (int k = 0; k < p->n_parts; k++) {
        fill_effects(at, &p->part[k]);
        p->part[k].effect = at;
        at += p->part[k].by_target->n_edges;
    }
done:
    return status;
}

static regatta_status open_part(rg_prune *p, rg_prune_part *part, int able)
{
    regatta_status status = REGATTA_OK;
    const rg_channel_fit_ops *ops = fit_of(part->channel);
    void *state = rg_model_channel(p->model, part->channel);
    RG_TRY(ops->ridge(p->ctx, &part->ridge, state, NULL, NULL));
    part->by_history = !part->ridge.by_target;
    const int64_t n = part->by_history ? p->model->n_items : p->model->n_users;
    RG_TRY(read_weights(p->ctx, part, n));
    RG_NEW(p->ctx->mem, part->size, n);
    if (able) {
        RG_TRY(ops->ridge(p->ctx, &part->ridge, state, &p->run.run.whole,
                          &p->run.run.choice));
        RG_TRY(ridge_sizes(p, part, part->size));
    } else {
        count_sizes(p->model, part, part->size);
    }
    p->n_edges += part->by_target->n_edges;
    if (able && !part->ridge.learned && !has_own_edge(part->by_target)) {
        p->n_solved += part->by_target->n_edges;
    } else {
        rg_cooccurrence_free(part->g);
        part->g = NULL;
    }
done:
    return status; /* rg_prune_close frees the part */
}

static int goes(const rg_prune *p, int channel)
{
    return p->drop != NULL && p->drop->off[channel];
}

regatta_status rg_prune_open(regatta_ctx *ctx, rg_prune *p, const regatta_model *model,
                             const rg_prune_drop *drop, int solve)
{
    regatta_status status = REGATTA_OK;
    int able = 0;
    *p = (rg_prune){.ctx = ctx, .model = model, .drop = drop, .job.model = model};
    p->run = (rg_update_run){.ctx = ctx, .job = &p->job, .run.env.ctx = ctx};
    if (solve) RG_TRY(restore(p, &able));
    for (int c = 0; c < rg_n_channels; c++) {
        if (rg_model_channel(model, c) == NULL || fit_of(c)->ridge == NULL || goes(p, c))
            continue;
        p->part[p->n_parts] = (rg_prune_part){.channel = c};
        RG_TRY(open_part(p, &p->part[p->n_parts++], able));
    }
    if (p->n_edges == 0 && (drop == NULL || drop->n == 0))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "the model has no attention weights to prune: it has none of the "
                       "channels items, users and order");
    RG_TRY(fill_all(p));
done:
    return status;
}

/* Creates the kept rows of a part; `limit` moves on to the next part. */
static regatta_status keep_rows(regatta_ctx *ctx, rg_csr **out, const rg_prune_part *part,
                                rg_prune_limit *limit)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *from = part->by_target;
    rg_prune_limit count = *limit;
    int64_t n = 0, at = 0;
    for (int64_t e = 0; e < from->n_edges; e++)
        n += rg_prune_keeps(&count, part->effect[e]);
    RG_TRY(rg_csr_create(ctx, out, from->n_rows, from->n_cols, n, 1));
    for (int64_t j = 0; j < from->n_rows; j++) {
        for (int64_t e = from->offset[j]; e < from->offset[j + 1]; e++) {
            if (!rg_prune_keeps(limit, part->effect[e])) continue;
            (*out)->target[at] = from->target[e];
            (*out)->value[at++] = from->value[e];
        }
        (*out)->offset[j + 1] = at;
    }
done:
    return status;
}

/* The weights of the vectors' cosine over those of the ridge. */
static regatta_status reweight(const rg_prune *p, rg_csr **rows,
                               const rg_reweight_strength *strength)
{
    regatta_status status = REGATTA_OK;
    const rg_rows *vectors = &p->model->vectors->item_vectors;
    rg_csr *ridge = *rows;
    float *x = NULL;
    RG_NEW(p->ctx->mem, x, vectors->n * vectors->dim);
    rg_rows_decode(x, vectors, 0, vectors->n);
    RG_TRY(rg_reweight_build(p->ctx, rows, ridge, x, vectors->dim, strength));
    rg_csr_free(ridge);
done:
    if (status != REGATTA_OK) *rows = ridge;
    rg_free(p->ctx->mem, x);
    return status;
}

/* A target without interactions, whose weights come from features, keeps its weights. */
static void keep_fresh(rg_csr *rows, const rg_csr *before, const rg_cooccurrence *g)
{
    for (int64_t j = 0; j < rows->n_rows; j++)
        for (int64_t e = rows->offset[j]; e < rows->offset[j + 1]; e++)
            if (!(g->self[j] > 0.0f))
                rows->value[e] = before->value[rg_csr_find(before, j, rows->target[e])];
}

static regatta_status cut_part(rg_prune *p, regatta_model *to, const rg_prune_part *part,
                               rg_prune_limit *limit, int solve)
{
    regatta_status status = REGATTA_OK;
    rg_channel_ridge ridge = {0};
    rg_csr *rows = NULL, *by_history = NULL;
    RG_TRY(keep_rows(p->ctx, &rows, part, limit));
    if (solve && part->g != NULL) {
        RG_TRY(rg_item_attention_solve(p->ctx, rows, part->g, &part->ridge.options));
        if (part->ridge.strength != NULL && p->model->vectors != NULL)
            RG_TRY(reweight(p, &rows, part->ridge.strength));
        keep_fresh(rows, part->by_target, part->g);
    }
    if (part->by_history) RG_TRY(rg_csr_transpose(p->ctx, &by_history, rows));
    RG_TRY(fit_of(part->channel)
               ->ridge(p->ctx, &ridge, rg_model_channel(to, part->channel), NULL, NULL));
    RG_TRY(rg_model_set_weights(to, ridge.weights, by_history != NULL ? by_history : rows,
                                NULL));
done:
    rg_csr_free(rows);
    rg_csr_free(by_history);
    return status;
}

/* Replaces the weights of `view`, a copy of the model. */
static regatta_status cut_parts(rg_prune *p, regatta_model *view, int64_t n_keep,
                                int solve)
{
    regatta_status status = REGATTA_OK;
    rg_prune_limit limit = rg_prune_limit_of(p->effect, p->n_edges, n_keep);
    for (int k = 0; k < p->n_parts; k++)
        RG_TRY(cut_part(p, view, &p->part[k], &limit, solve));
done:
    return status;
}

regatta_status rg_prune_cut(rg_prune *p, regatta_model **out, int64_t n_keep, int solve)
{
    regatta_status status = REGATTA_OK;
    regatta_model *view = NULL;
    *out = NULL;
    RG_TRY(rg_prune_drop_model(p->ctx, p->drop, &view, p->model));
    if (n_keep == p->n_edges) {
        *out = view;
        return REGATTA_OK;
    }
    RG_TRY(cut_parts(p, view, n_keep, solve));
    RG_TRY(rg_model_convert(p->ctx, out, view, rg_model_element(p->model)));
done:
    regatta_model_free(view);
    return status;
}

int64_t rg_prune_count(const regatta_model *model)
{
    int64_t n = 0;
    for (int c = 0; c < rg_n_channels; c++) {
        rg_channel_ridge r = {0};
        void *state = rg_model_channel(model, c);
        if (state == NULL || fit_of(c)->ridge == NULL) continue;
        fit_of(c)->ridge(NULL, &r, state, NULL, NULL);
        n += r.weights->offset[r.by_target ? model->n_users : model->n_items];
    }
    return n;
}

void rg_prune_close(rg_prune *p)
{
    for (int k = 0; k < p->n_parts; k++) {
        rg_csr_free(p->part[k].ridge.made);
        rg_csr_free(p->part[k].by_target);
        rg_free(p->ctx->mem, p->part[k].size);
        rg_cooccurrence_free(p->part[k].g);
    }
    rg_free(p->ctx->mem, p->effect);
    rg_update_close(&p->run);
}
