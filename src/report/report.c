#include "report/report.h"
#include "report/measure/report_parts.h"
#include "report/page/page.h"
#include <inttypes.h>
#include <regatta/version.h>
#include <stdio.h>

static void write_identity(rg_text *t, const rg_report_world *w)
{
    char hash[24];
    int on[RG_MAX_CHANNELS];
    snprintf(hash, sizeof hash, "%016" PRIx64, w->model->info.data_hash);
    rg_text_string(t, "regatta", REGATTA_VERSION);
    rg_text_escaped(t, "title",
                    w->opts->title != NULL ? w->opts->title : "regatta report");
    rg_text_string(t, "data_hash", hash);
    rg_model_channels(on, w->model);
    rg_text_open(t, "channels", '[');
    for (int c = 0; c < rg_n_channels; c++)
        if (on[c]) rg_text_string(t, NULL, rg_channels[c]->name);
    rg_text_close(t, ']');
}

/* Fills t with the numbers, one JSON object. */
static regatta_status measure(rg_text *t, const rg_report_world *w)
{
    regatta_status status = REGATTA_OK;
    rg_text_append(t, "{");
    write_identity(t, w);
    RG_TRY(rg_report_data(t, w));
    rg_report_decisions(t, w);
    RG_TRY(rg_report_quality(t, w));
    rg_report_calibration(t, w);
    RG_TRY(rg_report_attention(t, w));
    RG_TRY(rg_report_item_graph(t, w));
    RG_TRY(rg_report_users(t, w));
    rg_text_append(t, "}\n");
    status = t->status;
done:
    return status;
}

static regatta_status send(regatta_ctx *ctx, regatta_write_fn write, void *state,
                           const rg_text *t, const char *name)
{
    if (write == NULL || write(state, t->bytes, (size_t)t->n) == 0) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EIO, "the %s of the report could not be written", name);
}

regatta_status rg_report(regatta_ctx *ctx, const regatta_model *model,
                         const regatta_report_options *opts)
{
    regatta_status status = REGATTA_OK;
    rg_report_world w;
    rg_json_tree tree = {.node = NULL};
    rg_text json, page;
    rg_text_begin(&json, ctx->mem);
    rg_text_begin(&page, ctx->mem);
    RG_TRY(rg_report_world_create(&w, ctx, model, opts));
    RG_TRY(measure(&json, &w));
    if (opts->page != NULL) {
        RG_TRY(rg_json_tree_parse(ctx, &tree, json.bytes, json.n));
        rg_report_page(&page, tree.node);
        RG_TRY(page.status);
    }
    RG_TRY(send(ctx, opts->page, opts->page_state, &page, "page"));
    RG_TRY(send(ctx, opts->json, opts->json_state, &json, "JSON"));
done:
    rg_json_tree_free(ctx, &tree);
    rg_report_world_free(&w);
    rg_free(ctx->mem, json.bytes);
    rg_free(ctx->mem, page.bytes);
    return status;
}
