/* Attention over the features of items: the channel "content".
 *
 * Item i has features f_i in each modality m (sparse ones) and coordinates z_i, the
 * concatenated projections of its modalities (ridge/content/feature_space.h). The
 * attention from item i of the history to candidate j is
 *
 *   sum_m tail_m <f_i, f_j>_m + z_i' M z_j
 *
 * a low-rank correction of the cosines of the features. With F'F ~ V diag(value) V', tail
 * = alpha and M = -alpha diag(value / (value + lambda)) the sum is alpha lambda f_i'
 * (F'F + lambda I)^-1 f_j, the closed form of a ridge regression on features: frequent
 * combinations of features count less. M may also have a learned part
 * (ridge/content/content_ridge.h). An item without interactions has scores as any other.
 */
#ifndef RG_CHANNEL_CHANNEL_CONTENT_H
#define RG_CHANNEL_CHANNEL_CONTENT_H
#include "channel/feature_blocks.h"
#include "channel/fit/channel_fit.h"
#include "model/weights.h"

typedef struct rg_content_state {
    rg_feature_blocks features;
    int64_t n_items;
    rg_weights rows[RG_MAX_MODALITIES];    /* [n_items] f_i of sparse modalities */
    rg_weights columns[RG_MAX_MODALITIES]; /* their transposes [n_columns]; owned */
    const float *tail;                     /* [features.n] */
    const float *mix;                      /* [rank][rank] M' */
    const float *value;                    /* [rank] eigenvalues of the spaces; NULL in
                                              files of earlier versions */
    rg_rows z;                             /* [n_items][rank] */
    rg_table *table;                       /* of z; owned */
    int64_t n_sparse;                      /* columns of all sparse modalities */
} rg_content_state;

extern const rg_channel_ops rg_channel_content;

/* Returns 1 if some feature of the item is known to the model. */
int rg_content_has(const rg_content_state *s, int64_t item);
/* Builds what the state derives from its arrays. ENOMEM. */
regatta_status rg_content_build(regatta_ctx *ctx, rg_content_state *s, int64_t n_items);
/* Returns the floats of work below for one candidate; each more takes `rank` floats. */
int64_t rg_content_work(const rg_content_state *s);
/* row[n][ld], ld at least n_items rounded up to RG_PANEL: the attention of every item to
 * the n candidates from number `first` on. The bits of a row do not depend on n. */
void rg_content_attention(float *row, int64_t ld, const rg_content_state *s,
                          int64_t first, int64_t n, float *work);
/* Returns the channel's state in the model; NULL if the model has no content. */
const rg_content_state *rg_content_of(const regatta_model *model);
#endif
