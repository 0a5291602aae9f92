#include "channel/fit/vectors/vectors_job.h"
#include "channel/fit/vectors/vectors_features.h"
#include "channel/fit/vectors/vectors_fit.h"
#include <math.h>

enum {
    BATCH_SHARE = 64, /* users / users per step */
    BATCH_LEAST = 1024,
    BATCH_MOST = 4096,
    MANY_INTERACTIONS = 500000
};

/* Operations per second of steps. */
#define STEP_SPEED 2.5e10

int rg_vectors_few(const regatta_graph *graph)
{
    return graph->by_user->n_edges < MANY_INTERACTIONS;
}

/* A step propagates over the whole graph for any number of users, so larger graphs take
 * more users per step. */
uint32_t rg_fit_batch(int64_t n_users)
{
    const int64_t share = n_users / BATCH_SHARE;
    return (uint32_t)(share < BATCH_LEAST  ? BATCH_LEAST
                      : share > BATCH_MOST ? BATCH_MOST
                                           : share);
}

double rg_vectors_step(const regatta_graph *graph, const rg_fit_options *o, int64_t dim,
                       uint32_t batch_users)
{
    const rg_csr *rows = graph->by_user;
    double items = (double)rows->n_cols;
    if (o->softmax_items > 0) items = fmin(items, (double)o->softmax_items);
    const double users = fmin((double)batch_users, (double)rows->n_rows);
    const double softmax = 6.0 * users * items;
    const double propagate = 8.0 * (double)rows->n_edges * (double)o->layers * 2.0;
    return (softmax + propagate) * (double)(dim + 32) / STEP_SPEED;
}

rg_train_job rg_vectors_job(const rg_fit_env *env, const rg_fitted *fitted,
                            const char *stage)
{
    const rg_fit_options *o = env->options;
    const rg_vectors_part *part = rg_vectors_part_of(fitted);
    const rg_csr *rows = fitted->graph->by_user;
    const int timed = fitted->graph->time != NULL;
    rg_train_job job = {.graph = fitted->graph,
                        .weight = fitted->weight,
                        .item_graph = part->item_graph,
                        .group = part->group,
                        .start = part->start,
                        .shape = {.attention = o->attention,
                                  .combine = o->combine,
                                  .heads = o->heads,
                                  .layers = o->layers,
                                  .dim = o->dim,
                                  .n_users = rows->n_rows,
                                  .n_items = rows->n_cols,
                                  .share = o->share,
                                  .n_groups = part->n_groups,
                                  .dynamic = o->dynamic ? 1 + timed : 0},
                        .options = {.start = o->start,
                                    .loss = o->loss,
                                    .max_steps = o->max_steps,
                                    .patience = o->patience,
                                    .eval_every = o->eval_every,
                                    .batch_users = o->batch_users,
                                    .softmax_items = o->softmax_items,
                                    .learning_rate = o->learning_rate,
                                    .temperature = o->temperature,
                                    .l2 = o->l2,
                                    .edge_dropout = o->edge_dropout,
                                    .bias_start = part->bias_start,
                                    .cold_share = RG_COLD_SHARE,
                                    .seed = o->seed,
                                    .progress = o->progress,
                                    .progress_state = o->progress_state},
                        .stage = stage,
                        .started = env->started};
    if (rg_node_features_any(&part->features)) job.features = &part->features;
    rg_node_features_shape(&job.shape, job.features);
    if (part->known.x0 != NULL && part->known.dim == job.shape.dim)
        job.known = &part->known;
    if (env->batch_users == 0) job.options.batch_users = rg_fit_batch(rows->n_rows);
    return job;
}

regatta_status rg_vectors_train(rg_fit_env *env, rg_vectors **out, rg_train_job *job,
                                int kind)
{
    const int self = rg_channel_of(&rg_vectors_fit);
    const int trials = rg_channel_work(self, RG_VECTORS_TRIALS),
              steps = rg_channel_work(self, RG_VECTORS_STEPS),
              start = rg_channel_work(self, RG_VECTORS_STARTS);
    const double unit = rg_vectors_step(job->graph, env->options, job->shape.dim,
                                        job->options.batch_users);
    const double own = job->usual_steps > 0.0
                           ? fmin(job->usual_steps, (double)job->options.max_steps)
                           : (double)job->options.max_steps;
    rg_fit_plan *plan = env->plan;
    job->steps_after = fmax(0.0, (plan->left[trials] + plan->left[steps]) / unit - own);
    job->seconds_after = rg_plan_seconds_left(plan, trials, steps - trials + 1);
    const regatta_status status = rg_train_vectors(env->ctx, out, job);
    if (status == REGATTA_OK)
        rg_channel_did(env, &rg_vectors_fit, kind, (double)(*out)->n_steps * unit);
    if (job->start == NULL && job->from == NULL)
        plan->left[start] = fmax(0.0, plan->left[start] - 1.0);
    return status;
}
