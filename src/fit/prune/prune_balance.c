#include "fit/prune/prune_balance.h"
#include "fit/update/update_drift.h"
#include <math.h>
#include <stdlib.h>

enum { MOST = 6, FIRST_STEP = 2 }; /* exponents of 2 */

/* A channel, and the largest agreement so far. */
typedef struct climb {
    rg_prune *p;
    int part;
    int64_t n_keep;
    int at; /* the exponent of its factor */
    double best;
} climb;

/* Multiplies the effects of a part by 2^exponent, which changes no order within it. */
static void scale(rg_prune *p, int part, int exponent)
{
    float *effect = p->effect;
    for (int k = 0; k < part; k++) effect += p->part[k].by_target->n_edges;
    for (int64_t e = 0; e < p->part[part].by_target->n_edges; e++)
        effect[e] = ldexpf(effect[e], exponent);
}

static regatta_status measure(rg_prune *p, int64_t n_keep, double *agreement)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = NULL;
    RG_TRY(rg_prune_cut(p, &model, n_keep, 1));
    RG_TRY(rg_drift_overlap(p->ctx, agreement, p->model, model));
done:
    regatta_model_free(model);
    return status;
}

/* Goes in steps as long as they gain; *moved is 1 if one did. */
static regatta_status go(climb *c, int step, int *moved)
{
    regatta_status status = REGATTA_OK;
    *moved = 0;
    while (abs(c->at + step) <= MOST) {
        double agreement = 0.0;
        scale(c->p, c->part, step);
        RG_TRY(measure(c->p, c->n_keep, &agreement));
        if (!(agreement > c->best)) {
            scale(c->p, c->part, -step);
            break;
        }
        c->best = agreement;
        c->at += step;
        *moved = 1;
    }
done:
    return status;
}

regatta_status rg_prune_balance(rg_prune *p, int64_t n_keep)
{
    regatta_status status = REGATTA_OK;
    climb c = {.p = p, .n_keep = n_keep};
    if (p->n_parts < 2 || n_keep <= 0 || n_keep >= p->n_edges) return REGATTA_OK;
    RG_TRY(measure(p, n_keep, &c.best));
    for (c.part = 1; c.part < p->n_parts; c.part++) {
        c.at = 0;
        for (int step = FIRST_STEP; step > 0; step /= 2) {
            int moved = 0;
            RG_TRY(go(&c, -step, &moved));
            if (!moved) RG_TRY(go(&c, step, &moved));
        }
    }
done:
    return status;
}
