/* regatta/pairs.h: checks of the arguments. */
#include "api/options.h"
#include "fit/calibration/calibrate.h"
#include "rank/pairs/pair_metrics.h"
#include <math.h>
#include <regatta/pairs.h>

static regatta_status get_calibration(regatta_ctx *ctx, regatta_calibration *out,
                                      const regatta_model *model)
{
    regatta_calibration filled;
    const regatta_status status = rg_struct_check(ctx, out, "calibration");
    if (status != REGATTA_OK) return status;
    if (model == NULL) return rg_missing(ctx, "model");
    rg_calibration_get(&filled, &model->calibration);
    rg_struct_write(out, &filled, sizeof filled);
    return REGATTA_OK;
}

regatta_status regatta_model_calibration(regatta_ctx *ctx, regatta_calibration *out,
                                         const regatta_model *model)
{
    if (ctx != NULL) rg_begin(ctx);
    return get_calibration(ctx, out, model);
}

static regatta_status wrong_pair(regatta_ctx *ctx, int64_t k, const char *reason)
{
    return rg_fail(ctx, REGATTA_EINVAL, "pairs: pair %lld: %s", (long long)k, reason);
}

static regatta_status check_pair(regatta_ctx *ctx, const regatta_pairs *p, int64_t k)
{
    if (p->label[k] > 1) return wrong_pair(ctx, k, "its label is neither 0 nor 1");
    if (!isfinite(p->score[k])) return wrong_pair(ctx, k, "its score is not finite");
    if (p->weight != NULL && !(p->weight[k] > 0.0 && p->weight[k] <= 1e30))
        return wrong_pair(ctx, k, "its weight is not above 0 and at most 1e30");
    if (p->probability != NULL && !(p->probability[k] >= 0.0 && p->probability[k] <= 1.0))
        return wrong_pair(ctx, k, "its probability is not in [0, 1]");
    return REGATTA_OK;
}

/* Copies the caller's pairs to *out and checks them. */
static regatta_status read_pairs(regatta_ctx *ctx, regatta_pairs *out,
                                 const regatta_pairs *pairs)
{
    regatta_status status = REGATTA_OK;
    if (pairs == NULL) return rg_missing(ctx, "pairs");
    RG_TRY(rg_options_read(ctx, out, sizeof *out, pairs, "pairs"));
    if (out->n < 0 || out->n > (int64_t)UINT32_MAX)
        return rg_fail(ctx, REGATTA_EINVAL, "pairs: n must be 0 to 2^32 - 1, not %lld",
                       (long long)out->n);
    if (out->n == 0) return REGATTA_OK;
    if (out->user == NULL) return rg_missing(ctx, "user");
    if (out->label == NULL) return rg_missing(ctx, "label");
    if (out->score == NULL) return rg_missing(ctx, "score");
    for (int64_t k = 0; k < out->n; k++) RG_TRY(check_pair(ctx, out, k));
done:
    return status;
}

static regatta_status calibrate(regatta_ctx *ctx, regatta_model **out,
                                const regatta_model *model, const regatta_pairs *pairs)
{
    regatta_status status = REGATTA_OK;
    regatta_pairs p = REGATTA_PAIRS_INIT;
    if (model == NULL) return rg_missing(ctx, "model");
    RG_TRY(read_pairs(ctx, &p, pairs));
    RG_TRY(rg_calibrated(ctx, out, model, &p));
done:
    return status;
}

regatta_status regatta_calibrate(regatta_ctx *ctx, regatta_model **out,
                                 const regatta_model *model, const regatta_pairs *pairs)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_missing(ctx, "out");
    return rg_end(ctx, calibrate(ctx, out, model, pairs));
}

static regatta_status measure_pairs(regatta_ctx *ctx, regatta_pair_metrics *out,
                                    const regatta_pairs *pairs)
{
    regatta_status status = REGATTA_OK;
    regatta_pair_metrics filled;
    regatta_pairs p = REGATTA_PAIRS_INIT;
    RG_TRY(rg_struct_check(ctx, out, "pair metrics"));
    RG_TRY(read_pairs(ctx, &p, pairs));
    RG_TRY(rg_pair_metrics(ctx, &filled, &p));
    rg_struct_write(out, &filled, sizeof filled);
done:
    return status;
}

regatta_status regatta_measure_pairs(regatta_ctx *ctx, regatta_pair_metrics *out,
                                     const regatta_pairs *pairs)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, measure_pairs(ctx, out, pairs));
}
