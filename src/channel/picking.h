/* The states of channels for some of the nodes of a model. */
#ifndef RG_CHANNEL_PICKING_H
#define RG_CHANNEL_PICKING_H
#include "model/model.h"
#include "model/weights.h"

typedef struct rg_picking {
    const regatta_model *from;
    const uint32_t *user, *item; /* the numbers there of the nodes */
    int64_t n_users, n_items;
    const uint32_t *place; /* [from->n_items] the new number of each item, REGATTA_NONE =
                              it is left out; rg_model_pick sets it */
} rg_picking;

/* Replace a table, numbers, or sparse rows by those of the nodes pick[n], in memory of
 * the model; of a table, in each of its layers. REGATTA_ENOMEM */
regatta_status rg_pick_rows(regatta_model *model, rg_rows *rows, int layers,
                            const uint32_t *pick, int64_t n);
regatta_status rg_pick_floats(regatta_model *model, const float **x, const uint32_t *pick,
                              int64_t n);
regatta_status rg_pick_weights(regatta_model *model, rg_weights *w, const uint32_t *pick,
                               int64_t n);
/* A channel's `pick` whose state is rg_item_weights: takes rows and targets. */
regatta_status rg_pick_item_weights(regatta_model *model, void *state,
                                    const rg_picking *picking);
/* Creates a model of the nodes, without histories and names, and with the states of the
 * channels that have `pick` alone. It borrows from picking->from, which must outlive it.
 * REGATTA_ENOMEM */
regatta_status rg_model_pick(regatta_ctx *ctx, regatta_model **out,
                             const rg_picking *picking);
/* Creates a copy of a model whose items are those of item[n_items] in this order, a
 * permutation. It keeps the order of the items with interactions. *out has no index.
 * REGATTA_ENOMEM */
regatta_status rg_model_renumber(regatta_ctx *ctx, regatta_model **out,
                                 const regatta_model *model, const uint32_t *item);
#endif
