#include "graph/readers/event_weights.h"
#include "graph/edges.h"
#include "graph/readers/reader_fields.h"
#include <string.h>

enum { MOST_KINDS = 256 };

typedef struct event_kind {
    const char *name; /* in `text` */
    int64_t length;
    double weight;
} event_kind;

struct rg_event_weights {
    rg_mem mem;
    char *text;
    int n;
    event_kind kind[MOST_KINDS];
    int has_others;
    double others; /* the weight of kinds without a name */
};

static regatta_status refuse(regatta_ctx *ctx, const char *entry, int64_t length,
                             const char *reason)
{
    return rg_fail(ctx, REGATTA_EINVAL, "--event-weights: '%.*s' %s",
                   length < 100 ? (int)length : 100, entry, reason);
}

static int64_t place_of(const rg_event_weights *w, const char *name, int64_t length)
{
    int k = 0;
    while (k < w->n && (w->kind[k].length != length ||
                        memcmp(w->kind[k].name, name, (size_t)length) != 0))
        k++;
    return k;
}

/* Adds an entry KIND=WEIGHT. */
static regatta_status add(regatta_ctx *ctx, rg_event_weights *w, const char *entry,
                          int64_t length)
{
    double weight = 0.0;
    int64_t at = length - 1;
    while (at >= 0 && entry[at] != '=') at--;
    const char *name = entry, *number = entry + at + 1;
    int64_t name_length = at, number_length = length - at - 1;
    if (at < 0) return refuse(ctx, entry, length, "is not KIND=WEIGHT");
    rg_field_trim(&name, &name_length);
    rg_field_trim(&number, &number_length);
    if (name_length == 0) return refuse(ctx, entry, length, "has no kind");
    if (rg_is_impression(number, number_length))
        weight = (double)RG_IMPRESSION;
    else if (!rg_field_number(number, number_length, &weight) ||
             !(weight >= -1e30 && weight <= 1e30))
        return refuse(ctx, entry, length,
                      "has neither a weight up to 1e30 nor the word shown");
    const int is_others = name_length == 1 && *name == '*';
    if (is_others ? w->has_others : place_of(w, name, name_length) < w->n)
        return refuse(ctx, entry, length, "has an earlier weight");
    if (is_others) {
        w->has_others = 1;
        w->others = weight;
        return REGATTA_OK;
    }
    if (w->n == MOST_KINDS) return refuse(ctx, entry, length, "is one of too many: 257");
    w->kind[w->n++] = (event_kind){name, name_length, weight};
    return REGATTA_OK;
}

static int counts_something(const rg_event_weights *w)
{
    int counts = w->has_others && w->others != 0.0;
    for (int k = 0; k < w->n; k++) counts |= w->kind[k].weight != 0.0;
    return counts;
}

regatta_status rg_event_weights_create(regatta_ctx *ctx, rg_event_weights **out,
                                       const char *text)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_event_weights *w = NULL;
    const size_t n = strlen(text);
    RG_NEW(ctx->mem, w, 1);
    w->mem = ctx->mem;
    RG_NEW(ctx->mem, w->text, (int64_t)n + 1);
    memcpy(w->text, text, n);
    for (const char *at = w->text, *stop = NULL; at != NULL;
         at = stop != NULL ? stop + 1 : NULL) {
        stop = strchr(at, ',');
        RG_TRY(add(ctx, w, at, stop != NULL ? stop - at : (int64_t)strlen(at)));
    }
    if (!counts_something(w)) {
        status = refuse(ctx, text, (int64_t)n, "leaves every row out");
        goto done;
    }
    *out = w;
    w = NULL;
done:
    rg_event_weights_free(w);
    return status;
}

regatta_status rg_event_weights_check(regatta_ctx *ctx, const char *text)
{
    rg_event_weights *w = NULL;
    const regatta_status status = rg_event_weights_create(ctx, &w, text);
    rg_event_weights_free(w);
    return status;
}

int rg_event_weight(const rg_event_weights *w, const char *name, int64_t length,
                    double *weight)
{
    const int64_t k = place_of(w, name, length);
    *weight = k < w->n ? w->kind[k].weight : w->others;
    return k < w->n || w->has_others;
}

void rg_event_weights_free(rg_event_weights *w)
{
    if (w == NULL) return;
    rg_free(w->mem, w->text);
    rg_free(w->mem, w);
}
