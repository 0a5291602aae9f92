/* The hot kernels, one table per vector unit. base/kernels/vec.h says what each function
 * does and is what the library calls; tests and bench run the tables side by side. */
#ifndef RG_BASE_KERNELS_H
#define RG_BASE_KERNELS_H
#include <stdint.h>

/* What is the same for all elements of a step of Adam. */
typedef struct rg_adam_size {
    float rate, l2;
    float root_second; /* 1 / sqrt(1 - decay_second^t) */
    float decay_first, decay_second, epsilon;
} rg_adam_size;

/* A blend of scaled rows for one user (rank/blend.h): what is the same for all items. */
enum { RG_BLEND_ROWS = 4 };
typedef struct rg_blend_terms {
    int n; /* rows, at most RG_BLEND_ROWS */
    float mean[RG_BLEND_ROWS], inverse[RG_BLEND_ROWS];
    float low, high; /* where scaled numbers are clipped */
    float own[RG_BLEND_ROWS], item[RG_BLEND_ROWS];
    float pop;
} rg_blend_terms;

/* A gate on it (rank/blend.h): what its hidden units take from the rows and from the
 * sides (log degree, best, support), and give to the rows' factors and popularity's. */
enum { RG_BLEND_SIDES = 3, RG_BLEND_UNITS = 32 };
typedef struct rg_blend_unit {
    float bias, in[RG_BLEND_ROWS], side[RG_BLEND_SIDES], out[RG_BLEND_ROWS], pop;
} rg_blend_unit;
typedef struct rg_blend_gate {
    rg_blend_unit unit[RG_BLEND_UNITS];
    float low[RG_BLEND_SIDES], high[RG_BLEND_SIDES]; /* the sides are held between them */
} rg_blend_gate;

/* The same gate while it is trained: 8 inputs, 32 units, 5 outputs of any meaning. */
enum { RG_NET_INPUTS = 8, RG_NET_UNITS = 32, RG_NET_OUTPUTS = 5 };
typedef struct rg_net {
    float in[RG_NET_INPUTS][RG_NET_UNITS], in_bias[RG_NET_UNITS];
    float out[RG_NET_OUTPUTS][RG_NET_UNITS], out_bias[RG_NET_OUTPUTS];
} rg_net;

typedef struct rg_kernels {
    const char *name;
    float (*dot)(const float *a, const float *b, int64_t n);
    void (*axpy)(float *y, float a, const float *x, int64_t n);
    void (*gather)(float *out, const float *table, int64_t dim, const uint32_t *index,
                   const float *weight, int64_t n);
    void (*gather_add)(float *out, const float *table, int64_t dim, const uint32_t *index,
                       const float *weight, int64_t n);
    void (*gather_dot)(float *out, const float *query, const float *table, int64_t dim,
                       const uint32_t *index, int64_t n);
    void (*panel_score)(float *out, int64_t ld, const float *a, int64_t m, int64_t dim,
                        const float *packed, const float *bias, int64_t first,
                        int64_t last);
    double (*exp_sum)(float *x, float shift, int64_t n);
    void (*mul_add)(float *out, const float *e, int64_t ld_e, const float *table,
                    int64_t m, int64_t n, int64_t dim);
    void (*mul_add_t)(float *out, const float *e, int64_t ld_e, const float *table,
                      int64_t m, int64_t n, int64_t dim);
    void (*gram)(double *gram, const float *x, int64_t n, int64_t cols);
    void (*adam)(float *x, float *m, float *v, const float *grad, int64_t n,
                 const rg_adam_size *size);
    /* The first k in [begin, n) with x[k] > limit, else n. NaN is never above. */
    int64_t (*above)(const float *x, int64_t begin, int64_t n, float limit);
    /* Twice the number of x[k] > limit, and once that of x[k] == limit; n < 2^30. */
    int64_t (*twice_above)(const float *x, int64_t n, float limit);
    /* sum_k x[k] in double; the order is fixed by n. */
    double (*sum)(const float *x, int64_t n);
    /* x[k] = clip((x[k] - mean) inverse, low, high) */
    void (*scale)(float *x, float mean, float inverse, float low, float high, int64_t n);
    /* With s_a = clip((x[a] - mean_a) inverse_a, low, high), bit by bit as `scale` has
     * it: out = pop li + sum_a s_a (own_a + item_a li), li = log_degree. out may be one
     * of x. Each element is on its own: any cutting of n gives the same bits. */
    void (*blend)(float *out, const rg_blend_terms *t, const float *const *x,
                  const float *log_degree, int64_t n);
    /* The same with own_a and pop as a gate shifts them and no factor of s_a below 0;
     * side[0] = li. */
    void (*blend_gated)(float *out, const rg_blend_terms *t, const rg_blend_gate *gate,
                        const float *const *x, const float *const *side, int64_t n);
    /* unit[r] = max(0, in_bias + x[r] in), out[r] = out_bias + out unit[r] for n rows of
     * RG_NET_INPUTS, RG_NET_UNITS and RG_NET_OUTPUTS. */
    void (*net_forward)(float *out, float *unit, const float *x, int64_t n,
                        const rg_net *net);
    /* grad += the derivatives by the net of sum_r d_out[r] . out[r], row after row. */
    void (*net_backward)(rg_net *grad, const float *d_out, const float *unit,
                         const float *x, int64_t n, const rg_net *net);
    /* Bench only: `rounds` x 12 independent fused multiply-adds of one vector, all in
     * registers. Returns the number of floating-point operations done. */
    double (*peak)(int64_t rounds, float *sink);
} rg_kernels;

enum { RG_ISA_BASELINE = 0, RG_ISA_V3 = 1, RG_ISA_V4 = 2, RG_N_ISAS = 3 };

/* NULL when this machine, or this build, lacks the unit. Static storage. */
const rg_kernels *rg_kernels_of(int isa);
/* The widest there is. Safe from any thread. */
const rg_kernels *rg_kernels_best(void);
#endif
