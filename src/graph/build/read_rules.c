#include "graph/build/read_rules.h"
#include <string.h>

regatta_status rg_read_rules_copy(regatta_ctx *ctx, rg_read_rules **out,
                                  const rg_read_rules *from)
{
    regatta_status status = REGATTA_OK;
    rg_read_rules *r = NULL;
    *out = NULL;
    if (from == NULL) return REGATTA_OK;
    RG_NEW(ctx->mem, r, 1);
    *r = *from;
    r->mem = ctx->mem;
    r->event_weights = NULL;
    if (from->event_weights != NULL) {
        const size_t size = strlen(from->event_weights) + 1;
        RG_NEW(ctx->mem, r->event_weights, size);
        memcpy(r->event_weights, from->event_weights, size);
    }
    *out = r;
    r = NULL;
done:
    rg_read_rules_free(r);
    return status;
}

regatta_status rg_read_rules_take(regatta_ctx *ctx, rg_read_rules **out,
                                  const regatta_read_options *o)
{
    const rg_read_rules rules = {.event_weights = (char *)o->event_weights,
                                 .event_column = o->event_column,
                                 .use_dislike_below = o->use_dislike_below,
                                 .use_min_weight = o->use_min_weight,
                                 .dislike_below = o->dislike_below,
                                 .min_weight = o->min_weight};
    *out = NULL;
    if (o->event_weights == NULL && !o->use_dislike_below && !o->use_min_weight)
        return REGATTA_OK;
    return rg_read_rules_copy(ctx, out, &rules);
}

void rg_read_rules_free(rg_read_rules *rules)
{
    if (rules == NULL) return;
    rg_free(rules->mem, rules->event_weights);
    rg_free(rules->mem, rules);
}
