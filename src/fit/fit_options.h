/* Options as given turned into options as used, and what is done without a slice. */
#ifndef RG_FIT_FIT_OPTIONS_H
#define RG_FIT_FIT_OPTIONS_H
#include "fit/fitted.h"

/* Defaults filled in by the graph's size and the preset; the channels to build. The
 * temperature stays 0 where validation shall choose it. */
void rg_fit_resolve(regatta_train_options *out, rg_fit_choice *choice,
                    const regatta_graph *graph, const regatta_train_options *opts);

/* Where nothing could be validated: a middle temperature, weights that are good
 * everywhere, and no channel that needs convincing. */
void rg_fit_defaults(regatta_train_options *options, rg_fit_choice *choice);

/* Between what sparse and dense data want, where nothing can choose. */
#define RG_MIDDLE_TEMPERATURE 0.15f

/* Users of a step on a graph of n_users, where the options leave it open. */
uint32_t rg_fit_batch(int64_t n_users);

rg_shape rg_fit_shape(const regatta_train_options *options, const regatta_graph *graph);

enum { RG_FIT_SAMPLE_EDGES = 4000000 };

/* A sub-graph of random users with all their items for a graph of more interactions than
 * that, so that choosing costs the same for all larger ones; else NULL. */
regatta_status rg_fit_sample(regatta_ctx *ctx, regatta_graph **out,
                             const regatta_graph *graph, uint64_t seed);
#endif
