#include "api/options.h"
#include "graph/edge_spill.h"
#include "graph/formats/read_edges.h"
#include "graph/writers/rows_write.h"
#include "store/store.h"
#include <inttypes.h>

enum { MEMORY_ROWS = 1 << 18, MEMORY_IDS = 1 << 20 };

static int is_written(uint32_t format)
{
    switch (format) {
    case REGATTA_FORMAT_AUTO:
    case REGATTA_FORMAT_ADJACENCY:
    case REGATTA_FORMAT_CSV:
    case REGATTA_FORMAT_TSV:
    case REGATTA_FORMAT_RECBOLE:
    case REGATTA_FORMAT_JSONL:
    case REGATTA_FORMAT_MATRIX_MARKET:
    case REGATTA_FORMAT_NPZ: return 1;
    default: return 0;
    }
}

static regatta_status check_output(regatta_ctx *ctx, const char *to,
                                   const regatta_interactions_options *o)
{
    char shown[RG_SHOWN_PLACE];
    const int is_database = rg_store_kind_of(to) != RG_STORE_NONE;
    rg_store_show(shown, to);
    if (!is_written(o->format))
        return rg_fail(ctx, REGATTA_EINVAL, "format %" PRIu32 " is not written",
                       o->format);
    if (is_database && o->format != REGATTA_FORMAT_AUTO)
        return rg_fail(ctx, REGATTA_EINVAL, "%s: a database has no other format", shown);
    if (is_database && (o->table == NULL || o->table[0] == '\0'))
        return rg_fail(ctx, REGATTA_EINVAL, "%s: a database needs a table", shown);
    if (!is_database && o->table != NULL)
        return rg_fail(ctx, REGATTA_EINVAL, "%s: only a database has tables", shown);
    return REGATTA_OK;
}

regatta_status regatta_interactions_convert(regatta_ctx *ctx, const char *from,
                                            const regatta_read_options *read,
                                            const char *to,
                                            const regatta_interactions_options *opts,
                                            regatta_read_report *report)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (from == NULL) return rg_missing(ctx, "from");
    if (to == NULL) return rg_missing(ctx, "to");
    regatta_status status = REGATTA_OK;
    regatta_read_options r = REGATTA_READ_OPTIONS_INIT;
    regatta_interactions_options o = REGATTA_INTERACTIONS_OPTIONS_INIT;
    regatta_read_report full = {.struct_size = sizeof full};
    rg_edges *edges = NULL;
    rg_spill_plan plan = {0, 0};
    regatta_format format = REGATTA_FORMAT_AUTO;
    RG_TRY(rg_options_read(ctx, &r, sizeof r, read, "read options"));
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "interactions options"));
    if (report != NULL) RG_TRY(rg_struct_check(ctx, report, "read report"));
    RG_TRY(rg_read_check(ctx, &r));
    RG_TRY(check_output(ctx, to, &o));
    format = (regatta_format)o.format;
    RG_TRY(rg_rows_format(ctx, &format, to));
    plan.rows = o.rows_in_memory > 0 ? o.rows_in_memory : MEMORY_ROWS;
    if (!rg_rows_need_ids(format))
        plan.names = o.ids_in_memory > 0 ? o.ids_in_memory : MEMORY_IDS;
    ctx->spill = &plan;
    status = rg_read_edges(ctx, &edges, from, &r, &full);
    ctx->spill = NULL;
    if (status != REGATTA_OK) goto done;
    RG_TRY(rg_rows_write(ctx, edges, to, format, o.table));
    if (report != NULL) rg_struct_write(report, &full, sizeof full);
    rg_begin(ctx); /* clears the messages of dropped rows */
done:
    rg_edges_free(edges);
    return rg_end(ctx, status);
}
