#include "fit/prune/prune_auto.h"
#include "base/text/json_find.h"
#include "fit/prune/prune_blend.h"
#include "fit/update/update_drift.h"
#include "model/file/model_file_write.h"
#include <math.h>
#include <stdio.h>

/* A channel that `auto` may leave out. */
typedef struct candidate {
    int channel;
    double loss; /* of ndcg@20 on validation, as a share; at least 0 */
    double bytes;
} candidate;

/* Reads what training recorded without a channel; returns 0 if it did not. */
static int read_loss(double *loss, const regatta_model *model, int a)
{
    char path[RG_JSON_NAME];
    rg_json at;
    double with = 0.0, without = 0.0;
    snprintf(path, sizeof path, "blend.without.%s", rg_channels[a]->name);
    if (model->json == NULL || !rg_json_find(&at, model->json, "blend.ungated") ||
        !rg_json_real(&at, &with) || !rg_json_find(&at, model->json, path) ||
        !rg_json_real(&at, &without) || !(with > 0.0))
        return 0;
    *loss = fmax(0.0, 1.0 - without / with);
    return 1;
}

static regatta_status size_with(regatta_ctx *ctx, const rg_prune_drop *d, int64_t *bytes,
                                const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    regatta_model *made = NULL;
    RG_TRY(rg_prune_drop_model(ctx, d, &made, model));
    RG_TRY(rg_model_file_size(ctx, bytes, made));
done:
    regatta_model_free(made);
    return status;
}

/* Fills the channels of the score that a model need not keep and whose loss is recorded,
 * in ascending order of the loss for each byte. */
static regatta_status list_candidates(regatta_ctx *ctx, candidate *list, int *n,
                                      const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    int on[RG_MAX_CHANNELS];
    int64_t whole = 0, less = 0;
    *n = 0;
    rg_model_channels(on, model);
    RG_TRY(rg_model_file_size(ctx, &whole, model));
    for (int a = 0; a < rg_n_channels; a++) {
        candidate c = {.channel = a};
        rg_prune_drop one = {.n = 1};
        if (!on[a] || rg_channels[a]->kept || !read_loss(&c.loss, model, a)) continue;
        one.off[a] = 1;
        if (!rg_prune_drop_can(&one, model)) continue;
        RG_TRY(size_with(ctx, &one, &less, model));
        c.bytes = fmax(1.0, (double)(whole - less));
        int at = (*n)++;
        for (; at > 0 && c.loss * list[at - 1].bytes < list[at - 1].loss * c.bytes; at--)
            list[at] = list[at - 1];
        list[at] = c;
    }
done:
    return status;
}

/* Measures the lists without the channels of d. */
static regatta_status agrees(regatta_ctx *ctx, rg_prune_drop *d, int *yes,
                             const regatta_model *model, double agreement)
{
    regatta_status status = REGATTA_OK;
    regatta_model *made = NULL;
    double share = 0.0;
    RG_TRY(rg_prune_drop_blend(ctx, d, model));
    RG_TRY(rg_prune_drop_model(ctx, d, &made, model));
    RG_TRY(rg_drift_overlap(ctx, &share, model, made));
    *yes = share >= agreement;
done:
    regatta_model_free(made);
    return status;
}

/* Leaves out the channel if the budget allows it. */
static regatta_status try_one(regatta_ctx *ctx, rg_prune_drop *d, const candidate *c,
                              const regatta_model *model, rg_prune_budget *left)
{
    regatta_status status = REGATTA_OK;
    int yes = 1;
    int64_t bytes = 0;
    if (c->loss > left->loss) return REGATTA_OK;
    if (left->bytes > 0) {
        RG_TRY(size_with(ctx, d, &bytes, model));
        if (bytes <= left->bytes) return REGATTA_OK;
    }
    d->off[c->channel] = 1;
    d->n++;
    yes = rg_prune_drop_can(d, model);
    if (yes && left->agreement > 0.0)
        RG_TRY(agrees(ctx, d, &yes, model, left->agreement));
    if (yes) {
        left->loss -= c->loss;
    } else {
        d->off[c->channel] = 0;
        d->n--;
    }
done:
    return status;
}

regatta_status rg_prune_drop_auto(regatta_ctx *ctx, rg_prune_drop *d,
                                  const regatta_model *model,
                                  const rg_prune_budget *budget)
{
    regatta_status status = REGATTA_OK;
    candidate list[RG_MAX_CHANNELS];
    rg_prune_budget left = *budget;
    int n = 0;
    RG_TRY(list_candidates(ctx, list, &n, model));
    if (n == 0)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "the model does not say what a channel that can go adds on "
                       "validation: name the channels to drop");
    for (int k = 0; k < n; k++) RG_TRY(try_one(ctx, d, &list[k], model, &left));
done:
    return status;
}
