/* A block of the file: its sizes, the ids that are new since the block before, the arrays
 * of its rows. */
#include "graph/edge_spill.h"
#include "base/files/spool.h"
#include <string.h>

struct rg_spill {
    rg_mem mem;
    rg_spool *spool;
    rg_spill_plan plan;
    uint32_t n_written[2]; /* ids of users and items that the file has */
    int forgets;           /* 1: ids of the next block begin at 0 */
    int64_t n_total;       /* rows in the file */
    int is_whole;          /* 1: the file has all rows */
    int is_read;           /* 1: the rows in memory were the next ones */
    int has_times;
    rg_times times;
};

typedef struct block {
    int64_t n_rows, forgets;
    int64_t n_names[2], n_bytes[2]; /* of users and items */
} block;

enum { NAME_BYTES = 64 };

regatta_status rg_spill_create(regatta_ctx *ctx, rg_spill **out,
                               const rg_spill_plan *plan)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_spill *s = NULL;
    RG_NEW(ctx->mem, s, 1);
    s->mem = ctx->mem;
    s->plan = *plan;
    RG_TRY(rg_spool_create(ctx, &s->spool));
    *out = s;
    s = NULL;
done:
    rg_spill_free(s);
    return status;
}

void rg_spill_free(rg_spill *s)
{
    if (s == NULL) return;
    rg_spool_free(s->spool);
    rg_free(s->mem, s);
}

int64_t rg_spill_rows(const rg_edges *e)
{
    return e->spill->plan.rows;
}

static rg_idmap *map_of(const rg_edges *e, int side)
{
    return side == 0 ? e->users : e->items;
}

static regatta_status write_rows(const rg_spill *s, const rg_edges *e)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_spool_write(s->spool, e->user, e->n * (int64_t)sizeof *e->user));
    RG_TRY(rg_spool_write(s->spool, e->item, e->n * (int64_t)sizeof *e->item));
    if (e->has_weight)
        RG_TRY(rg_spool_write(s->spool, e->weight, e->n * (int64_t)sizeof *e->weight));
    if (e->has_time)
        RG_TRY(rg_spool_write(s->spool, e->time, e->n * (int64_t)sizeof *e->time));
done:
    return status;
}

/* Moves the rows in memory to the file. */
static regatta_status flush(rg_edges *e)
{
    regatta_status status = REGATTA_OK;
    rg_spill *const s = e->spill;
    block b = {.n_rows = e->n, .forgets = s->forgets};
    for (int side = 0; side < 2 && s->plan.names > 0; side++) {
        const rg_idmap *map = map_of(e, side);
        b.n_names[side] = (int64_t)map->n - s->n_written[side];
        b.n_bytes[side] = map->offset[map->n] - map->offset[s->n_written[side]];
    }
    RG_TRY(rg_spool_write(s->spool, &b, sizeof b));
    for (int side = 0; side < 2; side++) {
        const rg_idmap *map = map_of(e, side);
        const char *bytes = map->bytes + map->offset[s->n_written[side]];
        RG_TRY(rg_spool_write(s->spool, bytes, b.n_bytes[side]));
        s->n_written[side] = map->n;
    }
    RG_TRY(write_rows(s, e));
    s->forgets = 0;
    s->n_total += e->n;
    e->n_before += e->n;
    e->n = 0;
done:
    return status;
}

regatta_status rg_spill_full(rg_edges *e)
{
    return e->n >= e->spill->plan.rows ? flush(e) : REGATTA_OK;
}

regatta_status rg_spill_rest(rg_edges *e)
{
    rg_spill *const s = e->spill;
    if (s == NULL || s->plan.names == 0) return REGATTA_OK;
    const int64_t n = (int64_t)e->users->n + e->items->n;
    const int64_t n_bytes = e->users->offset[e->users->n] + e->items->offset[e->items->n];
    if (n <= s->plan.names && n_bytes <= s->plan.names * NAME_BYTES) return REGATTA_OK;
    const regatta_status status = flush(e);
    if (status != REGATTA_OK) return status;
    rg_idmap_cut(e->users, 0);
    rg_idmap_cut(e->items, 0);
    s->n_written[0] = s->n_written[1] = 0;
    s->forgets = 1;
    return REGATTA_OK;
}

regatta_status rg_spill_times(rg_edges *e, const rg_times *times)
{
    rg_spill *const s = e->spill;
    if (s == NULL || s->n_total == 0) return REGATTA_OK;
    s->has_times = 1;
    s->times = *times;
    return flush(e);
}

regatta_status rg_spill_rewind(rg_edges *e)
{
    regatta_status status = REGATTA_OK;
    rg_spill *const s = e->spill;
    s->is_read = 0;
    if (s->n_total == 0) return REGATTA_OK;
    if (!s->is_whole) RG_TRY(flush(e));
    s->is_whole = 1;
    e->n = e->n_before = 0;
    if (s->plan.names > 0) {
        rg_idmap_cut(e->users, 0);
        rg_idmap_cut(e->items, 0);
    }
    RG_TRY(rg_spool_rewind(s->spool));
done:
    return status;
}

/* Reads the ids of a block. */
static regatta_status read_names(regatta_ctx *ctx, rg_edges *e, const block *b, int side)
{
    regatta_status status = REGATTA_OK;
    char *bytes = NULL;
    const char *name = NULL;
    uint32_t number = 0;
    RG_NEW(ctx->mem, bytes, b->n_bytes[side]);
    RG_TRY(rg_spool_read(e->spill->spool, bytes, b->n_bytes[side]));
    name = bytes;
    for (int64_t k = 0; k < b->n_names[side]; k++) {
        const int64_t length = (int64_t)strlen(name);
        RG_TRY(rg_idmap_add(ctx, map_of(e, side), name, length, &number));
        name += length + 1;
    }
done:
    rg_free(ctx->mem, bytes);
    return status;
}

static regatta_status read_rows(rg_edges *e)
{
    regatta_status status = REGATTA_OK;
    rg_spool *const spool = e->spill->spool;
    rg_time_fault ignored;
    RG_TRY(rg_spool_read(spool, e->user, e->n * (int64_t)sizeof *e->user));
    RG_TRY(rg_spool_read(spool, e->item, e->n * (int64_t)sizeof *e->item));
    if (e->has_weight)
        RG_TRY(rg_spool_read(spool, e->weight, e->n * (int64_t)sizeof *e->weight));
    if (!e->has_time) goto done;
    RG_TRY(rg_spool_read(spool, e->time, e->n * (int64_t)sizeof *e->time));
    if (e->spill->has_times) rg_times_end(&e->spill->times, e->time, e->n, &ignored);
done:
    return status;
}

regatta_status rg_spill_next(regatta_ctx *ctx, rg_edges *e, int *more)
{
    regatta_status status = REGATTA_OK;
    rg_spill *const s = e->spill;
    block b = {0};
    *more = 0;
    if (s->n_total == 0) {
        *more = !s->is_read;
        s->is_read = 1;
        return REGATTA_OK;
    }
    e->n_before += e->n;
    e->n = 0;
    if (e->n_before == s->n_total) return REGATTA_OK;
    RG_TRY(rg_spool_read(s->spool, &b, sizeof b));
    if (b.forgets) {
        rg_idmap_cut(e->users, 0);
        rg_idmap_cut(e->items, 0);
    }
    for (int side = 0; side < 2; side++) RG_TRY(read_names(ctx, e, &b, side));
    e->n = b.n_rows;
    RG_TRY(read_rows(e));
    *more = 1;
done:
    return status;
}
