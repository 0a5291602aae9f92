/* The calibration of a model: from a score to a probability (docs/model.md).
 *
 * With knots (s_k, l_k), k < n, both strictly ascending, and two slopes above 0, the
 * logit of the probability is linear between two knots, and continues with the first
 * slope below the first knot and with the second slope above the last one. So a sigmoid
 * is one knot with two equal slopes, and a probability rises strictly with its score. */
#ifndef RG_MODEL_CALIBRATION_H
#define RG_MODEL_CALIBRATION_H
#include "model/visitor.h"
#include <regatta/pairs.h>

enum {
    RG_CALIBRATION_KNOTS = 64,
    RG_CALIBRATION_HEAD = 3,
    /* n, both slopes, scores [64], logits [64]; those from n on are 0. */
    RG_CALIBRATION_FLOATS = RG_CALIBRATION_HEAD + 2 * RG_CALIBRATION_KNOTS,
    /* The members of regatta_calibration from `form` to the end, as doubles. */
    RG_CALIBRATION_NUMBERS = 7 + 3 * REGATTA_BINS
};

typedef struct rg_calibration {
    const float *knots; /* [RG_CALIBRATION_FLOATS]; NULL: none */
    double numbers[RG_CALIBRATION_NUMBERS];
} rg_calibration;

/* Return the logit of a score, and the probability: c->knots is not NULL. */
double rg_calibration_logit(const rg_calibration *c, double score);
double rg_calibration_probability(const rg_calibration *c, double score);

/* Copies between the numbers of a model and the public struct. */
void rg_calibration_put(rg_calibration *c, const regatta_calibration *from);
void rg_calibration_get(regatta_calibration *out, const rg_calibration *c);

/* Visits the tensors "calibration" and "calibration.numbers", which may be missing. */
regatta_status rg_calibration_visit(rg_visitor *v, rg_calibration *c);
#endif
