/* The choice of the settings of node vectors on the slice. */
#ifndef RG_CHANNEL_FIT_VECTORS_CHOOSE_H
#define RG_CHANNEL_FIT_VECTORS_CHOOSE_H
#include "channel/fit/vectors/vectors_fit.h"

/* Short runs of trials, with short vectors. */
enum { RG_SHORT_STEPS = 40, RG_SHORT_DIM = 64 };
/* Typical number of steps of the main run until early stopping. */
#define RG_USUAL_STEPS 80.0

enum { RG_SHORT_RUNS_DONE = 1 }; /* progress of the choice */

/* Returns the heads of the kinds that REGATTA_ATTENTION_AUTO tries. */
int rg_vectors_auto_heads(const rg_fit_options *options);

/* Chooses start of the biases, temperature, item graph, hierarchy, features, attention
 * and recency, and trains the vectors of the slice. As rg_channel_fit_ops.choose. */
regatta_status rg_vectors_choose(rg_selection *s);
#endif
