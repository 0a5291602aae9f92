/* One score from several channels: each scaled per user and weighted by numbers learned
 * on the validation slice.
 *
 * A channel a gives every item a raw score x_aj. For one user it is scaled to
 *   s_aj = clip((x_aj - mean_a) / (top_a - mean_a), -2, 4)
 * with mean_a the mean over all items and top_a the mean of the user's 20 best unseen
 * items (with fewer than 80 unseen items, of the best quarter), so that scaled scores
 * have the same size for short and long histories. If all unseen items are below the mean
 * (few items, most of them seen), mean_a is the mean over the unseen items. Then, with lu
 * = log(1 + n_u), li_j = log(1 + d_j),
 *   score_j = sum_a s_aj (base_a + user_a lu + item_a li_j + g_aj)
 *           + li_j (pop + pop_user lu + g_pop,j).
 * With only `base` set this is a weighted sum. g is the gate: a network with one hidden
 * layer whose inputs are numbers of the candidate and whose outputs shift the factors; g
 * = 0 without a gate. With a gate a channel's factor, in brackets, is at least 0. For a
 * new item (rg_model.fresh) fresh_a is added to the factor, also of a channel that is not
 * on. Every term is a number times the s of a channel, so a score is an exact sum over
 * the parts of each x (explain). */
#ifndef RG_MODEL_BLEND_H
#define RG_MODEL_BLEND_H
#include "base/alloc.h"
#include <stdint.h>

/* The largest number of channels of a build. It sizes arrays on the stack. */
enum { RG_MAX_CHANNELS = 16 };

/* The side inputs of the gate: its inputs for a candidate other than the n channels' s.
 * They are clamped to low..high, their range in training (s is clipped already). */
typedef enum rg_gate_side {
    RG_GATE_DEGREE,  /* li */
    RG_GATE_HISTORY, /* lu; below its low the gate is off: g = 0 */
    RG_GATE_BEST,    /* the largest part of one item of the history in the evidence
                        channel's x, divided by the width of that channel; 0 if the
                        width is 0 */
    RG_GATE_SUPPORT, /* log(1 + items of the history with a part above 0) */
    RG_GATE_SIDES
} rg_gate_side;
enum { RG_GATE_UNITS = 32 };

/*   g_o = out_bias[o] + sum_k out[o][k] max(0, in_bias[k] + sum_f in[f][k] x_f)
 * for the channels and then popularity (o = n); x are the channels' s and then the side
 * inputs. */
typedef struct rg_gate {
    float (*in)[RG_GATE_UNITS];             /* [n + RG_GATE_SIDES] */
    float *in_bias;                         /* [RG_GATE_UNITS] */
    float (*out)[RG_GATE_UNITS], *out_bias; /* [n + 1] */
    float *low, *high;                      /* [RG_GATE_SIDES] */
} rg_gate;

/* A blend of n channels. Its floats are one block, x, stored as one tensor in a model
 * file; the other pointers point into it. Arrays of rows, scores and factors are indexed
 * by channel number of the build, so a blend may contain only some channels. */
typedef struct rg_blend {
    rg_mem mem;
    int n;
    int number[RG_MAX_CHANNELS]; /* [n] channel numbers, ascending */
    int evidence; /* number of the channel from which best and support come; -1 = none */
    float *x; /* [rg_blend_floats(n)] base, user, item, pop, pop_user, on, gated, gate;
               * then fresh */
    float *base, *user, *item; /* [n] */
    float *pop, *pop_user;
    float *on;    /* [n] 1: the channel is part of the score */
    float *gated; /* 1: there is a gate; 0: the numbers of the gate are all zero */
    rg_gate gate;
    float *fresh; /* [n] at least 0 */
} rg_blend;

/* Returns the number of floats without `fresh`. */
int64_t rg_blend_floats(int n);
/* Creates a zero blend of channels 0 .. n - 1; 1 <= n <= RG_MAX_CHANNELS.
 * REGATTA_ENOMEM. */
regatta_status rg_blend_create(rg_mem mem, rg_blend **out, int n, int evidence);
/* Creates a copy with the channels of keep[number] != 0; at least one. REGATTA_ENOMEM. */
regatta_status rg_blend_pack(rg_mem mem, rg_blend **out, const rg_blend *blend,
                             const int *keep);
void rg_blend_free(rg_blend *blend); /* NULL is a no-op */
/* Copies `from` to `to`, which has as many channels. */
void rg_blend_set(rg_blend *to, const rg_blend *from);
/* Copies `from`, which has some channels, to `to`, which has all; the others are zero. */
void rg_blend_spread(rg_blend *to, const rg_blend *from);
/* Sets base = start[n] for the channels of on[n], and zero everywhere else. */
void rg_blend_start(rg_blend *blend, const int *on, const float *start);

/* The inputs of a blend for one candidate of one user. */
typedef struct rg_blend_case {
    double s[RG_MAX_CHANNELS], log_degree, log_history;
    double best, support; /* inputs of the gate; read only if there is a gate */
    int is_fresh;         /* 1: the candidate is a new item */
} rg_blend_case;

/* The scaling of one row of one user. */
typedef struct rg_scaling {
    double mean, width; /* width = top - mean; 0 if all scores are equal: s = 0 */
} rg_scaling;

/* Returns the scaling of row[n]. The items seen[n_seen], ascending, do not count for
 * `top`. The row is unchanged after the call; spare[n_seen] is scratch. */
rg_scaling rg_blend_measure(float *row, int64_t n, const uint32_t *seen, int64_t n_seen,
                            float *spare);
/* Scales the row in place and returns the scaling. */
rg_scaling rg_blend_scale(float *row, int64_t n, const uint32_t *seen, int64_t n_seen,
                          float *spare);

/* Scales one number as rg_blend_scale does. */
float rg_blend_scaled(const rg_scaling *scaling, float x);

/* Writes the scores out[j], j < n, from the raw rows x[a] (NULL if on[a] is 0), which are
 * scaled with the bits of rg_blend_scale; out may be one of them. log_degree[n] is li.
 * best[n] (not yet divided by the width) and support[n] are inputs of the gate, NULL
 * without one. */
void rg_blend_raw(float *out, const rg_blend *blend, float *const *x,
                  const rg_scaling *scaling, const float *log_degree, const float *best,
                  const float *support, float log_history, int64_t n);

/* Writes to sum[n] what `fresh` adds to the scores of the items item[n], from the rows
 * and scalings above; rows of channels with fresh 0 are not read. */
void rg_blend_fresh(float *sum, const rg_blend *blend, float *const *x,
                    const rg_scaling *scaling, const uint32_t *item, int64_t n);

/* Writes the factors kappa[a] of the blend's channels and returns the factor p of
 * popularity: score = sum_a kappa_a s_a + p li. */
double rg_blend_factors(double *kappa, const rg_blend *blend, const rg_blend_case *x);
/* Returns this score. */
double rg_blend_score(const rg_blend *blend, const rg_blend_case *x);
/* Returns the FLOPs of one candidate of a user: 6 for each channel (scaling, factor,
 * sum), 2 for popularity, and those of the gate if it applies to a history of this
 * length: 2 for each of its weights. */
int64_t rg_blend_flops(const rg_blend *blend, float log_history);
#endif
