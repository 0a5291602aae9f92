/* Co-occurrence of two items, one row at a time: in histories, G_ij = sum_u d_u^-a R_ui
 * R_uj, or in the contexts of ordered histories, G_ij = sum_t x_ti x_tj with x_t the
 * weights of the items in the context of place t (ridge/context.h). */
#ifndef RG_RIDGE_COOCCURRENCE_H
#define RG_RIDGE_COOCCURRENCE_H
#include "linalg/csr.h"
#include "ridge/context.h"

/* G itself is never stored: a row costs the histories of the item's users, sum of d_u
 * over them. R's values must not be negative. A history longer than the cap enters G as
 * a sample of `cap` of its items (each user's own, a function of the seed alone), still
 * weighed by its true length, so all rows together cost at most cap * edges. Ordered
 * histories cost at most 2 RG_CONTEXT_SPAN + 1 for each interaction. */
typedef struct rg_cooccurrence {
    rg_mem mem;
    int64_t n_users, n_items;
    const rg_csr *by_user;      /* R, histories above the cap sampled */
    rg_csr *sampled;            /* owns by_user when it is a sample; NULL when borrowed */
    rg_csr *by_item;            /* its transpose, value = d_u^-a R_ui */
    float *raw;                 /* R_ui in by_item's order; NULL when all are 1 */
    float *self;                /* [n_items] g_i = G_ii */
    float *degree;              /* [n_items] users of the item, before any cap */
    double mean_self;           /* mean of g over g > 0; 0 when there is none */
    int64_t n_capped;           /* users above the cap */
    rg_context_kernel *context; /* NULL: histories without order */
    int32_t *place; /* of ordered histories: place in the history, in by_item's order */
} rg_cooccurrence;

/* Creates the co-occurrence of the histories `by_user` (borrowed while *out lives).
 * power is a >= 0, cap >= 1. O(edges). The transpose of R gives the co-occurrence of
 * users. */
regatta_status rg_cooccurrence_create(regatta_ctx *ctx, rg_cooccurrence **out,
                                      const rg_csr *by_user, double power, int64_t cap,
                                      uint64_t seed);

/* Creates the co-occurrence in contexts of the sequences `by_user`: the items of a row in
 * order, repeats included, all weights 1. A row counts d^-power, d its length; at most
 * 2^31 - 1. self and degree count interactions in place of users. Borrowed as above. */
regatta_status rg_cooccurrence_ordered(regatta_ctx *ctx, rg_cooccurrence **out,
                                       const rg_csr *by_user, double power,
                                       const rg_context *context);

/* Adds row j to acc[n_items], which is all zero before; touched[n_items + 1] receives
 * the items with a positive entry (including j), in no order. Returns their number; the
 * caller sets their entries of acc to zero again. */
int64_t rg_cooccurrence_row(float *acc, uint32_t *touched, const rg_cooccurrence *c,
                            int64_t j);
/* The same for the row of the target j, K_ji = sum over the places t of item j of x_ti:
 * row j itself for histories without order. */
int64_t rg_cooccurrence_target_row(float *acc, uint32_t *touched,
                                   const rg_cooccurrence *c, int64_t j);
/* Returns the multiplications of row j: its cost, and a bound on its entries. */
int64_t rg_cooccurrence_cost(const rg_cooccurrence *c, int64_t j);
void rg_cooccurrence_free(rg_cooccurrence *c); /* NULL is a no-op */

/* Returns the cost of all rows together: the sum of squared history lengths. O(users). */
int64_t rg_cooccurrence_work(const rg_cooccurrence *g);
#endif
