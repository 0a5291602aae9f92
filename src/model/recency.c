#include "model/recency.h"
#include <math.h>

float rg_recency_at(const float *r, const rg_history *h, int64_t step)
{
    const float place = (float)(h->n_steps - 1 - step);
    const float by_place = r[RG_RECENCY_FLOOR] + (1.0f - r[RG_RECENCY_FLOOR]) *
                                                     powf(r[RG_RECENCY_DECAY], place);
    if (h->time == NULL || r[RG_RECENCY_POWER] == 0.0f) return by_place;
    const double age = (double)h->at - (double)h->time[step];
    return by_place * (float)pow(1.0 + age / (double)r[RG_RECENCY_UNIT],
                                 -(double)r[RG_RECENCY_POWER]);
}

float rg_recency_weight(const float *recency, const rg_history *h, int64_t e)
{
    const float weight = h->weight != NULL ? h->weight[e] : 1.0f;
    if (recency == NULL || h->n_steps == 0) return weight;
    return weight * rg_recency_at(recency, h, (int64_t)h->latest[e]);
}

static int is_valid(const float *r)
{
    return r[RG_RECENCY_DECAY] > 0.0f && r[RG_RECENCY_DECAY] <= 1.0f &&
           r[RG_RECENCY_FLOOR] <= 1.0f && r[RG_RECENCY_UNIT] > 0.0f;
}

regatta_status rg_recency_visit(rg_visitor *v, const char *name, const float **recency,
                                int optional)
{
    const rg_bound bound = {0x1p60f, 1, optional};
    const regatta_status status = rg_visit_floats(v, name, recency, RG_N_RECENCY, &bound);
    if (status != REGATTA_OK || *recency == NULL || is_valid(*recency)) return status;
    return rg_visit_wrong(v, name, "its numbers are not those of a decay");
}
