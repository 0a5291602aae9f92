/* Quality by popularity of items and by length of history, coverage, and the flow of
 * recommendations between communities. */
#include "rank/evaluate.h"
#include "rank/recommend.h"
#include "report/measure/report_parts.h"
#include <math.h>
#include <stdio.h>

enum {
    CHUNK = 256, /* users at a time */
    SIDES = RG_REPORT_GROUPS + 1
};

/* Sums over the users of one bin. */
typedef struct user_bin {
    int64_t n;
    double ndcg, squares, recall;
} user_bin;

typedef struct tally {
    const rg_report_world *w;
    uint32_t *shown; /* [n_items] lists that contain the item */
    int64_t n_lists, n_shown;
    int64_t flow[SIDES][SIDES]; /* recommendations, from the group of the user */
    int64_t n_inside;           /* those in the community of the user */
    int64_t test[RG_REPORT_BINS], hits[RG_REPORT_BINS]; /* by users of the item */
    user_bin by_history[RG_REPORT_BINS], all;
} tally;

static void add_list(tally *y, uint32_t user, const uint32_t *ranked, uint32_t k)
{
    const rg_report_world *w = y->w;
    const int from = rg_report_group(w, user);
    y->n_lists++;
    for (uint32_t r = 0; r < k && ranked[r] != REGATTA_NONE; r++) {
        y->shown[ranked[r]]++;
        y->n_shown++;
        y->flow[from][rg_report_group(w, w->model->n_users + ranked[r])]++;
        y->n_inside += w->community[user] == w->community[w->model->n_users + ranked[r]];
    }
}

static int is_hit(const rg_evaluated *q, uint32_t item, uint32_t k)
{
    for (uint32_t r = 0; r < k && q->ranked[r] != REGATTA_NONE; r++)
        if (q->ranked[r] == item) return 1;
    return 0;
}

static void add_user(user_bin *bin, const regatta_metrics *m)
{
    bin->n++;
    bin->ndcg += m->ndcg;
    bin->squares += m->ndcg * m->ndcg;
    bin->recall += m->recall;
}

static void take_list(void *state, const rg_evaluated *q)
{
    tally *y = state;
    const regatta_model *model = y->w->model;
    const uint32_t k = y->w->opts->k;
    add_list(y, q->user, q->ranked, k);
    for (int64_t e = 0; e < q->n_test; e++) {
        const int bin = rg_report_bin(model->own_count[q->test[e]]);
        y->test[bin]++;
        y->hits[bin] += is_hit(q, q->test[e], k);
    }
    add_user(&y->by_history[rg_report_bin(model->history_offset[q->user + 1] -
                                          model->history_offset[q->user])],
             q->metrics);
    add_user(&y->all, q->metrics);
}

/* The standard error of the mean ndcg; NaN for a single user. */
static double error_of(const user_bin *bin)
{
    const double n = (double)bin->n, mean = bin->ndcg / n;
    if (bin->n < 2) return (double)NAN;
    return sqrt(fmax(bin->squares / n - mean * mean, 0.0) / (n - 1.0));
}

/* Writes a member called NAME@k. */
static void write_at(rg_text *t, const char *name, uint32_t k, double x)
{
    char text[64];
    snprintf(text, sizeof text, "%s@%lu", name, (unsigned long)k);
    rg_text_real(t, text, x);
}

static void write_history(rg_text *t, const tally *y)
{
    const uint32_t k = y->w->opts->k;
    rg_text_open(t, "by_history", '[');
    for (int b = 0; b < RG_REPORT_BINS; b++) {
        const user_bin *bin = &y->by_history[b];
        if (bin->n == 0) continue;
        rg_text_open(t, NULL, '{');
        rg_report_bin_write(t, b);
        rg_text_int(t, "users", bin->n);
        write_at(t, "ndcg", k, bin->ndcg / (double)bin->n);
        rg_text_real(t, "standard_error", error_of(bin));
        write_at(t, "recall", k, bin->recall / (double)bin->n);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

static void write_popularity(rg_text *t, const tally *y)
{
    rg_text_open(t, "by_popularity", '[');
    for (int b = 0; b < RG_REPORT_BINS; b++) {
        const double n = (double)y->test[b], p = (double)y->hits[b] / n;
        if (y->test[b] == 0) continue;
        rg_text_open(t, NULL, '{');
        rg_report_bin_write(t, b);
        rg_text_int(t, "test_interactions", y->test[b]);
        rg_text_int(t, "hits", y->hits[b]);
        write_at(t, "hit_share", y->w->opts->k, p);
        rg_text_real(t, "standard_error", sqrt(p * (1.0 - p) / n));
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

static void write_test(rg_text *t, const tally *y, const regatta_metrics *m,
                       const regatta_evaluation *e, int is_sample)
{
    rg_text_open(t, "test", '{');
    rg_text_bool(t, "is_sample", is_sample);
    rg_text_int(t, "users", e->n_users);
    rg_text_int(t, "interactions", e->n_test);
    rg_text_int(t, "unknown_interactions", e->n_unknown_edges);
    rg_text_int(t, "seen_interactions", e->n_seen_edges);
    write_at(t, "ndcg", m->k, m->ndcg);
    rg_text_real(t, "standard_error", error_of(&y->all));
    write_at(t, "recall", m->k, m->recall);
    write_at(t, "precision", m->k, m->precision);
    write_at(t, "hit", m->k, m->hit);
    write_at(t, "mrr", m->k, m->mrr);
    rg_text_real(t, "auc", m->auc);
    write_at(t, "coverage", m->k, m->coverage);
    write_at(t, "gini", m->k, m->gini);
    write_at(t, "novelty", m->k, m->novelty);
    write_popularity(t, y);
    write_history(t, y);
    rg_text_close(t, '}');
}

/* Returns n if every n-th of the users is measured. */
static int64_t step_of(const rg_report_world *w, int64_t n_users)
{
    const int64_t most = w->opts->sample;
    return most > 0 && n_users > most ? (n_users + most - 1) / most : 1;
}

/* Creates the part of the test graph of every n-th of its users with interactions; NULL
 * if all are measured. */
static regatta_status pick_test(regatta_graph **out, const rg_report_world *w)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = w->opts->test->by_user;
    uint8_t *keep = NULL;
    int64_t n = 0, at = 0;
    *out = NULL;
    for (int64_t u = 0; u < rows->n_rows; u++) n += rg_csr_degree(rows, u) > 0;
    const int64_t step = step_of(w, n);
    if (step == 1) return REGATTA_OK;
    RG_NEW(w->ctx->mem, keep, rows->n_edges);
    for (int64_t u = 0; u < rows->n_rows; u++) {
        if (rg_csr_degree(rows, u) == 0 || at++ % step != 0) continue;
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) keep[e] = 1;
    }
    RG_TRY(rg_bipartite_select(w->ctx, out, w->opts->test, keep));
done:
    rg_free(w->ctx->mem, keep);
    return status;
}

/* Lists of a test part, and its metrics. */
static regatta_status run_test(rg_text *t, tally *y)
{
    regatta_status status = REGATTA_OK;
    const rg_report_world *w = y->w;
    regatta_graph *part = NULL;
    const rg_evaluate_watch watch = {take_list, y};
    regatta_evaluate_options o = REGATTA_EVALUATE_OPTIONS_INIT;
    regatta_metrics metrics = REGATTA_METRICS_INIT, other = REGATTA_METRICS_INIT;
    regatta_evaluation counts = REGATTA_EVALUATION_INIT;
    o.k = &w->opts->k;
    o.n_k = 1;
    o.other = &other;
    RG_TRY(pick_test(&part, w));
    RG_TRY(rg_evaluate(w->ctx, w->model, part != NULL ? part : w->opts->test, &o, &watch,
                       &metrics, &counts));
    write_test(t, y, &metrics, &counts, part != NULL);
done:
    regatta_graph_free(part);
    return status;
}

/* Lists of a sample of the model's users: every step-th one with a history. */
static regatta_status run_sample(tally *y)
{
    regatta_status status = REGATTA_OK;
    const rg_report_world *w = y->w;
    const regatta_model *model = w->model;
    const uint32_t k = w->opts->k;
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    uint32_t user[CHUNK], *ranked = NULL;
    const int64_t n_users = model->own.users, step = step_of(w, n_users);
    int64_t u = 0;
    o.k = k;
    RG_NEW(w->ctx->mem, ranked, CHUNK * (int64_t)k);
    while (u < n_users) {
        regatta_query query = {.struct_size = sizeof query, .user = user};
        for (; u < n_users && query.n < CHUNK; u += step)
            if (model->history_offset[u + 1] > model->history_offset[u])
                user[query.n++] = (uint32_t)u;
        RG_TRY(rg_recommend(w->ctx, model, &query, &o, ranked, NULL));
        for (int64_t q = 0; q < query.n; q++)
            add_list(y, user[q], ranked + q * (int64_t)k, k);
    }
done:
    rg_free(w->ctx->mem, ranked);
    return status;
}

/* NaN of nothing. */
static double share(int64_t part, int64_t all)
{
    return all > 0 ? (double)part / (double)all : (double)NAN;
}

/* The lists beside the data: how much of each goes to items of some popularity. */
static void write_exposure(rg_text *t, const tally *y)
{
    const regatta_model *model = y->w->model;
    int64_t items[RG_REPORT_BINS] = {0}, taken[RG_REPORT_BINS] = {0};
    int64_t shown[RG_REPORT_BINS] = {0}, n_taken = 0;
    for (int64_t j = 0; j < model->own.items; j++) {
        const int b = rg_report_bin(model->own_count[j]);
        items[b]++;
        taken[b] += model->own_count[j];
        n_taken += model->own_count[j];
        shown[b] += y->shown[j];
    }
    rg_text_open(t, "exposure", '[');
    for (int b = 0; b < RG_REPORT_BINS; b++) {
        if (items[b] == 0) continue;
        rg_text_open(t, NULL, '{');
        rg_report_bin_write(t, b);
        rg_text_real(t, "share_of_items", share(items[b], model->own.items));
        rg_text_real(t, "share_of_interactions", share(taken[b], n_taken));
        rg_text_real(t, "share_of_recommendations", share(shown[b], y->n_shown));
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

static void write_lists(rg_text *t, const tally *y)
{
    int64_t covered = 0;
    for (int64_t j = 0; j < y->w->model->n_items; j++) covered += y->shown[j] > 0;
    rg_text_open(t, "lists", '{');
    rg_text_int(t, "users", y->n_lists);
    rg_text_int(t, "k", y->w->opts->k);
    rg_text_int(t, "items_shown", covered);
    rg_text_real(t, "coverage", (double)covered / (double)y->w->model->own.items);
    write_exposure(t, y);
    rg_text_close(t, '}');
}

static void write_side(rg_text *t, const char *name, int group)
{
    if (group < RG_REPORT_GROUPS)
        rg_text_int(t, name, group + 1);
    else
        rg_text_string(t, name, "others");
}

/* Counts interactions by the groups of user and item; returns those in one community. */
static int64_t count_flows(int64_t taken[SIDES][SIDES], const rg_report_world *w)
{
    const rg_csr *rows = w->graph->by_user;
    int64_t inside = 0;
    for (int64_t u = 0; u < rows->n_rows; u++)
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
            const int64_t item = rows->n_rows + rows->target[e];
            taken[rg_report_group(w, u)][rg_report_group(w, item)]++;
            inside += w->community[u] == w->community[item];
        }
    return inside;
}

static void write_flows(rg_text *t, const tally *y)
{
    int64_t taken[SIDES][SIDES] = {{0}};
    const int64_t inside = count_flows(taken, y->w);
    rg_text_open(t, "flows", '{');
    rg_text_real(t, "inside_interactions", share(inside, y->w->graph->by_user->n_edges));
    rg_text_real(t, "inside_recommendations", share(y->n_inside, y->n_shown));
    rg_text_open(t, "cells", '[');
    for (int a = 0; a < SIDES; a++)
        for (int b = 0; b < SIDES; b++) {
            if (taken[a][b] + y->flow[a][b] == 0) continue;
            rg_text_open(t, NULL, '{');
            write_side(t, "from_users", a);
            write_side(t, "to_items", b);
            rg_text_int(t, "interactions", taken[a][b]);
            rg_text_int(t, "recommendations", y->flow[a][b]);
            rg_text_close(t, '}');
        }
    rg_text_close(t, ']');
    rg_text_close(t, '}');
}

regatta_status rg_report_quality(rg_text *t, const rg_report_world *w)
{
    regatta_status status = REGATTA_OK;
    tally *y = NULL;
    RG_NEW(w->ctx->mem, y, 1);
    y->w = w;
    RG_NEW(w->ctx->mem, y->shown, w->model->n_items);
    if (w->opts->test != NULL) {
        RG_TRY(run_test(t, y));
    } else {
        RG_TRY(run_sample(y));
        rg_text_null(t, "test");
    }
    write_lists(t, y);
    write_flows(t, y);
done:
    if (y != NULL) rg_free(w->ctx->mem, y->shown);
    rg_free(w->ctx->mem, y);
    return status;
}

void rg_report_calibration(rg_text *t, const rg_report_world *w)
{
    static const char *const form[] = {"none", "sigmoid", "isotonic"};
    regatta_calibration c = REGATTA_CALIBRATION_INIT;
    rg_calibration_get(&c, &w->model->calibration);
    if (c.form == REGATTA_FORM_NONE) {
        rg_text_null(t, "calibration");
        return;
    }
    rg_text_open(t, "calibration", '{');
    rg_text_string(t, "form", form[c.form]);
    rg_text_bool(t, "held_out", c.held_out != 0);
    rg_text_real(t, "users", c.n_users);
    rg_text_real(t, "pairs", c.n_pairs);
    rg_text_real(t, "log_loss", c.log_loss);
    rg_text_real(t, "constant_log_loss", c.constant);
    rg_text_open(t, "reliability", '[');
    for (int b = 0; b < REGATTA_BINS; b++) {
        if (!(c.bin_pairs[b] > 0.0)) continue;
        rg_text_open(t, NULL, '{');
        rg_text_real(t, "predicted", c.bin_predicted[b]);
        rg_text_real(t, "observed", c.bin_observed[b]);
        rg_text_real(t, "pairs", c.bin_pairs[b]);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
    rg_text_close(t, '}');
}
