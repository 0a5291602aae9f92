/* The hot kernels, one table per vector unit. base/kernels/vec.h documents the functions
 * and is the interface of the library; tests and bench compare the tables. */
#ifndef RG_BASE_KERNELS_H
#define RG_BASE_KERNELS_H
#include <stdint.h>

/* The constants of a step of Adam. */
typedef struct rg_adam_size {
    float rate, l2;
    float root_second; /* 1 / sqrt(1 - decay_second^t) */
    float decay_first, decay_second, epsilon;
} rg_adam_size;

/* The constants of a mix of scaled rows. */
enum { RG_MIX_ROWS = 16 };
typedef struct rg_mix {
    int n; /* rows, at most RG_MIX_ROWS */
    float mean[RG_MIX_ROWS], inverse[RG_MIX_ROWS];
    float low, high; /* bounds to which scaled numbers are clipped */
    float constant[RG_MIX_ROWS], slope[RG_MIX_ROWS];
    float rest;
} rg_mix;

/* A two-layer network that shifts the factors of a mix. Its inputs are the n scaled rows
 * and the sides, which are clipped; its outputs are for the n factors and the rest. Unit
 * u has the numbers unit[u (2 n + 5)] ...: bias, in[n], side[3], out[n], rest. */
enum { RG_MIX_SIDES = 3, RG_MIX_UNITS = 32 };
typedef struct rg_mix_net {
    const float *unit;
    float low[RG_MIX_SIDES], high[RG_MIX_SIDES];
} rg_mix_net;

/* A network of one hidden layer of RG_NET_UNITS units, or of RG_NET_FEW for samples in
 * columns. */
enum { RG_NET_UNITS = 32, RG_NET_FEW = 8 };
typedef struct rg_net {
    int n_in, n_out;
    float *in, *in_bias;   /* [n_in][units], [units] */
    float *out, *out_bias; /* [n_out][units], [n_out] */
} rg_net;

/* Columns come in whole groups of so many: kernels read and write to the end of one. */
enum { RG_COLUMNS = 16 };

typedef struct rg_kernels {
    float (*dot)(const float *a, const float *b, int64_t n);
    void (*axpy)(float *y, float a, const float *x, int64_t n);
    void (*axpy_bf16)(float *y, float a, const uint16_t *x, int64_t n);
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
    /* Returns the first k in [begin, n) with x[k] > limit, else n. NaN is never above. */
    int64_t (*above)(const float *x, int64_t begin, int64_t n, float limit);
    /* Returns 2 * (number of x[k] > limit) + (number of x[k] == limit); n < 2^30. */
    int64_t (*twice_above)(const float *x, int64_t n, float limit);
    /* out[j] = the largest of x[j], x[j + groups], x[j + 2 groups], ... in whole rows of
     * `groups`, a multiple of 16; -INFINITY if all are NaN. The last n % groups elements
     * are not read. */
    void (*peaks)(float *out, int64_t groups, const float *x, int64_t n);
    /* Returns the number of x[k] > limit; n < 2^30. */
    int64_t (*n_above)(const float *x, int64_t n, float limit);
    /* count[c] = the number of rows r with x[r][c] * factor[r] > limit[c], for
     * x[n][width] and width a multiple of 16; n < 2^24. */
    void (*columns_above)(float *count, const float *x, const float *factor,
                          const float *limit, int64_t n, int64_t width);
    /* Writes the k in [begin, end) with x[k] > limit, ascending; returns how many. */
    int64_t (*pick_above)(uint32_t *index, const float *x, int64_t begin, int64_t end,
                          float limit);
    /* As rg_vec_draw. */
    int64_t (*draw)(uint32_t *index, float *weight, const float *x, int64_t n, float unit,
                    float *rest);
    /* sum_k x[k] in double; the order is fixed by n. */
    double (*sum)(const float *x, int64_t n);
    /* x[k] = clip((x[k] - mean) inverse, low, high) */
    void (*scale)(float *x, float mean, float inverse, float low, float high, int64_t n);
    /* With s_a = clip((x[a] - mean_a) inverse_a, low, high), with the bits of `scale`:
     * out = rest z + sum_a s_a (constant_a + slope_a z). out may be one of x. Elements
     * are independent: any split of n gives the same bits. */
    void (*mix)(float *out, const rg_mix *t, const float *const *x, const float *z,
                int64_t n);
    /* The same with constant_a and rest shifted by a network, z = side[0], and factors of
     * s_a clamped to at least 0. */
    void (*mix_net)(float *out, const rg_mix *t, const rg_mix_net *net,
                    const float *const *x, const float *const *side, int64_t n);
    /* unit[r] = max(0, in_bias + x[r] in), out[r] = out_bias + out unit[r] for n rows of
     * n_in, RG_NET_UNITS and n_out numbers. */
    void (*net_forward)(float *out, float *unit, const float *x, int64_t n,
                        const rg_net *net);
    /* grad's arrays += the derivatives by the net of sum_r d_out[r] . out[r], row after
     * row. */
    void (*net_backward)(const rg_net *grad, const float *d_out, const float *unit,
                         const float *x, int64_t n, const rg_net *net);
    /* As net_forward for a network of RG_NET_FEW units and n samples in columns:
     * x[n_in][stride], unit[RG_NET_FEW][stride], out[n_out][stride]. */
    void (*columns_forward)(float *out, float *unit, const float *x, int64_t n,
                            int64_t stride, const rg_net *net);
    /* As net_backward for the same; the columns from n on to the end of the last group
     * have d_out 0 and finite x. unit is overwritten. */
    void (*columns_backward)(const rg_net *grad, const float *d_out, float *unit,
                             const float *x, int64_t n, int64_t stride,
                             const rg_net *net);
    /* z = sum_r s_r max(0, factor_r + out_r) + s_l (factor_l + out_l), l the last of
     * `rows` rows [rows][stride], for n columns. */
    void (*gate_score)(float *z, const float *out, const float *factor, const float *s,
                       int rows, int64_t n, int64_t stride);
    /* out = the derivatives of sum d z by out. */
    void (*gate_slope)(float *out, const float *d, const float *factor, const float *s,
                       int rows, int64_t n, int64_t stride);
    /* Bench only: `rounds` x 12 independent fused multiply-adds of one vector, all in
     * registers. Returns the number of floating-point operations done. */
    double (*peak)(int64_t rounds, float *sink);
} rg_kernels;

enum { RG_ISA_BASELINE = 0, RG_ISA_V3 = 1, RG_ISA_V4 = 2, RG_N_ISAS = 3 };

/* Returns NULL if this machine or this build lacks the unit. Static storage. */
const rg_kernels *rg_kernels_of(int isa);
/* The unit that the environment variable REGATTA_SIMD names, or the widest unit if it is
 * not set or invalid: its table, its number, and its name ("x86-64-v4", "x86-64-v3" or
 * "baseline"). The variable is read at the first call. Safe from any thread. */
const rg_kernels *rg_kernels_best(void);
int rg_kernels_best_isa(void);
const char *rg_kernels_best_name(void);
/* Returns NULL, or the message of an invalid REGATTA_SIMD. */
const char *rg_kernels_problem(void);
#endif
