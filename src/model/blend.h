/* One score out of several channels: scaled per user, weighed by what validation showed.
 *
 * A channel a gives every item a raw score x_aj. For one user it is scaled to
 *   s_aj = clip((x_aj - mean_a) / (top_a - mean_a), -2, 4)
 * with mean_a over all items and top_a the mean of the user's 20 best unseen ones (of
 * fewer than 80 the best quarter), so that a channel speaks as loudly for a sparse
 * history as for a long one. Where the unseen ones are all below the mean (few items,
 * most of them seen) mean_a is theirs. Then, with lu = log(1 + n_u), li_j = log(1 + d_j),
 *   score_j = sum_a s_aj (base_a + user_a lu + item_a li_j + g_aj)
 *           + li_j (pop + pop_user lu + g_pop,j).
 * A weighted sum is the case in which only `base` is set. g is the gate, a network of one
 * hidden layer that looks at the candidate and says what each channel counts there; 0
 * without it. With it a channel's factor, in brackets, is at least 0: what speaks for an
 * item does so in every score. Every term is a channel's s times a number, so a score
 * splits exactly over whatever makes up the x (explain). */
#ifndef RG_MODEL_BLEND_H
#define RG_MODEL_BLEND_H
#include <stdint.h>

enum {
    RG_CHANNEL_VECTORS = 0, /* cosine of node vectors, item bias */
    RG_CHANNEL_ITEMS = 1,   /* item attention: the history attends to a candidate */
    RG_CHANNEL_USERS = 2,   /* user attention: users alike lend their items */
    RG_CHANNEL_SPECTRAL = 3 /* low-rank filter of the normalised graph */
};
enum { RG_N_CHANNELS = 4 };

/* Attention over channels:
 *   g_o = out_bias[o] + sum_k out[o][k] max(0, in_bias[k] + sum_f in[f][k] x_f)
 * for the channels and then popularity, x in the order of rg_gate_input. The inputs after
 * the channels' are held between low and high, what was seen in training: the gate says
 * nothing new beyond (a channel's s is clipped), and nothing at all, g = 0, of a history
 * shorter than any it has learned from. */
typedef enum rg_gate_input {
    RG_GATE_DEGREE = RG_N_CHANNELS, /* after the channels' s: li */
    RG_GATE_HISTORY,                /* lu */
    RG_GATE_BEST,    /* the most that one item of the history adds to item attention's x,
                      * over that channel's width; 0 where it says nothing */
    RG_GATE_SUPPORT, /* log(1 + items of the history that add to it) */
    RG_GATE_INPUTS
} rg_gate_input;
enum {
    RG_GATE_UNITS = 32,
    RG_GATE_OUTPUTS = RG_N_CHANNELS + 1,
    RG_GATE_SIDES = RG_GATE_INPUTS - RG_N_CHANNELS
};

typedef struct rg_gate {
    float in[RG_GATE_INPUTS][RG_GATE_UNITS], in_bias[RG_GATE_UNITS];
    float out[RG_GATE_OUTPUTS][RG_GATE_UNITS], out_bias[RG_GATE_OUTPUTS];
    float low[RG_GATE_SIDES], high[RG_GATE_SIDES];
} rg_gate;

/* Floats only, so that a model file holds it as one tensor. */
typedef struct rg_blend {
    float base[RG_N_CHANNELS], user[RG_N_CHANNELS], item[RG_N_CHANNELS];
    float pop, pop_user;
    float on[RG_N_CHANNELS]; /* 1: the channel takes part */
    float gated;             /* 1: the gate speaks, 0: it is all zero */
    rg_gate gate;
} rg_blend;

enum {
    RG_GATE_FLOATS = RG_GATE_UNITS * (RG_GATE_INPUTS + 1 + RG_GATE_OUTPUTS) +
                     RG_GATE_OUTPUTS + 2 * RG_GATE_SIDES,
    RG_BLEND_FLOATS = 4 * RG_N_CHANNELS + 3 + RG_GATE_FLOATS
};

/* What a blend sees of one candidate of one user. */
typedef struct rg_blend_case {
    double s[RG_N_CHANNELS], log_degree, log_history;
    double best, support; /* as the gate's inputs; read where there is a gate */
} rg_blend_case;

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
 * the bits of rg_blend_scale; may be one of them. log_degree[n] is li; best[n] (not
 * yet over the width) and support[n] are for a gate, and may be NULL without one. */
void rg_blend_raw(float *out, const rg_blend *blend, float *const *x,
                  const rg_scaling *scaling, const float *log_degree, const float *best,
                  const float *support, float log_history, int64_t n);

/* kappa[a], and as its value the factor p of popularity: score = sum_a kappa_a s_a + p
 * li.
 */
double rg_blend_factors(double *kappa, const rg_blend *blend, const rg_blend_case *x);
/* That score. */
double rg_blend_score(const rg_blend *blend, const rg_blend_case *x);
#endif
