/* The context of a place in a sequence: the items before it and after it, weighted by
 * distance. The item at the place is predicted from its context. */
#ifndef RG_RIDGE_CONTEXT_H
#define RG_RIDGE_CONTEXT_H
#include <stdint.h>

enum { RG_CONTEXT_REACH = 20 }; /* places each way */

/* An item d places before has the weight decay^(d-1), an item d places after it
 * after * decay^(d-1). */
typedef struct rg_context {
    double decay; /* gamma, in (0, 1] */
    double after; /* rho, in [0, 1] */
} rg_context;

enum {
    RG_CONTEXT_WIDTH = RG_CONTEXT_REACH + 1,
    RG_CONTEXT_SPAN = 2 * RG_CONTEXT_REACH /* largest distance of two places that are in
                                              the context of a third */
};

typedef struct rg_context_kernel {
    float weight[RG_CONTEXT_SPAN + 1]; /* [REACH + d]: of an item at p in the context of
                                          place p + d */
    /* [distance][places before the later one][places after the earlier one], both at most
     * REACH: sum of the products of the weights of two places over all contexts of their
     * sequence. */
    float pair[(RG_CONTEXT_SPAN + 1) * RG_CONTEXT_WIDTH * RG_CONTEXT_WIDTH];
} rg_context_kernel;

void rg_context_kernel_fill(rg_context_kernel *out, const rg_context *context);

/* Returns the weight of the item at place `source` in the context of place `target`. */
static inline float rg_context_weight(const rg_context_kernel *k, int64_t source,
                                      int64_t target)
{
    const int64_t d = target - source;
    return d < -RG_CONTEXT_REACH || d > RG_CONTEXT_REACH
               ? 0.0f
               : k->weight[RG_CONTEXT_REACH + d];
}

/* Returns the sum over the places t of a sequence of n items of the product of the
 * weights of places p and q in the context of t. */
static inline float rg_context_pair(const rg_context_kernel *k, int64_t p, int64_t q,
                                    int64_t n)
{
    const int64_t early = p < q ? p : q, late = p < q ? q : p, distance = late - early;
    const int64_t before = late < RG_CONTEXT_REACH ? late : RG_CONTEXT_REACH;
    const int64_t left = n - 1 - early;
    const int64_t after = left < RG_CONTEXT_REACH ? left : RG_CONTEXT_REACH;
    if (distance > RG_CONTEXT_SPAN) return 0.0f;
    return k->pair[(distance * RG_CONTEXT_WIDTH + before) * RG_CONTEXT_WIDTH + after];
}
#endif
