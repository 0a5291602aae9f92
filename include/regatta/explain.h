/* regatta/explain.h: the parts of a score. */
#ifndef REGATTA_EXPLAIN_H
#define REGATTA_EXPLAIN_H
#include <regatta/channel.h>
#include <regatta/query.h>
REGATTA_BEGIN_C

/* What one item of the history adds to a score. Start from REGATTA_CONTRIBUTION_INIT. */
typedef struct regatta_contribution {
    uint32_t struct_size; /* sizeof this struct in the caller's build */
    uint32_t item;        /* of the history */
    double contribution;  /* what it adds to the score: the sum of channel[] */
    double channel[REGATTA_MAX_CHANNELS]; /* through each channel, by number */
    float attention; /* its share of the attention; the shares of a history sum to 1. The
                        item attention towards the explained item decides where it has
                        positive weights, else the attention layers over the history, else
                        all shares are equal */
} regatta_contribution;

#define REGATTA_CONTRIBUTION_INIT                                                        \
    {                                                                                    \
        sizeof(regatta_contribution), 0, 0.0, {0.0}, 0.0f                                \
    }

/* A score as a sum:
 *
 *   score = sum over channels k of (history[k] + direct[k] + bias[k])
 *           + popularity + centre + residual
 *
 * The arrays are 0 for channels that take no part. Start from REGATTA_EXPLANATION_INIT.
 */
typedef struct regatta_explanation {
    uint32_t struct_size;
    uint32_t item;                        /* whose score it is */
    int64_t n_contributions;              /* how many were written for it */
    double score;                         /* the number that regatta_score returns */
    double history[REGATTA_MAX_CHANNELS]; /* through items of the history: the sum of
                                             channel[k] over all of them */
    double direct[REGATTA_MAX_CHANNELS];  /* specific to the query, but not through items
                                             of its history: all of user attention */
    double bias[REGATTA_MAX_CHANNELS];    /* of the item alone: the bias learned with the
                                             vectors */
    double popularity; /* the blend's term of the item's popularity; the whole score where
                          no channel knows anything about the history */
    double centre;     /* the mean over all items, which scaling subtracts. It differs
                          between items only by clipping and the factors of the blend */
    double residual;   /* what the terms above leave: rounding, below 1e-5 of their size;
                          with REGATTA_COMBINE_ALL also the user's own trained vector */
} regatta_explanation;

#define REGATTA_EXPLANATION_INIT                                                         \
    {                                                                                    \
        sizeof(regatta_explanation), 0, 0, 0.0, {0.0}, {0.0}, {0.0}, 0.0, 0.0, 0.0       \
    }

/* Explains the scores of item[n_items] for the one query. Writes
 *   out[n_items]                       the terms of each score;
 *   contributions[n_items][capacity]   for each item the out[i].n_contributions items of
 *                                      the history, at most `capacity`, that contribute
 *                                      most: largest absolute contribution first, ties to
 *                                      the lower item. NULL with capacity 0.
 * The caller sets struct_size in the first element of each array, the library in the
 * others: it is the size of every element. A gate of the blend (docs/model.md) only
 * changes the factors of channels, so that the parts stay a sum; clipping shrinks the
 * parts of a channel in proportion. All items are scored once, whatever n_items:
 * O(items * channels + n_items * history * (dim + rank)) time and O(items * channels)
 * memory.
 *   REGATTA_EINVAL  a number out of range, a query that is not of exactly one user or
 *                   history, a struct_size that is not set
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_explain(regatta_ctx *ctx, const regatta_model *model,
                                           const regatta_query *query,
                                           const uint32_t *item, int64_t n_items,
                                           regatta_contribution *contributions,
                                           int64_t capacity, regatta_explanation *out);

REGATTA_END_C
#endif
