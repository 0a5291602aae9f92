/* Attention over a sample of users: by age, and channels and heads against each other.
 *
 * Relative attention of an item of the history is its share of the attention times the
 * length of the history: 1 if all items count the same. */
#include "base/find.h"
#include "graph/interactions.h"
#include "model/history.h"
#include "rank/explain.h"
#include "rank/recommend.h"
#include "report/measure/report_parts.h"
#include <float.h>
#include <math.h>
#include <stdio.h>

enum { SAMPLE = 48, ROWS = 10, DAY = 86400, MAX_HEADS = 64 };

/* Sums for the correlations of n variables. */
typedef struct moments {
    double n, sum[MAX_HEADS], product[MAX_HEADS][MAX_HEADS];
} moments;

typedef struct age_bin {
    int64_t n;
    double relative, share;
} age_bin;

typedef struct sample {
    const rg_report_world *w;
    uint32_t user;
    const uint32_t *history;
    int64_t n;
    int64_t *step, *age; /* [n] steps and seconds before the latest interaction */
    int64_t n_users, n_pairs;
    age_bin by_step[RG_REPORT_BINS], by_day[RG_REPORT_BINS];
    moments channels, heads;
    double share[RG_MAX_CHANNELS]; /* of the absolute contributions */
} sample;

static void add_moments(moments *m, const double *x, int n)
{
    m->n += 1.0;
    for (int a = 0; a < n; a++) {
        m->sum[a] += x[a];
        for (int b = 0; b < n; b++) m->product[a][b] += x[a] * x[b];
    }
}

static double covariance(const moments *m, int a, int b)
{
    return m->product[a][b] / m->n - m->sum[a] * m->sum[b] / (m->n * m->n);
}

/* NaN if one of the two is constant. */
static double correlation(const moments *m, int a, int b)
{
    const double both = covariance(m, a, a) * covariance(m, b, b);
    return both > 0.0 ? covariance(m, a, b) / sqrt(both) : (double)NAN;
}

static void add_age(age_bin *bins, int64_t age, double attention, int64_t n)
{
    age_bin *bin = &bins[rg_report_bin(age)];
    bin->n++;
    bin->relative += attention * (double)n;
    bin->share += attention;
}

static void take_pair(void *state, int64_t place, const regatta_explanation *terms,
                      const regatta_contribution *all, int64_t n)
{
    sample *s = state;
    (void)place;
    s->n_pairs++;
    for (int64_t e = 0; e < n; e++) {
        const int64_t at = rg_find_u32(s->history, s->n, all[e].item);
        add_moments(&s->channels, all[e].channel, rg_n_channels);
        add_age(s->by_step, s->step[at] + 1, (double)all[e].attention, n);
        add_age(s->by_day, s->age[at] / DAY + 1, (double)all[e].attention, n);
        for (int a = 0; a < rg_n_channels; a++) s->share[a] += fabs(all[e].channel[a]);
    }
    for (int a = 0; a < rg_n_channels; a++)
        s->share[a] += fabs(terms->direct[a]) + fabs(terms->bias[a]);
}

/* Fills step and age of each item of the history, by its latest interaction. */
static void find_ages(sample *s, const rg_sequence_room *room)
{
    rg_sequence q;
    rg_sequence_of_user(&q, s->w->model, s->user, room);
    for (int64_t k = 0; k < q.n; k++) {
        const int64_t at = rg_find_u32(s->history, s->n, q.item[k]);
        s->step[at] = q.n - 1 - k;
        s->age[at] = q.time != NULL ? q.time[q.n - 1] - q.time[k] : 0;
    }
}

static int n_heads(const regatta_model *model)
{
    const rg_node_vectors *v = model->vectors;
    if (v == NULL || v->params == NULL || v->shape.heads < 2) return 0;
    const int64_t n = (int64_t)v->shape.heads * v->shape.layers;
    return n <= MAX_HEADS ? (int)n : MAX_HEADS;
}

/* Sets x[n] to the logarithm of the weights of a head over the weights of the edges, less
 * its mean: the scores of the head, without what every head has from the edges. */
static void find_scores(double *x, const sample *s, const float *weight,
                        const rg_history *h)
{
    const rg_node_vectors *v = s->w->model->vectors;
    double mean = 0.0;
    for (int64_t e = 0; e < s->n; e++) {
        const double edge = (h->weight != NULL ? (double)h->weight[e] : 1.0) /
                            sqrt((double)v->item_degree[h->item[e]]);
        x[e] = log(fmax((double)weight[e], DBL_MIN)) - log(fmax(edge, DBL_MIN));
        mean += x[e] / (double)s->n;
    }
    for (int64_t e = 0; e < s->n; e++) x[e] -= mean;
}

/* Adds the scores of all heads over the history. */
static regatta_status add_heads(sample *s)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *model = s->w->model;
    const rg_node_vectors *v = model->vectors;
    const int heads = n_heads(model);
    const float *weights = model->history_weight;
    float *work = NULL;
    double *score = NULL, x[MAX_HEADS];
    if (heads == 0) return REGATTA_OK;
    const rg_history h = {
        .user = s->user,
        .item = s->history,
        .weight = weights != NULL ? weights + model->history_offset[s->user] : NULL,
        .n = s->n};
    RG_NEW(s->w->ctx->mem, score, heads * s->n);
    RG_NEW(s->w->ctx->mem, work, rg_node_vectors_floats(v, s->n));
    rg_node_vectors_fold(v, &h, work);
    const float *coef = work + v->shape.dim;
    for (int a = 0; a < heads; a++) find_scores(score + a * s->n, s, coef + a * s->n, &h);
    for (int64_t e = 0; e < s->n; e++) {
        for (int a = 0; a < heads; a++) x[a] = score[a * s->n + e];
        add_moments(&s->heads, x, heads);
    }
done:
    rg_free(s->w->ctx->mem, score);
    rg_free(s->w->ctx->mem, work);
    return status;
}

static regatta_status add_user(sample *s, uint32_t user, const rg_sequence_room *room)
{
    regatta_status status = REGATTA_OK;
    const rg_report_world *w = s->w;
    const int64_t first = w->model->history_offset[user];
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    uint32_t item[ROWS];
    int n = 0;
    s->user = user;
    s->history = w->model->history_item + first;
    s->n = w->model->history_offset[user + 1] - first;
    o.k = ROWS;
    find_ages(s, room);
    RG_TRY(rg_recommend(w->ctx, w->model, &query, &o, item, NULL));
    while (n < ROWS && item[n] != REGATTA_NONE) n++;
    RG_TRY(rg_explain(w->ctx, w->model, &query, item, n, take_pair, s));
    RG_TRY(add_heads(s));
    s->n_users++;
done:
    return status;
}

static void write_age(rg_text *t, const char *name, const age_bin *bins)
{
    rg_text_open(t, name, '[');
    for (int b = 1; b < RG_REPORT_BINS; b++) {
        if (bins[b].n == 0) continue;
        const int64_t from = (INT64_C(1) << (b - 1)) - 1;
        rg_text_open(t, NULL, '{');
        rg_text_int(t, "from", from);
        rg_text_int(t, "to", 2 * from);
        rg_text_int(t, "items", bins[b].n);
        rg_text_real(t, "relative_attention", bins[b].relative / (double)bins[b].n);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

static void write_ages(rg_text *t, const sample *s)
{
    const rg_report_world *w = s->w;
    if (!w->summary.has_order) {
        rg_text_null(t, "attention_by_step");
        rg_text_null(t, "attention_by_day");
        return;
    }
    write_age(t, "attention_by_step", s->by_step);
    if (w->summary.has_time)
        write_age(t, "attention_by_day", s->by_day);
    else
        rg_text_null(t, "attention_by_day");
}

static void write_names(rg_text *t, const int *number, int n, int is_heads)
{
    char name[48];
    rg_text_open(t, "names", '[');
    for (int k = 0; k < n; k++) {
        if (is_heads)
            snprintf(name, sizeof name, "layer %d head %d", number[k] / 1000 + 1,
                     number[k] % 1000 + 1);
        rg_text_string(t, NULL, is_heads ? name : rg_channels[number[k]]->name);
    }
    rg_text_close(t, ']');
}

static void write_correlations(rg_text *t, const moments *m, const int *at, int n)
{
    rg_text_open(t, "correlation", '[');
    for (int a = 0; a < n; a++) {
        rg_text_open(t, NULL, '[');
        for (int b = 0; b < n; b++) rg_text_real(t, NULL, correlation(m, at[a], at[b]));
        rg_text_close(t, ']');
    }
    rg_text_close(t, ']');
}

static void write_channels(rg_text *t, const sample *s)
{
    int number[RG_MAX_CHANNELS], n = 0;
    double total = 0.0;
    for (int a = 0; a < rg_n_channels; a++) total += s->share[a];
    for (int a = 0; a < rg_n_channels; a++)
        if (s->share[a] > 0.0) number[n++] = a;
    rg_text_open(t, "channel_attention", '{');
    write_names(t, number, n, 0);
    rg_text_open(t, "share", '[');
    for (int k = 0; k < n; k++) rg_text_real(t, NULL, s->share[number[k]] / total);
    rg_text_close(t, ']');
    write_correlations(t, &s->channels, number, n);
    rg_text_close(t, '}');
}

static void write_heads(rg_text *t, const sample *s)
{
    int at[MAX_HEADS], number[MAX_HEADS];
    const int n = n_heads(s->w->model);
    if (n == 0) {
        rg_text_null(t, "head_attention");
        return;
    }
    for (int k = 0; k < n; k++) {
        at[k] = k;
        number[k] = 1000 * (k / (int)s->w->model->vectors->shape.heads) +
                    k % (int)s->w->model->vectors->shape.heads;
    }
    rg_text_open(t, "head_attention", '{');
    write_names(t, number, n, 1);
    rg_text_open(t, "deviation", '[');
    for (int k = 0; k < n; k++)
        rg_text_real(t, NULL, sqrt(fmax(covariance(&s->heads, k, k), 0.0)));
    rg_text_close(t, ']');
    write_correlations(t, &s->heads, at, n);
    rg_text_close(t, '}');
}

regatta_status rg_report_attention(rg_text *t, const rg_report_world *w)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *model = w->model;
    const int64_t n_users = model->own.users;
    const int64_t step = n_users > SAMPLE ? n_users / SAMPLE : 1;
    int64_t longest = 1;
    rg_sequence_room room = {NULL, NULL, NULL};
    sample *s = NULL;
    for (int64_t u = 0; u < n_users; u += step) {
        const int64_t n = rg_interactions_of(w->graph, u);
        if (n > longest) longest = n;
    }
    RG_NEW(w->ctx->mem, s, 1);
    s->w = w;
    RG_NEW(w->ctx->mem, s->step, longest);
    RG_NEW(w->ctx->mem, s->age, longest);
    RG_TRY(rg_sequence_room_create(w->ctx, &room, longest));
    for (int64_t u = 0; u < n_users; u += step)
        if (model->history_offset[u + 1] > model->history_offset[u])
            RG_TRY(add_user(s, (uint32_t)u, &room));
    rg_text_open(t, "attention", '{');
    rg_text_int(t, "users", s->n_users);
    rg_text_int(t, "recommendations", s->n_pairs);
    write_ages(t, s);
    write_channels(t, s);
    write_heads(t, s);
    rg_text_close(t, '}');
done:
    if (s != NULL) {
        rg_free(w->ctx->mem, s->step);
        rg_free(w->ctx->mem, s->age);
    }
    rg_free(w->ctx->mem, s);
    rg_sequence_room_free(w->ctx, &room);
    return status;
}
