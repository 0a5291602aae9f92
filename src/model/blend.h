/* One score out of several channels: scaled per user, weighed by what validation showed.
 *
 * A channel a gives every item a raw score x_aj. For one user it is scaled to
 *   s_aj = clip((x_aj - mean_a) / (top_a - mean_a), -2, 4)
 * with mean_a over all items and top_a the mean of the user's 20 best unseen ones (of
 * fewer than 80 the best quarter), so that scaled scores have the same size for short and
 * for long histories. Where the unseen ones are all below the mean (few items, most of
 * them seen) mean_a is theirs. Then, with lu = log(1 + n_u), li_j = log(1 + d_j),
 *   score_j = sum_a s_aj (base_a + user_a lu + item_a li_j + g_aj)
 *           + li_j (pop + pop_user lu + g_pop,j).
 * A weighted sum is the case in which only `base` is set. g is the gate, a network of one
 * hidden layer with the candidate's numbers as inputs and a shift of each factor as
 * outputs; 0 without it. With it a channel's factor, in brackets, is at least 0. Every
 * term is a channel's s times a number, so a score splits exactly over whatever makes up
 * the x (explain). */
#ifndef RG_MODEL_BLEND_H
#define RG_MODEL_BLEND_H
#include "base/alloc.h"
#include <stdint.h>

/* The most channels of a build. It sizes arrays on the stack. */
enum { RG_MAX_CHANNELS = 16 };

/* What the gate reads of a candidate besides the n channels' s. The numbers are clamped
 * to low..high, their range in training (a channel's s is clipped already). */
typedef enum rg_gate_side {
    RG_GATE_DEGREE,  /* li */
    RG_GATE_HISTORY, /* lu; below its low the gate is off: g = 0 */
    RG_GATE_BEST,    /* the most that one item of the history adds to the evidence
                      * channel's x, over that channel's width; 0 where that is 0 */
    RG_GATE_SUPPORT, /* log(1 + items of the history that add to it) */
    RG_GATE_SIDES
} rg_gate_side;
enum { RG_GATE_UNITS = 32 };

/*   g_o = out_bias[o] + sum_k out[o][k] max(0, in_bias[k] + sum_f in[f][k] x_f)
 * for the channels and then popularity (o = n), x the channels' s and then the sides. */
typedef struct rg_gate {
    float (*in)[RG_GATE_UNITS];             /* [n + RG_GATE_SIDES] */
    float *in_bias;                         /* [RG_GATE_UNITS] */
    float (*out)[RG_GATE_UNITS], *out_bias; /* [n + 1] */
    float *low, *high;                      /* [RG_GATE_SIDES] */
} rg_gate;

/* A blend of n channels. Its floats are one block, x, which a model file holds as one
 * tensor; the other pointers are into it. Rows, scores and factors are given by the
 * numbers of channels in the build, so a blend may leave out some of them. */
typedef struct rg_blend {
    rg_mem mem;
    int n;
    int number[RG_MAX_CHANNELS]; /* [n] of its channels, ascending */
    int evidence; /* the number of the channel that the gate's best and support are of; -1
                   * = none */
    float *x; /* [rg_blend_floats(n)] base, user, item, pop, pop_user, on, gated, gate */
    float *base, *user, *item; /* [n] */
    float *pop, *pop_user;
    float *on;    /* [n] 1: the channel takes part */
    float *gated; /* 1: there is a gate, 0: its numbers are all zero */
    rg_gate gate;
} rg_blend;

int64_t rg_blend_floats(int n);
/* All zero, of channels 0 .. n - 1; 1 <= n <= RG_MAX_CHANNELS. REGATTA_ENOMEM. */
regatta_status rg_blend_create(rg_mem mem, rg_blend **out, int n, int evidence);
/* A copy of the channels with keep[number] != 0; at least one. REGATTA_ENOMEM. */
regatta_status rg_blend_pack(rg_mem mem, rg_blend **out, const rg_blend *blend,
                             const int *keep);
void rg_blend_free(rg_blend *blend); /* NULL is a no-op */
/* `to` becomes equal to `from`, which has as many channels. */
void rg_blend_set(rg_blend *to, const rg_blend *from);
/* base = start[n] for the channels of on[n], all else zero. */
void rg_blend_start(rg_blend *blend, const int *on, const float *start);

/* What a blend sees of one candidate of one user. */
typedef struct rg_blend_case {
    double s[RG_MAX_CHANNELS], log_degree, log_history;
    double best, support; /* as the gate's inputs; read where there is a gate */
} rg_blend_case;

/* What scaling one user's row came to. */
typedef struct rg_scaling {
    double mean, width; /* width = top - mean; 0 when all scores are equal: s = 0 */
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

/* kappa[a] of the blend's channels, and as its value the factor p of popularity:
 * score = sum_a kappa_a s_a + p li. */
double rg_blend_factors(double *kappa, const rg_blend *blend, const rg_blend_case *x);
/* That score. */
double rg_blend_score(const rg_blend *blend, const rg_blend_case *x);
#endif
