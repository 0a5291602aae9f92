#include "channel/channel_trend.h"
#include "base/find.h"
#include "channel/fit/trend_fit.h"
#include "model/model.h"
#include <math.h>
#include <string.h>

/* Interactions of a window, at most; of longer ones the latest. More would not change
 * which items are popular, but the time of a query. */
enum { MOST = 1 << 18 };

static regatta_status check(rg_visitor *v, const regatta_model *model,
                            const rg_trend_state *s)
{
    if (!rg_within(s->clock[RG_TREND_UNIT], 1, INT64_MAX) ||
        !rg_within(s->clock[RG_TREND_WINDOW], 1, UINT32_MAX))
        return rg_visit_wrong(v, "trend.clock", "a number is out of range");
    for (int64_t e = 0; e < s->n; e++) {
        if (s->item[e] >= model->n_items)
            return rg_visit_wrong(v, "trend.items", "a number is out of range");
        if (e > 0 && s->time[e] < s->time[e - 1])
            return rg_visit_wrong(v, "trend.times", "they are not ascending");
    }
    return REGATTA_OK;
}

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_trend_state *s = state;
    const void *item = s->item, *time = s->time;
    int64_t n = v->reads ? -1 : s->n;
    RG_TRY(rg_visit_ints(v, "trend.clock", s->clock, RG_N_TREND_CLOCK));
    RG_TRY(rg_visit_bytes(v, "trend.items", &item, sizeof *s->item, 0, &n));
    RG_TRY(rg_visit_bytes(v, "trend.times", &time, sizeof *s->time, 0, &n));
    if (item == NULL || time == NULL)
        return rg_visit_wrong(v, item == NULL ? "trend.items" : "trend.times",
                              "it is missing");
    if (item != s->item || time != s->time) { /* else other threads may read them */
        s->item = item;
        s->time = time;
        s->n = n;
    }
    if (v->checks) RG_TRY(check(v, model, s));
done:
    return status;
}

static int ordered(const void *state)
{
    (void)state;
    return 1;
}

/* Returns the first interaction that is not before `time`, in units since the start. */
static int64_t first_from(const rg_trend_state *s, uint64_t time)
{
    return time > UINT32_MAX ? s->n : rg_lower_bound_u32(s->time, s->n, (uint32_t)time);
}

/* Returns the time of a query in units since the start. One that does not say when it is
 * asked is asked at the end of the data: what is popular now. After it, recent popularity
 * fades as the window passes the end. */
static uint64_t asked_at(const rg_trend_state *s, const rg_history *history)
{
    const int64_t start = s->clock[RG_TREND_START];
    if (!history->dated) return s->n > 0 ? s->time[s->n - 1] + UINT64_C(1) : 0;
    if (history->at <= start) return 0;
    return ((uint64_t)history->at - (uint64_t)start) / (uint64_t)s->clock[RG_TREND_UNIT];
}

/* Finds the interactions [*first, *last) of the window before the query. */
static void find_window(const rg_trend_state *s, const rg_history *history,
                        int64_t *first, int64_t *last)
{
    const uint64_t window = (uint64_t)s->clock[RG_TREND_WINDOW];
    const uint64_t at = asked_at(s, history);
    *last = first_from(s, at);
    *first = first_from(s, at > window ? at - window : 0);
    if (*last - *first > MOST) *first = *last - MOST;
}

static int64_t row(float *out, float *best, float *support, const regatta_model *model,
                   const void *state, const rg_history *history, float *work)
{
    const rg_trend_state *s = state;
    int64_t first = 0, last = 0;
    (void)best, (void)support, (void)work;
    memset(out, 0, (size_t)model->n_items * sizeof *out);
    find_window(s, history, &first, &last);
    for (int64_t e = first; e < last; e++) out[s->item[e]] += 1.0f;
    for (int64_t j = 0; j < model->n_items; j++)
        if (out[j] > 0.0f) out[j] = log1pf(out[j]);
    return model->n_items + last - first;
}

static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    (void)model, (void)state, (void)history, (void)item, (void)work;
    parts->direct = x;
}

const rg_channel_ops rg_channel_trend = {
    .fit = &rg_trend_fit,
    .name = "trend",
    .state_size = sizeof(rg_trend_state),
    .start_weight = 0.3f,
    .visit = visit,
    .ordered = ordered,
    .row = row,
    .explain = explain,
};
