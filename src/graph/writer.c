#include "graph/writer.h"
#include "base/files/file.h"
#include "base/text/float_text.h"
#include "graph/interactions.h"
#include "graph/pair_marks.h"
#include "graph/times/time_digits.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static regatta_status write_name(rg_output *o, const rg_idmap *map, uint32_t k)
{
    const int64_t begin = map->offset[k], end = map->offset[(int64_t)k + 1] - 1;
    return rg_output_write(o, map->bytes + begin, end - begin);
}

/* "\t", the number, and at the end of the row "\n" */
static int put_tail(char *text, const rg_steps *steps, int64_t k, int signs)
{
    int n = 0;
    int64_t ignored = 0;
    if (steps->weight != NULL) {
        text[n++] = '\t';
        n += rg_format_weight(text + n, steps->weight[k]);
    }
    if (steps->time != NULL) {
        const int64_t time = steps->time[k];
        text[n++] = '\t';
        /* With a sign the reader does not read the seconds as a day like 20210130. */
        if (time > 0 && (signs || rg_time_of_digits(time, &ignored))) text[n++] = '+';
        n += sprintf(text + n, "%" PRId64, time);
    }
    text[n++] = '\n';
    return n;
}

/* Writes step k of a user; of a graph with marks, with its weight of 1. */
static regatta_status write_step(rg_output *o, const rg_interactions *in, uint32_t user,
                                 int64_t k, int signs)
{
    static const float one = 1.0f;
    char tail[RG_FLOAT_BYTES + 32];
    int n = 0;
    regatta_status status = REGATTA_OK;
    const regatta_graph *g = in->graph;
    const int64_t edge = g->by_user->offset[user] + in->now.position[k];
    RG_TRY(write_name(o, g->users, user));
    RG_TRY(rg_output_write(o, "\t", 1));
    RG_TRY(write_name(o, g->items, g->by_user->target[edge]));
    if (in->weight == NULL && rg_has_marks(g))
        n = put_tail(
            tail,
            &(rg_steps){.weight = &one, .time = in->time != NULL ? in->time + k : NULL},
            0, signs);
    else
        n = put_tail(tail, &in->now, k, signs);
    RG_TRY(rg_output_write(o, tail, n));
done:
    return status;
}

/* Writes the marks of a user of one kind: dislikes, or impressions. */
static regatta_status write_marks(rg_output *o, const regatta_graph *g, uint32_t user,
                                  float weight, int signs)
{
    char tail[RG_FLOAT_BYTES + 32];
    regatta_status status = REGATTA_OK;
    const int shown = weight == RG_IMPRESSION;
    const rg_csr *d = shown ? g->shown : g->disliked;
    const int64_t *time = shown ? g->shown_time : g->disliked_time;
    if (d == NULL) return REGATTA_OK;
    for (int64_t e = d->offset[user]; e < d->offset[user + 1LL]; e++) {
        const rg_steps step = {
            .n = 1, .weight = &weight, .time = time != NULL ? time + e : NULL};
        RG_TRY(write_name(o, g->users, user));
        RG_TRY(rg_output_write(o, "\t", 1));
        RG_TRY(write_name(o, g->items, d->target[e]));
        RG_TRY(rg_output_write(o, tail, put_tail(tail, &step, 0, signs)));
    }
done:
    return status;
}

/* True if the reader would take the times of all rows for dates written as numbers. */
static int look_typed(const regatta_graph *g)
{
    unsigned forms = RG_DIGITS_ALL;
    int64_t n = 0;
    if (g->time != NULL) rg_digits_narrow(&forms, &n, g->time, g->by_user->n_edges);
    if (g->disliked_time != NULL)
        rg_digits_narrow(&forms, &n, g->disliked_time, g->disliked->n_edges);
    if (g->shown_time != NULL)
        rg_digits_narrow(&forms, &n, g->shown_time, g->shown->n_edges);
    return forms != 0 && n > 0;
}

/* A graph with marks has a column of weights. */
static regatta_status write_rows(rg_output *o, rg_interactions *in)
{
    const regatta_graph *g = in->graph;
    const int has_weight = in->weight != NULL || rg_has_marks(g);
    regatta_status status =
        rg_output_printf(o, "user\titem%s%s\n", has_weight ? "\tweight" : "",
                         in->time != NULL ? "\ttimestamp" : "");
    const int signs = look_typed(g);
    for (uint32_t u = 0; u < g->users->n && status == REGATTA_OK; u++) {
        rg_interactions_read(in, u);
        for (int64_t k = 0; k < in->now.n && status == REGATTA_OK; k++)
            status = write_step(o, in, u, k, signs);
        if (status == REGATTA_OK) status = write_marks(o, g, u, -1.0f, signs);
        if (status == REGATTA_OK) status = write_marks(o, g, u, RG_IMPRESSION, signs);
    }
    return status;
}

regatta_status rg_graph_write(regatta_ctx *ctx, const regatta_graph *graph,
                              const char *path)
{
    regatta_status status = REGATTA_OK;
    rg_output *o = NULL;
    rg_interactions in = {0};
    RG_TRY(rg_interactions_open(ctx, &in, graph, graph->dedup != REGATTA_DEDUP_SUM));
    RG_TRY(rg_output_open(ctx, &o, path, rg_pack_of(path)));
    RG_TRY(write_rows(o, &in));
    status = rg_output_commit(o);
    o = NULL;
done:
    rg_output_abandon(o);
    rg_interactions_close(&in);
    return status;
}
