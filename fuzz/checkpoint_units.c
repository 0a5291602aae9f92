#include "checkpoint_units.h"
#include "base/checkpoint/checkpoint.h"
#include "base/hash.h"
#include "files.h"
#include "ridge/attention_archive.h"
#include <string.h>

static const char DESCRIPTION[] = "dim=8\nseed=1\n";

enum { MOST = 1 << 16 };

/* The bytes that a visit writes. */
typedef struct written {
    unsigned char bytes[MOST];
    int64_t n;
} written;

static regatta_status append(void *state, const void *bytes, int64_t n)
{
    written *w = state;
    if (n > MOST - w->n) return REGATTA_ENOMEM;
    memcpy(w->bytes + w->n, bytes, (size_t)n);
    w->n += n;
    return REGATTA_OK;
}

/* Visits; after reading, what was read gives the bytes again. */
static regatta_status twice(rg_archive *archive, rg_unit_visit visit, void *state)
{
    static written again;
    const unsigned char *before = archive->at;
    rg_archive to;
    const regatta_status status = visit(archive, state);
    if (status != REGATTA_OK || !archive->reads) return status;
    again.n = 0;
    rg_archive_write(&to, archive->ctx, append, &again);
    const regatta_status wrote = visit(&to, state);
    const int64_t n = archive->at - before;
    if (wrote == REGATTA_ENOMEM) return status; /* more than is compared */
    fuzz_require(wrote == REGATTA_OK && n == again.n &&
                     memcmp(before, again.bytes, (size_t)n) == 0,
                 "what is read is not what was written");
    return status;
}

static regatta_status see_numbers(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    fuzz_units *u = state;
    RG_TRY(rg_archive_int(archive, &u->sum, -100, 100));
    RG_TRY(rg_archive_number(archive, &u->kind, 0, 3));
    RG_TRY(rg_archive_real(archive, &u->share));
    RG_TRY(rg_archive_count(archive, &u->n, sizeof *u->number));
    if (archive->reads) RG_NEW(archive->ctx->mem, u->number, u->n);
    RG_TRY(rg_archive_floats(archive, u->number, u->n));
done:
    return status;
}

static regatta_status visit_numbers(rg_archive *archive, void *state)
{
    return twice(archive, see_numbers, state);
}

static regatta_status make_numbers(regatta_ctx *ctx, void *state)
{
    regatta_status status = REGATTA_OK;
    fuzz_units *u = state;
    u->sum = 42;
    u->kind = 2;
    u->share = 0.25;
    u->n = FUZZ_NUMBERS;
    RG_NEW(ctx->mem, u->number, u->n);
    for (int64_t k = 0; k < u->n; k++) u->number[k] = (float)k - 1.5f;
    rg_count_flops(ctx, 3.0);
done:
    return status;
}

static regatta_status see_attention(rg_archive *archive, void *state)
{
    return rg_attention_archive(archive, &((fuzz_units *)state)->attention, FUZZ_ITEMS,
                                0.25);
}

static regatta_status visit_attention(rg_archive *archive, void *state)
{
    return twice(archive, see_attention, state);
}

static regatta_status make_attention(regatta_ctx *ctx, void *state)
{
    static const uint32_t item[] = {0, 1, 2, 0, 1, 3, 2, 3, 4, 1, 4, 5};
    regatta_status status = REGATTA_OK;
    fuzz_units *u = state;
    rg_item_attention_options o = rg_item_attention_defaults();
    rg_csr *rows = NULL;
    o.neighbours = 3;
    RG_TRY(rg_csr_create(ctx, &rows, 4, FUZZ_ITEMS, 12, 0));
    for (int64_t r = 0; r <= 4; r++) rows->offset[r] = 3 * r;
    memcpy(rows->target, item, sizeof item);
    RG_TRY(rg_item_attention_build(ctx, &u->attention, rows, &o));
done:
    rg_csr_free(rows);
    return status;
}

static regatta_status see_steps(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    fuzz_units *u = state;
    RG_TRY(rg_archive_int(archive, &u->step, 0, FUZZ_STEPS));
    RG_TRY(rg_archive_floats(archive, u->state, FUZZ_STEP_FLOATS));
done:
    return status;
}

static regatta_status visit_steps(rg_archive *archive, void *state)
{
    return twice(archive, see_steps, state);
}

static regatta_status take_steps(regatta_ctx *ctx, void *state)
{
    regatta_status status = REGATTA_OK;
    fuzz_units *u = state;
    if (rg_unit_has_state(ctx)) RG_TRY(rg_unit_resume(ctx, visit_steps, u));
    while (u->step < FUZZ_STEPS) {
        u->state[u->step % FUZZ_STEP_FLOATS] += 0.5f;
        u->step++;
        const int stops = u->stops && u->step == 2;
        if (stops) RG_TRY(rg_checkpoint_stop(ctx));
        RG_TRY(rg_unit_keep(ctx, stops, visit_steps, u));
        if (stops) return REGATTA_ESTOPPED;
    }
done:
    return status;
}

static regatta_status run(regatta_ctx *ctx, fuzz_units *u)
{
    regatta_status status = REGATTA_OK;
    const rg_unit unit[] = {{"numbers", make_numbers, visit_numbers, u},
                            {"attention", make_attention, visit_attention, u},
                            {"steps", take_steps, visit_steps, u}};
    for (int k = 0; k < 3; k++) RG_TRY(rg_unit_run(ctx, &unit[k]));
    status = rg_checkpoint_flush(ctx);
done:
    return status;
}

regatta_status fuzz_units_run(regatta_ctx *ctx, fuzz_units *u, const char *folder)
{
    const rg_checkpoint_options o = {.folder = folder,
                                     .begins = 1,
                                     .resumes = 1,
                                     .seconds = 1e6,
                                     .description = DESCRIPTION};
    regatta_status status = rg_checkpoint_open(ctx, &o);
    if (status == REGATTA_OK) status = run(ctx, u);
    rg_checkpoint_close(ctx);
    return status;
}

void fuzz_units_free(regatta_ctx *ctx, fuzz_units *u)
{
    rg_free(ctx->mem, u->number);
    rg_item_attention_free(u->attention);
    *u = (fuzz_units){.stops = 0};
}

uint64_t fuzz_units_hash(void)
{
    return rg_hash(DESCRIPTION, strlen(DESCRIPTION), 0);
}
