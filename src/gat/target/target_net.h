/* The network of target attention: a number for each pair of an item h of a history and a
 * candidate j (Zhou et al., "Deep Interest Network for Click-Through Rate Prediction",
 * KDD 2018, section 4.3).
 *
 *   o_hj = c + sum_k v_k max(0, b_k + (A' q_h)_k + (B' q_j)_k + (C' (q_h q_j))_k
 *                              + (D' f_hj)_k)
 *
 *   q    the coordinates of an item: its vector in `width` columns, [width]
 *   f    the sides: the share of the weight w_hj, and the place and the age of h in the
 *        history, each of order 1
 *
 * For one h the network is a network of the inputs q_j and the share alone: rows
 * B_p + q_hp C_p, and a bias that includes all terms of h. So a pair costs
 * 2 (width + 2) RG_NET_UNITS FLOPs, and the tables of a model contain q only. */
#ifndef RG_GAT_TARGET_NET_H
#define RG_GAT_TARGET_NET_H
#include "base/kernels/kernels.h"

enum { RG_TARGET_WIDTH = 16 /* columns at most */ };

typedef enum rg_target_side {
    RG_TARGET_SHARE,
    RG_TARGET_PLACE,
    RG_TARGET_AGE,
    RG_TARGET_SIDES
} rg_target_side;

/* How the numbers o of a candidate's pairs become factors g (target_factors.h). */
typedef enum rg_target_kind {
    RG_TARGET_NONE, /* g = 1: item attention itself */
    RG_TARGET_GATE,
    RG_TARGET_SOFTMAX
} rg_target_kind;

/* The rows of A, B, C, D, b and v in one block, each of RG_NET_UNITS floats, and c. */
enum {
    RG_TARGET_ROWS = 3 * RG_TARGET_WIDTH + RG_TARGET_SIDES + 2,
    RG_TARGET_FLOATS = RG_TARGET_ROWS * RG_NET_UNITS + 1
};

/* Views of the parts of a network with `width` columns, or of its gradient. */
typedef struct rg_target_net {
    int width;
    float *own, *other, *product; /* A, B, C: [width][RG_NET_UNITS] */
    float *side;                  /* D: [RG_TARGET_SIDES][RG_NET_UNITS] */
    float *bias, *out;            /* b, v: [RG_NET_UNITS] */
    float *out_bias;              /* c */
} rg_target_net;

/* Returns the number of floats, and of whole rows before the last float. */
int64_t rg_target_floats(int width);
int64_t rg_target_rows(int width);
/* Returns the network whose numbers are x[rg_target_floats(width)]. */
rg_target_net rg_target_net_at(float *x, int width);
/* Fills x with a network of o = 0: v = c = 0, the other numbers uniform with a variance
 * of 1 / inputs. */
void rg_target_start(float *x, int width, uint64_t seed);

/* The terms of one item of a history. */
typedef struct rg_target_item {
    const float *q;   /* [width] */
    float place, age; /* 0 if not known */
} rg_target_item;

/* Room for the network of one item of a history. */
typedef struct rg_target_own {
    float in[RG_TARGET_WIDTH + 1][RG_NET_UNITS], bias[RG_NET_UNITS];
} rg_target_own;

/* Returns the network of one item h, in `room`: width + 1 inputs, q_j and the share; one
 * output, o. Its output numbers are those of `net`. */
rg_net rg_target_net_of(rg_target_own *room, const rg_target_net *net,
                        const rg_target_item *h);
/* Returns a gradient of this network: zeros in `room`, and the output numbers of
 * grad. */
rg_net rg_target_grad_of(rg_target_own *room, const rg_target_net *grad);
/* grad += the derivatives by the network of the gradient `own` of item h. */
void rg_target_collect(const rg_target_net *grad, const rg_net *own,
                       const rg_target_item *h);

/* Returns the share of a weight, w / (|w| + typical), in -1..1. */
static inline float rg_target_share(float w, float typical)
{
    const float size = w < 0.0f ? -w : w;
    return size > 0.0f ? w / (size + typical) : 0.0f;
}
/* Writes the inputs x[width + 1] of a pair. */
static inline void rg_target_inputs(float *x, const float *q, int width, float share)
{
    for (int p = 0; p < width; p++) x[p] = q[p];
    x[width] = share;
}
#endif
