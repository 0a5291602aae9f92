/* Rows of user, item, weight and time as text: TSV, CSV, RecBole, JSON lines. */
#include "base/text/float_text.h"
#include "graph/edge_spill.h"
#include "graph/times/time_digits.h"
#include "graph/writers/rows_write.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct rows {
    rg_output *o;
    const rg_edges *edges;
    regatta_format format;
    int signs; /* times need a '+', or they would be read as days */
} rows;

static regatta_status put(const rows *w, const char *text)
{
    return rg_output_write(w->o, text, (int64_t)strlen(text));
}

/* An id in quotes, as CSV doubles them and JSON escapes them. */
static regatta_status put_quoted(const rows *w, const char *name, const char *quote)
{
    regatta_status status = put(w, "\"");
    while (status == REGATTA_OK && *name != '\0') {
        const size_t n = strcspn(name, quote[0] == '\\' ? "\"\\" : "\"");
        status = rg_output_write(w->o, name, (int64_t)n);
        name += n;
        if (*name == '\0' || status != REGATTA_OK) break;
        status = rg_output_write(w->o, quote, 1);
        if (status == REGATTA_OK) status = rg_output_write(w->o, name++, 1);
    }
    return status == REGATTA_OK ? put(w, "\"") : status;
}

static regatta_status put_name(const rows *w, const rg_idmap *map, uint32_t k)
{
    const char *name = rg_idmap_name(map, k);
    if (w->format == REGATTA_FORMAT_JSONL) return put_quoted(w, name, "\\");
    if (w->format == REGATTA_FORMAT_CSV &&
        (strpbrk(name, ",\"") != NULL || name[0] == '\''))
        return put_quoted(w, name, "\"");
    return put(w, name);
}

static regatta_status put_time(const rows *w, int64_t time)
{
    int64_t ignored = 0;
    const int sign = w->format != REGATTA_FORMAT_JSONL && time > 0 &&
                     (w->signs || rg_time_of_digits(time, &ignored));
    return rg_output_printf(w->o, "%s%" PRId64, sign ? "+" : "", time);
}

static regatta_status put_row(const rows *w, int64_t k)
{
    static const char *const keys[] = {
        "{\"user\":", ",\"item\":", ",\"weight\":", ",\"timestamp\":"};
    const rg_edges *e = w->edges;
    const int is_json = w->format == REGATTA_FORMAT_JSONL;
    const char *stop = w->format == REGATTA_FORMAT_CSV ? "," : "\t";
    regatta_status status = REGATTA_OK;
    char number[RG_FLOAT_BYTES];
    if (is_json) RG_TRY(put(w, keys[0]));
    RG_TRY(put_name(w, e->users, e->user[k]));
    RG_TRY(put(w, is_json ? keys[1] : stop));
    RG_TRY(put_name(w, e->items, e->item[k]));
    if (e->has_weight) {
        RG_TRY(put(w, is_json ? keys[2] : stop));
        const int n = rg_format_weight(number, e->weight[k]);
        const char *quote = is_json && e->weight[k] == RG_IMPRESSION ? "\"" : "";
        RG_TRY(put(w, quote));
        RG_TRY(rg_output_write(w->o, number, n));
        RG_TRY(put(w, quote));
    }
    if (e->has_time) {
        RG_TRY(put(w, is_json ? keys[3] : stop));
        RG_TRY(put_time(w, e->time[k]));
    }
    RG_TRY(put(w, is_json ? "}\n" : "\n"));
done:
    return status;
}

static regatta_status put_header(const rows *w)
{
    const rg_edges *e = w->edges;
    switch (w->format) {
    case REGATTA_FORMAT_JSONL: return REGATTA_OK;
    case REGATTA_FORMAT_RECBOLE:
        return rg_output_printf(w->o, "user_id:token\titem_id:token%s%s\n",
                                e->has_weight ? "\trating:float" : "",
                                e->has_time ? "\ttimestamp:float" : "");
    case REGATTA_FORMAT_CSV:
        return rg_output_printf(w->o, "user,item%s%s\n", e->has_weight ? ",weight" : "",
                                e->has_time ? ",timestamp" : "");
    default:
        return rg_output_printf(w->o, "user\titem%s%s\n", e->has_weight ? "\tweight" : "",
                                e->has_time ? "\ttimestamp" : "");
    }
}

/* Finds out whether all times look like days written as numbers. */
static regatta_status find_signs(regatta_ctx *ctx, rg_edges *e, int *signs)
{
    regatta_status status = REGATTA_OK;
    unsigned forms = RG_DIGITS_ALL;
    int64_t n_positive = 0;
    int more = 0;
    RG_TRY(rg_spill_rewind(e));
    while (forms != 0) {
        RG_TRY(rg_spill_next(ctx, e, &more));
        if (!more) break;
        rg_digits_narrow(&forms, &n_positive, e->time, e->n);
    }
    *signs = forms != 0 && n_positive > 0;
done:
    return status;
}

regatta_status rg_write_rows(regatta_ctx *ctx, rg_output *o, rg_edges *edges,
                             regatta_format format)
{
    rows w = {o, edges, format, 0};
    regatta_status status = REGATTA_OK;
    int more = 0;
    if (edges->has_time && format != REGATTA_FORMAT_JSONL)
        RG_TRY(find_signs(ctx, edges, &w.signs));
    RG_TRY(put_header(&w));
    RG_TRY(rg_spill_rewind(edges));
    for (;;) {
        RG_TRY(rg_spill_next(ctx, edges, &more));
        if (!more) break;
        for (int64_t k = 0; k < edges->n; k++) RG_TRY(put_row(&w, k));
    }
done:
    return status;
}
