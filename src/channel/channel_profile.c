#include "channel/channel_profile.h"
#include "channel/fit/profile/profile_fit.h"
#include "channel/growth.h"
#include "channel/picking.h"
#include "model/model.h"
#include <math.h>
#include <string.h>

static const rg_bound UNIT = {0x1p1f, 0, 0}, FACTOR = {0x1p60f, 0, 0};

const rg_profile_state *rg_profile_of(const regatta_model *model)
{
    return rg_model_state(model, &rg_channel_profile);
}

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_profile_state *s = state;
    RG_TRY(rg_feature_blocks_visit(v, &s->features, "profile"));
    const int64_t rank = s->features.rank;
    RG_TRY(rg_visit_table(v, "profile.users", &s->z, 0, model->n_users, rank, &UNIT));
    RG_TRY(rg_visit_table(v, "profile.items", &s->out, 0, model->n_items, rank, &FACTOR));
    RG_TRY(rg_visit_sum(v, "profile.items", v->largest, 4.0 * (double)rank));
    RG_TRY(rg_visit_floats(v, "profile.bias", &s->bias, model->n_items, &FACTOR));
done:
    return status;
}

int rg_profile_has(const rg_profile_state *s, int64_t user)
{
    return rg_feature_blocks_known(&s->features, &s->z, user);
}

/* New users have coordinates; new items are like those nearest by content. */
static regatta_status grow(regatta_ctx *ctx, regatta_model *model, void *state,
                           rg_growth *g)
{
    regatta_status status = REGATTA_OK;
    rg_profile_state *s = state;
    const int64_t rank = s->features.rank;
    float *z = NULL;
    RG_TRY(rg_growth_rows(ctx, g, &s->out, 0, model->n_items, 0));
    rg_growth_floats(g, s->bias, model->n_items);
    if (g->n_users == 0) goto done;
    RG_NEW(ctx->mem, z, g->n_users * rank);
    RG_TRY(rg_feature_blocks_encode(ctx, z, NULL, &s->features, g->user_features,
                                    g->user_node, g->n_users));
    for (int64_t u = 0; u < g->n_users && g->was != NULL; u++)
        if (g->user_was[u] != REGATTA_NONE)
            rg_rows_decode(z + u * rank, &rg_profile_of(g->was)->z, g->user_was[u],
                           g->user_was[u] + 1LL);
    for (int64_t u = 0; u < g->n_users; u++)
        rg_growth_set(&s->z, model->n_users - g->n_users + u, z + u * rank);
done:
    rg_free(ctx->mem, z);
    return status;
}

static regatta_status pick(regatta_model *model, void *state, const rg_picking *picking)
{
    regatta_status status = REGATTA_OK;
    rg_profile_state *s = state;
    RG_TRY(rg_pick_rows(model, &s->z, 1, picking->user, picking->n_users));
    RG_TRY(rg_pick_rows(model, &s->out, 1, picking->item, picking->n_items));
    RG_TRY(rg_pick_floats(model, &s->bias, picking->item, picking->n_items));
done:
    return status;
}

static regatta_status finish(regatta_ctx *ctx, regatta_model *model, void *state)
{
    rg_profile_state *s = state;
    (void)model;
    return rg_table_create(ctx, &s->table, s->out.type, &s->out, s->bias);
}

static void release(rg_mem mem, void *state)
{
    rg_profile_state *s = state;
    (void)mem;
    rg_table_free(s->table);
    rg_feature_blocks_release(&s->features);
}

static regatta_status clone(regatta_ctx *ctx, void *state, const void *from)
{
    rg_profile_state *s = state;
    s->table = NULL;
    return rg_feature_blocks_clone(ctx, &s->features,
                                   &((const rg_profile_state *)from)->features);
}

static int element(const void *state, rg_element *out)
{
    *out = ((const rg_profile_state *)state)->out.type;
    return 1;
}

static const rg_table *table(const void *state)
{
    return ((const rg_profile_state *)state)->table;
}

static int64_t query_floats(const void *state)
{
    return ((const rg_profile_state *)state)->features.rank;
}

static void query(float *q, const void *state, const rg_history *history, float *work)
{
    const rg_profile_state *s = state;
    (void)work;
    memset(q, 0, (size_t)s->features.rank * sizeof *q);
    if (history->user != REGATTA_NONE)
        rg_rows_decode(q, &s->z, history->user, history->user + 1LL);
}

static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    (void)model, (void)history, (void)work;
    parts->bias = (double)((const rg_profile_state *)state)->bias[item];
    parts->direct = x - parts->bias;
}

const rg_channel_ops rg_channel_profile = {
    .fit = &rg_profile_fit,
    .name = "profile",
    .state_size = sizeof(rg_profile_state),
    .start_weight = 0.05f,
    .kept = 1,
    .popular = 1,
    .has_side = 1,
    .side = REGATTA_USERS,
    .visit = visit,
    .grow = grow,
    .pick = pick,
    .finish = finish,
    .release = release,
    .clone = clone,
    .element = element,
    .table = table,
    .query_floats = query_floats,
    .query = query,
    .explain = explain,
};
