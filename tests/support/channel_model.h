/* A model with one or two channels and without vectors, from dense matrices. */
#ifndef TESTS_SUPPORT_CHANNEL_MODEL_H
#define TESTS_SUPPORT_CHANNEL_MODEL_H
#include "channel/channel_spectral.h"
#include "channel/channel_users.h"
#include "model/model.h"
#include "rank/scorer.h"

/* The channels of the library's own table. */
enum { CHANNEL_VECTORS, CHANNEL_ITEMS, CHANNEL_USERS, CHANNEL_SPECTRAL, N_CHANNELS };

/* The parts of the model; NULL = not included. Arrays are dense, row-major. */
typedef struct channel_parts {
    int64_t n_users, n_items, rank;
    const float *history;  /* [n_users][n_items] weights; 0 = no interaction */
    int weighted;          /* 0: every interaction counts 1 */
    const float *items;    /* [n_items][n_items] row: history item, column: candidate */
    const float *scale;    /* [n_items] of the candidates; NULL = 1 */
    const float *users;    /* [n_users][n_users] row: user, column: neighbour */
    const float *in, *out; /* [n_items][rank] */
    const rg_blend *blend;
} channel_parts;

/* Returns the number of a channel of the build. */
int channel_number(const char *name);
/* Add a channel to the model; copy the rows as bfloat16 weights, scale[n_items], and
 * factors [n_items][rank]. */
regatta_status set_items(regatta_model *model, const rg_csr *by_history,
                         const float *scale);
regatta_status set_users(regatta_model *model, const rg_csr *by_target);
regatta_status set_spectral(regatta_model *model, const float *in, const float *out,
                            int64_t rank);
/* Return the states of channels of the model, for changes. */
rg_node_vectors *vectors_of(const regatta_model *model);
rg_item_weights *items_of(const regatta_model *model);
rg_user_weights *users_of(const regatta_model *model);
rg_spectral_state *spectral_of(const regatta_model *model);

/* Removes the channel from the model. */
void drop_channel(regatta_model *model, const char *name);
/* Computes the channel's row, with best and support unless NULL, and its explanation:
 * value[n] and size[n] (may be NULL). */
void channel_row(float *row, float *best, float *support, const regatta_model *model,
                 const char *name, const rg_history *history);
void channel_explain(double *value, double *size, const regatta_model *model,
                     const char *name, const rg_history *history, uint32_t item);

regatta_model *channel_model(regatta_ctx *ctx, const channel_parts *parts);
/* Returns user u's history, or a folded-in history with the same items (all counting
 * 1). */
rg_history history_of(const regatta_model *model, uint32_t user);
rg_history folded_in(const regatta_model *model, uint32_t user);
/* Fills x[n] with normal numbers, of which about `share` are not 0. */
void sparse_normal(float *x, int64_t n, double share, uint64_t seed);
#endif
