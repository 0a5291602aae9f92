#include "rank/logged/logged.h"
#include "rank/allow.h"
#include "rank/logged/logged_estimates.h"
#include "rank/logged/logged_policy.h"
#include "rank/logged/logged_reward.h"

typedef struct job {
    const regatta_model *model;
    const rg_logged_records *records;
    const regatta_logged_options *opts;
    uint32_t *allow;  /* rank/allow.h */
    uint32_t *logged; /* items of the records, if these are the actions */
    rg_logged_shown shown;
    double *own, *policy; /* [n] of the reward model */
} job;

/* Sets the items that the policy may show. */
static regatta_status allow_actions(regatta_ctx *ctx, job *j)
{
    regatta_status status = REGATTA_OK;
    const rg_logged_records *r = j->records;
    const uint32_t *only = j->opts->only;
    int64_t n = j->opts->n_only;
    if (only == NULL) {
        RG_NEW(ctx->mem, j->logged, r->n);
        n = 0;
        for (int64_t k = 0; k < r->n; k++)
            if (r->item[k] != REGATTA_NONE) j->logged[n++] = r->item[k];
        only = j->logged;
    }
    RG_TRY(rg_allow_create(ctx, &j->allow, j->model->n_items, j->model->own.items, only,
                           n, NULL, 0));
done:
    return status;
}

static void count(regatta_logged_evaluation *out, const job *j)
{
    const rg_logged_records *r = j->records;
    out->n_unknown_users = r->n_unknown_users;
    out->n_unknown_items = r->n_unknown_items;
    out->asked_at_times = r->at != NULL;
    for (int64_t i = 0; i < j->model->n_items; i++)
        out->n_actions += rg_allows(j->allow, i);
    for (int64_t k = 0; k < r->n; k++) {
        out->n_seen += j->shown.seen[k];
        out->n_outside += r->item[k] != REGATTA_NONE && !rg_allows(j->allow, r->item[k]);
    }
}

static regatta_status run(regatta_ctx *ctx, regatta_logged_evaluation *out, job *j,
                          const regatta_query *query)
{
    regatta_status status = REGATTA_OK;
    const rg_logged_records *r = j->records;
    const rg_logged_policy policy = {.temperature = j->opts->temperature,
                                     .keep_seen = (int)j->opts->keep_seen,
                                     .allow = j->allow};
    RG_NEW(ctx->mem, j->shown.probability, r->n);
    RG_NEW(ctx->mem, j->shown.feature, r->n);
    RG_NEW(ctx->mem, j->shown.expected, r->n);
    RG_NEW(ctx->mem, j->shown.seen, r->n);
    RG_NEW(ctx->mem, j->own, r->n);
    RG_NEW(ctx->mem, j->policy, r->n);
    RG_TRY(rg_logged_policy_run(ctx, &j->shown, j->model, r, query, &policy));
    rg_logged_reward(j->own, j->policy, r, &j->shown);
    const rg_logged_sample sample = {.n = r->n,
                                     .n_users = r->n_users,
                                     .group = r->group,
                                     .probability = j->shown.probability,
                                     .propensity = r->propensity,
                                     .reward = r->reward,
                                     .own_expected = j->own,
                                     .policy_expected = j->policy};
    RG_TRY(rg_logged_estimate(ctx, out, &sample, j->opts->max_weight));
    count(out, j);
done:
    return status;
}

regatta_status rg_evaluate_logged(regatta_ctx *ctx, regatta_logged_evaluation *out,
                                  const regatta_model *model,
                                  const rg_logged_records *records,
                                  const regatta_query *query,
                                  const regatta_logged_options *opts)
{
    regatta_status status = REGATTA_OK;
    job j = {.model = model, .records = records, .opts = opts};
    *out = (regatta_logged_evaluation){.struct_size = sizeof *out};
    RG_TRY(allow_actions(ctx, &j));
    RG_TRY(run(ctx, out, &j, query));
done:
    rg_free(ctx->mem, j.allow);
    rg_free(ctx->mem, j.logged);
    rg_free(ctx->mem, j.shown.probability);
    rg_free(ctx->mem, j.shown.feature);
    rg_free(ctx->mem, j.shown.expected);
    rg_free(ctx->mem, j.shown.seen);
    rg_free(ctx->mem, j.own);
    rg_free(ctx->mem, j.policy);
    return status;
}
