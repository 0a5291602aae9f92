/* Models of planted communities. */
#ifndef TESTS_SUPPORT_PLANTED_MODEL_H
#define TESTS_SUPPORT_PLANTED_MODEL_H
#include "support/planted_graph.h"
#include <regatta/model.h>

/* Trains a model on the graph of `p`; a failure ends the test. */
regatta_model *planted_model(regatta_ctx *ctx, const planted *p,
                             const regatta_train_options *o);
#endif
