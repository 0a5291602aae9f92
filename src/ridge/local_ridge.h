/* One small ridge system per item: the weights of its neighbours. */
#ifndef RG_RIDGE_LOCAL_RIDGE_H
#define RG_RIDGE_LOCAL_RIDGE_H
#include "ridge/neighbours.h"

typedef struct rg_ridge_shape {
    double lambda;   /* > 0; 0 is allowed, singular systems then end in some solution */
    double theta;    /* Lambda_i = lambda gbar (g_i / gbar)^theta */
    int steps;       /* conjugate-gradient steps at most, >= 1 */
    float tolerance; /* stop at this residual, relative to the right-hand side */
} rg_ridge_shape;

/* Lambda_i of every item; out[n_items]. 0 for an item without interactions. */
void rg_ridge_diagonal(float *out, const rg_cooccurrence *g, double lambda, double theta);

/* Solves for every item j and every shape s: weight[s][n->offset[j] + k] = w of (G_NN +
 * Lambda_N) w = G_Nj, N the neighbours of j; the other slots stay as they are. G_NN is
 * read once for all shapes. O(m^2 steps) per item and shape, and the reading of G_NN:
 * hubs from the table, the rest from the users they share. With one shape weight[0] may
 * be n->value itself. Counts 2 FLOPs for each pair of a non-hub's user that G_NN adds,
 * and 2 m^2 + 11 m for each conjugate-gradient step. Same bits at any thread count, and
 * as with each shape alone. */
regatta_status rg_local_ridge(regatta_ctx *ctx, float *const *weight,
                              const rg_neighbours *n, const rg_cooccurrence *g,
                              const rg_ridge_shape *shape, int n_shapes);
#endif
