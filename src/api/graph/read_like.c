#include "api/graph/read_like.h"
#include "base/text/json_find.h"
#include "model/model.h"
#include <stdio.h>
#include <string.h>

static int number(double *out, const char *json, const char *path)
{
    rg_json at;
    return rg_json_find(&at, json, path) && rg_json_real(&at, out);
}

/* Copies the string at `path`; *out stays NULL if there is none. */
static regatta_status text(regatta_ctx *ctx, char **out, const char *json,
                           const char *path)
{
    regatta_status status = REGATTA_OK;
    rg_json at;
    char first[1];
    if (!rg_json_find(&at, json, path)) return REGATTA_OK;
    rg_json again = at;
    const int64_t length = rg_json_string(&at, first, sizeof first);
    if (length <= 0) return REGATTA_OK;
    RG_NEW(ctx->mem, *out, length + 1);
    rg_json_string(&again, *out, length + 1);
done:
    return status;
}

regatta_status rg_read_like_take(regatta_ctx *ctx, regatta_read_options *o,
                                 rg_read_like *own)
{
    regatta_status status = REGATTA_OK;
    const char *const json = o->like != NULL ? o->like->json : NULL;
    double column = 0.0;
    own->mem = ctx->mem;
    if (json == NULL) return REGATTA_OK;
    if (o->event_weights == NULL) {
        RG_TRY(text(ctx, &own->event_weights, json, "data.reading.event_weights"));
        o->event_weights = own->event_weights;
        if (own->event_weights != NULL && o->event_column == 0 &&
            number(&column, json, "data.reading.event_column"))
            o->event_column = (uint32_t)column;
    }
    if (!o->use_dislike_below)
        o->use_dislike_below =
            (uint32_t)number(&o->dislike_below, json, "data.reading.dislike_below");
    if (!o->use_min_weight)
        o->use_min_weight =
            (uint32_t)number(&o->min_weight, json, "data.reading.min_weight");
done:
    return status;
}

static void add(regatta_read_report *r, const char *name, const char *value)
{
    const size_t n = strlen(r->like);
    snprintf(r->like + n, sizeof r->like - n, "%s%s %s", n > 0 ? ", " : "", name, value);
}

static void add_number(regatta_read_report *r, const char *name, double value)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.9g", value);
    add(r, name, digits);
}

void rg_read_like_report(regatta_read_report *r, const regatta_read_options *o,
                         const regatta_read_options *given)
{
    if (o->event_weights != given->event_weights && r->event_column > 0)
        add(r, "event weights", o->event_weights);
    if (!r->has_weight) return;
    if (o->use_dislike_below != given->use_dislike_below)
        add_number(r, "dislikes below", o->dislike_below);
    if (o->use_min_weight != given->use_min_weight)
        add_number(r, "a least rating of", o->min_weight);
}

void rg_read_like_free(rg_read_like *own)
{
    rg_free(own->mem, own->event_weights);
}
