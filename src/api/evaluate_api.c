/* regatta/evaluate.h: checks of the arguments. */
#include "api/arguments.h"
#include "rank/evaluate.h"
#include "rank/paired.h"
#include <regatta/evaluate.h>

enum { MAX_CUTOFFS = 16, DEFAULT_CUTOFF = 20, MAX_HISTORIES = 64 };

/* The caller's callback, and a buffer of metrics of the caller's size. */
typedef struct listener {
    regatta_per_user_fn per_user;
    void *state;
    regatta_metrics *metrics; /* [n_k] of the caller's size */
} listener;

static void write_metrics(regatta_metrics *out, const regatta_metrics *metrics, int n)
{
    for (int c = 0; c < n; c++)
        rg_struct_write_at(out, c, &metrics[c], sizeof metrics[c]);
}

static void tell(void *state, uint32_t user, uint32_t n_test,
                 const regatta_metrics *metrics, int n_metrics)
{
    const listener *l = state;
    write_metrics(l->metrics, metrics, n_metrics);
    l->per_user(l->state, user, n_test, l->metrics, n_metrics);
}

static regatta_status check_cutoffs(regatta_ctx *ctx, const regatta_evaluate_options *o)
{
    regatta_status status = REGATTA_OK;
    if (o->n_k < 1 || o->n_k > MAX_CUTOFFS)
        return rg_fail(ctx, REGATTA_EINVAL, "n_k must be 1 to %d, not %d",
                       (int)MAX_CUTOFFS, o->n_k);
    for (int c = 0; c < o->n_k; c++) RG_TRY(rg_check_count(ctx, "k", o->k[c]));
done:
    return status;
}

static regatta_status check_histories(regatta_ctx *ctx, const regatta_evaluate_options *o)
{
    if (o->n_more_histories == 0) return REGATTA_OK;
    if (o->history == NULL) return rg_missing(ctx, "history");
    if (o->n_more_histories > MAX_HISTORIES)
        return rg_fail(ctx, REGATTA_EINVAL, "n_more_histories must be 0 to %d, not %u",
                       (int)MAX_HISTORIES, (unsigned)o->n_more_histories);
    if (o->more_histories == NULL) return rg_missing(ctx, "more_histories");
    for (uint32_t h = 0; h < o->n_more_histories; h++)
        if (o->more_histories[h] == NULL) return rg_missing(ctx, "more_histories[]");
    return REGATTA_OK;
}

static regatta_status check_options(regatta_ctx *ctx, const regatta_evaluate_options *o)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(check_cutoffs(ctx, o));
    RG_TRY(check_histories(ctx, o));
    RG_TRY(rg_check_order(ctx, o->mmr, o->popularity_penalty));
    if (o->unknown > REGATTA_UNKNOWN_SKIP)
        return rg_fail(ctx, REGATTA_EINVAL, "unknown must be 0 or 1, not %u",
                       (unsigned)o->unknown);
    if (o->every_next > 1)
        return rg_fail(ctx, REGATTA_EINVAL, "every_next must be 0 or 1, not %u",
                       (unsigned)o->every_next);
    if (o->other != NULL) RG_TRY(rg_struct_check(ctx, o->other, "other metrics"));
done:
    return status;
}

static regatta_status check(regatta_ctx *ctx, const regatta_model *model,
                            const regatta_graph *test, const regatta_metrics *metrics,
                            const regatta_evaluation *out)
{
    regatta_status status = REGATTA_OK;
    if (model == NULL) return rg_missing(ctx, "model");
    if (test == NULL) return rg_missing(ctx, "test");
    RG_TRY(rg_struct_check(ctx, metrics, "metrics"));
    if (out != NULL) RG_TRY(rg_struct_check(ctx, out, "evaluation"));
done:
    return status;
}

static regatta_status evaluate(regatta_ctx *ctx, const regatta_model *model,
                               const regatta_graph *test,
                               const regatta_evaluate_options *opts,
                               regatta_metrics *metrics, regatta_evaluation *out)
{
    regatta_status status = REGATTA_OK;
    const regatta_evaluate_options init = REGATTA_EVALUATE_OPTIONS_INIT;
    const uint32_t default_cutoff = DEFAULT_CUTOFF;
    regatta_evaluate_options o = init;
    regatta_evaluation evaluation;
    regatta_metrics filled[MAX_CUTOFFS], filled_other[MAX_CUTOFFS];
    regatta_metrics *other = NULL;
    listener l = {.metrics = NULL};
    RG_TRY(check(ctx, model, test, metrics, out));
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "evaluate options"));
    if (o.k == NULL) {
        o.k = &default_cutoff;
        o.n_k = 1;
    }
    RG_TRY(check_options(ctx, &o));
    other = o.other;
    o.other = filled_other;
    if (o.per_user != NULL) {
        l = (listener){.per_user = o.per_user, .state = o.per_user_state};
        l.metrics = rg_alloc(ctx->mem, o.n_k, metrics->struct_size);
        if (l.metrics == NULL) return REGATTA_ENOMEM;
        l.metrics->struct_size = metrics->struct_size;
        o.per_user = tell;
        o.per_user_state = &l;
    }
    RG_TRY(rg_evaluate(ctx, model, test, &o, NULL, filled, &evaluation));
    write_metrics(metrics, filled, o.n_k);
    if (other != NULL) write_metrics(other, filled_other, o.n_k);
    if (out != NULL) rg_struct_write(out, &evaluation, sizeof evaluation);
done:
    rg_free(ctx->mem, l.metrics);
    return status;
}

regatta_status regatta_evaluate(regatta_ctx *ctx, const regatta_model *model,
                                const regatta_graph *test,
                                const regatta_evaluate_options *opts,
                                regatta_metrics *metrics, regatta_evaluation *out)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, evaluate(ctx, model, test, opts, metrics, out));
}

static regatta_status paired_test(regatta_ctx *ctx, regatta_paired *out, const double *a,
                                  const double *b, int64_t n)
{
    regatta_status status = REGATTA_OK;
    regatta_paired paired;
    RG_TRY(rg_struct_check(ctx, out, "paired"));
    if (n < 0) return rg_fail(ctx, REGATTA_EINVAL, "n must not be negative");
    if (a == NULL && n > 0) return rg_missing(ctx, "a");
    if (b == NULL && n > 0) return rg_missing(ctx, "b");
    rg_paired_test(&paired, a, b, n);
    rg_struct_write(out, &paired, sizeof paired);
done:
    return status;
}

regatta_status regatta_paired_test(regatta_ctx *ctx, regatta_paired *out, const double *a,
                                   const double *b, int64_t n)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, paired_test(ctx, out, a, b, n));
}
