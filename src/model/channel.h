/* A channel: one way to score every item for a query. The operations of each channel of
 * this build stand in one table; everything else loops over the table.
 *
 * A channel gives item j the raw score x_j for a query. The blend scales the raw scores
 * per query and weighs them (model/blend.h). A channel is named by its number in the
 * table, in options and files by its name.
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
    double *weight; /* [n] attention to each item; left at 0 by a channel without */
    double bias;    /* the part of x_j that is the same for every query */
    double direct;  /* the part of x_j that depends on the query and belongs to no item
                     * of its history */
    int partial;    /* 1: these do not add up to x_j; the rest is a residual */
} rg_channel_parts;

struct rg_channel_fit_ops;

typedef struct rg_channel_ops {
    const char *name;   /* in options, files and reports */
    const char *title;  /* one line for people */
    size_t state_size;  /* bytes of its state in a model, zeroed at first */
    float start_weight; /* in a blend, before anything is learned */
    int kept;      /* 1: a model keeps the channel where its blend leaves it out, because
                    * other calls use it */
    int evidence;  /* 1: `row` fills best and support, which the gate reads */
    int seen_only; /* 1: no scores for a history that is not a training user's */

    /* Publishes parts of the state to the model (model->vectors, model->item_weights).
     * May be NULL. */
    void (*attach)(regatta_model *model, void *state);
    /* Visits every array of the state, in the order of the file (model/visitor.h). */
    regatta_status (*visit)(rg_visitor *v, regatta_model *model, void *state);
    /* Builds and frees what is derived from the arrays or owned besides them. May be
     * NULL. */
    regatta_status (*finish)(regatta_ctx *ctx, regatta_model *model, void *state);
    void (*release)(rg_mem mem, void *state);
    /* The type of its numbers; 0 where they do not tell. May be NULL. */
    int (*element)(const void *state, rg_element *out);
    /* Gives a copied state its own of everything that `release` frees. May be NULL. */
    regatta_status (*clone)(regatta_ctx *ctx, void *state, const void *from);

    /* Scores, either by `row` alone or as the products of a prepared query with a table.
     * table NULL: `row` overwrites row[n_items]. best and support are NULL, or [n_items]
     * of a channel with evidence, and overwritten: the largest part of one item of the
     * history in x_j (at least 0), and log(1 + items whose part is above 0). */
    void (*row)(float *row, float *best, float *support, const regatta_model *model,
                const void *state, const rg_history *history);
    /* Otherwise the query is prepared once and a tile of queries is multiplied with the
     * panels of the table. query[query_floats]; work[work_floats(n)] for a history of n
     * items (NULL: none is needed). */
    const rg_table *(*table)(const void *state);
    int64_t (*query_floats)(const void *state);
    int64_t (*work_floats)(const void *state, int64_t n);
    void (*query)(float *query, const void *state, const rg_history *history,
                  float *work);
    /* Splits x = x_item. */
    void (*explain)(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work);

    const struct rg_channel_fit_ops *fit; /* channel/channel_fit.h */
} rg_channel_ops;

/* The channels of this build: src/channel/channel_table.c. */
extern const rg_channel_ops *const rg_channels[];
extern const int rg_n_channels; /* at most RG_MAX_CHANNELS */

/* The name of a channel; NULL for a number without a channel. */
const char *rg_channel_name(uint32_t channel);
/* The number of the channel called name[length]; -1 where the build has none. */
int rg_channel_find(const char *name, int64_t length);
/* A bit for the number of each channel in a list of names with commas; 0 for NULL. Names
 * that no channel has are left out: *unknown is then the first of them and
 * *unknown_length its length. */
uint32_t rg_channel_mask(const char *names, const char **unknown,
                         int64_t *unknown_length);
/* The first channel with evidence, -1 = none. */
int rg_channel_evidence(void);
/* start_weight and seen_only of every channel: [rg_n_channels] each. */
void rg_channel_start(float *start);
void rg_channel_seen_only(int *seen_only);

/* A channel in a model; ops NULL: the model lacks it. */
typedef struct rg_channel {
    const rg_channel_ops *ops;
    void *state;
    int borrowed; /* 1: the state belongs to somebody else */
} rg_channel;
#endif
