/* One score out of several channels: scaled per user, weighed by what validation showed.
 *
 * A channel a gives every item a raw score x_aj. For one user it is scaled to
 *   s_aj = clip((x_aj - mean_a) / (top_a - mean_a), -2, 4)
 * with mean_a over all items and top_a the mean of the user's 20 best unseen ones (of
 * fewer than 80 the best quarter), so that a channel speaks as loudly for a sparse
 * history as for a long one. Where the unseen ones are all below the mean (few items,
 * most of them seen) mean_a is theirs. Then score_j = sum_a s_aj (base_a + user_a lu +
 * item_a li_j + sum_{b >= a} pair_ab s_bj)
 *           + li_j (pop + pop_user lu),      lu = log(1 + n_u), li_j = log(1 + d_j).
 * A weighted sum is the case in which only `base` is set. Every term is a channel's s
 * times a number, so a score splits exactly over whatever makes up the x (explain). */
#ifndef RG_RANK_BLEND_H
#define RG_RANK_BLEND_H
#include <stdint.h>

typedef enum rg_channel {
    RG_CHANNEL_VECTORS = 0, /* cosine of node vectors, item bias */
    RG_CHANNEL_ITEMS = 1,   /* item attention: the history attends to a candidate */
    RG_CHANNEL_USERS = 2,   /* user attention: users alike lend their items */
    RG_CHANNEL_SPECTRAL = 3 /* low-rank filter of the normalised graph */
} rg_channel;
enum { RG_N_CHANNELS = 4 };

/* Floats only, so that a model file holds it as one tensor. */
typedef struct rg_blend {
    float base[RG_N_CHANNELS], user[RG_N_CHANNELS], item[RG_N_CHANNELS];
    float pair[RG_N_CHANNELS][RG_N_CHANNELS]; /* b >= a only */
    float pop, pop_user;
    float on[RG_N_CHANNELS]; /* 1: the channel takes part */
} rg_blend;

enum { RG_BLEND_FLOATS = RG_N_CHANNELS * (4 + RG_N_CHANNELS) + 2 };

/* Weights that are good everywhere, for the channels of on[RG_N_CHANNELS]: vectors 2,
 * items 1, the others 0.3. */
void rg_blend_start(rg_blend *blend, const int *on);

/* What scaling one user's row came to. */
typedef struct rg_scaling {
    double mean, width; /* width = top - mean; 0 when the row says nothing: s = 0 */
} rg_scaling;

/* How row[n] is scaled. seen[n_seen] ascending are left out of `top`. The row is as
 * before afterwards: the seen ones lie in spare[n_seen] meanwhile. */
rg_scaling rg_blend_measure(float *row, int64_t n, const uint32_t *seen, int64_t n_seen,
                            float *spare);
/* The same, and scales the row in place. */
rg_scaling rg_blend_scale(float *row, int64_t n, const uint32_t *seen, int64_t n_seen,
                          float *spare);

/* One number as rg_blend_scale scales it. */
float rg_blend_scaled(const rg_scaling *scaling, float x);

/* out[j] for all j < n from the rows x[a] (NULL where on[a] is 0), scaled on the way to
 * the bits of rg_blend_scale; may be one of them. log_degree[n] is li. */
void rg_blend_raw(float *out, const rg_blend *blend, float *const *x,
                  const rg_scaling *scaling, const float *log_degree, float log_history,
                  int64_t n);

/* kappa[a] with score = sum_a kappa_a s_a + li (pop + pop_user lu): pairs of different
 * channels count half to each. */
void rg_blend_factors(double *kappa, const rg_blend *blend, const double *s,
                      double log_degree, double log_history);
#endif
