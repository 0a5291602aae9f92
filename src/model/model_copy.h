/* Copies of a model in memory of their own. */
#ifndef RG_MODEL_MODEL_COPY_H
#define RG_MODEL_MODEL_COPY_H
#include "graph/features.h"
#include "model/model.h"

/* Gives a model without content the numbers and arrays of `from`, which must outlive it:
 * everything but ids, sequences, channels, blend and index. */
void rg_model_share(regatta_model *model, const regatta_model *from);

/* Copies everything, including names (if the model has any) and derived tables: *out
 * needs neither `model` nor its file. ENOMEM. */
regatta_status rg_model_copy(regatta_ctx *ctx, regatta_model **out,
                             const regatta_model *model);
/* The same with all tables converted to `type`; a wider type does not restore rounded
 * numbers. ENUMERIC: a number is out of the range of the type. The same bits at any
 * number of threads. */
regatta_status rg_model_convert(regatta_ctx *ctx, regatta_model **out,
                                const regatta_model *model, rg_element type);

/* Of 10 and 30 the better on new articles (docs/experiments.md). */
enum { RG_NEAR = 30 };

/* New nodes of a copy, and where their features are. */
typedef struct rg_growth {
    const regatta_model *from;
    const rg_features *item_features, *user_features; /* NULL: no new nodes */
    const uint32_t *item_node, *user_node; /* [n_new] their rows in the tables */
    int64_t n_items, n_users;              /* new ones */
    const uint32_t *twin; /* [n_items] items of `from` that are not near: each is the new
                             item itself; NULL: none */
    /* [n_items][RG_NEAR] the items of `from` with the most attention to each new item,
     * and their shares, whose sum is 1; REGATTA_NONE and 0 where there are fewer. The
     * channel that grows early fills them; NULL: no channel does. */
    uint32_t *near;
    float *share;
    const struct rg_new_nodes *given; /* NULL: ids are those of the tables */
    /* A model that has some of the new nodes, with their features; NULL: none. */
    const regatta_model *was;
    const uint32_t *item_was, *user_was; /* [n_new] their numbers there; REGATTA_NONE */
} rg_growth;

/* Creates a copy without the channels of drop[rg_n_channels] != 0: their arrays are not
 * in it, nor is the index if they have the vectors. Without a channel of the score,
 * `blend`, with all channels, makes the score of the others, and the copy has no
 * calibration; blend NULL: the score stays. REGATTA_ENOMEM */
regatta_status rg_model_copy_without(regatta_ctx *ctx, regatta_model **out,
                                     const regatta_model *model, const int *drop,
                                     const rg_blend *blend);

/* The nodes of a grown copy. */
typedef struct rg_new_nodes {
    const rg_idmap *items, *users; /* all ids, those of the model first */
    const rg_features *item_features, *user_features; /* of some new nodes; or NULL */
    /* [new items][RG_NEAR] as in rg_growth, for the new items to which no channel finds
     * near ones; NULL: none */
    const uint32_t *near;
    const float *share;
    /* A model with the same channels of features that has some of the new nodes: their
     * features are those that it has, not those of the tables. NULL: none. */
    const regatta_model *was;
} rg_new_nodes;

/* A copy with the new nodes of `growth`, the base of the functions below. */
regatta_status rg_model_copy_grown(regatta_ctx *ctx, regatta_model **out,
                                   const regatta_model *model, rg_growth *growth);
/* The same with new items and users, whose ids and features are those of the tables: the
 * nodes that the model does not have, in order. New nodes have no interactions. The rows
 * and columns of a new item in the tables of channels are means of those of the items
 * nearest by content, or zeros. *out has no index if there are new items. In a
 * model with items of other domains they are not of the target (for that see
 * channel/features/own_growth.h). Items of the maps apart[], up to the first NULL, are
 * left out; NULL: none. REGATTA_ENOMEM */
regatta_status rg_model_grow(regatta_ctx *ctx, regatta_model **out,
                             const regatta_model *model, const rg_features *items,
                             const rg_features *users, const rg_idmap *const *apart);
/* Returns 1 if the copy would have new nodes. */
int rg_model_grows(const regatta_model *model, const rg_features *items,
                   const rg_features *users, const rg_idmap *const *apart);
/* As rg_model_grow, for given nodes. */
regatta_status rg_model_grow_to(regatta_ctx *ctx, regatta_model **out,
                                const regatta_model *model, const rg_new_nodes *nodes);
/* As rg_model_grow, with twins of some items, twin[n], as new items without names: each
 * is filled as if it were new, from its features in the table, node[n]. For measurements
 * of what a model knows of new items. */
regatta_status rg_model_grow_twins(regatta_ctx *ctx, regatta_model **out,
                                   const regatta_model *model, const rg_features *items,
                                   const uint32_t *node, const uint32_t *twin, int64_t n);
#endif
