/* Calls every function on a model: for models from forged files. */
#ifndef TESTS_SUPPORT_ASK_ALL_H
#define TESTS_SUPPORT_ASK_ALL_H
#include <regatta/regatta.h>

/* Recommends (also diversified and penalised), scores, explains, finds similar nodes of
 * both sides, proposes candidates, folds in users and items, reads histories, evaluates,
 * and converts to each type, once with an index. Returns NULL if every result satisfies
 * its contract: the status, numbers below the model's sizes, no repeats, no NaN scores,
 * cosines in [-1, 1]; else a description of the fault. Uses public functions only. */
const char *ask_all(regatta_ctx *ctx, const regatta_model *model);
#endif
