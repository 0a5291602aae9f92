#include "gat/start/trainer_start.h"
#include "gat/svd_start.h"
#include <math.h>
#include <string.h>

/* Sets the start without biases and features. */
static regatta_status start_vectors(regatta_ctx *ctx, rg_trainer *t)
{
    const rg_train_options *o = &t->job->options;
    const rg_shape *s = &t->shape;
    const int64_t first = t->adj->first_user;
    if (o->start != REGATTA_START_SVD) {
        rg_params_start_part(t->params, o->seed, first, t->adj->all_users);
        return REGATTA_OK;
    }
    rg_params_start_attention(t->params, o->seed);
    if (t->job->start == NULL)
        return rg_svd_start(ctx, t->params->x0, t->adj, s->dim, o->seed);
    memcpy(t->params->x0, t->job->start,
           (size_t)((s->n_users + s->n_items) * s->dim) * sizeof *t->params->x0);
    return REGATTA_OK;
}

/* Sets the items' biases, which have to learn popularity otherwise. */
static void start_bias(rg_trainer *t)
{
    const rg_csr *rows = t->job->graph->by_item;
    const double share = (double)t->job->options.bias_start;
    for (int64_t j = 0; j < t->shape.n_items; j++)
        t->params->bias[j] = (float)(share * log1p((double)rg_csr_degree(rows, j)));
}

regatta_status rg_trainer_start(regatta_ctx *ctx, rg_trainer *t)
{
    regatta_status status = REGATTA_OK;
    if (t->job->from != NULL) {
        rg_params_take_part(t->params, t->job->from, t->adj->first_user);
        return REGATTA_OK;
    }
    RG_TRY(start_vectors(ctx, t));
    start_bias(t);
    if (t->job->known != NULL)
        RG_TRY(rg_known_start(ctx, t->params, t->job->known,
                              t->job->options.start == REGATTA_START_SVD));
    if (t->job->features != NULL)
        RG_TRY(rg_feature_input_start(ctx, t->params, t->job->features));
done:
    return status;
}
