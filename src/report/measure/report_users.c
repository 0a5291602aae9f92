/* The exact contributions of the history to the recommendations of some users. */
#include "base/find.h"
#include "graph/idmap.h"
#include "rank/explain.h"
#include "rank/recommend.h"
#include "report/measure/report_parts.h"
#include <math.h>
#include <stdlib.h>

enum {
    ROWS = 8,     /* recommendations of a user */
    COLUMNS = 12, /* items of the history with a column of their own */
    DEFAULT_USERS = 4
};

typedef struct matrix {
    const rg_report_world *w;
    uint32_t user;
    const uint32_t *history; /* [n] ascending */
    int64_t n;
    uint32_t item[ROWS];
    int n_rows;
    double *cell; /* [n_rows][n] */
    regatta_explanation terms[ROWS];
    int64_t column[COLUMNS]; /* places in history, the largest contributions first */
    int n_columns;
} matrix;

static void take_row(void *state, int64_t place, const regatta_explanation *terms,
                     const regatta_contribution *all, int64_t n)
{
    matrix *m = state;
    m->terms[place] = *terms;
    for (int64_t e = 0; e < n; e++)
        m->cell[place * m->n + rg_find_u32(m->history, m->n, all[e].item)] =
            all[e].contribution;
}

static double size_of(const matrix *m, int64_t place)
{
    double sum = 0.0;
    for (int r = 0; r < m->n_rows; r++) sum += fabs(m->cell[r * m->n + place]);
    return sum;
}

/* Selects the columns. */
static void select_columns(matrix *m)
{
    double size[COLUMNS];
    for (int64_t e = 0; e < m->n; e++) {
        const double mine = size_of(m, e);
        int at = m->n_columns;
        while (at > 0 && mine > size[at - 1]) at--;
        if (at == COLUMNS) continue;
        if (m->n_columns < COLUMNS) m->n_columns++;
        for (int c = m->n_columns - 1; c > at; c--) {
            size[c] = size[c - 1];
            m->column[c] = m->column[c - 1];
        }
        size[at] = mine;
        m->column[at] = e;
    }
}

static double sum_of(const double *channel)
{
    double sum = 0.0;
    for (int a = 0; a < RG_MAX_CHANNELS; a++) sum += channel[a];
    return sum;
}

static void write_row(rg_text *t, const matrix *m, int r)
{
    const regatta_explanation *x = &m->terms[r];
    double other = sum_of(x->history);
    rg_text_open(t, NULL, '{');
    rg_report_item(t, m->w, m->item[r]);
    rg_text_open(t, "contributions", '[');
    for (int c = 0; c < m->n_columns; c++) {
        const double value = m->cell[r * m->n + m->column[c]];
        rg_text_exact(t, NULL, value);
        other -= value;
    }
    rg_text_close(t, ']');
    rg_text_exact(t, "other_items", m->n > m->n_columns ? other : 0.0);
    rg_text_exact(t, "not_by_item", sum_of(x->direct) + x->exposure);
    rg_text_exact(t, "bias", sum_of(x->bias));
    rg_text_exact(t, "popularity", x->popularity);
    rg_text_exact(t, "centre", x->centre);
    rg_text_exact(t, "residual", x->residual);
    rg_text_exact(t, "score", x->score);
    rg_text_close(t, '}');
}

static void write_matrix(rg_text *t, const matrix *m)
{
    rg_text_open(t, NULL, '{');
    rg_text_escaped(t, "user", rg_idmap_name(m->w->model->users, m->user));
    rg_text_int(t, "history", m->n);
    rg_text_open(t, "columns", '[');
    for (int c = 0; c < m->n_columns; c++) {
        rg_text_open(t, NULL, '{');
        rg_report_item(t, m->w, m->history[m->column[c]]);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
    rg_text_open(t, "rows", '[');
    for (int r = 0; r < m->n_rows; r++) write_row(t, m, r);
    rg_text_close(t, ']');
    rg_text_close(t, '}');
}

static regatta_status write_user(rg_text *t, const rg_report_world *w, uint32_t user)
{
    regatta_status status = REGATTA_OK;
    const int64_t first = w->model->history_offset[user];
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    matrix m = {.w = w,
                .user = user,
                .history = w->model->history_item + first,
                .n = w->model->history_offset[user + 1] - first};
    o.k = ROWS;
    RG_NEW(w->ctx->mem, m.cell, ROWS * m.n);
    RG_TRY(rg_recommend(w->ctx, w->model, &query, &o, m.item, NULL));
    while (m.n_rows < ROWS && m.item[m.n_rows] != REGATTA_NONE) m.n_rows++;
    RG_TRY(rg_explain(w->ctx, w->model, &query, m.item, m.n_rows, take_row, &m));
    select_columns(&m);
    write_matrix(t, &m);
done:
    rg_free(w->ctx->mem, m.cell);
    return status;
}

typedef struct sized {
    int64_t n;
    uint32_t user;
} sized;

static int by_length(const void *left, const void *right)
{
    const sized *a = left, *b = right;
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    return a->user < b->user ? -1 : a->user > b->user;
}

/* Selects users at quantiles of the length of history, of those with a history; returns
 * how many. */
static regatta_status typical_users(const rg_report_world *w, uint32_t *out, int *n_out)
{
    static const double at[DEFAULT_USERS] = {0.25, 0.5, 0.75, 0.95};
    regatta_status status = REGATTA_OK;
    const regatta_model *model = w->model;
    sized *all = NULL;
    int64_t n = 0;
    *n_out = 0;
    RG_NEW(w->ctx->mem, all, model->own.users);
    for (int64_t u = 0; u < model->own.users; u++) {
        const int64_t length = model->history_offset[u + 1] - model->history_offset[u];
        if (length > 0) all[n++] = (sized){length, (uint32_t)u};
    }
    qsort(all, (size_t)n, sizeof *all, by_length);
    for (int k = 0; k < DEFAULT_USERS && n > 0; k++) {
        const uint32_t user = all[(int64_t)(at[k] * (double)(n - 1))].user;
        if (*n_out == 0 || out[*n_out - 1] != user) out[(*n_out)++] = user;
    }
done:
    rg_free(w->ctx->mem, all);
    return status;
}

regatta_status rg_report_users(rg_text *t, const rg_report_world *w)
{
    regatta_status status = REGATTA_OK;
    uint32_t typical[DEFAULT_USERS];
    const uint32_t *user = w->opts->user;
    int n = (int)w->opts->n_users;
    if (user == NULL) {
        RG_TRY(typical_users(w, typical, &n));
        user = typical;
    }
    rg_text_open(t, "users", '[');
    for (int k = 0; k < n; k++) RG_TRY(write_user(t, w, user[k]));
    rg_text_close(t, ']');
done:
    return status;
}
