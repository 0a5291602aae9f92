#include "api/train_checkpoint.h"
#include "api/train_options.h"
#include "base/hash.h"
#include "base/kernels/vec.h"
#include "base/ranks/ranks.h"
#include "graph/bipartite.h"
#include "graph/features.h"
#include "model/channel.h"
#include "model/model.h"
#include <inttypes.h>
#include <math.h>
#include <regatta/version.h>
#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 128 };

static uint64_t hash_part(const void *bytes, int64_t n, size_t size, uint64_t seed)
{
    return bytes != NULL && n > 0 ? rg_hash(bytes, (size_t)n * size, seed) : seed + 1;
}

/* Of interactions with their order and repeats. */
static uint64_t hash_data(const regatta_graph *graph)
{
    const rg_sequences *s = graph->sequences;
    const int64_t own[2] = {graph->n_own_users, graph->n_own_items};
    uint64_t h = rg_hash(own, sizeof own, graph->hash);
    if (graph->shown != NULL && graph->shown_time != NULL) /* validation reads them */
        h = hash_part(graph->shown_time, graph->shown->n_edges, sizeof *graph->shown_time,
                      h);
    if (s == NULL) return h;
    h = rg_hash(s->clock, sizeof s->clock, h);
    h = hash_part(s->count, s->n_rows, sizeof *s->count, h);
    h = hash_part(s->order, s->n_order, 1, h);
    h = hash_part(s->time, s->n_time, 1, h);
    return hash_part(s->weight, s->n, sizeof *s->weight, h);
}

static uint64_t hash_names(const rg_idmap *map, uint64_t seed)
{
    const uint64_t h = rg_hash(&map->n, sizeof map->n, seed);
    return hash_part(map->bytes, map->offset[map->n], 1, h);
}

static uint64_t hash_rows(const rg_csr *rows, uint64_t h)
{
    h = hash_part(rows->offset, rows->n_rows + 1, sizeof *rows->offset, h);
    h = hash_part(rows->target, rows->n_edges, sizeof *rows->target, h);
    return hash_part(rows->value, rows->n_edges, sizeof *rows->value, h);
}

static uint64_t hash_modality(const rg_modality *m, uint64_t h)
{
    const int64_t size[2] = {m->n_rows, m->n_columns};
    h = rg_hash(m->name, strlen(m->name), rg_hash(size, sizeof size, h));
    if (m->feature != NULL) h = hash_names(m->feature, h);
    if (m->rows != NULL) return hash_rows(m->rows, h);
    h = hash_part(m->present, m->n_rows, 1, h);
    return hash_part(m->dense, m->n_rows * m->n_columns, sizeof *m->dense, h);
}

static void describe_features(rg_text *t, const char *name, const rg_features *features)
{
    char line[LINE_BYTES];
    uint64_t h = 0;
    if (features != NULL) {
        h = hash_names(features->ids, h);
        for (int m = 0; m < features->n_modalities; m++)
            h = hash_modality(&features->modality[m], h);
    }
    snprintf(line, sizeof line,
             features != NULL ? "%s=hash %016" PRIx64 "\n" : "%s=none\n", name, h);
    rg_text_append(t, line);
}

/* What starts from another model: its ids, inputs and biases. */
static void describe_init(rg_text *t, const regatta_model *init)
{
    char line[LINE_BYTES];
    uint64_t h = 0;
    if (init != NULL) {
        const rg_node_vectors *v = init->vectors;
        const rg_rows *rows[] = {&v->user_x0, &v->item_state};
        h = hash_names(init->items, hash_names(init->users, h));
        for (int k = 0; k < 2; k++) {
            h = hash_part(rows[k]->data, rows[k]->n * rows[k]->dim,
                          rg_element_size(rows[k]->type), h);
            h = hash_part(rows[k]->scale, rows[k]->n, sizeof *rows[k]->scale, h);
        }
        h = hash_part(v->bias, v->shape.n_items, sizeof *v->bias, h);
    }
    snprintf(line, sizeof line,
             init != NULL ? "init=hash %016" PRIx64 "\n" : "init=none\n", h);
    rg_text_append(t, line);
}

static void describe_graph(rg_text *t, const char *name, const regatta_graph *graph)
{
    char line[LINE_BYTES];
    const rg_csr *rows = graph->by_user;
    snprintf(line, sizeof line,
             "%s=%" PRId64 " users, %" PRId64 " items, %" PRId64
             " interactions, hash %016" PRIx64 "\n",
             name, rows->n_rows, rows->n_cols, rows->n_edges, hash_data(graph));
    rg_text_append(t, line);
}

static void describe_channels(rg_text *t, const char *names)
{
    const char *unknown = NULL;
    int64_t length = 0;
    const uint32_t named = names != NULL ? rg_channel_mask(names, &unknown, &length) : 0;
    rg_text_append(t, "channels=");
    if (named == 0) rg_text_append(t, "those of the preset");
    for (uint32_t c = 0, n = 0; rg_channel_name(c) != NULL; c++) {
        if (!(named >> c & 1)) continue;
        if (n++ > 0) rg_text_append(t, ",");
        rg_text_append(t, rg_channel_name(c));
    }
    rg_text_append(t, "\n");
}

static void describe_version(rg_text *t)
{
    char line[LINE_BYTES];
    snprintf(line, sizeof line, "version of regatta=%s\nvector unit=%s\n",
             REGATTA_VERSION, rg_vec_isa());
    rg_text_append(t, line);
}

static void describe(rg_text *t, const regatta_graph *graph,
                     const regatta_train_options *o)
{
    char line[LINE_BYTES];
    describe_version(t);
    describe_graph(t, "data", graph);
    describe_features(t, "item features", o->item_features);
    describe_features(t, "user features", o->user_features);
    describe_features(t, "item groups", o->item_groups);
    describe_init(t, o->init);
    snprintf(line, sizeof line, "n_sources=%" PRIu32 "\n", o->n_sources);
    rg_text_append(t, line);
    for (uint32_t k = 0; k < o->n_sources; k++) {
        snprintf(line, sizeof line, "source %" PRIu32, k + 1);
        describe_graph(t, line, o->sources[k]);
    }
    describe_channels(t, o->channels);
    rg_train_options_describe(t, o);
}

/* The options of a checkpoint. */
typedef struct asked {
    const char *begins, *resumes; /* folders; or NULL */
    float seconds;
} asked;

static int asks(const asked *a)
{
    return a->begins != NULL || a->resumes != NULL;
}

/* Returns the length of a path without the slashes at its end. */
static size_t bare_length(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    return n;
}

static int same_folder(const char *a, const char *b)
{
    const size_t n = bare_length(a);
    return n == bare_length(b) && strncmp(a, b, n) == 0;
}

static regatta_status check_folders(regatta_ctx *ctx, const asked *a)
{
    if (a->begins != NULL && a->resumes != NULL && !same_folder(a->begins, a->resumes))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "checkpoint and resume are two folders: a training that resumes "
                       "writes to the folder of its checkpoint");
    if ((a->begins != NULL && a->begins[0] == '\0') ||
        (a->resumes != NULL && a->resumes[0] == '\0'))
        return rg_fail(ctx, REGATTA_EINVAL, "checkpoint: the path is empty");
    if (!(a->seconds >= 0.0f) || !isfinite(a->seconds))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "checkpoint_seconds must be at least 0, not %g",
                       (double)a->seconds);
    return REGATTA_OK;
}

/* Opens the checkpoint, if the options ask for one. */
static regatta_status open_folder(regatta_ctx *ctx, const asked *a,
                                  const char *description)
{
    if (!asks(a)) return REGATTA_OK;
    const rg_checkpoint_options options = {.folder =
                                               a->begins != NULL ? a->begins : a->resumes,
                                           .begins = a->begins != NULL,
                                           .resumes = a->resumes != NULL,
                                           .seconds = (double)a->seconds,
                                           .description = description};
    return rg_checkpoint_open(ctx, &options);
}

regatta_status rg_train_checkpoint_open(regatta_ctx *ctx, const regatta_graph *graph,
                                        const regatta_train_options *o,
                                        const char *search)
{
    regatta_status status = REGATTA_OK;
    const asked a = {o->checkpoint, o->resume, o->checkpoint_seconds};
    rg_text t;
    rg_text_begin(&t, ctx->mem);
    RG_TRY(check_folders(ctx, &a));
    if (!asks(&a) && !rg_ranked(ctx)) goto done;
    describe(&t, graph, o);
    if (search != NULL) rg_text_append(&t, search);
    RG_TRY(t.status);
    RG_TRY(rg_ranks_agree(ctx, rg_hash(t.bytes, strlen(t.bytes), 0),
                          "data, options or vector unit"));
    RG_TRY(open_folder(ctx, &a, t.bytes));
done:
    rg_free(ctx->mem, t.bytes);
    return status;
}

static int add_to_hash(void *state, const void *bytes, size_t n)
{
    uint64_t *h = state;
    *h = rg_hash(bytes, n, *h);
    return 0;
}

/* Everything that an updated model depends on. */
static regatta_status describe_update(regatta_ctx *ctx, rg_text *t,
                                      const regatta_model *model,
                                      const regatta_graph *news,
                                      const regatta_update_options *o)
{
    char line[LINE_BYTES];
    uint64_t h = 0;
    const regatta_status status = regatta_model_write(ctx, model, add_to_hash, &h);
    if (status != REGATTA_OK) return status;
    describe_version(t);
    snprintf(line, sizeof line, "model=hash %016" PRIx64 "\n", h);
    rg_text_append(t, line);
    if (news != NULL)
        describe_graph(t, "new interactions", news);
    else
        rg_text_append(t, "new interactions=none\n");
    describe_features(t, "item features", o->item_features);
    describe_features(t, "user features", o->user_features);
    snprintf(line, sizeof line,
             "forgotten users=%" PRId64 ", hash %016" PRIx64 "\nsteps=%" PRIu32
             "\nmeasure=%" PRIu32 "\n",
             o->n_forget, hash_part(o->forget, o->n_forget, sizeof *o->forget, 0),
             o->steps, o->measure);
    rg_text_append(t, line);
    return t->status;
}

regatta_status rg_update_checkpoint_open(regatta_ctx *ctx, const regatta_model *model,
                                         const regatta_graph *news,
                                         const regatta_update_options *o)
{
    regatta_status status = REGATTA_OK;
    const asked a = {o->checkpoint, o->resume, o->checkpoint_seconds};
    rg_text t;
    rg_text_begin(&t, ctx->mem);
    RG_TRY(check_folders(ctx, &a));
    if (!asks(&a)) goto done;
    RG_TRY(describe_update(ctx, &t, model, news, o));
    RG_TRY(open_folder(ctx, &a, t.bytes));
done:
    rg_free(ctx->mem, t.bytes);
    return status;
}

int rg_train_listen(void *state, const regatta_progress *progress)
{
    rg_train_listener *l = state;
    const int answer =
        l->progress != NULL ? l->progress(l->progress_state, progress) : REGATTA_GO_ON;
    int64_t all = answer;
    l->status = rg_ranks_most(l->ctx, &all);
    if (l->status == REGATTA_OK) {
        if (all == REGATTA_GO_ON) return REGATTA_GO_ON;
        l->status = rg_checkpoint_stop(l->ctx);
    }
    if (l->status == REGATTA_OK) return (int)all;
    memcpy(l->message, l->ctx->message, sizeof l->message);
    return REGATTA_CANCEL;
}

regatta_status rg_train_listened(const rg_train_listener *l, regatta_status status)
{
    if (status != REGATTA_ESTOPPED || l->status == REGATTA_OK) return status;
    return rg_fail(l->ctx, l->status, "%s", l->message);
}
