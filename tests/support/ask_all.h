/* Asks a model everything that can be asked: for models that came from strange files. */
#ifndef TESTS_SUPPORT_ASK_ALL_H
#define TESTS_SUPPORT_ASK_ALL_H
#include <regatta/regatta.h>

/* Recommends (also diversified and penalised), scores, explains, finds similar nodes of
 * both sides, proposes candidates, folds in users and items, reads histories, evaluates,
 * and converts to each type, once with an index. NULL when every answer is one that the
 * contracts allow: the status, numbers below the model's sizes, nothing twice, no score
 * NaN, cosines in
 * [-1, 1]; else what was wrong. Public functions alone. */
const char *ask_all(regatta_ctx *ctx, const regatta_model *model);
#endif
