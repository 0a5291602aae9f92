/* What users were offered and what they took: the sample a blend is fitted on. */
#ifndef RG_RANK_OFFERS_H
#define RG_RANK_OFFERS_H
#include "base/ctx.h"
#include "rank/blend.h"

/* For each user of the validation slice the union of every channel's best unseen items,
 * with their scaled channel scores. Users are 0..n_users-1 here; offers of user u are
 * offset[u]..offset[u+1]-1, items ascending. */
typedef struct rg_offers {
    rg_mem mem;
    int64_t n_users, n_offers;
    int64_t *offset;    /* [n_users + 1] */
    uint32_t *item;     /* [n_offers] */
    float *s;           /* [n_offers][RG_N_CHANNELS]; 0 where a channel is absent */
    float *log_degree;  /* [n_offers] log(1 + d_item) */
    float *best;        /* [n_offers] what the gate looks at beside them (blend.h) */
    float *support;     /* [n_offers] */
    uint8_t *taken;     /* [n_offers] 1: among the user's held-out items */
    float *log_history; /* [n_users] log(1 + n_u) */
    int32_t *n_held;    /* [n_users] held-out items, offered or not; at least 1 */
    uint32_t *user;     /* [n_users] who it is; a user of several slices is there again */
    /* The same in another future, for a second opinion; all 0 where there is none. */
    uint8_t *taken_other;  /* [n_offers] */
    int32_t *n_held_other; /* [n_users]; may be 0 */
    int has_other;
} rg_offers;

/* Room for n_users and n_offers, all zero; the caller fills it. */
regatta_status rg_offers_create(regatta_ctx *ctx, rg_offers **out, int64_t n_users,
                                int64_t n_offers);

/* *offers becomes what it held, followed by what `more` holds. */
regatta_status rg_offers_append(regatta_ctx *ctx, rg_offers **offers,
                                const rg_offers *more);

/* Which users: the one with id user[u] takes part when id % of == part, or for of <= 1
 * always; `other` turns the choice round. Halves for cross-validation. */
typedef struct rg_offers_part {
    int64_t part, of;
    int other;
} rg_offers_part;

int rg_offers_in(const rg_offers *offers, const rg_offers_part *part, int64_t u);

/* Offer e of user u, as the blend sees it. */
rg_blend_case rg_offers_case(const rg_offers *offers, int64_t u, int64_t e);

/* Mean ndcg@20 of ranking each user's offers by the blend (ties to the lower item; the
 * ideal counts held-out items that were not offered too). ndcg[n_users] receives each
 * user's, so that the sum's order is fixed. */
double rg_offers_ndcg(const rg_offers *offers, const rg_blend *blend,
                      const rg_offers_part *part, double *ndcg, int threads);
void rg_offers_free(rg_offers *offers); /* NULL is a no-op */
#endif
