#include "channel/fit/vectors/vectors_update.h"
#include "channel/fit/vectors/vectors_job.h"
#include "channel/fit/vectors/vectors_part.h"
#include "channel/fit/vectors/vectors_start.h"
#include "model/model.h"
#include <string.h>

/* Of the options' learning rate: the parameters are near their optimum. */
static const float RATE = 0.25f;

/* Creates the parameters of a model as training has them. */
static regatta_status params_of(regatta_ctx *ctx, rg_params **out,
                                const rg_node_vectors *v)
{
    const rg_shape *s = &v->shape;
    const regatta_status status = rg_params_create(ctx, out, s);
    if (status != REGATTA_OK) return status;
    rg_rows_decode((*out)->x0, &v->user_x0, 0, s->n_users);
    rg_rows_decode((*out)->x0 + s->n_users * s->dim, &v->item_state, 0, s->n_items);
    memcpy((*out)->bias, v->bias, (size_t)s->n_items * sizeof *v->bias);
    if (v->params != NULL) rg_params_copy_attention(*out, v->params);
    return REGATTA_OK;
}

/* The groups of the model, which has rows for all nodes. */
static regatta_status keep_groups(regatta_ctx *ctx, rg_vectors_part *part,
                                  const rg_node_vectors *v)
{
    regatta_status status = REGATTA_OK;
    rg_vectors_ungroup(ctx, part);
    if (v->group == NULL) return REGATTA_OK;
    RG_NEW(ctx->mem, part->group, v->n_grouped);
    memcpy(part->group, v->group, (size_t)v->n_grouped * sizeof *part->group);
    part->n_groups = v->shape.n_groups;
done:
    return status;
}

regatta_status rg_vectors_update(rg_fit_env *env, rg_fitted *fitted,
                                 const rg_fit_update *u)
{
    regatta_status status = REGATTA_OK;
    const rg_node_vectors *v = u->from->vectors;
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    rg_vectors *vectors = NULL;
    rg_params *params = NULL;
    if (v->user_x0.data == NULL)
        return rg_fail(env->ctx, REGATTA_EINVAL,
                       "the model lacks the users' own vectors (users.x0): train again");
    RG_TRY(params_of(env->ctx, &params, v));
    const rg_fold_nodes nodes = {&fitted->rows, u->before->n_users, u->before->n_items,
                                 v->shape.dim};
    RG_TRY(rg_fold_new_nodes(env->ctx, params->x0, &nodes));
    RG_TRY(keep_groups(env->ctx, part, v));
    part->before = v;
    rg_train_job job = rg_vectors_job(env, fitted, "update");
    job.from = params;
    job.options.max_steps = u->changed ? u->steps : 0;
    job.options.learning_rate *= RATE;
    RG_TRY(rg_vectors_train(env, &vectors, &job, RG_VECTORS_STEPS));
    rg_vectors_free(part->vectors);
    part->vectors = vectors;
done:
    rg_params_free(params);
    return status;
}
