#include "fit/calibration/calibrate.h"
#include "base/parallel.h"
#include "fit/calibration/calibration_fit.h"
#include "fit/calibration/calibration_sample.h"
#include "model/model_copy.h"

static int has_label(const regatta_pairs *pairs, int label)
{
    for (int64_t k = 0; k < pairs->n; k++)
        if ((pairs->label[k] != 0) == label) return 1;
    return 0;
}

/* Notes the quality of a blend, from the scores that the sample has taken. */
static void note(rg_fit_run *run, const rg_calibration_sample *sample)
{
    const int64_t n = run->slice.measured.n_users;
    const double count = n > 0 ? (double)n : 1.0; /* as in rg_measure */
    if (!run->choice.blended) return;
    run->valid_ndcg = rg_sum(sample->metric, n) / count;
    run->valid_recall = rg_sum(sample->metric + n, n) / count;
    run->valid_users = n;
}

regatta_status rg_fit_calibrate(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = run->env.ctx;
    const rg_fit_choice *c = &run->choice;
    rg_calibration_sample sample = {.user = NULL};
    regatta_model view;
    RG_TRY(run->env.stage(&run->env, "calibrate"));
    RG_TRY(rg_fitted_view(ctx, &view, &run->slice.fitted, c->on,
                          c->blended ? c->blend : NULL));
    RG_TRY(rg_calibration_sample_take(ctx, &sample, &view, &run->slice.measured,
                                      run->options.seed));
    note(run, &sample);
    if (has_label(&sample.pairs, 0) && has_label(&sample.pairs, 1))
        RG_TRY(rg_calibration_fit(ctx, run->knots, &run->calibration, &sample.pairs));
    rg_plan_did(run->env.plan, RG_WORK_BLEND, 0.0);
done:
    rg_calibration_sample_free(ctx, &sample);
    return status;
}

regatta_status rg_calibration_store(regatta_model *model, const float *knots,
                                    const regatta_calibration *report)
{
    if (report->form == REGATTA_FORM_NONE) return REGATTA_OK;
    rg_calibration *c = &model->calibration;
    c->knots = rg_model_copied(model, knots, RG_CALIBRATION_FLOATS, sizeof *knots);
    if (c->knots == NULL) return REGATTA_ENOMEM;
    rg_calibration_put(c, report);
    return REGATTA_OK;
}

regatta_status rg_calibrated(regatta_ctx *ctx, regatta_model **out,
                             const regatta_model *model, const regatta_pairs *pairs)
{
    regatta_status status = REGATTA_OK;
    regatta_model *copy = NULL;
    regatta_calibration report;
    float knots[RG_CALIBRATION_FLOATS];
    *out = NULL;
    for (int label = 0; label < 2; label++)
        if (!has_label(pairs, label))
            return rg_fail(ctx, REGATTA_EFORMAT,
                           "no pair has label %d: a calibration needs both labels",
                           label);
    RG_TRY(rg_calibration_fit(ctx, knots, &report, pairs));
    RG_TRY(rg_model_copy(ctx, &copy, model));
    RG_TRY(rg_calibration_store(copy, knots, &report));
    *out = copy;
    copy = NULL;
done:
    regatta_model_free(copy);
    return status;
}
