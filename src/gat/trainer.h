/* A training run: its workspace and its optimizer steps. */
#ifndef RG_GAT_TRAINER_H
#define RG_GAT_TRAINER_H
#include "gat/adam.h"
#include "gat/item_sample.h"
#include "gat/loss_bpr.h"
#include "gat/loss_softmax.h"
#include "gat/network.h"
#include "gat/train.h"

/* The workspace of a run, allocated once. */
typedef struct rg_trainer {
    rg_mem mem;
    regatta_ctx *ctx; /* counts the FLOPs */
    int threads;
    const rg_train_job *job; /* borrowed */
    rg_shape shape;          /* the job's, with the users of this rank */
    rg_shares share;         /* the users of the ranks */
    int divided;             /* 1: by `share`; 0: every rank has all users */
    rg_shares panel;         /* the items of the ranks in `grad` and `adam` */
    int in_panels;           /* 1: by `panel`; 0: every rank has all items */
    float scale;             /* 1 / temperature */
    rg_adjacency *adj;
    rg_network *net;
    rg_params *params;
    rg_params *grad;        /* in panels: of this rank's items (rg_params_create_panel) */
    rg_adam *adam;          /* in the layout of grad */
    rg_softmax *softmax;    /* loss softmax */
    rg_bpr *bpr;            /* loss BPR */
    rg_item_sample *sample; /* softmax over a sample; NULL = over all items */

    /* The block. */
    int64_t n_active, n_blocks; /* users with edges, blocks a pass is cut into */
    int64_t max_users, max_edges;
    uint32_t *order;    /* [n_active] users in this pass's order */
    int64_t *offset;    /* [max_users + 1] */
    uint32_t *item;     /* [max_edges] positives; with a sample, places in it */
    uint32_t *negative; /* [max_edges] BPR */
    /* Of a block whose users are divided: the users of each rank, in the order of ranks.
     */
    rg_shares owner; /* shares of `place` */
    uint32_t *place; /* [max_users] their places in the block */
    uint32_t *row;   /* [max_users] and nodes here; only of this rank's users */
    float *own_u;    /* [max_users][dim] their rows, one after another */
    float *own_norm; /* [max_users] */

    /* Dense tables. Gradients of items are written in place in dy. */
    float *dy;              /* [n_nodes][dim] net->y, borrowed: a step reads the read-out
                               before it writes its gradient; rows that are not needed mean
                               nothing */
    uint8_t *needed;        /* [n_nodes] items, and users of the block */
    float *v, *v_norm;      /* unit rows of items [n_items][dim], their lengths */
    float *u, *du, *u_norm; /* of the block's users [max_users][dim] */
    float *v_sample, *dv_sample, *b_sample, *db_sample; /* [capacity][dim], [capacity] */
    int forward_is_fresh; /* all of net->y belongs to the present parameters, unthinned */
} rg_trainer;

/* Builds the adjacency and the start. job and its graph must outlive the trainer.
 *
 * With ranks, and layers without attention and dropout, each rank has the tables of its
 * users (rg_row_share) and of all items; with attention or dropout each does all of
 * the work except that of the softmax. In panels (ctx->item_panels), each rank has the
 * gradient and the moments of its items alone, takes their steps, and receives the rows
 * of the others: stage 1 of ZeRO, and its stage 2 for the items (Rajbhandari et al.,
 * "ZeRO: memory optimizations toward training trillion parameter models", SC 2020).
 * Every element is on its own in Adam, so the bytes are the same. */
regatta_status rg_trainer_create(regatta_ctx *ctx, rg_trainer **out,
                                 const rg_train_job *job);
/* Step number `step` (from 0); returns the block's loss. Counts the FLOPs of the network
 * forward and backward (network.h); 8 dim for each unit row of an item and of a user of
 * the block, forward and backward; 6 dim for each pair of a user of the block and an item
 * of the softmax (2 dim, and 4 dim for each draw, with draws), or 12 dim for each
 * positive of BPR; and 15 for each parameter in Adam. A failure of a rank is ctx->lost:
 * the loss then means nothing. */
double rg_trainer_step(rg_trainer *t, int64_t step);
/* Frees what only steps need: gradients, moments, the loss and its tables. */
void rg_trainer_end_steps(rg_trainer *t);
/* Computes net->y over the full graph, without edge dropout. */
void rg_trainer_read_out(rg_trainer *t);
/* Returns net->y, which the caller then owns, and frees network and adjacency: the
 * parameters stay. */
float *rg_trainer_take_read_out(rg_trainer *t);
/* Receives the rows of the users of other ranks in a table of all nodes ([n_nodes][dim]),
 * in which those of this rank are in their places. Without ranks: all are there. */
regatta_status rg_trainer_gather_users(const rg_trainer *t, float *all);
/* Creates a copy of the parameters, with the rows that `grad` has. */
regatta_status rg_trainer_copy(regatta_ctx *ctx, rg_params **out, const rg_trainer *t);
/* Sets the parameters to those of a copy, on every rank. */
regatta_status rg_trainer_restore(rg_trainer *t, const rg_params *copy);
/* Visits an arena in the layout of `like`, its floats `finite` or not: the record has
 * those of all nodes, also where a rank has some of them. */
regatta_status rg_trainer_arena(rg_archive *archive, rg_trainer *t, const rg_params *like,
                                float *arena, int finite);
/* Visits the state after `steps` steps for a checkpoint: parameters, optimizer, and what
 * the next step draws from. */
regatta_status rg_trainer_archive(rg_archive *archive, rg_trainer *t, int64_t steps);
void rg_trainer_free(rg_trainer *t); /* NULL is a no-op */
#endif
