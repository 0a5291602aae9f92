/* The window is the best of a few for the channel alone on the slice, whose users are
 * asked before their held-out items. The channel then stays if it helps item attention by
 * two standard errors. It is part of a preset if times are those of a common clock. */
#include "channel/fit/trend_fit.h"
#include "base/sort.h"
#include "channel/channel_trend.h"
#include "channel/fit/content/side_gate.h"
#include "channel/fit/items_fit.h"
#include "graph/interactions.h"
#include "model/model.h"
#include <math.h>
#include <string.h>

enum { DAY = 86400, N_WINDOWS = 5, MIDDLE = 2, N_WEIGHED = 4 };
static const int64_t WINDOW[N_WINDOWS] = {1 * DAY, 7 * DAY, 30 * DAY, 90 * DAY,
                                          365 * DAY};

enum { SORT, MEASURE, N_WORKS };
static const char *const WORKS[N_WORKS] = {
    [SORT] = "interactions by time", [MEASURE] = "measurements"};
/* Scores of a measurement. */
#define MEASURED_CELLS 1e8

typedef struct setting {
    int64_t window; /* seconds */
} setting;

typedef struct part {
    int64_t clock[RG_N_TREND_CLOCK];
    int64_t n;
    uint32_t *item, *time;
} part;

static setting *setting_of(const rg_fit_choice *choice)
{
    return choice->setting[rg_channel_of(&rg_trend_fit)];
}

static part *part_of(const rg_fitted *fitted)
{
    return fitted->part[rg_channel_of(&rg_trend_fit)];
}

static void resolve(void *state, rg_fit_options *options, const regatta_graph *graph)
{
    (void)options, (void)graph;
    ((setting *)state)->window = WINDOW[MIDDLE];
}

/* Returns the time of a user's first interaction. */
static int64_t first_time(const regatta_graph *graph, int64_t user)
{
    const int64_t begin = graph->by_user->offset[user];
    const int64_t end = graph->by_user->offset[user + 1];
    int64_t first = INT64_MAX;
    for (int64_t e = begin; e < end; e++)
        if (graph->time[e] < first) first = graph->time[e];
    return first;
}

/* Returns 1 unless the clock of most users begins with their first interaction: such
 * times, or places in a sequence, are not those of other users. */
static int has_common_clock(const regatta_graph *graph)
{
    int64_t earliest = INT64_MAX, n_earliest = 0, n_users = 0;
    for (int64_t u = 0; u < graph->by_user->n_rows; u++) {
        if (rg_csr_degree(graph->by_user, u) == 0) continue;
        const int64_t first = first_time(graph, u);
        n_users++;
        if (first < earliest) n_earliest = 0;
        if (first < earliest) earliest = first;
        n_earliest += first == earliest;
    }
    return 2 * n_earliest <= n_users;
}

static int in_preset(const rg_fit_options *options, const regatta_graph *graph)
{
    (void)options;
    return rg_interactions_timed(graph) && has_common_clock(graph);
}

static void free_part(regatta_ctx *ctx, void *state)
{
    part *p = state;
    if (p == NULL) return;
    rg_free(ctx->mem, p->item);
    rg_free(ctx->mem, p->time);
    rg_free(ctx->mem, p);
}

/* Sets the window, at least one unit. */
static void set_window(part *p, int64_t seconds)
{
    const int64_t units = seconds / p->clock[RG_TREND_UNIT];
    p->clock[RG_TREND_WINDOW] = units > 1 ? units : 1;
}

/* Fills the part from the interactions of all users: items and times by user. */
static regatta_status sort_by_time(regatta_ctx *ctx, part *p, const uint32_t *item,
                                   const int64_t *time)
{
    regatta_status status = REGATTA_OK;
    rg_moment *moment = NULL;
    RG_NEW(ctx->mem, moment, p->n);
    for (int64_t e = 0; e < p->n; e++) moment[e] = (rg_moment){time[e], (uint32_t)e};
    rg_sort_moments(moment, p->n);
    const int64_t start = p->n > 0 ? moment[0].time : 0;
    const uint64_t span =
        p->n > 0 ? (uint64_t)moment[p->n - 1].time - (uint64_t)start : 0;
    const uint64_t unit = span / UINT32_MAX + 1;
    p->clock[RG_TREND_START] = start;
    p->clock[RG_TREND_UNIT] = (int64_t)unit;
    for (int64_t e = 0; e < p->n; e++) {
        p->item[e] = item[moment[e].place];
        p->time[e] = (uint32_t)(((uint64_t)moment[e].time - (uint64_t)start) / unit);
    }
done:
    rg_free(ctx->mem, moment);
    return status;
}

/* The graph has times: whoever trains, updates or merges makes sure of it. */
static regatta_status build(rg_fit_env *env, rg_fitted *fitted, int64_t window)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = env->ctx;
    const regatta_graph *graph = fitted->graph;
    const int self = rg_channel_of(&rg_trend_fit);
    const int64_t n = rg_interactions_count(graph);
    int64_t *offset = NULL, *time = NULL;
    uint32_t *item = NULL;
    part *p = NULL;
    rg_fitted_drop(ctx, fitted, self);
    RG_NEW(ctx->mem, p, 1);
    p->n = n;
    RG_NEW(ctx->mem, p->item, n);
    RG_NEW(ctx->mem, p->time, n);
    RG_NEW(ctx->mem, offset, graph->by_user->n_rows + 1);
    RG_NEW(ctx->mem, item, n);
    RG_NEW(ctx->mem, time, n);
    RG_TRY(rg_interactions_items(ctx, graph, offset, item, time));
    RG_TRY(sort_by_time(ctx, p, item, time));
    set_window(p, window);
    fitted->part[self] = p;
    p = NULL;
    rg_channel_did(env, &rg_trend_fit, SORT, 1.0);
done:
    rg_free(ctx->mem, offset);
    rg_free(ctx->mem, item);
    rg_free(ctx->mem, time);
    free_part(ctx, p);
    return status;
}

static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    (void)task;
    return build(env, fitted, setting_of(choice)->window);
}

/* The best window of all, without a bar: none is safer than another. */
static regatta_status choose_window(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    rg_text *t = &s->env->trials;
    const int self = rg_channel_of(&rg_trend_fit);
    int on[RG_MAX_CHANNELS] = {0}, better = 0;
    double best = -1.0, ndcg = 0.0;
    on[self] = 1;
    s->begin(s);
    rg_text_open(t, "trend_windows", '[');
    for (int k = 0; k < N_WINDOWS; k++) {
        set_window(part_of(s->fitted), WINDOW[k]);
        rg_fitted_changed(s->fitted, self);
        RG_TRY(s->measure(s, &ndcg, &better, on, NULL));
        rg_channel_did(s->env, &rg_trend_fit, MEASURE, 1.0);
        rg_text_open(t, NULL, '{');
        rg_text_int(t, "days", WINDOW[k] / DAY);
        rg_selection_write(s, ndcg);
        rg_text_close(t, '}');
        if (!(ndcg > best)) continue;
        best = ndcg;
        setting_of(s->choice)->window = WINDOW[k];
    }
    rg_text_close(t, ']');
    set_window(part_of(s->fitted), setting_of(s->choice)->window);
    rg_fitted_changed(s->fitted, self);
done:
    return status;
}

/* Leaves the channel out unless it helps item attention. */
static regatta_status choose_use(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    const int items = rg_channel_of(&rg_items_fit);
    int without[RG_MAX_CHANNELS] = {0}, helps = 0;
    if (!s->choice->on[items]) return REGATTA_OK;
    without[items] = 1;
    RG_TRY(rg_side_helps(s, &helps, without, &rg_trend_fit, "trend_weights"));
    rg_channel_did(s->env, &rg_trend_fit, MEASURE, N_WEIGHED);
    s->choice->on[rg_channel_of(&rg_trend_fit)] = helps;
done:
    return status;
}

static regatta_status choose(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(build(s->env, s->fitted, WINDOW[MIDDLE]));
    RG_TRY(choose_window(s));
    RG_TRY(choose_use(s));
done:
    return status;
}

static void restore(void *state, rg_fit_options *options, rg_settings *from)
{
    (void)options;
    rg_settings_int(from, &((setting *)state)->window, "trend.window", 1, INT64_MAX / 2);
}

static regatta_status serve(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted)
{
    const part *p = part_of(fitted);
    rg_trend_state *to = state;
    (void)ctx;
    memcpy(to->clock, p->clock, sizeof to->clock);
    to->n = p->n;
    to->item = rg_model_copied(model, p->item, p->n, sizeof *p->item);
    to->time = rg_model_copied(model, p->time, p->n, sizeof *p->time);
    return to->item != NULL && to->time != NULL ? REGATTA_OK : REGATTA_ENOMEM;
}

static regatta_status spread(const rg_spread *s, void *state)
{
    part *p = state;
    for (int64_t e = 0; e < p->n; e++) p->item[e] = s->item[p->item[e]];
    return REGATTA_OK;
}

static void units(double *unit, const rg_fit_env *env)
{
    const rg_csr *rows = env->graph->by_user;
    const double n = (double)rg_interactions_count(env->graph);
    unit[SORT] = 2e-7 * n;
    unit[MEASURE] =
        2e-9 * fmin((double)rows->n_rows * (double)rows->n_cols, MEASURED_CELLS) +
        1.7e-6 * (double)rows->n_rows;
}

static void count(double *left, const rg_outlook *o)
{
    left[SORT] += (double)o->n_folds + 1.0;
    if (o->progress == RG_CHOICE_DONE) return;
    left[SORT] += 1.0;
    left[MEASURE] += N_WINDOWS + N_WEIGHED;
}

static void memory(rg_channel_memory *out, const rg_memory_sizes *sizes)
{
    const int64_t n = rg_interactions_count(sizes->graph);
    out->kept = 2 * n * (int64_t)(2 * sizeof(uint32_t));
    out->fit = n * (int64_t)(sizeof(rg_moment) + sizeof(uint32_t) + sizeof(int64_t));
}

static void json(rg_text *t, rg_json_place place, const rg_fit_report *r)
{
    if (place != RG_JSON_SETTINGS) return;
    rg_text_open(t, "trend", '{');
    rg_text_int(t, "window", setting_of(r->choice)->window);
    rg_text_int(t, "days", setting_of(r->choice)->window / DAY);
    rg_text_close(t, '}');
}

const rg_channel_fit_ops rg_trend_fit = {.order = 5,
                                         .stage = "recent popularity",
                                         .learned = 1,
                                         .setting_size = sizeof(setting),
                                         .resolve = resolve,
                                         .in_preset = in_preset,
                                         .choose = choose,
                                         .fit = fit,
                                         .restore = restore,
                                         .serve = serve,
                                         .spread = spread,
                                         .free = free_part,
                                         .n_works = N_WORKS,
                                         .works = WORKS,
                                         .units = units,
                                         .count = count,
                                         .memory = memory,
                                         .json = json};
