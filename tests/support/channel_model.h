/* A model with a channel or two in it and nothing of vectors, from dense matrices. */
#ifndef TESTS_SUPPORT_CHANNEL_MODEL_H
#define TESTS_SUPPORT_CHANNEL_MODEL_H
#include "channel/channel_spectral.h"
#include "channel/channel_users.h"
#include "model/model.h"
#include "rank/scorer.h"

/* The channels of the library's own table. */
enum { CHANNEL_VECTORS, CHANNEL_ITEMS, CHANNEL_USERS, CHANNEL_SPECTRAL, N_CHANNELS };

/* What goes in; NULL leaves it out. Arrays are dense, by rows. */
typedef struct channel_parts {
    int64_t n_users, n_items, rank;
    const float *history;  /* [n_users][n_items] weights; 0 = not there */
    int weighted;          /* 0: whatever is there counts 1 */
    const float *items;    /* [n_items][n_items] row: history item, column: candidate */
    const float *scale;    /* [n_items] of the candidates; NULL = 1 */
    const float *users;    /* [n_users][n_users] row: user, column: whom he attends to */
    const float *in, *out; /* [n_items][rank] */
    const rg_blend *blend;
} channel_parts;

/* The number of a channel of the build. */
int channel_number(const char *name);
/* Gives the model a channel: rows as bfloat16 weights, scale[n_items] and factors
 * [n_items][rank] copied. */
regatta_status set_items(regatta_model *model, const rg_csr *by_history,
                         const float *scale);
regatta_status set_users(regatta_model *model, const rg_csr *by_target);
regatta_status set_spectral(regatta_model *model, const float *in, const float *out,
                            int64_t rank);
/* The states of channels that the model has, to be changed. */
rg_node_vectors *vectors_of(const regatta_model *model);
rg_item_weights *items_of(const regatta_model *model);
rg_user_weights *users_of(const regatta_model *model);
rg_spectral_state *spectral_of(const regatta_model *model);

/* Takes the channel out of the model. */
void drop_channel(regatta_model *model, const char *name);
/* The channel's row, with best and support where they are not NULL, and its explanation:
 * value[n] and size[n] (may be NULL). */
void channel_row(float *row, float *best, float *support, const regatta_model *model,
                 const char *name, const rg_history *history);
void channel_explain(double *value, double *size, const regatta_model *model,
                     const char *name, const rg_history *history, uint32_t item);

regatta_model *channel_model(regatta_ctx *ctx, const channel_parts *parts);
/* User u's history, or that of a folded-in one with the same items (all counting 1). */
rg_history history_of(const regatta_model *model, uint32_t user);
rg_history folded_in(const regatta_model *model, uint32_t user);
/* Fills x[n] with normal numbers, of which about `share` are not 0. */
void sparse_normal(float *x, int64_t n, double share, uint64_t seed);
#endif
