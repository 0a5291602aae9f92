/* The parameters of training: one arena, and one table that names its parts. */
#ifndef RG_GAT_PARAMS_H
#define RG_GAT_PARAMS_H
#include "base/ctx.h"
#include <regatta/model.h>

enum { RG_MAX_LAYERS = 4, RG_MAX_HEADS = 16 };

/* The shape of a network. */
typedef struct rg_shape {
    regatta_attention attention;
    regatta_combine combine;
    int heads, layers;
    int64_t dim; /* a multiple of heads; a head is dim / heads columns */
    int64_t n_users, n_items;
    regatta_share share; /* of the attention parameters */
    int64_t n_groups; /* of items, for hierarchical attention of users' rows; 0: none */
    int dynamic;      /* 1: dynamic attention; 2: with ages of interactions; 0: none */
    int64_t n_features[2]; /* of users and items in the input layer; 0: none */
} rg_shape;

/* Returns 1 if layers have weights of their own: attention, dynamic
 * terms or a hierarchy. */
int rg_shape_attends(const rg_shape *shape);

typedef enum rg_param_group {
    RG_PARAM_VECTORS,
    RG_PARAM_BIAS,
    RG_PARAM_FEATURES,  /* rows of features in the input layer */
    RG_PARAM_ATTENTION, /* maps of vectors to queries, keys and scores */
    RG_PARAM_FACTORS    /* single numbers of attention */
} rg_param_group;

typedef struct rg_param_entry {
    char name[32];             /* "x0", "bias", "layer0.wq", ... */
    rg_param_group group;      /* decides learning rate and L2 */
    int64_t rows, cols, first; /* floats arena[first .. first + rows * cols) */
} rg_param_entry;

/* The levels of hierarchical attention (attention/levels.h), in the order of their
 * logits. */
enum { RG_LEVEL_ITEMS, RG_LEVEL_GROUPS, RG_LEVEL_WHOLE, RG_N_LEVELS };

/* The terms of dynamic attention (attention/dynamic.h). */
enum {
    RG_DYNAMIC_SCALE,  /* the logarithm of the factor of scores */
    RG_DYNAMIC_DEGREE, /* the same by the degree of the row */
    RG_DYNAMIC_KEY,    /* by the degree of the neighbour */
    RG_DYNAMIC_TYPE,   /* of an edge of the item graph */
    RG_DYNAMIC_AGE,    /* by the age of the interaction */
    RG_N_DYNAMIC
};

/* Attention parameters of a layer, at most; x0, bias and the rows of features of both
 * sides besides. */
enum { RG_LAYER_PARAMS = 6, RG_MAX_PARAMS = 4 + RG_LAYER_PARAMS * RG_MAX_LAYERS };

/* Parameters, or their gradient: the same layout. NULL where the kind has none, and for
 * attention parameters that are shared: the layers read them expanded. */
typedef struct rg_params {
    rg_mem mem;
    rg_shape shape;
    int n_entries;
    rg_param_entry entry[RG_MAX_PARAMS];
    int64_t n_floats;
    int64_t first_item, n_item_rows; /* the rows of items in x0: all, or a panel */
    float *arena;
    float *x0;                  /* [n_users + n_item_rows][dim] */
    float *bias;                /* [n_items] */
    float *w[2];                /* [n_features][dim] of users, items (feature_input.h) */
    float *beta[RG_MAX_LAYERS]; /* cosine: [heads] */
    float *wq[RG_MAX_LAYERS];   /* dot, gatv2: [dim][dim]; gat: W */
    float *wk[RG_MAX_LAYERS];   /* dot, gatv2: [dim][dim] */
    float
        *a[RG_MAX_LAYERS]; /* gatv2: [dim], head by head; gat: [2][dim], query then key */
    float *level[RG_MAX_LAYERS];       /* hierarchy: [RG_N_LEVELS][heads] logits */
    float *group_score[RG_MAX_LAYERS]; /* hierarchy: [2][heads] gamma, then delta */
    float
        *dynamic[RG_MAX_LAYERS]; /* dynamic: [RG_N_DYNAMIC][2] for rows of users, items */
} rg_params;

/* All zero. */
regatta_status rg_params_create(regatta_ctx *ctx, rg_params **out, const rg_shape *shape);
/* The same with the rows of the items first .. first + n - 1 alone in x0: what a rank
 * keeps of a gradient or a copy whose items are divided. */
regatta_status rg_params_create_panel(regatta_ctx *ctx, rg_params **out,
                                      const rg_shape *shape, int64_t first, int64_t n);
/* Start of the attention parameters so that every score is 0 and learning can begin
 * (docs/model.md); x0 normal with deviation 0.1; bias 0. */
void rg_params_start(rg_params *p, uint64_t seed);
/* The same for a part of the nodes: the users are first_user, ... of all_users. */
void rg_params_start_part(rg_params *p, uint64_t seed, int64_t first_user,
                          int64_t all_users);
/* Copies the parameters of all nodes to those of a part, or those of the part to their
 * places among all; of items, the rows that the part has. */
void rg_params_take_part(rg_params *part, const rg_params *all, int64_t first_user);
void rg_params_put_part(rg_params *all, const rg_params *part, int64_t first_user);
/* Initialises all parameters except x0. */
void rg_params_start_attention(rg_params *p, uint64_t seed);
/* Copies the attention parameters of `from`, of the same kind and for any nodes. */
void rg_params_copy_attention(rg_params *to, const rg_params *from);

/* Shared parameters. With layers shared, every layer has those of layer 0. With heads
 * shared, a head has its own queries (wq), and all heads the same of everything else: the
 * columns of one head are stored (keys: multi-query attention, Shazeer, "Fast transformer
 * decoding", 2019; layers: Lan et al., "ALBERT", ICLR 2020). */

/* Creates parameters of the attention of `shape` without sharing and without nodes. */
regatta_status rg_params_create_expanded(regatta_ctx *ctx, rg_params **out,
                                         const rg_shape *shape);
/* expanded = what each layer and head reads of p. */
void rg_params_expand(rg_params *expanded, const rg_params *p);
/* Adds the gradients of expanded parameters to those of the shared ones. */
void rg_params_add_expanded(rg_params *grad, const rg_params *expanded);
void rg_params_free(rg_params *p);
#endif
