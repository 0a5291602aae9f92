/* Interactions that the rest of the graph does not support, and suspicious users. */
#ifndef RG_FIT_DENOISE_H
#define RG_FIT_DENOISE_H
#include "fit/denoise/sprees.h"

/* What is found about the interactions and the users of a graph. */
typedef struct rg_findings {
    float *noise;    /* [n_edges] the probability that the interaction is noise, in
                        by_user's order (noise.h) */
    uint32_t *root;  /* [n_users] the first user with nearly the same history (twins.h) */
    uint32_t *twins; /* [n_users] the users with nearly this history, itself included */
    uint32_t *spree; /* [n_edges] of a spree: the interactions in its fullest minute */
    uint8_t *kind;   /* [n_users] RG_USER_* */
    rg_spree_bounds bounds;
} rg_findings;

/* What a user may be; sums of these. */
enum {
    RG_USER_COPY = 1,  /* the history is nearly that of an earlier user */
    RG_USER_SPREE = 2, /* has a spree */
    RG_USER_BOT = 4    /* the mean probability of noise is at least 0.8, over at least 20
                          interactions that are judged */
};

/* Fills *out; twins are those of `whole` with the same nodes, of which `graph` is a part.
 * O(two local ridges of 100 neighbours on half of the users, 32 edges). Same
 * bits at any number of threads. Free *out also after a failure. REGATTA_ENOMEM */
regatta_status rg_findings_make(regatta_ctx *ctx, rg_findings *out,
                                const regatta_graph *graph, const regatta_graph *whole,
                                uint64_t seed);
/* Returns 1 if some user has this RG_USER_*. */
int rg_findings_have(const rg_findings *f, int64_t n_users, int kind);
void rg_findings_free(rg_mem mem, rg_findings *f);
#endif
