#include "graph/readers/rows_share.h"
#include "base/hash.h"
#include "base/ranks/ranks.h"
#include <string.h>

enum { LOOK = 1 << 16 /* bytes of the begin that all ranks compare */ };

/* What a rank tells the others about its share. */
typedef struct share {
    int64_t n_rows, n_lines, n_below, n_left_out;
    int64_t n_names[2], n_bytes[2]; /* of users and items */
    int64_t whole;                  /* 1: the whole file has to be read */
    int64_t has_comma, has_point;   /* in weights */
    rg_times times;
} share;

regatta_status rg_share_allow(regatta_ctx *ctx, rg_input *in)
{
    regatta_status status = REGATTA_OK;
    const char *bytes = NULL;
    int64_t n = 0;
    int same = 0;
    if (!rg_ranked(ctx)) return REGATTA_OK;
    uint64_t mark = in != NULL && ctx->spill == NULL ? rg_input_mark(in) : 0;
    if (mark != 0) RG_TRY(rg_input_peek(in, LOOK, &bytes, &n));
    if (mark != 0) mark = rg_hash(bytes, (size_t)n, mark) | 1;
    RG_TRY(rg_ranks_same(ctx, mark, &same));
    if (same && mark != 0) rg_input_set(in, RG_INPUT_DIVIDED);
done:
    return status;
}

/* A quote in these formats may hold the ends of lines. */
static int has_quotes(regatta_format format)
{
    return format == REGATTA_FORMAT_CSV || format == REGATTA_FORMAT_SEMICOLON;
}

regatta_status rg_rows_share(rg_rows *rows, regatta_format format, int *shared)
{
    *shared = rg_input_has(rows->in, RG_INPUT_DIVIDED) && rows->fields.quote == '\0' &&
              !rows->opts->logged;
    if (!*shared) return REGATTA_OK;
    if (has_quotes(format)) rg_input_set(rows->in, RG_INPUT_WATCHED);
    return rg_input_share(rows->in, rg_rank(rows->ctx), rg_n_ranks(rows->ctx));
}

static int has_bad(const regatta_read_report *report)
{
    for (int k = 0; k < REGATTA_N_BAD_ROWS; k++)
        if (report->n_bad[k] > 0) return 1;
    return 0;
}

/* Returns 1 if the shares do not suffice: one needs the whole file, or their weights have
 * different decimal signs. */
static int needs_whole(const share *all, int n_ranks)
{
    int whole = 0, has_comma = 0, has_point = 0;
    for (int r = 0; r < n_ranks; r++) {
        whole |= all[r].whole != 0;
        has_comma |= all[r].has_comma != 0;
        has_point |= all[r].has_point != 0;
    }
    return whole || (has_comma && has_point);
}

static void tell(share *s, const rg_rows *rows, regatta_status status)
{
    const rg_edges *e = rows->edges;
    const rg_idmap *const map[] = {e->users, e->items};
    *s = (share){.n_rows = e->n,
                 .n_lines = rg_input_line_number(rows->in),
                 .n_below = rows->report->n_below,
                 .n_left_out = rows->report->n_left_out};
    s->has_comma = rows->signs[RG_ROLE_WEIGHT].comma.line > 0;
    s->has_point = rows->signs[RG_ROLE_WEIGHT].point.line > 0;
    s->whole = status != REGATTA_OK || has_bad(rows->report) ||
               rows->report->n_recoded > 0 ||
               rg_input_has(rows->in, RG_INPUT_QUOTE_SEEN) ||
               (e->has_time && !rg_times_is_free(&rows->times));
    for (int k = 0; k < 2; k++) {
        s->n_names[k] = map[k]->n;
        s->n_bytes[k] = map[k]->offset[map[k]->n];
    }
    s->times = rows->times;
}

/* Adds the ids of all ranks, in their order, to an empty map; number[id of the share of
 * rank r] is the new one. */
static regatta_status join_names(rg_rows *rows, rg_idmap **map, const share *all, int k,
                                 uint32_t **number)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = rows->ctx;
    const int n_ranks = rg_n_ranks(ctx);
    char *bytes = NULL;
    rg_idmap *joined = NULL;
    rg_shares s = {.first = {0}};
    int64_t n_names = 0;
    for (int r = 0; r < n_ranks; r++) {
        s.first[r + 1] = s.first[r] + all[r].n_bytes[k];
        n_names += all[r].n_names[k];
    }
    RG_NEW(ctx->mem, bytes, s.first[n_ranks]);
    RG_NEW(ctx->mem, *number, n_names);
    memcpy(bytes + s.first[rg_rank(ctx)], (*map)->bytes,
           (size_t)all[rg_rank(ctx)].n_bytes[k]);
    RG_TRY(rg_gather(ctx, bytes, &s, 1));
    RG_TRY(rg_idmap_create(ctx, &joined));
    const char *name = bytes;
    for (int64_t at = 0; at < n_names; at++) {
        const int64_t length = (int64_t)strlen(name);
        RG_TRY(rg_idmap_add(ctx, joined, name, length, *number + at));
        name += length + 1;
    }
    rg_idmap_free(*map);
    *map = joined;
    joined = NULL;
done:
    rg_idmap_free(joined);
    rg_free(ctx->mem, bytes);
    return status;
}

/* Gathers a column of all rows into a new block; NULL stays NULL. */
static regatta_status join_column(regatta_ctx *ctx, void **column, const rg_shares *s,
                                  int64_t size)
{
    if (*column == NULL) return REGATTA_OK;
    char *all = rg_alloc(ctx->mem, s->first[rg_n_ranks(ctx)], (size_t)size);
    if (all == NULL) return REGATTA_ENOMEM;
    memcpy(all + s->begin * size, *column, (size_t)((s->end - s->begin) * size));
    rg_free(ctx->mem, *column);
    *column = all;
    return rg_gather(ctx, all, s, size);
}

static void renumber(uint32_t *id, const uint32_t *number, const rg_shares *s,
                     const share *all, int n_ranks, int k)
{
    for (int r = 0; r < n_ranks; r++) {
        for (int64_t e = s->first[r]; e < s->first[r + 1]; e++) id[e] = number[id[e]];
        number += all[r].n_names[k];
    }
}

static regatta_status join_edges(rg_rows *rows, const share *all)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = rows->ctx;
    rg_edges *e = rows->edges;
    const int n_ranks = rg_n_ranks(ctx);
    uint32_t *number[2] = {NULL, NULL};
    rg_shares s = {.first = {0}};
    for (int r = 0; r < n_ranks; r++) s.first[r + 1] = s.first[r] + all[r].n_rows;
    s.begin = s.first[rg_rank(ctx)];
    s.end = s.first[rg_rank(ctx) + 1];
    RG_TRY(join_names(rows, &e->users, all, 0, &number[0]));
    RG_TRY(join_names(rows, &e->items, all, 1, &number[1]));
    RG_TRY(join_column(ctx, (void **)&e->user, &s, sizeof *e->user));
    RG_TRY(join_column(ctx, (void **)&e->item, &s, sizeof *e->item));
    RG_TRY(join_column(ctx, (void **)&e->weight, &s, sizeof *e->weight));
    RG_TRY(join_column(ctx, (void **)&e->time, &s, sizeof *e->time));
    e->n = e->capacity = s.first[n_ranks];
    renumber(e->user, number[0], &s, all, n_ranks, 0);
    renumber(e->item, number[1], &s, all, n_ranks, 1);
done:
    rg_free(ctx->mem, number[0]);
    rg_free(ctx->mem, number[1]);
    return status;
}

/* Adds up the counts; lines count through all shares. */
static void join_counts(rg_rows *rows, const share *all, int n_ranks)
{
    regatta_read_report *const report = rows->report;
    const char *pattern = rows->times.pattern; /* an address of this process */
    report->n_below = report->n_left_out = 0;
    int64_t line = 0;
    for (int r = 0; r < n_ranks; r++) {
        report->n_below += all[r].n_below;
        report->n_left_out += all[r].n_left_out;
        if (r == 0)
            rows->times = all[r].times;
        else
            rg_times_merge(&rows->times, &all[r].times, line);
        line += all[r].n_lines;
    }
    rows->times.pattern = pattern;
    rg_input_at_row(rows->in, line);
}

regatta_status rg_rows_join(rg_rows *rows, regatta_status status, int *whole)
{
    regatta_ctx *ctx = rows->ctx;
    const int n_ranks = rg_n_ranks(ctx);
    share *all = NULL;
    rg_shares s;
    *whole = 0;
    if (status != REGATTA_OK && status != REGATTA_EFORMAT) return status;
    RG_NEW(ctx->mem, all, n_ranks);
    rg_shares_even(&s, ctx, n_ranks);
    tell(&all[rg_rank(ctx)], rows, status);
    RG_TRY(rg_gather(ctx, all, &s, sizeof *all));
    *whole = needs_whole(all, n_ranks);
    if (*whole) goto done;
    RG_TRY(join_edges(rows, all));
    join_counts(rows, all, n_ranks);
done:
    rg_free(ctx->mem, all);
    return status;
}
