/* Resolves the defaults of options, and the choices without a slice. */
#ifndef RG_FIT_RESOLVE_H
#define RG_FIT_RESOLVE_H
#include "channel/fit/channel_fit.h"

/* Fills in defaults by the graph's size and the preset, the channels to fit, and their
 * settings. `choice` was created. The temperature stays 0 if validation chooses it. */
void rg_fit_resolve(rg_fit_options *options, rg_fit_choice *choice,
                    const regatta_graph *graph);
/* Sets the choice without validation: the settings of each channel for this case, and a
 * blend with the start weights. */
void rg_fit_settle(rg_fit_options *options, rg_fit_choice *choice);

enum { RG_FIT_SAMPLE_EDGES = 4000000 };

/* Creates a sub-graph of random users with all their items if n_edges is above the limit,
 * so that the cost of choices is bounded; else sets NULL. n_edges: usually those of
 * `graph`; two graphs with the same users keep the same ones of them with the same
 * n_edges. */
regatta_status rg_fit_sample(regatta_ctx *ctx, regatta_graph **out,
                             const regatta_graph *graph, int64_t n_edges, uint64_t seed);
#endif
