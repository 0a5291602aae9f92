/* Trains the vectors of a graph: network, loss, Adam, early stopping. */
#ifndef RG_GAT_TRAIN_H
#define RG_GAT_TRAIN_H
#include "gat/feature_input.h"
#include "gat/fold_in.h"
#include "gat/start/known_start.h"
#include "graph/bipartite.h"

/* Measures a state on the caller's validation slice: unit rows of users and items
 * ([n][dim]), bias [n_items], scale = 1 / temperature. *ndcg: ndcg@20; a number that is
 * not finite means that training diverged. Any other status than REGATTA_OK ends it. */
typedef regatta_status (*rg_validate_fn)(void *state, double *ndcg, const float *users,
                                         const float *items, const float *bias,
                                         float scale, const rg_shape *shape);

typedef struct rg_curve_point {
    int step;
    double loss, ndcg;
} rg_curve_point;

/* The result of training: everything that a model needs of the vectors. */
typedef struct rg_vectors {
    rg_mem mem;
    rg_shape shape;
    float scale;        /* 1 / temperature */
    float *y;           /* [n_nodes][dim] read-out, not normalised */
    float *bias;        /* [n_items] */
    float *item_state;  /* [layers][n_items][dim] */
    float *item_degree; /* [n_items] */
    float *prototype;   /* [layers][n_groups][dim] of groups (rg_fold_tables); or NULL */
    const float *user_x0; /* [n_users][dim] as in rg_fold_tables: those of params, or with
                             features `input` */
    float *input;         /* with features: [n_users][dim] X_0 of the users; else NULL */
    rg_params *params; /* attention parameters (arena without x0 would do; kept whole) */
    int best_step, n_steps;
    double best_ndcg; /* NaN without a validator */
    int64_t n_curve;
    rg_curve_point *curve;
    int finished_early; /* the progress callback returned REGATTA_FINISH */
} rg_vectors;

/* How to train. Fields have the meaning and the bounds of those of the public options;
 * none is to be resolved any more. */
typedef struct rg_train_options {
    regatta_start start;
    regatta_loss loss;
    uint32_t max_steps, patience, eval_every;
    uint32_t batch_users;
    uint32_t softmax_items; /* 0: by the number of items */
    float learning_rate, temperature, l2, edge_dropout;
    float bias_start; /* b_i starts at this times log(1 + d_i), d_i the degree */
    float cold_share; /* of the nodes with features, drawn as cold in each step */
    uint64_t seed;
    regatta_progress_fn progress; /* may be NULL */
    void *progress_state;
} rg_train_options;

typedef struct rg_train_job {
    const regatta_graph *graph;
    const float *weight;      /* [n_edges] by_user's order, NULL = all 1 */
    const rg_csr *item_graph; /* NULL = none */
    const uint32_t *group;    /* [n_items] below shape.n_groups; NULL without groups */
    const rg_node_features *features; /* of the input layer, with the sizes of
                                         shape.n_features; NULL = none */
    rg_shape shape;
    rg_train_options options;
    rg_validate_fn validate; /* NULL: max_steps are taken and the last state is kept */
    void *validate_state;
    const rg_params *from; /* start from these, same shape; NULL = options.start. With it
                              max_steps may be 0: their read-out over the graph */
    const float *start; /* the result of rg_train_start for such a job, borrowed; NULL =
                           computed here. Only for options.start SVD and from NULL */
    const rg_known_rows *known; /* rows of another training in the start; NULL = none. Not
                                   with `from` */
    double first_to_beat;       /* a run whose first validation is below it ends there */
    double *noted[2];  /* numbers that the validator keeps of its measurements, part of
                          the state in a checkpoint; NULL = none */
    int is_trial;      /* 1: of a result that a checkpoint has, best_ndcg, best_step,
                          n_steps and curve are read, and the arrays are NULL */
    const char *stage; /* for progress */
    double started;    /* seconds on rg_clock when the whole training began */
    /* For progress: */
    double
        usual_steps; /* after which early stopping is likely to end the run; 0 = none */
    double steps_after;   /* steps of later runs, in steps of this one */
    double seconds_after; /* of everything else */
    int steps_before;     /* of this stage, in runs before */
    int stage_steps;      /* all of the stage; 0 = those of the run */
} rg_train_job;

/* A unit of a checkpoint, as rg_train_start. */
regatta_status rg_train_vectors(regatta_ctx *ctx, rg_vectors **out,
                                const rg_train_job *job);
/* The SVD start of jobs with this graph, weight, shape and seed: *out is
 * [n_nodes][dim], of this rank's users and all items, freed with rg_free(ctx->mem, ...).
 * The item graph, temperature and steps do not enter, so trials and main run share one.
 * Same bits as without it. */
regatta_status rg_train_start(regatta_ctx *ctx, float **out, const rg_train_job *job);
/* Returns 1 if the ranks have a share of the users each in such a job (gat/trainer.h). */
int rg_train_divides(const regatta_ctx *ctx, const rg_train_job *job);
void rg_vectors_free(rg_vectors *v); /* NULL is a no-op */
/* The items in a sampled softmax for the option softmax_items; 0: the softmax is exact.
 */
int64_t rg_sampled_items(regatta_loss loss, uint32_t softmax_items, int64_t n_items);
#endif
