/* Recency: the weight of an interaction by its place in the history and by its age. */
#ifndef RG_MODEL_RECENCY_H
#define RG_MODEL_RECENCY_H
#include "model/history.h"
#include "model/visitor.h"

/* phi(m, t) = (floor + (1 - floor) decay^m) (1 + t / unit)^-power of an interaction with
 * m later ones and the age t in seconds. The second factor is 1 for histories without
 * times. */
enum {
    RG_RECENCY_DECAY, /* in (0, 1] */
    RG_RECENCY_FLOOR, /* in [0, 1] */
    RG_RECENCY_UNIT,  /* above 0 */
    RG_RECENCY_POWER, /* at least 0 */
    RG_N_RECENCY
};

/* Returns phi of step `step` of a history in order. */
float rg_recency_at(const float *recency, const rg_history *history, int64_t step);
/* Returns the weight of item `e` of the history, with `recency` (NULL = none) times phi
 * of its latest interaction. A history without order has phi 1. */
float rg_recency_weight(const float *recency, const rg_history *history, int64_t e);
/* Visits recency[RG_N_RECENCY], which may be missing if `optional`, and checks it. */
regatta_status rg_recency_visit(rg_visitor *v, const char *name, const float **recency,
                                int optional);
#endif
