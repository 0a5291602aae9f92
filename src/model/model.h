/* A model, trained or mapped from a file: ids, histories, and an array of channels. */
#ifndef RG_MODEL_MODEL_H
#define RG_MODEL_MODEL_H
#include "base/files/file.h"
#include "graph/idmap.h"
#include "graph/sequences.h"
#include "knn/item_index.h"
#include "model/blend.h"
#include "model/calibration.h"
#include "model/channel.h"
#include "model/node_vectors.h"
#include <regatta/model.h>

struct rg_candidates_tables;
struct rg_model_block;

enum { RG_CHANNEL_NAMES = 512 /* bytes of the names of all channels */ };

/* The numbers of users and items of the target domain. */
typedef struct rg_own {
    uint32_t users, items;
} rg_own;

/* Arrays are read-only. They belong to the model's blocks, or to the file it is mapped
 * from. */
struct regatta_model {
    rg_mem mem;
    int64_t n_users, n_items, n_edges;
    /* The nodes of the target domain, which come first. Only its items are answers; the
     * other items are context in histories (docs/model.md, Domains). rg_model_finish
     * replaces 0 by all nodes. */
    rg_own own;
    rg_idmap *users, *items;
    const int64_t *history_offset; /* [n_users + 1] training items of each user */
    const uint32_t *history_item;  /* [n_edges] ascending within a user */
    const float *history_weight;   /* [n_edges] weights in training; NULL = all 1 */
    /* Items that users dislike, ascending, and not in their histories: they are not
     * recommended to the user, and item attention from each, times *dislike_push, is
     * taken from the scores (docs/model.md). NULL: no dislikes. */
    const float *dislike_push;      /* [1] */
    const int64_t *disliked_offset; /* [n_users + 1] */
    const uint32_t *disliked_item;
    /* Items that users were shown, ascending, and how often, 1..RG_MOST_SHOWN: an item
     * that is not in the history loses *shown_strength * log(1 + count) of its score
     * (docs/model.md). NULL: no impressions. */
    const float *shown_strength; /* [1] */
    const int64_t *shown_offset; /* [n_users + 1] */
    const uint32_t *shown_item;  /* [n_shown] */
    const uint8_t *shown_count;  /* [n_shown] */
    int64_t n_shown;
    /* [n_items] log_degree of the items without interactions, 0 elsewhere: the mean of
     * those of the nearest items, or of all (model_copy.h). NULL = 0. */
    const float *expected_degree;
    /* The histories in order (read by model/history.h); owned. NULL = each in the order
     * of its items, without times, with the weights of training. */
    rg_sequences *sequences;

    rg_channel channel[RG_MAX_CHANNELS];  /* by number; ops NULL: the model lacks it */
    char channel_names[RG_CHANNEL_NAMES]; /* names of the model's channels, each ended
                                             by a newline */
    rg_blend *blend;                /* of the model's channels; owned. NULL: the score
                                       is the only channel's raw score */
    const rg_node_vectors *vectors; /* of the channel with vectors; NULL: none */
    const rg_item_weights *item_weights; /* of the channel with item attention; or NULL */

    rg_calibration calibration; /* of the score; .knots NULL: none */

    /* [n_items] the community of each item, below n_communities: those of the graph of
     * the histories (fit/update/update_communities.h). NULL: none. */
    const uint32_t *community;
    int64_t n_communities;

    int compact;         /* 1: the file holds the targets of sparse rows as distances */
    rg_index index;      /* of the vectors (model/model_index.h); code NULL = none */
    rg_index *built;     /* the owner of an index that was built in memory, else NULL */
    int64_t index_build; /* the beam that built it */
    double index_recall; /* its recall@20 against exact search */
    regatta_model_info info;
    char *json; /* regatta_model_json */

    struct rg_candidates_tables *candidates; /* built on first use; owned */
    uint32_t *item_count;                    /* [n_items] users per item; owned */
    uint32_t *own_count; /* [n_items] users of the target domain per item; owned, or
                            item_count if there is no other domain */
    float *log_degree;   /* [n_items] log(1 + own_count); owned */
    uint32_t *fresh;     /* [n_fresh] new items: those without interactions that have an
                            expected degree, ascending; owned */
    int64_t n_fresh;
    struct rg_model_block *blocks; /* rg_model_own */
    rg_map map;                    /* empty if the model is not mapped */
    rg_map *shard_map;             /* [n_shards] of a model in shards, or NULL */
    int n_shards;
};

/* Allocates n * size zeroed bytes that are freed with the model; NULL if out of
 * memory. */
void *rg_model_own(regatta_model *model, int64_t n, size_t size);
/* Makes the model the owner of a block of its allocator, and returns it; NULL if out of
 * memory: *block then stays the caller's, else it becomes NULL. */
void *rg_model_take(regatta_model *model, float **block);
/* The same as rg_model_own, filled with a copy of `from`. */
void *rg_model_copied(regatta_model *model, const void *from, int64_t n, size_t size);
/* Adds channel `a` to the model with a zeroed state, which the caller fills. ENOMEM. */
regatta_status rg_model_add_channel(regatta_model *model, int a);
/* Adds channel `a` of another model, which remains the owner of its state. */
void rg_model_share_channel(regatta_model *model, const regatta_model *owner, int a);
/* Returns the state of channel a; NULL if the model lacks it. */
void *rg_model_channel(const regatta_model *model, int a);
/* The same of the channel with these operations. */
void *rg_model_state(const regatta_model *model, const rg_channel_ops *ops);
/* Copies rows as bfloat16 weights (value NULL = all 1). `solved`: the same rows before
 * they were reweighted, for out->solved; NULL: none. Weights that are zero, there if they
 * are given, are left out. ENOMEM. */
regatta_status rg_model_set_weights(regatta_model *model, rg_weights *out,
                                    const rg_csr *rows, const rg_csr *solved);
/* Stores a copy of the blend with the present channels of the model. ENOMEM. */
regatta_status rg_model_set_blend(regatta_model *model, const rg_blend *blend);
/* Builds the derived tables (of the channels, item_count, log_degree): the last step of
 * training and of loading. */
regatta_status rg_model_finish(regatta_ctx *ctx, regatta_model *model);
/* Visits every array of the model, in the order of the file. */
regatta_status rg_model_visit(rg_visitor *v, regatta_model *model);

/* Returns the largest weight of an interaction in the histories, at least 1. O(edges) if
 * they have weights. */
double rg_model_largest_weight(const regatta_model *model);
/* Returns 1 if a channel of the model encodes side tables of the side. */
int rg_model_has_side(const regatta_model *model, regatta_side side);
/* Returns 1 if the model has nodes of other domains than the target. */
int rg_model_is_mixed(const regatta_model *model);
/* Returns the length of the model's vectors; 0 without vectors. */
int64_t rg_model_dim(const regatta_model *model);
/* Sets on[rg_n_channels] to 1 for the channels that are part of the score of an item. */
void rg_model_channels(int *on, const regatta_model *model);
int rg_model_gated(const regatta_model *model);
/* Returns 1 if a channel of on[rg_n_channels] reads the order of histories. */
int rg_model_ordered(const regatta_model *model, const int *on);
/* Returns row r as floats: in place, or decoded to scratch[dim] for compact rows. */
const float *rg_model_row(float *scratch, const rg_rows *rows, int64_t r);
/* Returns the type of the model's tables; without tables, the type of its weights. */
rg_element rg_model_element(const regatta_model *model);
#endif
