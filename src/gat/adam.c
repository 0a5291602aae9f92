/* Adam, with the bias corrections folded into the step size:
 *
 *   g = grad + l2 x
 *   m = .9 m + .1 g,  v = .999 v + .001 g^2
 *   x = x - rate (m / (1 - .9^t)) / (sqrt(v / (1 - .999^t)) + 1e-8)
 *
 * Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
 * O(floats) time, two floats of memory each. Every element is on its own, so fixed
 * ranges in any order give the same bits. */
#include "gat/adam.h"
#include "base/parallel.h"
#include <math.h>

static const float DECAY_FIRST = 0.9f, DECAY_SECOND = 0.999f, EPSILON = 1e-8f;

regatta_status rg_adam_create(regatta_ctx *ctx, rg_adam **out, int64_t n_floats)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_adam *adam = NULL;
    RG_NEW(ctx->mem, adam, 1);
    adam->mem = ctx->mem;
    adam->n_floats = n_floats;
    RG_NEW(ctx->mem, adam->first, 2 * n_floats);
    adam->second = adam->first + n_floats;
    *out = adam;
    adam = NULL;
done:
    rg_adam_free(adam);
    return status;
}

rg_adam_size rg_adam_size_of(float rate, float l2, int64_t t)
{
    const double first = 1.0 - pow((double)DECAY_FIRST, (double)t);
    const double second = 1.0 - pow((double)DECAY_SECOND, (double)t);
    return (rg_adam_size){.rate = (float)((double)rate / first),
                          .l2 = l2,
                          .root_second = (float)(1.0 / sqrt(second)),
                          .decay_first = DECAY_FIRST,
                          .decay_second = DECAY_SECOND,
                          .epsilon = EPSILON};
}

static rg_adam_size size_of(rg_param_group group, const rg_adam_rates *rates, int64_t t)
{
    const float by_group[] = {[RG_PARAM_VECTORS] = rates->vectors,
                              [RG_PARAM_BIAS] = rates->bias,
                              [RG_PARAM_FEATURES] = rates->features,
                              [RG_PARAM_ATTENTION] = rates->attention,
                              [RG_PARAM_FACTORS] = rates->factors};
    const float rate = by_group[group];
    return rg_adam_size_of(rate, group == RG_PARAM_BIAS ? 0.0f : rates->l2, t);
}

/* One step of the floats x[0 .. n), whose moments begin at `first`. */
static void step_range(rg_adam *adam, float *x, const float *grad, int64_t first,
                       int64_t n, const rg_adam_size *size, int threads)
{
    const rg_kernels *kernels = rg_kernels_best();
    const int64_t n_blocks = rg_block_count(n, RG_BLOCK);
    const int team = rg_threads_for(4 * n, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t b = 0; b < n_blocks; b++) {
        const int64_t at = b * RG_BLOCK, left = n - at;
        kernels->adam(x + at, adam->first + first + at, adam->second + first + at,
                      grad + at, left < RG_BLOCK ? left : RG_BLOCK, size);
    }
}

/* One step of the users' vectors and of those of the panel's items. */
static void step_panel(rg_adam *adam, rg_params *p, const rg_params *grad,
                       const rg_adam_size *size, int threads)
{
    const int64_t dim = p->shape.dim, users = p->shape.n_users * dim;
    const int64_t at = grad->x0 - grad->arena, items = grad->first_item - p->first_item;
    step_range(adam, p->x0, grad->x0, at, users, size, threads);
    step_range(adam, p->x0 + users + items * dim, grad->x0 + users, at + users,
               grad->n_item_rows * dim, size, threads);
}

void rg_adam_step(rg_adam *adam, rg_params *p, const rg_params *grad,
                  const rg_adam_rates *rates, int threads)
{
    adam->n_steps++;
    for (int k = 0; k < p->n_entries; k++) {
        const rg_param_entry *entry = &p->entry[k];
        const rg_adam_size size = size_of(entry->group, rates, adam->n_steps);
        if (k == 0 && grad->n_item_rows < p->n_item_rows)
            step_panel(adam, p, grad, &size, threads);
        else
            step_range(adam, p->arena + entry->first, grad->arena + grad->entry[k].first,
                       grad->entry[k].first, entry->rows * entry->cols, &size, threads);
    }
}

void rg_adam_array(rg_adam *adam, float *x, const float *grad, float rate, int threads)
{
    const rg_adam_size size = rg_adam_size_of(rate, 0.0f, ++adam->n_steps);
    step_range(adam, x, grad, 0, adam->n_floats, &size, threads);
}

regatta_status rg_adam_archive(rg_archive *archive, rg_adam *adam)
{
    const regatta_status status =
        rg_archive_int(archive, &adam->n_steps, 0, INT64_MAX / 2);
    if (status != REGATTA_OK) return status;
    /* A moment may be infinite: its parameter then stays. */
    return rg_archive_bytes(archive, adam->first,
                            2 * adam->n_floats * (int64_t)sizeof *adam->first);
}

void rg_adam_free(rg_adam *adam)
{
    if (adam == NULL) return;
    rg_free(adam->mem, adam->first);
    rg_free(adam->mem, adam);
}
