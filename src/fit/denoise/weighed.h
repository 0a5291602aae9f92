/* A graph whose interactions weigh what findings say about them. */
#ifndef RG_FIT_WEIGHED_H
#define RG_FIT_WEIGHED_H
#include "fit/denoise/denoise.h"
#include <regatta/model.h>

/* Multiplies weight[n_edges] by what each interaction counts: NOISE (1 - noise / 2) n /
 * sum, n and sum the number of the interactions of its item and the sum of their 1 -
 * noise / 2. So an item keeps its share of the whole, and items that few users have are
 * not ranked lower; noise moves weight between the users of an item. SPREES times the
 * usual number in a minute over that of a spree, which counts as a usual minute; COPIES
 * divided by the users of a group of twins, which together count as one. `kinds` are some
 * of these. REGATTA_ENOMEM */
enum { RG_WEIGH_NOISE = 1, RG_WEIGH_SPREES = 2, RG_WEIGH_COPIES = 4, RG_WEIGH_ALL = 7 };
regatta_status rg_findings_weigh(regatta_ctx *ctx, float *weight, const rg_findings *f,
                                 const rg_csr *by_user, int kinds);

/* A view of a graph whose interactions have the weights of a training. */
typedef struct rg_weighed {
    regatta_graph graph; /* borrows all but the weights */
    rg_csr rows;
    float *weight; /* NULL: there is no view */
} rg_weighed;

/* Makes the view: the weight that `weighting` gives an interaction, times what it counts.
 * Trainings read it with REGATTA_WEIGHTING_RAW. Free *out also after a failure.
 * REGATTA_ENOMEM */
regatta_status rg_weighed_make(regatta_ctx *ctx, rg_weighed *out,
                               const regatta_graph *graph, regatta_weighting weighting,
                               const rg_findings *f, int kinds);
void rg_weighed_free(rg_mem mem, rg_weighed *weighed);

/* Stores in *out a copy of the graph with its own weights times what the interactions
 * count, of all kinds; all rows of a repeated pair get the factor of the pair.
 * REGATTA_ENOMEM */
regatta_status rg_weighed_copy(regatta_ctx *ctx, regatta_graph **out,
                               const regatta_graph *graph, const rg_findings *f);
#endif
