#include "fit/blend/samples.h"
#include "base/parallel.h"
#include <math.h>
#include <string.h>

enum { CUT = 20 };

regatta_status rg_samples_create(regatta_ctx *ctx, rg_samples **out, int64_t n_users,
                                 int64_t n_samples, int n_channels, int evidence)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_samples *o = NULL;
    RG_NEW(ctx->mem, o, 1);
    o->mem = ctx->mem;
    o->n_channels = n_channels;
    o->evidence = evidence;
    o->n_users = n_users;
    o->n_samples = n_samples;
    RG_NEW(ctx->mem, o->offset, n_users + 1);
    RG_NEW(ctx->mem, o->item, n_samples);
    RG_NEW(ctx->mem, o->s, n_samples * n_channels);
    RG_NEW(ctx->mem, o->log_degree, n_samples);
    RG_NEW(ctx->mem, o->best, n_samples);
    RG_NEW(ctx->mem, o->support, n_samples);
    RG_NEW(ctx->mem, o->label, n_samples);
    RG_NEW(ctx->mem, o->log_history, n_users);
    RG_NEW(ctx->mem, o->n_holdout, n_users);
    RG_NEW(ctx->mem, o->user, n_users);
    RG_NEW(ctx->mem, o->label_other, n_samples);
    RG_NEW(ctx->mem, o->n_holdout_other, n_users);
    for (int64_t u = 0; u < n_users; u++) o->user[u] = (uint32_t)u;
    *out = o;
    o = NULL;
done:
    rg_samples_free(o);
    return status;
}

void rg_samples_free(rg_samples *samples)
{
    if (samples == NULL) return;
    const rg_mem mem = samples->mem;
    rg_free(mem, samples->offset);
    rg_free(mem, samples->item);
    rg_free(mem, samples->s);
    rg_free(mem, samples->log_degree);
    rg_free(mem, samples->best);
    rg_free(mem, samples->support);
    rg_free(mem, samples->label);
    rg_free(mem, samples->log_history);
    rg_free(mem, samples->n_holdout);
    rg_free(mem, samples->user);
    rg_free(mem, samples->label_other);
    rg_free(mem, samples->n_holdout_other);
    rg_free(mem, samples);
}

#define APPEND(to, from, at, n) memcpy((to) + (at), (from), (size_t)(n) * sizeof *(from))

static void copy_in(rg_samples *to, const rg_samples *from, int64_t u, int64_t e)
{
    const int64_t n = from->n_users, m = from->n_samples;
    for (int64_t k = 0; k < n; k++) to->offset[u + k + 1] = e + from->offset[k + 1];
    APPEND(to->log_history, from->log_history, u, n);
    APPEND(to->n_holdout, from->n_holdout, u, n);
    APPEND(to->n_holdout_other, from->n_holdout_other, u, n);
    APPEND(to->user, from->user, u, n);
    APPEND(to->item, from->item, e, m);
    APPEND(to->log_degree, from->log_degree, e, m);
    APPEND(to->best, from->best, e, m);
    APPEND(to->support, from->support, e, m);
    APPEND(to->label, from->label, e, m);
    APPEND(to->label_other, from->label_other, e, m);
    APPEND(to->s, from->s, e * from->n_channels, m * from->n_channels);
}

regatta_status rg_samples_append(regatta_ctx *ctx, rg_samples **samples,
                                 const rg_samples *more)
{
    rg_samples *all = NULL, *first = *samples;
    const regatta_status status = rg_samples_create(
        ctx, &all, first->n_users + more->n_users, first->n_samples + more->n_samples,
        first->n_channels, first->evidence);
    if (status != REGATTA_OK) return status;
    copy_in(all, first, 0, 0);
    copy_in(all, more, first->n_users, first->n_samples);
    all->has_other = first->has_other && more->has_other;
    rg_samples_free(first);
    *samples = all;
    return REGATTA_OK;
}

int rg_samples_in(const rg_samples *samples, const rg_samples_part *part, int64_t u)
{
    if (part == NULL || part->of <= 1) return 1;
    return (samples->user[u] % part->of == part->part) != (part->other != 0);
}

/* Writes what differs between the samples of a user. */
static void fill_case(rg_blend_case *x, const rg_samples *o, int64_t e)
{
    const float *s = o->s + e * o->n_channels;
    x->log_degree = (double)o->log_degree[e];
    x->best = (double)o->best[e];
    x->support = (double)o->support[e];
    for (int a = 0; a < o->n_channels; a++) x->s[a] = (double)s[a];
}

rg_blend_case rg_samples_case(const rg_samples *o, int64_t u, int64_t e)
{
    rg_blend_case x = {.log_history = (double)o->log_history[u]};
    fill_case(&x, o, e);
    return x;
}

/* Inserts into the best CUT, sorted in descending order, after equal scores. Scores are
 * doubles; base/topk and base/hit would round them to floats. */
static int insert_best(double *best, int64_t *who, int n, double score, int64_t e)
{
    if (n == CUT && !(score > best[n - 1])) return n;
    int at = n < CUT ? n : CUT - 1;
    while (at > 0 && score > best[at - 1]) {
        best[at] = best[at - 1];
        who[at] = who[at - 1];
        at--;
    }
    best[at] = score;
    who[at] = e;
    return n < CUT ? n + 1 : CUT;
}

static double user_ndcg(const rg_samples *o, const rg_blend *blend, int64_t u)
{
    double best[CUT], gain = 0.0, ideal = 0.0;
    rg_blend_case x = {.log_history = (double)o->log_history[u]};
    int64_t who[CUT];
    int n = 0;
    for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
        fill_case(&x, o, e);
        n = insert_best(best, who, n, rg_blend_score(blend, &x), e);
    }
    for (int k = 0; k < n; k++)
        if (o->label[who[k]]) gain += 1.0 / log2((double)k + 2.0);
    for (int k = 0; k < CUT && k < o->n_holdout[u]; k++)
        ideal += 1.0 / log2((double)k + 2.0);
    return ideal > 0.0 ? gain / ideal : 0.0;
}

double rg_samples_ndcg(const rg_samples *samples, const rg_blend *blend,
                       const rg_samples_part *part, double *ndcg, int threads)
{
    const int team = rg_threads_for(4 * RG_SCALAR * samples->n_samples, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 16)
    for (int64_t u = 0; u < samples->n_users; u++)
        ndcg[u] = rg_samples_in(samples, part, u) ? user_ndcg(samples, blend, u) : 0.0;
    double sum = 0.0;
    int64_t n = 0;
    for (int64_t u = 0; u < samples->n_users; u++) {
        sum += ndcg[u];
        n += rg_samples_in(samples, part, u);
    }
    return n > 0 ? sum / (double)n : 0.0;
}

static int is_sound(const rg_samples *o, int64_t n_users, int64_t n_items)
{
    if (o->offset[0] != 0 || o->offset[o->n_users] != o->n_samples) return 0;
    for (int64_t u = 0; u < o->n_users; u++)
        if (o->offset[u] > o->offset[u + 1] || o->user[u] >= n_users ||
            o->n_holdout[u] < 1 || o->n_holdout_other[u] < 0)
            return 0;
    for (int64_t e = 0; e < o->n_samples; e++)
        if (o->item[e] >= n_items || o->label[e] > 1 || o->label_other[e] > 1) return 0;
    return 1;
}

#define VISIT(x, n) RG_TRY(rg_archive_bytes(archive, (x), (n) * (int64_t)sizeof *(x)))

regatta_status rg_samples_archive(rg_archive *archive, rg_samples **samples,
                                  int64_t n_users, int64_t n_items)
{
    regatta_status status = REGATTA_OK;
    rg_samples *o = *samples;
    int64_t n[2] = {o != NULL ? o->n_users : 0, o != NULL ? o->n_samples : 0};
    int numbers[3] = {o != NULL ? o->n_channels : 0, o != NULL ? o->evidence : 0,
                      o != NULL ? o->has_other : 0};
    RG_TRY(rg_archive_number(archive, &numbers[0], 1, RG_MAX_CHANNELS));
    RG_TRY(rg_archive_number(archive, &numbers[1], -1, numbers[0] - 1));
    RG_TRY(rg_archive_number(archive, &numbers[2], 0, 1));
    for (int k = 0; k < 2; k++) RG_TRY(rg_archive_count(archive, &n[k], sizeof *o->item));
    if (archive->reads) {
        RG_TRY(
            rg_samples_create(archive->ctx, samples, n[0], n[1], numbers[0], numbers[1]));
        o = *samples;
        o->has_other = numbers[2];
    }
    VISIT(o->offset, n[0] + 1);
    VISIT(o->user, n[0]);
    VISIT(o->n_holdout, n[0]);
    VISIT(o->n_holdout_other, n[0]);
    VISIT(o->item, n[1]);
    VISIT(o->label, n[1]);
    VISIT(o->label_other, n[1]);
    RG_TRY(rg_archive_floats(archive, o->s, n[1] * o->n_channels));
    RG_TRY(rg_archive_floats(archive, o->log_degree, n[1]));
    RG_TRY(rg_archive_floats(archive, o->best, n[1]));
    RG_TRY(rg_archive_floats(archive, o->support, n[1]));
    RG_TRY(rg_archive_floats(archive, o->log_history, n[0]));
    if (archive->reads && !is_sound(o, n_users, n_items))
        status = rg_archive_wrong(archive, "samples are not sound");
done:
    return status;
}
