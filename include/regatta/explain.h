/* regatta/explain.h: a score as a sum of contributions. */
#ifndef REGATTA_EXPLAIN_H
#define REGATTA_EXPLAIN_H
#include <regatta/channel.h>
#include <regatta/query.h>
REGATTA_BEGIN_C

/* The contribution of one item of the history to a score. Start from
 * REGATTA_CONTRIBUTION_INIT. */
typedef struct regatta_contribution {
    uint32_t struct_size; /* sizeof this struct in the caller's build */
    uint32_t item;        /* the item of the history */
    double contribution;  /* its contribution to the score: the sum of channel[] */
    double channel[REGATTA_MAX_CHANNELS]; /* its contribution through each channel, by
                                             channel number */
    float attention; /* its share of the attention; the shares of a history sum to 1.
                        Shares come from the item attention to the explained item if
                        that has positive weights, else from the attention layers over
                        the history, else all are equal */
} regatta_contribution;

#define REGATTA_CONTRIBUTION_INIT                                                        \
    {                                                                                    \
        sizeof(regatta_contribution), 0, 0.0, {0.0}, 0.0f                                \
    }

/* A score as a sum:
 *
 *   score = sum over channels k of (history[k] + direct[k] + bias[k])
 *           + popularity + centre + exposure + residual
 *
 * The arrays are 0 for channels that are not part of the score. Start from
 * REGATTA_EXPLANATION_INIT. */
typedef struct regatta_explanation {
    uint32_t struct_size;
    uint32_t item;                        /* the item whose score this is */
    int64_t n_contributions;              /* contributions written for the item */
    double score;                         /* the score that regatta_score returns */
    double history[REGATTA_MAX_CHANNELS]; /* sum of contribution.channel[k] over all
                                             items of the history */
    double direct[REGATTA_MAX_CHANNELS];  /* depends on the query but on no single item
                                             of its history: all of user attention */
    double bias[REGATTA_MAX_CHANNELS];    /* depends on the item only: the bias learned
                                             with the vectors */
    double popularity; /* the popularity term of the blend; the whole score if no
                          channel tells items apart (an empty history); then, with
                          features of the user, what is expected by them */
    double centre;     /* minus the mean over all items, from the scaling. It differs
                          between items only by clipping and the factors of the blend */
    double residual;   /* score minus the terms above: rounding, below 1e-5 of their
                          size; with REGATTA_COMBINE_ALL also the part of the user's
                          own trained vector */
    double exposure;   /* of an item that the user was shown and did not take: at most 0
                          (docs/model.md, Exposure) */
} regatta_explanation;

#define REGATTA_EXPLANATION_INIT                                                         \
    {                                                                                    \
        sizeof(regatta_explanation), 0, 0, 0.0, {0.0}, {0.0}, {0.0}, 0.0, 0.0, 0.0, 0.0  \
    }

/* Explains the scores of item[n_items] for the one query. Writes
 *   out[n_items]                       the terms of each score;
 *   contributions[n_items][capacity]   for each item the out[i].n_contributions items of
 *                                      the history, at most `capacity`, that contribute
 *                                      most: largest absolute contribution first, ties to
 *                                      the lower item. NULL with capacity 0.
 * The caller sets struct_size in the first element of each array, the library in the
 * others: it is the size of every element. A gate of the blend (docs/model.md) changes
 * only the factors of channels, so the score remains this sum; clipping scales all parts
 * of a channel by one factor. All items are scored once, for any n_items: O(items *
 * channels + n_items * history * (dim + rank)) time and O(items * channels) memory.
 *   REGATTA_EINVAL  a number out of range, an item of a source domain, a query of other
 *                   than one user or history, a struct_size that is not set
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_explain(regatta_ctx *ctx, const regatta_model *model,
                                           const regatta_query *query,
                                           const uint32_t *item, int64_t n_items,
                                           regatta_contribution *contributions,
                                           int64_t capacity, regatta_explanation *out);

/* The part of one feature of an item in a score. Start from REGATTA_FEATURE_PART_INIT. */
typedef struct regatta_feature_part {
    uint32_t struct_size;
    const char *modality; /* both are owned by the model */
    const char *feature;  /* NULL: a dense modality, all numbers of the item's vector */
    double contribution;
} regatta_feature_part;

#define REGATTA_FEATURE_PART_INIT                                                        \
    {                                                                                    \
        sizeof(regatta_feature_part), NULL, NULL, 0.0                                    \
    }

/* Splits the contribution of the channel "content" to the score of `item` for the one
 * query over the features of the item. Writes the parts with the largest absolute values,
 * largest first, at most `capacity`, to out, and the number of all parts to *n: 0 if
 * content is not part of the score. All parts together are
 * regatta_explanation.history[content], up to rounding. The caller sets struct_size in
 * the first element. O(items * channels). REGATTA_EINVAL  as regatta_explain; n is NULL
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_explain_features(
    regatta_ctx *ctx, const regatta_model *model, const regatta_query *query,
    uint32_t item, regatta_feature_part *out, int64_t capacity, int64_t *n);

REGATTA_END_C
#endif
