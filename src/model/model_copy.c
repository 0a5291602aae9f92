/* All arrays of a copy lie in one block: the model is visited twice, first to count
 * bytes. A copy with more nodes notes the rows of each array before; rows of new nodes
 * are 0. */
#include "model/model_copy.h"
#include "base/bf16.h"
#include "model/weight_codes.h"
#include <math.h>
#include <string.h>

enum {
    BOUNDARY = 64, /* arrays begin at multiples of it, as in a file */
    CHUNK = 4096   /* rows converted at once */
};

/* The rows of each array of the source, in the order of the visit. */
typedef struct noted {
    int64_t n, capacity;
    int64_t *rows;
} noted;

typedef struct copier {
    rg_visitor visitor;
    rg_growth *growth; /* NULL: the copy has the nodes of the source */
    noted noted;       /* of a copy with more nodes */
    int64_t next;      /* array of `noted` */
    char *base;        /* NULL while counting */
    int64_t n;         /* bytes so far */
    int keep;          /* 1: tables stay in their types */
    rg_element type;
    const int *drop;       /* [rg_n_channels] 1: left out; NULL: none is */
    const rg_blend *blend; /* in place of the source's; NULL: that stays */
    int64_t widest;        /* largest number of elements of a row */
    float *chunk;          /* [CHUNK][widest] */
} copier;

/* The address of the struct whose first member is the visitor. */
static copier *of(rg_visitor *v)
{
    return (copier *)(void *)v;
}

/* Returns the next `bytes` bytes of the block; NULL while counting. */
static void *room(copier *to, int64_t bytes)
{
    char *at = to->base != NULL ? to->base + to->n : NULL;
    to->n += (bytes + BOUNDARY - 1) / BOUNDARY * BOUNDARY;
    return at;
}

/* Returns the rows of the next array in the source; n are those in the copy. */
static int64_t rows_of(copier *to, int64_t n)
{
    return to->growth != NULL ? to->noted.rows[to->next++] : n;
}

/* Moves *x of `has` bytes to `bytes` bytes of the block, the rest zeros; leaves NULL.
 * Does nothing while counting. */
static void grow(copier *to, const void **x, int64_t bytes, int64_t has)
{
    if (*x == NULL) return;
    char *at = room(to, bytes);
    if (at == NULL) return;
    if (has > 0) memcpy(at, *x, (size_t)has);
    *x = at;
}

static void move(copier *to, const void **x, int64_t bytes)
{
    grow(to, x, bytes, bytes);
}

static regatta_status copy_ints(rg_visitor *v, const char *name, int64_t *x, int64_t n)
{
    (void)v, (void)name, (void)x, (void)n; /* copied with the struct */
    return REGATTA_OK;
}

static regatta_status copy_reals(rg_visitor *v, const char *name, double *x, int64_t n)
{
    (void)v, (void)name, (void)x, (void)n; /* copied with the struct */
    return REGATTA_OK;
}

static regatta_status copy_copied(rg_visitor *v, const char *name, float *x, int64_t rows,
                                  int64_t cols, const rg_bound *bound)
{
    (void)v, (void)name, (void)x, (void)rows, (void)cols, (void)bound; /* by `clone` */
    return REGATTA_OK;
}

static regatta_status copy_bytes(rg_visitor *v, const char *name, const void **x,
                                 int64_t size, int64_t rows, int64_t *cols)
{
    (void)name;
    move(of(v), x, (rows > 0 ? rows : 1) * *cols * size);
    return REGATTA_OK;
}

static regatta_status copy_floats(rg_visitor *v, const char *name, const float **x,
                                  int64_t n, const rg_bound *bound)
{
    const void *p = *x;
    const int64_t has = rows_of(of(v), n);
    (void)name, (void)bound;
    grow(of(v), &p, n * (int64_t)sizeof **x, has * (int64_t)sizeof **x);
    if (p != *x) *x = p;
    return REGATTA_OK;
}

/* Converts the rows of `from` to those of `to`, which is allocated, through floats. */
static void convert(const copier *to, const rg_rows *rows, const rg_rows *from)
{
    const int64_t width = rows->dim * (int64_t)rg_element_size(rows->type);
    for (int64_t r = 0; r < from->n; r += CHUNK) {
        const int64_t last = from->n - r < CHUNK ? from->n : r + CHUNK;
        const float *x = to->chunk;
        if (from->type == RG_F32)
            x = (const float *)from->data + r * from->dim;
        else
            rg_rows_decode(to->chunk, from, r, last);
        rg_rows_encode((char *)(uintptr_t)rows->data + r * width,
                       rows->scale != NULL ? (float *)(uintptr_t)rows->scale + r : NULL,
                       rows->type, x, last - r, rows->dim, to->visitor.ctx->threads);
    }
}

/* True if all numbers are finite in the type: the largest may round to infinity. */
static int holds(const rg_rows *rows)
{
    const uint16_t *half = rows->data;
    for (int64_t k = 0; rows->type == RG_BF16 && k < rows->n * rows->dim; k++)
        if (!isfinite(rg_from_bf16(half[k]))) return 0;
    return 1;
}

/* Copies the rows of each layer; new rows are zeros. */
static void copy_rows(const rg_rows *out, const rg_rows *rows, int64_t layers, int64_t n,
                      int64_t has)
{
    const size_t width = (size_t)rows->dim * rg_element_size(out->type);
    for (int64_t l = 0; l < layers && has > 0; l++) {
        memcpy((char *)(uintptr_t)out->data + (size_t)(l * n) * width,
               (const char *)rows->data + (size_t)(l * has) * width, (size_t)has * width);
        if (out->scale != NULL)
            memcpy((float *)(uintptr_t)out->scale + l * n, rows->scale + l * has,
                   (size_t)has * sizeof *out->scale);
    }
}

static regatta_status copy_table(rg_visitor *v, const char *name, rg_rows *rows,
                                 int64_t layers, int64_t n, int64_t dim,
                                 const rg_bound *bound)
{
    copier *to = of(v);
    const int64_t has = rows_of(to, n), blocks = layers > 0 ? layers : 1;
    rg_rows out = {.type = to->keep ? rows->type : to->type, .n = blocks * n};
    (void)name, (void)dim, (void)bound;
    if (rows->data == NULL) return REGATTA_OK;
    out.dim = rows->dim;
    if (rows->dim > to->widest) to->widest = rows->dim;
    out.data = room(to, out.n * rows->dim * (int64_t)rg_element_size(out.type));
    if (out.type == RG_I8) out.scale = room(to, out.n * (int64_t)sizeof *out.scale);
    if (to->base == NULL) return REGATTA_OK;
    if (out.type == rows->type)
        copy_rows(&out, rows, blocks, n, has);
    else
        convert(to, &out, rows);
    *rows = out;
    return holds(rows) ? REGATTA_OK
                       : rg_fail(v->ctx, REGATTA_ENUMERIC,
                                 "a number of the model is too large for bf16");
}

/* Rows of new nodes are empty. */
static regatta_status copy_pattern(rg_visitor *v, const char *name, const char *targets,
                                   const int64_t **offset, const uint32_t **target,
                                   int64_t n_rows, int64_t n_targets)
{
    const void *offsets = *offset, *all = *target;
    const int64_t has = rows_of(of(v), n_rows), n = (*offset)[has];
    (void)name, (void)targets, (void)n_targets;
    grow(of(v), &offsets, (n_rows + 1) * (int64_t)sizeof **offset,
         (has + 1) * (int64_t)sizeof **offset);
    move(of(v), &all, n * (int64_t)sizeof **target);
    if (offsets != *offset)
        for (int64_t r = has; r < n_rows; r++) ((int64_t *)(uintptr_t)offsets)[r + 1] = n;
    *offset = offsets;
    *target = all;
    return REGATTA_OK;
}

/* Encodes weights in 8 bits, and decodes them to bfloat16. Those before they were
 * reweighted are left out. */
static void code_weights(copier *to, rg_weights *w, int64_t n, int64_t n_rows)
{
    uint16_t *value = room(to, n * (int64_t)sizeof *value);
    float *scale = room(to, n_rows * (int64_t)sizeof *scale);
    int8_t *code = room(to, n);
    if (to->base == NULL) return;
    rg_weights_encode(code, scale, w->value, w->offset, n_rows);
    rg_weights_decode(value, code, scale, w->offset, n_rows);
    w->coded = 1;
    w->value = value;
    w->solved = NULL;
    w->scale = scale;
    w->code = code;
}

static regatta_status copy_weights(rg_visitor *v, const char *name, rg_weights *w,
                                   int64_t n_rows, const rg_bound *bound)
{
    copier *to = of(v);
    const int64_t has = rows_of(to, n_rows);
    const int64_t n = w->offset[to->base != NULL ? n_rows : has];
    const int coded = w->coded && (to->keep || to->type == RG_I8);
    const void *value = w->value, *scale = w->scale, *code = w->code, *solved = w->solved;
    (void)name, (void)bound;
    if (!coded && !to->keep && to->type == RG_I8) {
        code_weights(to, w, n, n_rows);
        return REGATTA_OK;
    }
    move(to, &value, n * (int64_t)sizeof *w->value);
    move(to, &solved, n * (int64_t)sizeof *w->solved);
    if (coded) {
        grow(to, &scale, n_rows * (int64_t)sizeof *w->scale,
             has * (int64_t)sizeof *w->scale);
        move(to, &code, n);
    }
    if (to->base == NULL) return REGATTA_OK;
    w->coded = coded;
    w->value = value;
    w->solved = solved;
    w->scale = coded ? scale : NULL;
    w->code = coded ? code : NULL;
    return REGATTA_OK;
}

/* The ids of a copy are copied elsewhere. */
static regatta_status copy_names(rg_visitor *v, const char *name, rg_idmap **ids,
                                 int64_t n)
{
    (void)v, (void)name, (void)ids, (void)n;
    return REGATTA_OK;
}

static const rg_visitor_ops COPIES = {.ints = copy_ints,
                                      .reals = copy_reals,
                                      .copied = copy_copied,
                                      .bytes = copy_bytes,
                                      .floats = copy_floats,
                                      .table = copy_table,
                                      .pattern = copy_pattern,
                                      .weights = copy_weights,
                                      .names = copy_names};

static regatta_status note(rg_visitor *v, int64_t rows)
{
    noted *to = &of(v)->noted;
    if (to->n == to->capacity) {
        const int64_t more = to->capacity > 0 ? 2 * to->capacity : 64;
        int64_t *grown = rg_grow(v->ctx->mem, to->rows, to->n, more, sizeof *grown);
        if (grown == NULL) return REGATTA_ENOMEM;
        to->rows = grown;
        to->capacity = more;
    }
    to->rows[to->n++] = rows;
    return REGATTA_OK;
}

static regatta_status note_floats(rg_visitor *v, const char *name, const float **x,
                                  int64_t n, const rg_bound *bound)
{
    (void)name, (void)x, (void)bound;
    return note(v, n);
}

static regatta_status note_table(rg_visitor *v, const char *name, rg_rows *rows,
                                 int64_t layers, int64_t n, int64_t dim,
                                 const rg_bound *bound)
{
    (void)name, (void)rows, (void)layers, (void)dim, (void)bound;
    return note(v, n);
}

static regatta_status note_pattern(rg_visitor *v, const char *name, const char *targets,
                                   const int64_t **offset, const uint32_t **target,
                                   int64_t n_rows, int64_t n_targets)
{
    (void)name, (void)targets, (void)offset, (void)target, (void)n_targets;
    return note(v, n_rows);
}

static regatta_status note_weights(rg_visitor *v, const char *name, rg_weights *w,
                                   int64_t n_rows, const rg_bound *bound)
{
    (void)name, (void)w, (void)bound;
    return note(v, n_rows);
}

static regatta_status no_bytes(rg_visitor *v, const char *name, const void **x,
                               int64_t size, int64_t rows, int64_t *cols)
{
    (void)v, (void)name, (void)x, (void)size, (void)rows, (void)cols;
    return REGATTA_OK; /* no rows of nodes */
}

static const rg_visitor_ops NOTES = {.ints = copy_ints,
                                     .reals = copy_reals,
                                     .copied = copy_copied,
                                     .bytes = no_bytes,
                                     .floats = note_floats,
                                     .table = note_table,
                                     .pattern = note_pattern,
                                     .weights = note_weights,
                                     .names = copy_names};

/* Adds the channels of `from`; the arrays of their states are still those of `from`. */
static regatta_status copy_channels(regatta_ctx *ctx, regatta_model *m,
                                    const regatta_model *from, const int *drop)
{
    regatta_status status = REGATTA_OK;
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel *c = &from->channel[a];
        if (c->ops == NULL || (drop != NULL && drop[a])) continue;
        RG_TRY(rg_model_add_channel(m, a));
        memcpy(m->channel[a].state, c->state, c->ops->state_size);
        if (c->ops->clone != NULL)
            RG_TRY(c->ops->clone(ctx, m->channel[a].state, c->state));
    }
done:
    return status;
}

static regatta_status copy_arrays(copier *to, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    const rg_mem mem = m->mem;
    if (to->growth != NULL) {
        to->visitor.ops = &NOTES;
        RG_TRY(
            rg_model_visit(&to->visitor, (regatta_model *)(uintptr_t)to->growth->from));
    }
    to->visitor.ops = &COPIES;
    RG_TRY(rg_model_visit(&to->visitor, m));
    if (!to->keep) RG_NEW(mem, to->chunk, CHUNK * to->widest);
    char *base = rg_model_own(m, to->n, 1);
    if (base == NULL) {
        status = REGATTA_ENOMEM;
        goto done;
    }
    to->base = base;
    to->n = to->next = 0;
    RG_TRY(rg_model_visit(&to->visitor, m));
done:
    rg_free(mem, to->chunk);
    rg_free(mem, to->noted.rows);
    return status;
}

void rg_model_share(regatta_model *m, const regatta_model *from)
{
    m->n_users = from->n_users;
    m->n_items = from->n_items;
    m->n_edges = from->n_edges;
    m->own = from->own;
    m->history_offset = from->history_offset;
    m->history_item = from->history_item;
    m->history_weight = from->history_weight;
    m->dislike_push = from->dislike_push;
    m->disliked_offset = from->disliked_offset;
    m->disliked_item = from->disliked_item;
    m->shown_strength = from->shown_strength;
    m->shown_offset = from->shown_offset;
    m->shown_item = from->shown_item;
    m->shown_count = from->shown_count;
    m->n_shown = from->n_shown;
    m->expected_degree = from->expected_degree;
    m->community = from->community;
    m->n_communities = from->n_communities;
    m->compact = from->compact;
    m->calibration = from->calibration;
    m->info = from->info;
}

static void copy_numbers(regatta_model *m, const regatta_model *from)
{
    rg_model_share(m, from);
    memcpy(m->channel_names, from->channel_names, sizeof m->channel_names);
    m->index = from->index;
    m->index_build = from->index_build;
    m->index_recall = from->index_recall;
}

/* nodes NULL: the copy has the ids of `from`. */
static regatta_status copy_names_of(regatta_ctx *ctx, regatta_model *m,
                                    const regatta_model *from, const rg_new_nodes *nodes)
{
    regatta_status status = REGATTA_OK;
    const rg_idmap *users = nodes != NULL ? nodes->users : from->users;
    const rg_idmap *items = nodes != NULL ? nodes->items : from->items;
    if (users != NULL) RG_TRY(rg_idmap_copy(ctx, &m->users, users));
    if (items != NULL) RG_TRY(rg_idmap_copy(ctx, &m->items, items));
    if (from->json != NULL) {
        const size_t n = strlen(from->json) + 1;
        RG_NEW(ctx->mem, m->json, n);
        memcpy(m->json, from->json, n);
    }
done:
    return status;
}

/* Adds the nodes of the table that have no number yet to the ids. */
static regatta_status add_names(regatta_ctx *ctx, rg_idmap *ids, const rg_features *table,
                                const uint32_t *node, int64_t n)
{
    regatta_status status = REGATTA_OK;
    uint32_t number;
    for (int64_t k = 0; k < n && ids != NULL; k++) {
        const char *name = rg_idmap_name(table->ids, node[k]);
        RG_TRY(rg_idmap_add(ctx, ids, name, (int64_t)strlen(name), &number));
    }
done:
    return status;
}

/* Gives the sequences rows for new users; the history has its new offsets. */
static regatta_status add_rows(regatta_ctx *ctx, regatta_model *m,
                               const regatta_model *from)
{
    regatta_status status = REGATTA_OK;
    int64_t *offset = rg_model_own(m, m->n_users + 1, sizeof *offset);
    rg_sequences parts;
    rg_sequences_fault fault;
    if (offset == NULL) return REGATTA_ENOMEM;
    for (int64_t u = 0; u <= m->n_users; u++)
        offset[u] = from->history_offset[u < from->n_users ? u : from->n_users];
    m->history_offset = offset;
    if (from->sequences == NULL) return REGATTA_OK;
    parts = *from->sequences;
    parts.n_rows = m->n_users;
    if (parts.count != NULL) {
        uint32_t *count = rg_model_own(m, m->n_users, sizeof *count);
        if (count == NULL) return REGATTA_ENOMEM;
        memcpy(count, parts.count, (size_t)from->n_users * sizeof *count);
        parts.count = count;
    }
    RG_TRY(rg_sequences_view(ctx, &m->sequences, &parts, m->history_offset, &fault));
    m->sequences->weight = parts.weight;
done:
    return status;
}

/* Sets the nodes of a grown copy. */
static regatta_status add_nodes(regatta_ctx *ctx, regatta_model *m, const rg_growth *g)
{
    regatta_status status = REGATTA_OK;
    if (g->given == NULL) {
        RG_TRY(add_names(ctx, m->items, g->item_features, g->item_node, g->n_items));
        RG_TRY(add_names(ctx, m->users, g->user_features, g->user_node, g->n_users));
    }
    if (m->own.items == m->n_items) m->own.items += (uint32_t)g->n_items;
    if (m->own.users == m->n_users) m->own.users += (uint32_t)g->n_users;
    m->n_items += g->n_items;
    m->n_users += g->n_users;
    if (g->n_items > 0) m->index = (rg_index){.code = NULL};
    if (g->n_items > 0) m->community = NULL;
    if (g->n_users > 0) RG_TRY(add_rows(ctx, m, g->from));
done:
    return status;
}

/* Fills the expected degrees of the new items, unless no channel found nearest items; one
 * without any has the mean of all: with 0 it would lead lists that prefer rare items. */
static regatta_status expect_degrees(regatta_model *m, const rg_growth *g)
{
    if (g->near == NULL) return REGATTA_OK;
    const int64_t n = g->from->own.items, first = m->n_items - g->n_items;
    float *x = (float *)(uintptr_t)m->expected_degree;
    double sum = 0.0;
    if (x == NULL) m->expected_degree = x = rg_model_own(m, m->n_items, sizeof *x);
    if (x == NULL) return REGATTA_ENOMEM;
    for (int64_t j = 0; j < n; j++) sum += (double)g->from->log_degree[j];
    for (int64_t k = 0; k < g->n_items; k++) {
        const uint32_t *near = g->near + k * RG_NEAR;
        if (near[0] == REGATTA_NONE) x[first + k] = (float)(sum / (double)n);
        for (int e = 0; e < RG_NEAR && near[e] != REGATTA_NONE; e++)
            x[first + k] += g->share[k * RG_NEAR + e] * g->from->log_degree[near[e]];
    }
    return REGATTA_OK;
}

/* A new item joins the community of its nearest item, or the first one. */
static regatta_status extend_communities(regatta_model *m, const rg_growth *g)
{
    const uint32_t *had = g->from->community;
    const int64_t n_had = m->n_items - g->n_items;
    if (had == NULL || g->n_items == 0) return REGATTA_OK;
    uint32_t *community = rg_model_own(m, m->n_items, sizeof *community);
    if (community == NULL) return REGATTA_ENOMEM;
    memcpy(community, had, (size_t)n_had * sizeof *community);
    for (int64_t k = 0; k < g->n_items && g->near != NULL; k++)
        if (g->near[k * RG_NEAR] != REGATTA_NONE)
            community[n_had + k] = had[g->near[k * RG_NEAR]];
    m->community = community;
    return REGATTA_OK;
}

/* Takes the nearest items that are given, where no channel found any. */
static regatta_status take_near(regatta_ctx *ctx, rg_growth *g)
{
    regatta_status status = REGATTA_OK;
    if (g->given == NULL || g->given->near == NULL || g->n_items == 0) return REGATTA_OK;
    if (g->near == NULL) {
        RG_NEW(ctx->mem, g->near, g->n_items * RG_NEAR);
        RG_NEW(ctx->mem, g->share, g->n_items * RG_NEAR);
        for (int64_t k = 0; k < g->n_items * RG_NEAR; k++) g->near[k] = REGATTA_NONE;
    }
    for (int64_t k = 0; k < g->n_items; k++) {
        const int64_t at = k * RG_NEAR;
        if (g->near[at] != REGATTA_NONE) continue;
        memcpy(g->near + at, g->given->near + at, RG_NEAR * sizeof *g->near);
        memcpy(g->share + at, g->given->share + at, RG_NEAR * sizeof *g->share);
    }
done:
    return status;
}

static regatta_status grow_channels(regatta_ctx *ctx, regatta_model *m, rg_growth *growth)
{
    regatta_status status = REGATTA_OK;
    for (int early = 1; early >= 0; early--) {
        if (!early) RG_TRY(take_near(ctx, growth));
        for (int a = 0; a < rg_n_channels; a++) {
            const rg_channel *c = &m->channel[a];
            if (c->ops != NULL && c->ops->grow != NULL && c->ops->grows_early == early)
                RG_TRY(c->ops->grow(ctx, m, c->state, growth));
        }
    }
done:
    return status;
}

static regatta_status copy(regatta_ctx *ctx, regatta_model **out,
                           const regatta_model *model, copier to)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    regatta_model *m = NULL;
    to.visitor = (rg_visitor){.ctx = ctx};
    RG_NEW(ctx->mem, m, 1);
    m->mem = ctx->mem;
    copy_numbers(m, model);
    if (!to.keep) m->compact = to.type != RG_F32;
    RG_TRY(copy_names_of(ctx, m, model, to.growth != NULL ? to.growth->given : NULL));
    if (to.growth != NULL) RG_TRY(add_nodes(ctx, m, to.growth));
    if (m->sequences == NULL)
        RG_TRY(rg_sequences_share(ctx, &m->sequences, model->sequences));
    RG_TRY(copy_channels(ctx, m, model, to.drop));
    if (m->vectors == NULL) m->index = (rg_index){.code = NULL};
    if (to.blend != NULL) m->calibration = (rg_calibration){.knots = NULL};
    const rg_blend *blend = to.blend != NULL ? to.blend : model->blend;
    if (blend != NULL) RG_TRY(rg_model_set_blend(m, blend));
    RG_TRY(copy_arrays(&to, m));
    if (to.growth != NULL) {
        RG_TRY(grow_channels(ctx, m, to.growth));
        RG_TRY(expect_degrees(m, to.growth));
        RG_TRY(extend_communities(m, to.growth));
    }
    RG_TRY(rg_model_finish(ctx, m));
    *out = m;
    m = NULL; /* ownership has moved to the caller */
done:
    regatta_model_free(m);
    return status;
}

regatta_status rg_model_copy(regatta_ctx *ctx, regatta_model **out,
                             const regatta_model *model)
{
    return copy(ctx, out, model, (copier){.keep = 1});
}

regatta_status rg_model_convert(regatta_ctx *ctx, regatta_model **out,
                                const regatta_model *model, rg_element type)
{
    return copy(ctx, out, model, (copier){.type = type});
}

regatta_status rg_model_copy_without(regatta_ctx *ctx, regatta_model **out,
                                     const regatta_model *model, const int *drop,
                                     const rg_blend *blend)
{
    return copy(ctx, out, model, (copier){.keep = 1, .drop = drop, .blend = blend});
}

regatta_status rg_model_copy_grown(regatta_ctx *ctx, regatta_model **out,
                                   const regatta_model *model, rg_growth *growth)
{
    return copy(ctx, out, model, (copier){.keep = 1, .growth = growth});
}
