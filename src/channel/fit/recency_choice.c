#include "channel/fit/recency_choice.h"
#include "graph/interactions.h"
#include "model/model.h"
#include <stdlib.h>
#include <string.h>

static const float DECAYS[] = {0.2f,  0.35f, 0.5f,  0.65f,  0.8f,
                               0.88f, 0.94f, 0.97f, 0.985f, 1.0f};
static const float FLOORS[] = {0.0f, 0.1f, 0.25f, 0.5f};
static const float POWERS[] = {0.0f, 0.25f, 0.5f, 1.0f};
/* Of the median time between two interactions. */
static const float UNITS[] = {0.1f, 1.0f, 10.0f, 100.0f};
enum { DECAY, FLOOR, POWER, UNIT, N_AXES, MOST_GAPS = 65536 };
enum { MIDDLE_DECAY = 4 /* number in DECAYS */ };

typedef struct axis {
    const float *value;
    int n, slot; /* slot: in the recency */
} axis;

#define AXIS(values, slot)                                                               \
    {                                                                                    \
        values, (int)(sizeof(values) / sizeof *(values)), slot                           \
    }
static const axis AXES[N_AXES] = {[DECAY] = AXIS(DECAYS, RG_RECENCY_DECAY),
                                  [FLOOR] = AXIS(FLOORS, RG_RECENCY_FLOOR),
                                  [POWER] = AXIS(POWERS, RG_RECENCY_POWER),
                                  [UNIT] = AXIS(UNITS, RG_RECENCY_UNIT)};

int rg_recency_is_flat(const float *r)
{
    return (r[RG_RECENCY_DECAY] == 1.0f || r[RG_RECENCY_FLOOR] == 1.0f) &&
           r[RG_RECENCY_POWER] == 0.0f;
}

void rg_recency_flat(float *r)
{
    r[RG_RECENCY_DECAY] = 1.0f;
    r[RG_RECENCY_FLOOR] = 0.0f;
    r[RG_RECENCY_UNIT] = 1.0f;
    r[RG_RECENCY_POWER] = 0.0f;
}

void rg_recency_write(rg_text *t, const float *r)
{
    rg_text_real(t, "decay", (double)r[RG_RECENCY_DECAY]);
    rg_text_real(t, "floor", (double)r[RG_RECENCY_FLOOR]);
    if (r[RG_RECENCY_POWER] == 0.0f) return;
    rg_text_real(t, "age_power", (double)r[RG_RECENCY_POWER]);
    rg_text_real(t, "age_unit", (double)r[RG_RECENCY_UNIT]);
}

regatta_status rg_recency_serve(regatta_model *model, const float **to,
                                const float *recency)
{
    if (rg_recency_is_flat(recency)) return REGATTA_OK;
    *to = rg_model_copied(model, recency, RG_N_RECENCY, sizeof **to);
    return *to != NULL ? REGATTA_OK : REGATTA_ENOMEM;
}

typedef struct climb {
    rg_selection *s;
    const rg_recency_choice *choice;
    double gap, best;
    int at[N_AXES]; /* number of the best value on each axis; -1 = not on the axis */
} climb;

static int ascending(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Computes the median time between an interaction and the next one of the same user, of
 * the first MOST_GAPS such pairs; 0 for data without times, or if it is 0. */
static regatta_status median_gap(regatta_ctx *ctx, double *out,
                                 const regatta_graph *graph)
{
    regatta_status status = REGATTA_OK;
    rg_interactions in = {0};
    double *gap = NULL;
    int64_t n = 0;
    *out = 0.0;
    if (graph->time == NULL) return REGATTA_OK;
    RG_NEW(ctx->mem, gap, MOST_GAPS);
    RG_TRY(rg_interactions_open(ctx, &in, graph, 0));
    for (int64_t u = 0; u < graph->by_user->n_rows && n < MOST_GAPS; u++) {
        rg_interactions_read(&in, u);
        for (int64_t k = 1; k < in.now.n && n < MOST_GAPS; k++)
            gap[n++] = (double)in.now.time[k] - (double)in.now.time[k - 1];
    }
    qsort(gap, (size_t)n, sizeof *gap, ascending);
    int64_t zeros = 0; /* interactions of one moment tell nothing about ages */
    while (zeros < n && gap[zeros] <= 0.0) zeros++;
    if (zeros < n) *out = gap[zeros + (n - zeros) / 2];
done:
    rg_interactions_close(&in);
    rg_free(ctx->mem, gap);
    return status;
}

/* Measures the present value of the part. */
static regatta_status try_value(climb *c, double *ndcg, int *better)
{
    regatta_status status = REGATTA_OK;
    rg_selection *s = c->s;
    const rg_recency_choice *choice = c->choice;
    const int self = rg_channel_of(choice->ops);
    rg_text *t = &s->env->trials;
    int on[RG_MAX_CHANNELS] = {0};
    on[self] = 1;
    rg_fitted_changed(s->fitted, self);
    RG_TRY(s->env->stage(s->env, choice->stage));
    RG_TRY(s->measure(s, ndcg, better, on, NULL));
    rg_text_open(t, NULL, '{');
    rg_recency_write(t, choice->value);
    rg_selection_write(s, *ndcg);
    rg_text_close(t, '}');
    if (choice->work >= 0) rg_channel_did(s->env, choice->ops, choice->work, 1.0);
done:
    return status;
}

/* Sets the number of an axis in the part's recency. */
static void set(const climb *c, int a, int k)
{
    const double scale = a == UNIT ? c->gap : 1.0;
    c->choice->value[AXES[a].slot] = (float)(scale * (double)AXES[a].value[k]);
}

/* Tries value k of an axis and keeps it if it is better; *kept says so. */
static regatta_status step_to(climb *c, int a, int k, int *kept)
{
    regatta_status status = REGATTA_OK;
    const float before = c->choice->value[AXES[a].slot];
    double ndcg = 0.0;
    int better = 0;
    set(c, a, k);
    RG_TRY(try_value(c, &ndcg, &better));
    *kept = ndcg > c->best;
    if (*kept) {
        c->best = ndcg;
        c->at[a] = k;
    } else {
        c->choice->value[AXES[a].slot] = before;
    }
done:
    return status;
}

/* Walks along an axis in one direction while it improves; *moved is set if it did. */
static regatta_status walk(climb *c, int a, int step, int *moved)
{
    regatta_status status = REGATTA_OK;
    int kept = 1;
    for (int k = c->at[a] + step; kept && k >= 0 && k < AXES[a].n; k += step) {
        RG_TRY(step_to(c, a, k, &kept));
        *moved |= kept;
    }
done:
    return status;
}

static regatta_status climb_axis(climb *c, int a)
{
    regatta_status status = REGATTA_OK;
    int moved = 0;
    RG_TRY(walk(c, a, -1, &moved));
    if (!moved) RG_TRY(walk(c, a, 1, &moved));
done:
    return status;
}

static void locate(climb *c)
{
    for (int a = 0; a < N_AXES; a++) {
        c->at[a] = a == UNIT ? 1 : 0;
        for (int k = 0; a != UNIT && k < AXES[a].n; k++)
            if (AXES[a].value[k] == c->choice->value[AXES[a].slot]) c->at[a] = k;
    }
    if (c->gap > 0.0) set(c, UNIT, c->at[UNIT]);
}

/* Returns to the start unless the best value is clearly better. */
static regatta_status confirm(climb *c, const float *start)
{
    regatta_status status = REGATTA_OK;
    float best[RG_N_RECENCY];
    double ndcg = 0.0;
    int better = 0;
    if (!c->choice->is_optional || memcmp(start, c->choice->value, sizeof best) == 0)
        return REGATTA_OK;
    memcpy(best, c->choice->value, sizeof best);
    memcpy(c->choice->value, start, sizeof best);
    c->s->begin(c->s);
    RG_TRY(try_value(c, &ndcg, &better));
    memcpy(c->choice->value, best, sizeof best);
    RG_TRY(try_value(c, &ndcg, &better));
    if (!better) memcpy(c->choice->value, start, sizeof best);
done:
    return status;
}

regatta_status rg_recency_choose(rg_selection *s, const rg_recency_choice *choice)
{
    regatta_status status = REGATTA_OK;
    climb c = {.s = s, .choice = choice};
    float start[RG_N_RECENCY];
    int better = 0;
    RG_TRY(median_gap(s->env->ctx, &c.gap, s->fitted->graph));
    memcpy(start, choice->value, sizeof start);
    locate(&c);
    rg_text_open(&s->env->trials, choice->name, '[');
    s->few_users = 1;
    s->begin(s);
    RG_TRY(try_value(&c, &c.best, &better));
    /* From phi = 1, steps of one value would reach a short memory late. */
    if (choice->is_optional) RG_TRY(step_to(&c, DECAY, MIDDLE_DECAY, &better));
    RG_TRY(climb_axis(&c, DECAY));
    if (choice->value[RG_RECENCY_DECAY] < 1.0f) RG_TRY(climb_axis(&c, FLOOR));
    if (c.gap > 0.0) RG_TRY(climb_axis(&c, POWER));
    if (choice->value[RG_RECENCY_POWER] > 0.0f) RG_TRY(climb_axis(&c, UNIT));
    s->few_users = 0;
    RG_TRY(confirm(&c, start));
    rg_text_close(&s->env->trials, ']');
    rg_fitted_changed(s->fitted, rg_channel_of(choice->ops));
done:
    s->few_users = 0;
    return status;
}
