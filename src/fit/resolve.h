/* Options as given turned into options as used, and what is done without a slice. */
#ifndef RG_FIT_RESOLVE_H
#define RG_FIT_RESOLVE_H
#include "channel/channel_fit.h"

/* Fills in defaults by the graph's size and the preset, the channels to fit, and their
 * settings. `choice` was created. The temperature stays 0 where validation is to choose
 * it. */
void rg_fit_resolve(rg_fit_options *options, rg_fit_choice *choice,
                    const regatta_graph *graph);
/* Where nothing can be validated: the settings of each channel for that case, and a blend
 * of weights that are good everywhere. */
void rg_fit_settle(rg_fit_options *options, rg_fit_choice *choice);

enum { RG_FIT_SAMPLE_EDGES = 4000000 };

/* A sub-graph of random users with all their items for a graph of more interactions than
 * that, so that choosing costs the same for all larger ones; else NULL. */
regatta_status rg_fit_sample(regatta_ctx *ctx, regatta_graph **out,
                             const regatta_graph *graph, uint64_t seed);
#endif
