#include "channel/fit/target/target_pairs.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "model/model.h"
#include "model/recency.h"
#include <math.h>
#include <omp.h>
#include <string.h>

enum { MOST_OF_USER = 8192, MOST_PAIRS = 1 << 21 };

/* What a user has. */
typedef struct counts {
    int64_t samples, own, pairs;
} counts;

typedef struct builder {
    regatta_ctx *ctx;
    const rg_target_source *source;
    const rg_reweight_samples *labels;
    rg_target_pairs *out;
    int64_t *list; /* users of the samples, [n_list] */
    counts *count; /* [n_list], then where each begins */
    int64_t n_list;
    rg_order_room *room; /* [threads] */
    float *place, *age;  /* [own items] before they are scaled */
} builder;

/* Lists the users with a positive label; returns the length of their longest history. */
static int64_t list_users(builder *b)
{
    const rg_reweight_samples *s = b->labels;
    const regatta_query query = {
        .struct_size = sizeof query, .n = s->n_users, .user = s->user};
    int64_t longest = 0;
    for (int64_t u = 0; u < s->n_users; u++) {
        int positive = 0;
        for (int64_t o = s->offset[u]; o < s->offset[u + 1]; o++) positive |= s->label[o];
        if (!positive) continue;
        b->list[b->n_list++] = u;
        const int64_t n = rg_sequence_longest(b->source->base, &query, u, u + 1);
        longest = n > longest ? n : longest;
    }
    return longest;
}

static rg_history history_of(const builder *b, int64_t u)
{
    const rg_order_room *room = &b->room[omp_get_thread_num()];
    const regatta_model *base = b->source->base;
    const regatta_query query = {.struct_size = sizeof query,
                                 .n = b->labels->n_users,
                                 .user = b->labels->user,
                                 .at = b->labels->at};
    rg_history h;
    rg_history_resolve(&h, base, &query, u, NULL);
    rg_history_order(&h, base, &query, u, room);
    return h;
}

/* Returns the weight of item i of a history for a sample, 0 if there is none. */
static float weight_of(const builder *b, int64_t i, int64_t o)
{
    const int64_t e = rg_csr_find(b->source->weights, i, b->labels->item[o]);
    return e >= 0 ? b->source->weights->value[e] : 0.0f;
}

static int has_factor(const builder *b, int64_t i, float weight)
{
    return weight != 0.0f && fabsf(weight) >= b->source->limit[i];
}

static void count_user(const builder *b, int64_t k)
{
    const int64_t u = b->list[k];
    const rg_history h = history_of(b, u);
    counts *c = &b->count[k];
    c->samples = b->labels->offset[u + 1] - b->labels->offset[u];
    for (int64_t e = 0; e < h.n; e++) {
        const int64_t before = c->pairs;
        for (int64_t o = b->labels->offset[u]; o < b->labels->offset[u + 1]; o++)
            c->pairs += has_factor(b, h.item[e], weight_of(b, h.item[e], o));
        c->own += c->pairs > before;
    }
}

/* Writes the pairs of one item of the history; returns their number. */
static int64_t fill_item(const builder *b, const rg_history *h, int64_t e, int64_t u,
                         const counts *at, int64_t pair)
{
    const int64_t first = b->labels->offset[u], n = b->labels->offset[u + 1] - first;
    const float r = rg_recency_weight(b->source->recency, h, e);
    int64_t n_pairs = 0;
    for (int64_t k = 0; k < n; k++) {
        const float w = weight_of(b, h->item[e], first + k);
        const float part = b->source->candidate[b->labels->item[first + k]] * r * w;
        if (has_factor(b, h->item[e], w))
            b->out->pair[pair + n_pairs++] = (rg_target_pair){
                (uint32_t)k, part, rg_target_share(w, b->source->typical)};
        else
            b->out->rest[at->samples + k] += part;
    }
    return n_pairs;
}

static void fill_user(const builder *b, int64_t k)
{
    const rg_target_source *s = b->source;
    const int64_t u = b->list[k], first = b->labels->offset[u];
    const counts *at = &b->count[k];
    const rg_history h = history_of(b, u);
    int64_t own = at->own, pair = at->pairs;
    for (int64_t o = first; o < b->labels->offset[u + 1]; o++) {
        b->out->item[at->samples + o - first] = b->labels->item[o];
        b->out->known[at->samples + o - first] = b->labels->known[o];
        b->out->label[at->samples + o - first] = b->labels->label[o];
    }
    for (int64_t e = 0; e < h.n; e++) {
        const int64_t n = fill_item(b, &h, e, u, at, pair);
        if (n == 0) continue;
        rg_target_moment(&b->place[own], &b->age[own], &h, e);
        b->out->own_item[own].q = s->q + (int64_t)h.item[e] * s->width;
        pair += n;
        b->out->first[++own] = pair;
    }
    b->out->user[k] = b->labels->user[u];
    b->out->offset[k + 1] = at->samples + b->labels->offset[u + 1] - first;
    b->out->own[k + 1] = own;
}

/* Removes users with too many pairs, and users at random if all have too many together;
 * replaces counts by places. Returns the sums. */
static counts choose_users(builder *b)
{
    counts all = {0};
    int64_t n = 0;
    for (int64_t k = 0; k < b->n_list; k++)
        if (b->count[k].pairs <= MOST_OF_USER) all.pairs += b->count[k].pairs;
    const double share = (double)MOST_PAIRS / (double)(all.pairs + 1);
    all = (counts){0};
    for (int64_t k = 0; k < b->n_list; k++) {
        const counts c = b->count[k];
        const uint64_t user = b->labels->user[b->list[k]];
        if (c.pairs > MOST_OF_USER ||
            rg_random_unit(b->source->seed, RG_STREAM_TARGET_ORDER, user) > share)
            continue;
        b->list[n] = b->list[k];
        b->count[n++] = all;
        all.samples += c.samples;
        all.own += c.own;
        all.pairs += c.pairs;
    }
    b->n_list = n;
    return all;
}

static regatta_status make_arrays(builder *b, const counts *n)
{
    regatta_status status = REGATTA_OK;
    rg_target_pairs *p = b->out;
    RG_NEW(p->mem, p->user, b->n_list);
    RG_NEW(p->mem, p->offset, b->n_list + 1);
    RG_NEW(p->mem, p->own, b->n_list + 1);
    RG_NEW(p->mem, p->first, n->own + 1);
    RG_NEW(p->mem, p->item, n->samples);
    RG_NEW(p->mem, p->known, n->samples);
    RG_NEW(p->mem, p->rest, n->samples);
    RG_NEW(p->mem, p->label, n->samples);
    RG_NEW(p->mem, p->own_item, n->own);
    RG_NEW(p->mem, p->pair, n->pairs);
    RG_NEW(b->ctx->mem, b->place, n->own);
    RG_NEW(b->ctx->mem, b->age, n->own);
done:
    return status;
}

static void run(builder *b, void (*visit)(const builder *b, int64_t k))
{
    const int64_t n = b->labels->offset[b->labels->n_users];
    const int team = rg_threads_for(16 * RG_SCALAR * n, b->ctx->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t k = 0; k < b->n_list; k++) visit(b, k);
}

/* Sets mean and 1 / deviation of the n numbers that are known; 0 and 0 if they are
 * equal. */
static void measure(float *mean, float *inverse, const float *x, int64_t n)
{
    double sum = 0.0, square = 0.0, known = 0.0;
    *mean = *inverse = 0.0f;
    for (int64_t k = 0; k < n; k++) {
        if (x[k] < 0.0f) continue;
        sum += (double)x[k];
        known += 1.0;
    }
    if (known == 0.0) return;
    for (int64_t k = 0; k < n; k++)
        if (x[k] >= 0.0f)
            square += ((double)x[k] - sum / known) * ((double)x[k] - sum / known);
    const double deviation = sqrt(square / known);
    if (!(deviation > 1e-3)) return;
    *mean = (float)(sum / known);
    *inverse = (float)(1.0 / deviation);
}

static void scale_moments(builder *b, int64_t n_own)
{
    float *scale = b->out->scale;
    scale[RG_TARGET_TYPICAL] = b->source->typical;
    if (b->source->ordered) {
        measure(&scale[RG_TARGET_PLACE_MEAN], &scale[RG_TARGET_PLACE_INVERSE], b->place,
                n_own);
        measure(&scale[RG_TARGET_AGE_MEAN], &scale[RG_TARGET_AGE_INVERSE], b->age, n_own);
    }
    for (int64_t k = 0; k < n_own; k++)
        rg_target_scale_moment(&b->out->own_item[k], scale, b->place[k], b->age[k]);
}

static rg_target_samples samples_of(const builder *b)
{
    const rg_target_pairs *p = b->out;
    return (rg_target_samples){.width = b->source->width,
                               .q = b->source->q,
                               .n_users = b->n_list,
                               .offset = p->offset,
                               .item = p->item,
                               .known = p->known,
                               .rest = p->rest,
                               .label = p->label,
                               .own = p->own,
                               .own_item = p->own_item,
                               .first = p->first,
                               .pair = p->pair};
}

regatta_status rg_target_pairs_create(regatta_ctx *ctx, rg_target_pairs **out,
                                      const rg_target_source *source,
                                      const rg_reweight_samples *labels)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    builder b = {.ctx = ctx, .source = source, .labels = labels};
    RG_NEW(ctx->mem, b.out, 1);
    b.out->mem = ctx->mem;
    RG_NEW(ctx->mem, b.list, labels->n_users);
    RG_NEW(ctx->mem, b.count, labels->n_users);
    RG_TRY(rg_order_rooms_create(ctx, &b.room, list_users(&b)));
    run(&b, count_user);
    const counts n = choose_users(&b);
    RG_TRY(make_arrays(&b, &n));
    run(&b, fill_user);
    scale_moments(&b, n.own);
    b.out->samples = samples_of(&b);
    *out = b.out;
    b.out = NULL;
done:
    rg_order_rooms_free(ctx, b.room);
    rg_free(ctx->mem, b.list);
    rg_free(ctx->mem, b.count);
    rg_free(ctx->mem, b.place);
    rg_free(ctx->mem, b.age);
    rg_target_pairs_free(b.out);
    return status;
}

void rg_target_pairs_free(rg_target_pairs *p)
{
    if (p == NULL) return;
    const rg_mem mem = p->mem;
    rg_free(mem, p->user);
    rg_free(mem, p->offset);
    rg_free(mem, p->own);
    rg_free(mem, p->first);
    rg_free(mem, p->item);
    rg_free(mem, p->known);
    rg_free(mem, p->rest);
    rg_free(mem, p->label);
    rg_free(mem, p->own_item);
    rg_free(mem, p->pair);
    rg_free(mem, p);
}
