/* Checks the arguments of an update, updates, and reports what changed. */
#include "api/model/model_extend.h"
#include "api/options.h"
#include "api/train_checkpoint.h"
#include "fit/update/update_drift.h"
#include "fit/update/update_known.h"
#include "fit/update/update_record.h"
#include "graph/interactions.h"
#include "model/bounds.h"
#include <math.h>
#include <regatta/update.h>

enum {
    MOST_STEPS = 10000,
    DUE_PARTS = 5 /* new interactions: a fifth of the training's */
};

static uint32_t count_touched(const rg_csr *rows)
{
    uint32_t n = 0;
    for (int64_t r = 0; r < rows->n_rows; r++) n += rg_csr_degree(rows, r) > 0;
    return n;
}

static void count(regatta_update_report *r, const regatta_model *before,
                  const regatta_model *after, const regatta_graph *news)
{
    const rg_update_past past = rg_update_past_of(after);
    if (after->n_users > before->n_users)
        r->n_users = (uint32_t)(after->n_users - before->n_users);
    if (after->n_items > before->n_items)
        r->n_items = (uint32_t)(after->n_items - before->n_items);
    r->n_since = (uint32_t)past.n_updates;
    r->n_added_since = past.n_added;
    r->n_trained = past.n_trained;
    if (news == NULL) return;
    r->n_touched_users = count_touched(news->by_user);
    r->n_touched_items = count_touched(news->by_item);
    r->n_interactions = rg_interactions_count(news);
}

static int is_due(const regatta_update_report *r)
{
    const double loss = r->ndcg_before - r->ndcg_after;
    return r->n_added_since > r->n_trained / DUE_PARTS ||
           (isfinite(loss) && loss > 2.0 * r->ndcg_error);
}

static regatta_status measure(regatta_ctx *ctx, regatta_update_report *r,
                              const rg_update_job *job, const regatta_model *after)
{
    regatta_status status = REGATTA_OK;
    rg_drift drift;
    RG_TRY(rg_drift_overlap(ctx, &r->overlap, job->model, after));
    rg_update_job trial = *job;
    trial.n_solved = trial.n_targets = NULL;
    RG_TRY(rg_drift_measure(ctx, &drift, &trial));
    r->ndcg_before = drift.before;
    r->ndcg_after = drift.after;
    r->ndcg_error = drift.error;
    r->n_measured = (uint32_t)drift.n_users;
done:
    return status;
}

static regatta_status check_options(regatta_ctx *ctx, const regatta_update_options *o,
                                    const regatta_model *model, const regatta_graph *news)
{
    if (o->steps > MOST_STEPS)
        return rg_fail(ctx, REGATTA_EINVAL, "steps must be 0 to %d, not %lu", MOST_STEPS,
                       (unsigned long)o->steps);
    if (o->steps > 0 && model->vectors == NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "steps train the vectors, and this model has none");
    if (o->measure > 1)
        return rg_fail(ctx, REGATTA_EINVAL, "measure must be 0 or 1, not %lu",
                       (unsigned long)o->measure);
    if (o->skip_known > 1)
        return rg_fail(ctx, REGATTA_EINVAL, "skip_known must be 0 or 1, not %lu",
                       (unsigned long)o->skip_known);
    if (o->n_forget < 0 || (o->n_forget > 0 && o->forget == NULL))
        return rg_fail(ctx, REGATTA_EINVAL, "n_forget or forget is out of range");
    if (o->n_forget > 0 &&
        (news != NULL || o->item_features != NULL || o->user_features != NULL))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "users are forgotten without new interactions and features");
    return REGATTA_OK;
}

/* Creates the marks of users to forget; NULL: none. */
static regatta_status mark_forgotten(regatta_ctx *ctx, uint8_t **out,
                                     const regatta_model *model,
                                     const regatta_update_options *o)
{
    regatta_status status = REGATTA_OK;
    if (o->n_forget == 0) return REGATTA_OK;
    RG_NEW(ctx->mem, *out, model->n_users);
    for (int64_t k = 0; k < o->n_forget; k++) {
        if (o->forget[k] >= model->n_users)
            return rg_fail(ctx, REGATTA_EINVAL, "forget: user %lu of %lld",
                           (unsigned long)o->forget[k], (long long)model->n_users);
        (*out)[o->forget[k]] = 1;
    }
done:
    return status;
}

static regatta_status update(regatta_ctx *ctx, regatta_model **out,
                             const regatta_model *model, const regatta_graph *news,
                             const regatta_update_options *opts,
                             regatta_update_report *report)
{
    regatta_status status = REGATTA_OK;
    regatta_update_options o = REGATTA_UPDATE_OPTIONS_INIT;
    regatta_update_report r = {.struct_size = sizeof r};
    uint8_t *forget = NULL;
    regatta_graph *fresh = NULL; /* of opts->skip_known */
    if (model == NULL) return rg_missing(ctx, "model");
    if (report != NULL) RG_TRY(rg_struct_check(ctx, report, "report"));
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "update options"));
    RG_TRY(check_options(ctx, &o, model, news));
    RG_TRY(mark_forgotten(ctx, &forget, model, &o));
    RG_TRY(rg_new_nodes_check(ctx, model, o.item_features, o.user_features));
    if (news != NULL)
        RG_TRY(
            rg_update_known(ctx, &r.n_known, o.skip_known ? &fresh : NULL, model, news));
    if (o.skip_known) news = fresh;
    RG_TRY(rg_update_checkpoint_open(ctx, model, news, &o));
    rg_train_listener listener = {.ctx = ctx,
                                  .progress = o.progress,
                                  .progress_state = o.progress_state,
                                  .status = REGATTA_OK};
    const int is_kept = ctx->checkpoint != NULL;
    const rg_update_job job = {.model = model,
                               .rows = {.news = news,
                                        .item_features = o.item_features,
                                        .user_features = o.user_features,
                                        .forget = forget},
                               .steps = o.steps,
                               .progress = is_kept ? rg_train_listen : o.progress,
                               .progress_state = is_kept ? &listener : o.progress_state,
                               .n_solved = &r.n_solved,
                               .n_targets = &r.n_targets};
    RG_TRY(rg_train_listened(&listener, rg_update(ctx, out, &job)));
    RG_TRY(rg_model_check_numbers(ctx, *out)); /* a saved model must load */
    count(&r, model, *out, news);
    r.overlap = r.ndcg_before = r.ndcg_after = r.ndcg_error = (double)NAN;
    if (o.measure && report != NULL && forget == NULL)
        RG_TRY(rg_train_listened(&listener, measure(ctx, &r, &job, *out)));
    if (is_kept) RG_TRY(rg_checkpoint_flush(ctx));
    r.is_due = (uint32_t)is_due(&r);
    if (report != NULL) rg_struct_write(report, &r, sizeof r);
done:
    rg_checkpoint_close(ctx);
    rg_free(ctx->mem, forget);
    regatta_graph_free(fresh);
    if (status != REGATTA_OK) {
        regatta_model_free(*out);
        *out = NULL;
    }
    return status;
}

regatta_status regatta_model_update(regatta_ctx *ctx, regatta_model **out,
                                    const regatta_model *model, const regatta_graph *news,
                                    const regatta_update_options *opts,
                                    regatta_update_report *report)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_missing(ctx, "out");
    return rg_end(ctx, update(ctx, out, model, news, opts, report));
}
