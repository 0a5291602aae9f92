/* Channel `spectral`: a low-rank filter of the graph applied to the history.
 *
 *   p = n^-1/2 sum_{i in history} r_i in_i,  x_j = <p, out_j>,  n = sum r_i
 *   in = D^-1/2 V S^1/2, out = V D^1/4 of the SVD U S V' of D_u^-1/2 R D_i^-1/2
 * (Shen et al., "How powerful is graph convolution for recommendation?", CIKM 2021,
 * eq. 9, with a square root of S: docs/model.md). Explaining costs O(history * rank). */
#ifndef RG_CHANNEL_CHANNEL_SPECTRAL_H
#define RG_CHANNEL_CHANNEL_SPECTRAL_H
#include "model/channel.h"

typedef struct rg_spectral_state {
    rg_rows in;      /* [n_items][rank] D_i^-1/2 V S^1/2 */
    rg_rows out;     /* [n_items][rank] V D_i^1/4 */
    rg_table *table; /* out, for scoring; owned */
} rg_spectral_state;

extern const rg_channel_ops rg_channel_spectral;
#endif
