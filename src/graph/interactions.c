#include "graph/interactions.h"
#include "base/sort.h"
#include <string.h>

int64_t rg_interactions_of(const regatta_graph *graph, int64_t user)
{
    const int64_t *offset = graph->by_user->offset;
    return rg_sequences_first(graph->sequences, offset, user + 1) -
           rg_sequences_first(graph->sequences, offset, user);
}

int64_t rg_interactions_count(const regatta_graph *graph)
{
    const rg_csr *rows = graph->by_user;
    return rg_sequences_first(graph->sequences, rows->offset, rows->n_rows);
}

/* Writes time[n] and weight[n], unless NULL, of the edges at position[n]. */
static void fill_from_edges(const regatta_graph *g, int64_t user, int64_t n,
                            const uint32_t *position, int64_t *time, float *weight)
{
    const int64_t first = g->by_user->offset[user];
    const float *value = g->by_user->value;
    for (int64_t k = 0; k < n; k++) {
        const int64_t e = first + position[k];
        if (time != NULL && g->time != NULL) time[k] = g->time[e];
        if (weight != NULL) weight[k] = value != NULL ? value[e] : 1.0f;
    }
}

void rg_interactions_fill(const regatta_graph *graph, int64_t user, uint32_t *position,
                          int64_t *time, float *weight)
{
    const rg_sequences *s = graph->sequences;
    const int64_t *offset = graph->by_user->offset;
    const int64_t n = rg_interactions_of(graph, user);
    rg_sequences_positions(position, s, offset, user);
    if (s == NULL || s->count == NULL) {
        fill_from_edges(graph, user, n, position, time, weight);
        return;
    }
    if (time != NULL && s->time != NULL) rg_sequences_times(time, s, offset, user);
    for (int64_t k = 0; weight != NULL && k < n; k++)
        weight[k] = s->weight != NULL ? s->weight[s->offset[user] + k] : 1.0f;
}

static int64_t longest_of(const int64_t *offset, int64_t n_rows)
{
    int64_t longest = 0;
    for (int64_t r = 0; r < n_rows; r++)
        if (offset[r + 1] - offset[r] > longest) longest = offset[r + 1] - offset[r];
    return longest;
}

/* Computes the first time of time[n], and the largest unit in which all are whole
 * numbers. */
static void find_clock(int64_t clock[RG_N_CLOCK], const int64_t *time, int64_t n)
{
    uint64_t unit = 0;
    clock[RG_CLOCK_FIRST] = n > 0 ? time[0] : 0;
    for (int64_t k = 1; k < n; k++)
        if (time[k] < clock[RG_CLOCK_FIRST]) clock[RG_CLOCK_FIRST] = time[k];
    for (int64_t k = 0; k < n && unit != 1; k++) {
        uint64_t a = (uint64_t)time[k] - (uint64_t)clock[RG_CLOCK_FIRST];
        while (a != 0 && (unit == 0 || a % unit != 0)) {
            const uint64_t rest = unit % a; /* Euclid's algorithm */
            unit = a;
            a = rest;
        }
    }
    clock[RG_CLOCK_UNIT] = unit > 0 && unit <= INT64_MAX ? (int64_t)unit : 1;
}

/* The rows of all users, and the steps of one, while sequences are built. */
typedef struct build {
    const rg_edges *e;
    const rg_by_user *rows;
    const uint32_t *place;
    rg_moment *moment; /* of graphs with times, as are position and time */
    uint32_t *position;
    int64_t *time;
    float *weight; /* of graphs with weights */
} build;

/* Reads the rows of a user in the order of the input. */
static void read_user(const build *b, rg_steps *steps, int64_t user)
{
    const int64_t begin = b->rows->offset[user];
    steps->n = b->rows->offset[user + 1] - begin;
    steps->position = b->place + begin;
    for (int64_t k = 0; b->weight != NULL && k < steps->n; k++)
        b->weight[k] = b->e->weight[b->rows->row[begin + k]];
}

/* The same in the order of their times. */
static void order_user(const build *b, rg_steps *steps, int64_t user)
{
    const int64_t begin = b->rows->offset[user];
    steps->n = b->rows->offset[user + 1] - begin;
    for (int64_t k = 0; k < steps->n; k++)
        b->moment[k] = (rg_moment){b->e->time[b->rows->row[begin + k]], (uint32_t)k};
    rg_sort_moments(b->moment, steps->n);
    for (int64_t k = 0; k < steps->n; k++) {
        const int64_t at = begin + b->moment[k].place;
        b->position[k] = b->place[at];
        b->time[k] = b->moment[k].time;
        if (b->weight != NULL) b->weight[k] = b->e->weight[b->rows->row[at]];
    }
}

static int any_weight(const rg_edges *e)
{
    int64_t k = 0;
    while (e->has_weight && k < e->n && e->weight[k] == 1.0f) k++;
    return e->has_weight && k < e->n;
}

static regatta_status add_users(regatta_ctx *ctx, regatta_graph *g, const build *b)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = g->by_user;
    const int repeats = b->e->n > rows->n_edges, with_time = repeats && b->e->has_time;
    rg_sequences_draft draft = {0};
    int64_t clock[RG_N_CLOCK];
    rg_steps steps = {.position = b->position, .time = b->time, .weight = b->weight};
    if (with_time) find_clock(clock, b->e->time, b->e->n);
    RG_TRY(rg_sequences_begin(ctx, &draft, rows->n_rows, b->e->n, repeats,
                              with_time ? clock : NULL, b->weight != NULL));
    for (int64_t u = 0; u < rows->n_rows; u++) {
        if (b->moment != NULL)
            order_user(b, &steps, u);
        else
            read_user(b, &steps, u);
        RG_TRY(rg_sequences_add(&draft, rg_csr_degree(rows, u), &steps));
    }
    RG_TRY(rg_sequences_end(&draft, &g->sequences));
done:
    rg_sequences_discard(&draft);
    return status;
}

regatta_status rg_interactions_build(regatta_ctx *ctx, regatta_graph *g,
                                     const rg_edges *e, const rg_by_user *rows,
                                     const uint32_t *place)
{
    regatta_status status = REGATTA_OK;
    build b = {.e = e, .rows = rows, .place = place};
    if (e->n > g->by_user->n_edges && any_weight(e))
        RG_NEW(ctx->mem, b.weight, rows->longest);
    if (e->has_time) {
        RG_NEW(ctx->mem, b.moment, rows->longest);
        RG_NEW(ctx->mem, b.position, rows->longest);
        RG_NEW(ctx->mem, b.time, rows->longest);
    }
    RG_TRY(add_users(ctx, g, &b));
done:
    rg_free(ctx->mem, b.moment);
    rg_free(ctx->mem, b.position);
    rg_free(ctx->mem, b.time);
    rg_free(ctx->mem, b.weight);
    return status;
}

/* Keeps the steps whose edge stays; place begins with the user's first edge. */
static void keep_steps(rg_interactions *in, const uint32_t *place)
{
    int64_t n = 0;
    for (int64_t k = 0; k < in->now.n; k++) {
        const uint32_t to = place[in->position[k]];
        if (to == REGATTA_NONE) continue;
        in->position[n] = to;
        if (in->time != NULL) in->time[n] = in->time[k];
        if (in->weight != NULL) in->weight[n] = in->weight[k];
        n++;
    }
    in->now.n = n;
}

static int64_t count_kept(rg_interactions *in, const rg_csr *rows, const uint32_t *users,
                          const uint32_t *place)
{
    int64_t n = 0;
    for (int64_t u = 0; u < rows->n_rows; u++) {
        rg_interactions_read(in, users[u]);
        for (int64_t k = 0; k < in->now.n; k++) {
            const int64_t e = in->graph->by_user->offset[users[u]] + in->position[k];
            n += place[e] != REGATTA_NONE;
        }
    }
    return n;
}

regatta_status rg_interactions_cut(regatta_ctx *ctx, regatta_graph *g,
                                   const regatta_graph *from, const uint32_t *users,
                                   const uint32_t *place)
{
    regatta_status status = REGATTA_OK;
    const rg_sequences *s = from->sequences;
    const rg_csr *rows = g->by_user;
    rg_interactions in = {0};
    rg_sequences_draft draft = {0};
    if (s == NULL) return REGATTA_OK;
    RG_TRY(rg_interactions_open(ctx, &in, from, 0));
    const int64_t n =
        s->count != NULL ? count_kept(&in, rows, users, place) : rows->n_edges;
    const int repeats = n > rows->n_edges;
    RG_TRY(rg_sequences_begin(ctx, &draft, rows->n_rows, n, repeats,
                              repeats && s->time != NULL ? s->clock : NULL,
                              repeats && s->weight != NULL));
    for (int64_t u = 0; u < rows->n_rows; u++) {
        rg_interactions_read(&in, users[u]);
        keep_steps(&in, place + from->by_user->offset[users[u]]);
        RG_TRY(rg_sequences_add(&draft, rg_csr_degree(rows, u), &in.now));
    }
    RG_TRY(rg_sequences_end(&draft, &g->sequences));
done:
    rg_sequences_discard(&draft);
    rg_interactions_close(&in);
    return status;
}

int rg_interactions_timed(const regatta_graph *graph)
{
    const rg_csr *rows = graph->by_user;
    for (int64_t u = 0; u < rows->n_rows && graph->time != NULL; u++)
        for (int64_t k = 1; k < rg_bipartite_own_degree(graph, u); k++)
            if (graph->time[rows->offset[u] + k] != graph->time[rows->offset[u]])
                return 1;
    return 0;
}

regatta_status rg_interactions_open(regatta_ctx *ctx, rg_interactions *in,
                                    const regatta_graph *graph, int merged)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    const rg_sequences *s = graph->sequences;
    const int repeats = s != NULL && s->count != NULL;
    const int64_t longest = longest_of(repeats ? s->offset : rows->offset, rows->n_rows);
    *in = (rg_interactions){.graph = graph, .mem = ctx->mem};
    RG_NEW(in->mem, in->position, longest);
    if (repeats && merged) RG_NEW(in->mem, in->last, longest);
    if (graph->time != NULL) RG_NEW(in->mem, in->time, longest);
    if (repeats && !merged ? s->weight != NULL : rows->value != NULL)
        RG_NEW(in->mem, in->weight, longest);
    in->now =
        (rg_steps){.position = in->position, .time = in->time, .weight = in->weight};
done:
    return status;
}

/* Keeps the last step of each pair. */
static void drop_repeats(rg_interactions *in)
{
    int64_t n = 0;
    for (int64_t k = 0; k < in->now.n; k++) in->last[in->position[k]] = (uint32_t)k;
    for (int64_t k = 0; k < in->now.n; k++)
        if (in->last[in->position[k]] == k) in->position[n++] = in->position[k];
    in->now.n = n;
}

void rg_interactions_read(rg_interactions *in, int64_t user)
{
    const regatta_graph *g = in->graph;
    in->now.n = rg_interactions_of(g, user);
    if (in->last == NULL) {
        rg_interactions_fill(g, user, in->position, in->time, in->weight);
        return;
    }
    rg_sequences_positions(in->position, g->sequences, g->by_user->offset, user);
    drop_repeats(in);
    fill_from_edges(g, user, in->now.n, in->position, in->time, in->weight);
}

void rg_interactions_close(rg_interactions *in)
{
    rg_free(in->mem, in->position);
    rg_free(in->mem, in->time);
    rg_free(in->mem, in->weight);
    rg_free(in->mem, in->last);
    *in = (rg_interactions){0};
}

regatta_status rg_interactions_items(regatta_ctx *ctx, const regatta_graph *graph,
                                     int64_t *offset, uint32_t *item, int64_t *time)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    rg_interactions in = {0};
    int64_t at = 0;
    RG_TRY(rg_interactions_open(ctx, &in, graph, 0));
    offset[0] = 0;
    for (int64_t u = 0; u < rows->n_rows; u++) {
        const uint32_t *target = rows->target + rows->offset[u];
        rg_interactions_read(&in, u);
        for (int64_t k = 0; k < in.now.n; k++) item[at + k] = target[in.now.position[k]];
        if (time != NULL) memcpy(time + at, in.now.time, (size_t)in.now.n * sizeof *time);
        at += in.now.n;
        offset[u + 1] = at;
    }
done:
    rg_interactions_close(&in);
    return status;
}

static int same_weights(const float *a, const float *b, int64_t n)
{
    int64_t k = 0;
    while (k < n && (a != NULL ? a[k] : 1.0f) == (b != NULL ? b[k] : 1.0f)) k++;
    return k == n;
}

/* Computes the clock from all times, so that equal data give equal bytes. */
static regatta_status clock_of(regatta_ctx *ctx, int64_t clock[RG_N_CLOCK],
                               const regatta_graph *graph, rg_interactions *in)
{
    regatta_status status = REGATTA_OK;
    const rg_sequences *s = graph->sequences;
    int64_t *time = NULL, n = 0;
    if (s == NULL || s->time == NULL) {
        find_clock(clock, graph->time, graph->by_user->n_edges);
        return REGATTA_OK;
    }
    RG_NEW(ctx->mem, time, s->n);
    for (int64_t u = 0; u < s->n_rows; n += in->now.n, u++) {
        rg_interactions_read(in, u);
        if (in->now.n > 0) memcpy(time + n, in->time, (size_t)in->now.n * sizeof *time);
    }
    find_clock(clock, time, n);
done:
    rg_free(ctx->mem, time);
    return status;
}

regatta_status rg_interactions_pack(regatta_ctx *ctx, rg_sequences **out,
                                    const regatta_graph *graph, const float *counted)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    const rg_sequences *s = graph->sequences;
    const int repeats = s != NULL && s->count != NULL;
    const int weights =
        repeats ? s->weight != NULL : !same_weights(rows->value, counted, rows->n_edges);
    rg_interactions in = {0};
    rg_sequences_draft draft = {0};
    int64_t clock[RG_N_CLOCK] = {0};
    RG_TRY(rg_interactions_open(ctx, &in, graph, 0));
    if (graph->time != NULL) RG_TRY(clock_of(ctx, clock, graph, &in));
    RG_TRY(rg_sequences_begin(ctx, &draft, rows->n_rows, rg_interactions_count(graph),
                              repeats, graph->time != NULL ? clock : NULL, weights));
    for (int64_t u = 0; u < rows->n_rows; u++) {
        rg_interactions_read(&in, u);
        RG_TRY(rg_sequences_add(&draft, rg_csr_degree(rows, u), &in.now));
    }
    RG_TRY(rg_sequences_end(&draft, out));
done:
    rg_sequences_discard(&draft);
    rg_interactions_close(&in);
    return status;
}
