/* Visits every array of a model; channels visit their own. */
#include "graph/pair_marks.h"
#include "model/model.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* docs/format.md has the reasons. */
static const rg_bound HISTORY_WEIGHTS = {0x1p64f, 1, 1};
static const rg_bound GIVEN_WEIGHTS = {FLT_MAX, 1, 1};
static const rg_bound PUSH = {0x1p10f, 1, 1};
static const rg_bound STRENGTH = {0x1p60f, 1, 1};
static const rg_bound DEGREE = {0x1p10f, 1, 1};
static const rg_bound BLEND = {0x1p60f, 0, 1};
static const rg_bound FRESH = {0x1p20f, 1, 1};
/* The bound of a blend's numbers, except the gate's low and high at the end. */
static const float MOST_BLEND = 0x1p20f;

enum { CLAMPS = 2 * RG_GATE_SIDES };
static const int64_t MOST_NODES = UINT32_MAX - 1;

static regatta_status visit_numbers(rg_visitor *v, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    int64_t shape[3] = {m->n_users, m->n_items, m->n_edges}, hash;
    double numbers[2] = {m->info.valid_ndcg, m->info.valid_recall};
    memcpy(&hash, &m->info.data_hash, sizeof hash);
    RG_TRY(rg_visit_ints(v, "shape", shape, 3));
    if (v->checks &&
        (!rg_within(shape[0], 1, MOST_NODES) || !rg_within(shape[1], 1, MOST_NODES) ||
         !rg_within(shape[2], 0, INT64_MAX / 8)))
        return rg_visit_wrong(v, "shape", "a number is out of range");
    RG_TRY(rg_visit_reals(v, "numbers", numbers, 2));
    RG_TRY(rg_visit_ints(v, "data_hash", &hash, 1));
    if (!v->reads) return REGATTA_OK; /* other threads may read the model */
    m->n_users = shape[0];
    m->n_items = shape[1];
    m->n_edges = shape[2];
    m->info.valid_ndcg = numbers[0];
    m->info.valid_recall = numbers[1];
    memcpy(&m->info.data_hash, &hash, sizeof hash);
done:
    return status;
}

/* Visits the numbers of users and items of the target domain: a file has them only if
 * the model has nodes of other domains. */
static regatta_status visit_own(rg_visitor *v, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    const void *own = rg_model_is_mixed(m) ? &m->own : NULL;
    int64_t n = v->reads ? -1 : 2;
    RG_TRY(rg_visit_bytes(v, "own", &own, sizeof(uint32_t), 0, &n));
    if (!v->reads || own == NULL) return REGATTA_OK;
    const rg_own *read = own;
    if (n != 2 || !rg_within(read->users, 1, m->n_users) ||
        !rg_within(read->items, 1, m->n_items))
        return rg_visit_wrong(v, "own", "a number is out of range");
    m->own = *read;
done:
    return status;
}

static regatta_status visit_histories(rg_visitor *v, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_visit_pattern(v, "history", "items", &m->history_offset, &m->history_item,
                            m->n_users, m->n_items));
    if (v->checks && m->history_offset[m->n_users] != m->n_edges)
        return rg_visit_wrong(v, "history.offsets", "it does not span the edges");
    RG_TRY(rg_visit_floats(v, "history.weights", &m->history_weight, m->n_edges,
                           &HISTORY_WEIGHTS));
done:
    return status;
}

/* Sets model->sequences to the arrays of a file. */
static regatta_status take_sequences(rg_visitor *v, regatta_model *m,
                                     const rg_sequences *parts)
{
    char name[32];
    rg_sequences_fault fault;
    const regatta_status status =
        rg_sequences_view(v->ctx, &m->sequences, parts, m->history_offset, &fault);
    if (fault.reason == NULL) return status;
    snprintf(name, sizeof name, "history.%s", fault.part);
    return rg_visit_wrong(v, name, fault.reason);
}

/* Sequences that do not move are not written: other threads may read them. */
static regatta_status visit_sequences(rg_visitor *v, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    rg_sequences s = {.n_rows = m->n_users, .n = m->n_edges, .n_order = -1, .n_time = -1};
    int64_t n_counts = m->n_users;
    if (m->sequences != NULL) s = *m->sequences;
    const void *count = s.count, *order = s.order, *time = s.time;
    RG_TRY(rg_visit_bytes(v, "history.counts", &count, 4, 0, &n_counts));
    RG_TRY(rg_visit_bytes(v, "history.order", &order, 1, 0, &s.n_order));
    RG_TRY(rg_visit_bytes(v, "history.times", &time, 1, 0, &s.n_time));
    if (time != NULL) RG_TRY(rg_visit_ints(v, "history.clock", s.clock, RG_N_CLOCK));
    s.count = count;
    s.order = order;
    s.time = time;
    if (v->reads) RG_TRY(take_sequences(v, m, &s));
    if (v->reads) s.n = m->sequences->n;
    RG_TRY(rg_visit_floats(v, "history.given_weights", &s.weight, s.n, &GIVEN_WEIGHTS));
    if (v->reads && count == NULL && order == NULL && time == NULL && s.weight == NULL) {
        rg_sequences_free(m->sequences);
        m->sequences = NULL;
    }
    if (m->sequences == NULL ||
        (!v->reads && m->sequences->count == count && m->sequences->order == order &&
         m->sequences->time == time && m->sequences->weight == s.weight))
        return REGATTA_OK;
    m->sequences->count = count;
    m->sequences->order = order;
    m->sequences->time = time;
    m->sequences->weight = s.weight;
done:
    return status;
}

/* Visits the dislikes of users; a file has both parts, or none. */
static regatta_status visit_dislikes(rg_visitor *v, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_visit_floats(v, "dislikes.push", &m->dislike_push, 1, &PUSH));
    if (m->dislike_push == NULL) return REGATTA_OK;
    RG_TRY(rg_visit_pattern(v, "dislikes", "items", &m->disliked_offset,
                            &m->disliked_item, m->n_users, m->n_items));
done:
    return status;
}

/* Visits the impressions of users; a file has all parts, or none. */
static regatta_status visit_shown(rg_visitor *v, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    const void *count = m->shown_count;
    int64_t n = m->n_shown;
    RG_TRY(rg_visit_floats(v, "shown.strength", &m->shown_strength, 1, &STRENGTH));
    if (m->shown_strength == NULL) return REGATTA_OK;
    RG_TRY(rg_visit_pattern(v, "shown", "items", &m->shown_offset, &m->shown_item,
                            m->n_users, m->n_items));
    if (v->reads) n = m->shown_offset[m->n_users];
    RG_TRY(rg_visit_bytes(v, "shown.counts", &count, 1, 0, &n));
    if (count == m->shown_count && !v->reads) return REGATTA_OK; /* others may read it */
    if (count == NULL && n > 0) return rg_visit_wrong(v, "shown.counts", "it is missing");
    m->shown_count = count;
    m->n_shown = n;
    for (int64_t e = 0; v->checks && e < n; e++)
        if (!rg_within(m->shown_count[e], 1, RG_MOST_SHOWN))
            return rg_visit_wrong(v, "shown.counts", "a number is out of range");
done:
    return status;
}

/* Adds the channel whose name is the n bytes at `name`. */
static regatta_status add_named(rg_visitor *v, regatta_model *m, const char *name,
                                int64_t n)
{
    char reason[128];
    const int a = rg_channel_find(name, n);
    if (a < 0) {
        snprintf(reason, sizeof reason, "this build has no channel \"%.*s\"",
                 n < 64 ? (int)n : 64, name);
        return rg_visit_wrong(v, "channels", reason);
    }
    if (m->channel[a].ops != NULL)
        return rg_visit_wrong(v, "channels", "a name is repeated");
    return rg_model_add_channel(m, a);
}

static regatta_status add_channels(rg_visitor *v, regatta_model *m, const char *names,
                                   int64_t n)
{
    regatta_status status = REGATTA_OK;
    if (names == NULL || n == 0) return rg_visit_wrong(v, "channels", "it is missing");
    for (const char *at = names, *end = at + n; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL) return rg_visit_wrong(v, "channels", "a name does not end");
        RG_TRY(add_named(v, m, at, stop - at));
        at = stop + 1;
    }
done:
    return status;
}

static regatta_status visit_channels(rg_visitor *v, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    const void *names = m->channel_names;
    int64_t n = v->reads ? -1 : (int64_t)strlen(m->channel_names);
    RG_TRY(rg_visit_bytes(v, "channels", &names, 1, 0, &n));
    if (v->reads) RG_TRY(add_channels(v, m, names, n));
    for (int a = 0; a < rg_n_channels; a++)
        if (m->channel[a].ops != NULL)
            RG_TRY(m->channel[a].ops->visit(v, m, m->channel[a].state));
done:
    return status;
}

static int count_channels(const regatta_model *m)
{
    int n = 0;
    for (int a = 0; a < rg_n_channels; a++) n += m->channel[a].ops != NULL;
    return n;
}

/* Builds the blend of the model's channels from the numbers of a file. */
static regatta_status take_blend(rg_visitor *v, regatta_model *m, const float *x)
{
    const int n = count_channels(m);
    int n_on = 0;
    if (x == NULL)
        return n == 1 ? REGATTA_OK
                      : rg_visit_wrong(v, "blend", "the channels have no blend");
    const regatta_status status =
        rg_blend_create(m->mem, &m->blend, n, rg_channel_evidence());
    if (status != REGATTA_OK) return status;
    rg_blend *b = m->blend;
    memcpy(b->x, x, (size_t)rg_blend_floats(n) * sizeof *x);
    for (int a = 0, k = 0; a < rg_n_channels; a++)
        if (m->channel[a].ops != NULL) b->number[k++] = a;
    for (int k = 0; k < n; k++) {
        if (b->on[k] != 0.0f && b->on[k] != 1.0f)
            return rg_visit_wrong(v, "blend", "on is neither 0 nor 1");
        n_on += b->on[k] == 1.0f;
    }
    if (*b->gated != 0.0f && *b->gated != 1.0f)
        return rg_visit_wrong(v, "blend", "gated is neither 0 nor 1");
    return n_on > 0 ? REGATTA_OK : rg_visit_wrong(v, "blend", "no channel is on");
}

static int any(const float *x, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        if (x[k] != 0.0f) return 1;
    return 0;
}

/* Visits what the blend adds for new items; a file has it only if it is not 0. */
static regatta_status visit_fresh(rg_visitor *v, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    rg_blend *b = m->blend;
    if (b == NULL) return REGATTA_OK;
    const float *x = any(b->fresh, b->n) ? b->fresh : NULL;
    RG_TRY(rg_visit_floats(v, "blend.new_items", &x, b->n, &FRESH));
    if (v->reads && x != NULL) memcpy(b->fresh, x, (size_t)b->n * sizeof *x);
done:
    return status;
}

static regatta_status visit_blend(rg_visitor *v, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = rg_blend_floats(m->blend != NULL ? m->blend->n : count_channels(m));
    const float *x = m->blend != NULL ? m->blend->x : NULL;
    RG_TRY(rg_visit_floats(v, "blend", &x, n, &BLEND));
    for (int64_t k = 0; v->checks && x != NULL && k < n - CLAMPS; k++)
        if (!(fabsf(x[k]) <= MOST_BLEND))
            return rg_visit_wrong(v, "blend", "a number is too large: at most 2^20");
    if (v->reads) RG_TRY(take_blend(v, m, x));
    RG_TRY(visit_fresh(v, m));
done:
    return status;
}

/* Points the model's index into a file. */
static regatta_status take_index(rg_visitor *v, regatta_model *m, rg_index *x,
                                 const double *numbers, int64_t stride)
{
    if (!(numbers[1] >= 0.0 && numbers[1] <= 1.0) ||
        !(numbers[2] >= RG_INDEX_MIN_BUILD && numbers[2] <= RG_INDEX_MAX_BUILD))
        return rg_visit_wrong(v, "index.numbers", "a number is out of range");
    m->index_recall = numbers[1];
    m->index_build = (int64_t)numbers[2];
    x->n = m->n_items;
    x->dim = rg_model_dim(m);
    x->stride = stride;
    x->step = (float)numbers[0];
    const char *reason = rg_index_check(x);
    return reason == NULL ? REGATTA_OK : rg_visit_wrong(v, "index.edges", reason);
}

/* Visits all parts of the index, or none. */
static regatta_status visit_index(rg_visitor *v, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    rg_index x = m->index;
    const void *code = x.code, *edge = x.edge, *entry = x.entry;
    double numbers[3] = {(double)x.step, m->index_recall, (double)m->index_build};
    const int64_t dim = rg_model_dim(m);
    int64_t stride = rg_code_stride(dim);
    if (dim == 0) return REGATTA_OK;
    RG_TRY(rg_visit_bytes(v, "index.codes", &code, 1, m->n_items, &stride));
    if (code == NULL) return REGATTA_OK;
    if (v->reads) x = (rg_index){.degree = -1, .n_entries = -1};
    RG_TRY(rg_visit_reals(v, "index.numbers", numbers, 3));
    RG_TRY(rg_visit_bytes(v, "index.edges", &edge, 4, m->n_items, &x.degree));
    if (edge == NULL) return rg_visit_wrong(v, "index.edges", "it is missing");
    RG_TRY(rg_visit_bytes(v, "index.entries", &entry, 4, 0, &x.n_entries));
    if (entry == NULL) return rg_visit_wrong(v, "index.entries", "it is missing");
    if (code == m->index.code) return REGATTA_OK; /* other threads may read the model */
    x.code = code;
    x.edge = edge;
    x.entry = entry;
    for (int k = 0; k < 3; k++) x.block[k] = NULL; /* a copy's arrays are the model's */
    if (v->reads) RG_TRY(take_index(v, m, &x, numbers, stride));
    m->index = x;
done:
    return status;
}

/* Visits the communities of the items, if there are any. */
static regatta_status visit_communities(rg_visitor *v, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    const void *community = m->community;
    int64_t n = m->n_items;
    RG_TRY(rg_visit_bytes(v, "items.community", &community, 4, 0, &n));
    if (community == m->community) return REGATTA_OK; /* other threads may read it */
    m->community = community;
    for (int64_t i = 0; v->reads && i < n; i++) {
        if ((int64_t)m->community[i] >= n)
            return rg_visit_wrong(v, "items.community", "a number is out of range");
        if (m->community[i] >= m->n_communities)
            m->n_communities = (int64_t)m->community[i] + 1;
    }
done:
    return status;
}

regatta_status rg_model_visit(rg_visitor *v, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(visit_numbers(v, m));
    RG_TRY(visit_own(v, m));
    RG_TRY(rg_visit_names(v, "users", &m->users, m->n_users));
    RG_TRY(rg_visit_names(v, "items", &m->items, m->n_items));
    RG_TRY(visit_histories(v, m));
    RG_TRY(visit_sequences(v, m));
    RG_TRY(visit_dislikes(v, m));
    RG_TRY(visit_shown(v, m));
    RG_TRY(rg_visit_floats(v, "items.expected_degree", &m->expected_degree, m->n_items,
                           &DEGREE));
    RG_TRY(visit_channels(v, m));
    RG_TRY(visit_blend(v, m));
    RG_TRY(visit_index(v, m));
    RG_TRY(visit_communities(v, m));
    RG_TRY(rg_calibration_visit(v, &m->calibration));
done:
    return status;
}
