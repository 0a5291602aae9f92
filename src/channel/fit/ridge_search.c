/* Successive halving (Jamieson and Talwalkar, AISTATS 2016) over a grid of shapes. A
 * round solves the systems of a sample of items, the targets, for the shapes that are
 * left, and ranks the held-out targets of each user among the targets; the best shapes go
 * on to the next round with more targets. A rank among a share f of all items estimates a
 * rank among all as 1 / f times as many items before it. */
#include "channel/fit/ridge_search.h"
#include "base/checkpoint/checkpoint.h"
#include "base/kernels/kernels.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "ridge/ridge_sweep.h"
#include <math.h>
#include <omp.h>
#include <string.h>

enum { N_SHAPES = RG_SEARCH_SHAPES, N_C = RG_SEARCH_POWERS };

enum { ROUNDS = 3, FIRST_TARGETS = 2000, GROWTH = 3, KEPT = 6, LEAST_KEPT = 4 };
/* Held-out targets of a round, and of the last of several; fewer users above. */
enum { MOST_HELD_OUT = 16384, LAST_HELD_OUT = 65536 };
enum { FIRST_NEIGHBOURS = 50, NEIGHBOURS = 100, CUT = 20 };

typedef struct trial {
    int ridge, shape, c; /* numbers in the space */
    int alive;
    double ndcg, error; /* mean; standard error of the difference to the defaults */
    float *each;        /* [n_users] both scenarios by their weights */
} trial;

typedef struct search {
    rg_selection *s;
    const rg_ridge_space *space;
    int n_shapes, n_trials;
    trial *trials;   /* [n_trials] */
    int standard;    /* number of the defaults */
    uint32_t *order; /* [n_order] items of the target domain with users, in random
                        order */
    int64_t n_order, n_targets, n_users;
    int64_t neighbours; /* of this round */
    int64_t step;       /* every step-th user is measured in this round */
    uint8_t *wanted;    /* [n_items] */
    float *room;        /* [n_trials][n_users] */
    int64_t *part;   /* [n_users] number of the user in the tilted scenario, -1 = none */
    double share[2]; /* what a user's ndcg in each scenario counts */
} search;

/* The columns of a sweep: the shapes of one ridge that are left, and their exponents. */
typedef struct columns {
    int n_shapes, shape[N_SHAPES];
    rg_ridge_shape form[N_SHAPES];
    int power[N_C]; /* 1: some shape needs it */
} columns;

static double lambda_of(const search *h, int shape)
{
    return h->space->lambda[shape / h->space->n_theta];
}

static double theta_of(const search *h, int shape)
{
    return h->space->theta[shape % h->space->n_theta];
}

static int number_of(const search *h, int ridge, int shape, int c)
{
    return (ridge * h->n_shapes + shape) * h->space->n_power + c;
}

static rg_item_attention_options options_of(const search *h, const trial *t)
{
    rg_item_attention_options o = h->space->ridge[t->ridge];
    o.lambda = lambda_of(h, t->shape);
    o.theta = theta_of(h, t->shape);
    o.candidate_power = h->space->power[t->c];
    return o;
}

static int is_standard(const search *h, const trial *t,
                       const rg_item_attention_options *standard)
{
    const rg_item_attention_options o = options_of(h, t);
    return o.user_power == standard->user_power && o.lambda == standard->lambda &&
           o.theta == standard->theta && o.candidate_power == standard->candidate_power &&
           o.context.decay == standard->context.decay &&
           o.context.after == standard->context.after;
}

static void make_grid(search *h, const rg_item_attention_options *standard)
{
    for (int ridge = 0; ridge < h->space->n_ridges; ridge++)
        for (int shape = 0; shape < h->n_shapes; shape++)
            for (int c = 0; c < h->space->n_power; c++) {
                const int k = number_of(h, ridge, shape, c);
                h->trials[k] =
                    (trial){.ridge = ridge, .shape = shape, .c = c, .alive = 1};
                h->trials[k].each = h->room + k * h->n_users;
                if (is_standard(h, &h->trials[k], standard)) h->standard = k;
            }
}

static columns columns_of(const search *h, int ridge)
{
    const rg_item_attention_options *o = &h->space->ridge[ridge];
    columns w = {.n_shapes = 0};
    for (int shape = 0; shape < h->n_shapes; shape++) {
        int alive = 0;
        for (int c = 0; c < h->space->n_power; c++) {
            const int is = h->trials[number_of(h, ridge, shape, c)].alive;
            alive |= is;
            w.power[c] |= is;
        }
        if (!alive) continue;
        w.form[w.n_shapes] = (rg_ridge_shape){lambda_of(h, shape), theta_of(h, shape),
                                              o->steps, o->tolerance};
        w.shape[w.n_shapes++] = shape;
    }
    return w;
}

/* The scratch of a thread. */
typedef struct scratch {
    float *score;         /* [n_targets][width] */
    float *count, *limit; /* [width] */
    double *gain;         /* [2][N_C][width] */
    int64_t flops;        /* 2 for each weight of a score, 1 for each score compared */
} scratch;

typedef struct evaluation {
    search *h;
    const rg_ridge_sweep *sweep;
    const columns *columns;
    int ridge;
    float *factor; /* [N_C][n_targets] d^-c */
    scratch *scratch;
    double density; /* targets per item */
} evaluation;

/* Counts the targets with a larger score than target t, for each column. */
static void count_above(scratch *w, const rg_ridge_sweep *s, const float *factor,
                        int32_t t)
{
    for (int k = 0; k < s->width; k++)
        w->limit[k] = w->score[(int64_t)t * s->width + k] * factor[t];
    rg_kernels_best()->columns_above(w->count, w->score, factor, w->limit, s->n_targets,
                                     s->width);
}

/* Adds the gains of a held-out item that is target t to both scenarios. */
static void add_gains(const evaluation *v, scratch *w, int32_t t, int in_tilted)
{
    const rg_ridge_sweep *s = v->sweep;
    for (int c = 0; c < v->h->space->n_power; c++) {
        if (!v->columns->power[c]) continue;
        count_above(w, s, v->factor + c * s->n_targets, t);
        w->flops += s->n_targets * s->width;
        for (int k = 0; k < v->columns->n_shapes; k++) {
            const double before = (double)w->count[k] / v->density;
            if (!(w->limit[k] > 0.0f) || before >= CUT) continue;
            const double gain = 1.0 / log2(before + 2.0);
            w->gain[c * s->width + k] += gain;
            if (in_tilted) w->gain[(N_C + c) * s->width + k] += gain;
        }
    }
}

static double ideal(int n)
{
    double sum = 0.0;
    for (int k = 0; k < n && k < CUT; k++) sum += 1.0 / log2((double)k + 2.0);
    return sum;
}

/* Writes the user's values of all trials of these columns. */
static void store(const evaluation *v, const scratch *w, int64_t u, int n, int n_tilted)
{
    const search *h = v->h;
    const int width = v->sweep->width;
    const double past = n > 0 ? h->share[0] / ideal(n) : 0.0;
    const double tilted = n_tilted > 0 ? h->share[1] / ideal(n_tilted) : 0.0;
    for (int k = 0; k < v->columns->n_shapes; k++)
        for (int c = 0; c < h->space->n_power; c++) {
            const trial *t = &h->trials[number_of(h, v->ridge, v->columns->shape[k], c)];
            t->each[u] = (float)(past * w->gain[c * width + k] +
                                 tilted * w->gain[(N_C + c) * width + k]);
        }
}

static void evaluate_user(const evaluation *v, scratch *w, int64_t u)
{
    const search *h = v->h;
    const rg_ridge_sweep *s = v->sweep;
    const rg_holdout *past = h->s->holdout[0], *tilted = h->s->holdout[1];
    const rg_csr *rows = h->space->history;
    const int64_t first = rows->offset[past->user[u]];
    const int64_t n = rows->offset[past->user[u] + 1LL] - first;
    int n_past = 0, n_tilted = 0;
    for (int64_t e = past->offset[u]; e < past->offset[u + 1]; e++)
        n_past += s->slot[past->item[e]] >= 0;
    memset(w->gain, 0, (size_t)(2 * N_C * s->width) * sizeof *w->gain);
    if (n_past > 0) {
        rg_ridge_sweep_score(w->score, s, rows->target + first,
                             rows->value != NULL ? rows->value + first : NULL, n);
        for (int64_t e = first; e < first + n; e++) {
            const int64_t i = rows->target[e], t = s->slot[i];
            w->flops += 2 * (s->offset[i + 1] - s->offset[i]) * s->width;
            for (int k = 0; t >= 0 && k < s->width; k++)
                w->score[t * s->width + k] = -INFINITY;
        }
    }
    for (int64_t e = past->offset[u]; e < past->offset[u + 1]; e++) {
        const int32_t t = s->slot[past->item[e]];
        if (t < 0) continue;
        const int in_tilted =
            h->part[u] >= 0 && rg_holdout_has(tilted, h->part[u], past->item[e]);
        n_tilted += in_tilted;
        add_gains(v, w, t, in_tilted);
    }
    store(v, w, u, n_past, n_tilted);
}

static regatta_status create_scratch(evaluation *v)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = v->h->s->env->ctx;
    const rg_ridge_sweep *s = v->sweep;
    RG_NEW(ctx->mem, v->factor, N_C * s->n_targets);
    for (int c = 0; c < v->h->space->n_power; c++)
        for (int64_t t = 0; t < s->n_targets; t++)
            v->factor[c * s->n_targets + t] =
                (float)pow((double)s->degree[t], -v->h->space->power[c]);
    RG_NEW(ctx->mem, v->scratch, ctx->threads);
    for (int t = 0; t < ctx->threads; t++) {
        RG_NEW(ctx->mem, v->scratch[t].score, s->n_targets * s->width);
        RG_NEW(ctx->mem, v->scratch[t].count, s->width);
        RG_NEW(ctx->mem, v->scratch[t].limit, s->width);
        RG_NEW(ctx->mem, v->scratch[t].gain, 2 * N_C * s->width);
    }
done:
    return status; /* the caller frees the allocated parts */
}

static void free_scratch(evaluation *v)
{
    regatta_ctx *ctx = v->h->s->env->ctx;
    for (int t = 0; v->scratch != NULL && t < ctx->threads; t++) {
        rg_free(ctx->mem, v->scratch[t].score);
        rg_free(ctx->mem, v->scratch[t].count);
        rg_free(ctx->mem, v->scratch[t].limit);
        rg_free(ctx->mem, v->scratch[t].gain);
    }
    rg_free(ctx->mem, v->scratch);
    rg_free(ctx->mem, v->factor);
}

/* Evaluates the trials of a ridge that are left. */
static regatta_status evaluate(search *h, int ridge)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = h->s->env->ctx;
    const columns w = columns_of(h, ridge);
    rg_item_attention_options options = h->space->ridge[ridge];
    rg_ridge_sweep *sweep = NULL;
    evaluation v = {.h = h, .columns = &w, .ridge = ridge};
    if (w.n_shapes == 0) return REGATTA_OK;
    options.neighbours = h->neighbours;
    RG_TRY(rg_ridge_sweep_create(ctx, &sweep, h->space->rows, h->wanted, &options, w.form,
                                 w.n_shapes));
    v.sweep = sweep;
    v.density = (double)h->n_targets / (double)h->n_order;
    RG_TRY(create_scratch(&v));
    const int team =
        rg_threads_for(h->n_users * h->n_targets * sweep->width, ctx->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 16)
    for (int64_t u = 0; u < h->n_users; u += h->step)
        evaluate_user(&v, &v.scratch[omp_get_thread_num()], u);
    int64_t flops = 0;
    for (int t = 0; t < ctx->threads; t++) flops += v.scratch[t].flops;
    rg_count_flops(ctx, (double)flops);
done:
    free_scratch(&v);
    rg_ridge_sweep_free(sweep);
    return status;
}

static int64_t count_wanted(const search *h, const rg_holdout *o, int64_t at)
{
    int64_t n = 0;
    for (int64_t e = o->offset[at]; e < o->offset[at + 1]; e++)
        n += h->wanted[o->item[e]];
    return n;
}

/* Takes the targets and the users of a round, and sets what a user counts in each
 * scenario. */
static void begin_round(search *h, int64_t n_targets, int64_t most_held_out)
{
    const rg_holdout *past = h->s->holdout[0], *tilted = h->s->holdout[1];
    int64_t n[2] = {0, 0}, n_held = 0;
    h->n_targets = n_targets < h->n_order ? n_targets : h->n_order;
    memset(h->wanted, 0, (size_t)h->space->rows->n_cols);
    for (int64_t k = 0; k < h->n_targets; k++) h->wanted[h->order[k]] = 1;
    for (int64_t u = 0; u < h->n_users; u++) n_held += count_wanted(h, past, u);
    h->step = n_held > 0 ? rg_block_count(n_held, most_held_out) : 1;
    for (int64_t u = 0; u < h->n_users; u += h->step) {
        n[0] += count_wanted(h, past, u) > 0;
        n[1] += h->part[u] >= 0 && count_wanted(h, tilted, h->part[u]) > 0;
    }
    for (int s = 0; s < 2; s++)
        h->share[s] = n[s] > 0 ? h->s->weight[s] / (double)n[s] : 0.0;
}

/* Computes mean and error of the trials that are left. */
static void summarise(search *h)
{
    const float *was = h->trials[h->standard].each;
    for (int k = 0; k < h->n_trials; k++) {
        trial *t = &h->trials[k];
        if (!t->alive) continue;
        double sum = 0.0, gain = 0.0, square = 0.0;
        for (int64_t u = 0; u < h->n_users; u += h->step) {
            sum += (double)t->each[u];
            const double d = (double)t->each[u] - (double)was[u];
            gain += d;
            square += d * d;
        }
        /* `each` is a share of the mean already. */
        t->ndcg = sum;
        t->error = sqrt(fmax(
            0.0, square - gain * gain / (double)rg_block_count(h->n_users, h->step)));
    }
}

/* Evaluates the trials that are left: a unit of a checkpoint. */
static regatta_status take_round(regatta_ctx *ctx, void *state)
{
    regatta_status status = REGATTA_OK;
    search *h = state;
    rg_fit_env *env = h->s->env;
    for (int ridge = 0; ridge < h->space->n_ridges; ridge++) {
        RG_TRY(env->stage(env, h->space->stage));
        RG_TRY(evaluate(h, ridge));
    }
    summarise(h);
done:
    (void)ctx;
    return status;
}

static regatta_status visit(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    const search *h = state;
    for (int k = 0; k < h->n_trials; k++) {
        RG_TRY(rg_archive_real(archive, &h->trials[k].ndcg));
        RG_TRY(rg_archive_real(archive, &h->trials[k].error));
    }
done:
    return status;
}

static int n_alive(const search *h)
{
    int n = 0;
    for (int k = 0; k < h->n_trials; k++) n += h->trials[k].alive;
    return n;
}

/* Keeps the best n trials and the defaults. */
static void keep_best(search *h, int n)
{
    for (int left = n_alive(h); left > n; left--) {
        int worst = -1;
        for (int k = h->n_trials - 1; k >= 0; k--) {
            if (!h->trials[k].alive || k == h->standard) continue;
            if (worst < 0 || h->trials[k].ndcg < h->trials[worst].ndcg) worst = k;
        }
        if (worst < 0) return;
        h->trials[worst].alive = 0;
    }
}

static int best_of(const search *h)
{
    int best = h->standard;
    for (int k = 0; k < h->n_trials; k++)
        if (h->trials[k].alive && h->trials[k].ndcg > h->trials[best].ndcg) best = k;
    return best;
}

static int is_clear(const search *h, int k)
{
    return h->trials[k].ndcg - h->trials[h->standard].ndcg > 2.0 * h->trials[k].error;
}

/* Writes the trials that are left, with the figures of the last round. */
static void write_trials(const search *h, rg_text *t, int chosen)
{
    rg_text_open(t, h->space->name, '[');
    for (int k = 0; k < h->n_trials; k++) {
        const trial *x = &h->trials[k];
        if (!x->alive) continue;
        rg_text_open(t, NULL, '{');
        h->space->write(t, &h->space->ridge[x->ridge]);
        rg_text_real(t, "lambda", lambda_of(h, x->shape));
        rg_text_real(t, "theta", theta_of(h, x->shape));
        rg_text_real(t, "c", h->space->power[x->c]);
        rg_text_int(t, "targets", h->n_targets);
        rg_text_real(t, "ndcg@20", x->ndcg);
        if (k != h->standard) rg_text_real(t, "standard_error", x->error);
        if (k == chosen) rg_text_bool(t, "chosen", 1);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

static regatta_status halve(search *h)
{
    regatta_status status = REGATTA_OK;
    const rg_fit_env *env = h->s->env;
    const int rounds = env->options->preset == REGATTA_PRESET_FAST ? 1 : ROUNDS;
    const rg_unit unit = {"shapes", take_round, visit, h};
    int64_t n_targets = FIRST_TARGETS;
    for (int round = 0; round < rounds; round++, n_targets *= GROWTH) {
        const int is_last = round + 1 == rounds || (round > 0 && n_targets >= h->n_order);
        h->neighbours = round == 0 ? FIRST_NEIGHBOURS : NEIGHBOURS;
        begin_round(h, n_targets, is_last && round > 0 ? LAST_HELD_OUT : MOST_HELD_OUT);
        RG_TRY(rg_unit_run(env->ctx, &unit));
        if (is_last) break;
        const int n = n_alive(h) / KEPT;
        keep_best(h, n > LEAST_KEPT ? n : LEAST_KEPT);
    }
    keep_best(h, 2 * LEAST_KEPT);
done:
    return status;
}

static regatta_status begin(search *h, const rg_item_attention_options *standard)
{
    regatta_status status = REGATTA_OK;
    const rg_mem mem = h->s->env->ctx->mem;
    const rg_holdout *past = h->s->holdout[0], *tilted = h->s->holdout[1];
    const rg_csr *rows = h->space->rows;
    uint8_t *has_users = NULL;
    h->n_users = past->n_users;
    h->n_shapes = h->space->n_lambda * h->space->n_theta;
    h->n_trials = h->space->n_ridges * h->n_shapes * h->space->n_power;
    RG_NEW(mem, h->trials, h->n_trials);
    RG_NEW(mem, h->room, h->n_trials * h->n_users);
    RG_NEW(mem, h->part, h->n_users);
    RG_NEW(mem, h->order, rows->n_cols);
    RG_NEW(mem, h->wanted, rows->n_cols);
    RG_NEW(mem, has_users, rows->n_cols);
    for (int64_t e = 0; e < rows->n_edges; e++) has_users[rows->target[e]] = 1;
    for (int64_t i = 0; i < (int64_t)h->s->fitted->graph->n_own_items; i++)
        if (has_users[i]) h->order[h->n_order++] = (uint32_t)i;
    rg_shuffle(h->order, h->n_order, standard->seed, RG_STREAM_SHAPE, 0);
    for (int64_t u = 0, k = 0; u < h->n_users; u++) {
        while (k < tilted->n_users && tilted->user[k] < past->user[u]) k++;
        h->part[u] = k < tilted->n_users && tilted->user[k] == past->user[u] ? k : -1;
    }
    make_grid(h, standard);
done:
    rg_free(mem, has_users);
    return status;
}

regatta_status rg_ridge_search(rg_selection *s, rg_item_attention_options *ridge,
                               const rg_ridge_space *space)
{
    regatta_status status = REGATTA_OK;
    const rg_mem mem = s->env->ctx->mem;
    search h = {.s = s, .space = space};
    RG_TRY(begin(&h, ridge));
    RG_TRY(halve(&h));
    int chosen = best_of(&h);
    if (!is_clear(&h, chosen)) chosen = h.standard;
    const int64_t neighbours = ridge->neighbours;
    *ridge = options_of(&h, &h.trials[chosen]);
    ridge->neighbours = neighbours;
    write_trials(&h, &s->env->trials, chosen);
done:
    rg_free(mem, h.trials);
    rg_free(mem, h.room);
    rg_free(mem, h.part);
    rg_free(mem, h.order);
    rg_free(mem, h.wanted);
    return status;
}
