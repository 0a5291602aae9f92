/* A channel is one way to score every item for a query. One table lists the operations of
 * each channel of this build; all other code loops over the table.
 *
 * A channel gives item j the raw score x_j for a query. The blend scales the raw scores
 * per query and weights them (model/blend.h). Code refers to a channel by its number in
 * the table; options and files refer to it by its name.
 *
 * To add a channel: write its pair of files under src/channel/ and add a line to
 * src/channel/channel_table.c. */
#ifndef RG_MODEL_CHANNEL_H
#define RG_MODEL_CHANNEL_H
#include "knn/table.h"
#include "model/blend.h"
#include "model/history.h"
#include "model/visitor.h"

/* How x_j splits over the history. The caller provides the arrays, all zero. */
typedef struct rg_channel_parts {
    double *value;  /* [n] the contribution of each item of the history to x_j */
    double *size;   /* [n] the sum of the absolute products behind value: the scale of
                     * its rounding */
    double *weight; /* [n] attention to each item; 0 for a channel without attention */
    double bias;    /* the part of x_j that is the same for every query */
    double direct;  /* the part of x_j that depends on the query and belongs to no item
                     * of its history */
    int partial;    /* 1: the parts do not sum to x_j; the rest is a residual */
} rg_channel_parts;

/* The part of one feature of a candidate in x_j. */
typedef struct rg_feature_part {
    const char *modality, *feature; /* feature NULL: all numbers of a vector */
    double value;
} rg_feature_part;

struct rg_channel_fit_ops;
struct rg_growth;
struct rg_picking;

typedef struct rg_channel_ops {
    const char *name;   /* in options, files and reports */
    size_t state_size;  /* bytes of its state in a model, initially zero */
    float start_weight; /* weight in a blend that is not learned */
    int kept;     /* 1: a model keeps the channel even if its blend drops it, because
                     other calls use it */
    int evidence; /* 1: `row` fills best and support, which the gate reads */
    int popular;  /* 1: a product with bias (`query`, `table`); it gives the scores of a
                     query without a history, and of one of which no channel knows more,
                     also if the blend drops it */
    int has_side; /* 1: it encodes side tables of the nodes of `side` */
    regatta_side side;
    int seen_only; /* 1: only training users get scores, no unseen histories */
    const struct rg_channel_ops *reads; /* the channel whose state it reads from the
                                           model; it is `kept`. NULL: none */

    /* Sets the model's pointers to parts of the state (model->vectors,
     * model->item_weights). May be NULL. */
    void (*attach)(regatta_model *model, void *state);
    /* Visits every array of the state, in the order of the file (model/visitor.h). */
    regatta_status (*visit)(rg_visitor *v, regatta_model *model, void *state);
    /* Build and free the memory that the state owns beside its arrays. May be NULL. */
    regatta_status (*finish)(regatta_ctx *ctx, regatta_model *model, void *state);
    void (*release)(rg_mem mem, void *state);
    /* Stores the number type of the state's tables; returns 0 if it has no such table.
     * May be NULL. */
    int (*element)(const void *state, rg_element *out);
    /* Gives a copied state its own copy of all memory that `release` frees. May be
     * NULL. */
    regatta_status (*clone)(regatta_ctx *ctx, void *state, const void *from);

    /* Fills the rows of new nodes, which are zeros in the state of a grown copy, and
     * updates numbers of nodes in the state (model/model_copy.h); before `finish`. NULL:
     * zeros are right, and there are no such numbers. A channel with grows_early comes
     * before the others, and fills growth->near. */
    regatta_status (*grow)(regatta_ctx *ctx, regatta_model *model, void *state,
                           struct rg_growth *growth);
    int grows_early;
    /* Reduces a copied state to some nodes (channel/picking.h), before `finish`. NULL:
     * no fit reads the state. */
    regatta_status (*pick)(regatta_model *model, void *state,
                           const struct rg_picking *picking);

    /* Returns 1 if the channel reads the order of a history. NULL: no channel state
     * does. */
    int (*ordered)(const void *state);

    /* A channel computes scores either by `row` or as products of a prepared query with a
     * table. If table is NULL, `row` overwrites row[n_items]. For a channel with evidence
     * it also overwrites best[n_items] and support[n_items] unless NULL: the largest part
     * of one item of the history in x_j (at least 0), and log(1 + items with a part above
     * 0). Returns its FLOPs, as rg_count_flops defines them. work[work_floats(n)] is
     * scratch for a history of n items, of an ordered channel n interactions (work_floats
     * NULL: 0). */
    int64_t (*row)(float *row, float *best, float *support, const regatta_model *model,
                   const void *state, const rg_history *history, float *work);
    /* If table is set, `query` prepares a query once, and a tile of queries is multiplied
     * with the panels of the table. query[query_floats]; work as above. `add` adds to
     * row[n_items] the parts of x that are no products and returns its FLOPs; NULL: there
     * are none. */
    const rg_table *(*table)(const void *state);
    int64_t (*query_floats)(const void *state);
    int64_t (*work_floats)(const void *state, int64_t n);
    void (*query)(float *query, const void *state, const rg_history *history,
                  float *work);
    int64_t (*add)(float *row, const regatta_model *model, const void *state,
                   const rg_history *history, float *work);
    /* Splits x = x_item. */
    void (*explain)(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work);

    /* Splits x_item over the features of the item; returns their number. parts NULL: only
     * counts them. NULL: the channel has no features of items. */
    int64_t (*features)(rg_feature_part *parts, const void *state,
                        const rg_history *history, uint32_t item, float *work);

    const struct rg_channel_fit_ops *fit; /* channel/channel_fit.h */
} rg_channel_ops;

/* The channels of this build, defined in src/channel/channel_table.c. */
extern const rg_channel_ops *const rg_channels[];
extern const int rg_n_channels; /* at most RG_MAX_CHANNELS */

/* Returns the name of a channel; NULL if no channel has the number. */
const char *rg_channel_name(uint32_t channel);
/* Returns the number of the channel called name[length]; -1 if the build has none. */
int rg_channel_find(const char *name, int64_t length);
/* Returns a mask with the bit of each channel in a comma-separated list of names; 0 for
 * NULL. Unknown names are ignored; *unknown is set to the first of them and
 * *unknown_length to its length. */
uint32_t rg_channel_mask(const char *names, const char **unknown,
                         int64_t *unknown_length);
/* Returns the number of the first channel with evidence, -1 = none. */
int rg_channel_evidence(void);
/* Write start_weight and seen_only of every channel: [rg_n_channels] each. */
void rg_channel_start(float *start);
void rg_channel_seen_only(int *seen_only);

/* A channel in a model; ops NULL: the model lacks it. */
typedef struct rg_channel {
    const rg_channel_ops *ops;
    void *state;
    int borrowed; /* 1: another model owns the state */
} rg_channel;
#endif
