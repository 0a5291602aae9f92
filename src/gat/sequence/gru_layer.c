/* Gated recurrent unit of packed tokens, from the state h_0 = 0 (* is elementwise):
 *
 *   forward    r = sigmoid(x W_r + h U_r + b_r),  z = sigmoid(x W_z + h U_z + b_z)
 *              m = h U_n + b_m,  n = tanh(x W_n + b_n + r * m)
 *              h' = (1 - z) * n + z * h
 *   backward   dn = dh' * (1 - z) * (1 - n^2),  dr = dn * m * r (1 - r)
 *              dz = dh' * (h - n) * z (1 - z),  dm = dn * r
 *              dh = dh' * z + [dr, dz, dm] U',  dx = [dr, dz, dn] W'
 *              dU += h' [dr, dz, dm],  dW += x' [dr, dz, dn],  the biases likewise
 *
 * Cho et al., "Learning phrase representations", EMNLP 2014, in the form of cuDNN;
 * Hidasi et al., "Session-based recommendations with recurrent neural networks", ICLR
 * 2016. Lengths fall, so at each step the sequences that go on are the first ones and
 * their states are one matrix. 12 dim^2 FLOPs a token forward, 24 backward. One thread
 * does all sequences of the call. */
#include "gat/sequence/gru_layer.h"
#include "base/kernels/vec.h"
#include "gat/sequence/linear_rows.h"
#include <math.h>
#include <string.h>

/* Scratch of a call. */
typedef struct room {
    float *gi, *gr;        /* [tokens][3 dim] of the input and of the state */
    float *state, *dstate; /* [sequences][dim] */
    float *part;           /* [sequences][3 dim] */
} room;

int64_t rg_gru_scratch_floats(int64_t dim, int64_t tokens, int64_t sequences)
{
    return (6 * tokens + 5 * sequences) * dim;
}

static room room_of(float *scratch, int64_t dim, int64_t tokens, int64_t sequences)
{
    float *state = scratch + 6 * tokens * dim;
    return (room){.gi = scratch,
                  .gr = scratch + 3 * tokens * dim,
                  .state = state,
                  .dstate = state + sequences * dim,
                  .part = state + 2 * sequences * dim};
}

static float sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

/* Returns how many sequences have more than t tokens, of the first m. */
static int64_t going_on(const rg_packed *tokens, int64_t m, int64_t t)
{
    while (m > 0 && rg_packed_length(tokens, m - 1) <= t) m--;
    return m;
}

/* One token: gi and gr hold x W + b and h U; writes the gates and the state. */
static void cell_forward(float *gate, float *state, const float *gi, const float *gr,
                         const float *bias, int64_t dim)
{
    for (int64_t k = 0; k < dim; k++) {
        const float r = sigmoid(gi[k] + gr[k]);
        const float z = sigmoid(gi[dim + k] + gr[dim + k]);
        const float m = gr[2 * dim + k] + bias[3 * dim + k];
        const float n = tanhf(gi[2 * dim + k] + r * m);
        gate[k] = r;
        gate[dim + k] = z;
        gate[2 * dim + k] = n;
        gate[3 * dim + k] = m;
        state[k] = (1.0f - z) * n + z * state[k];
    }
}

void rg_gru_forward(float *x, const rg_gru_kept *kept, float *scratch,
                    const rg_gru_weights *w, const rg_packed *tokens, int64_t dim)
{
    const int64_t n = rg_packed_tokens(tokens);
    const size_t row = (size_t)dim * sizeof *x;
    const room s = room_of(scratch, dim, n, tokens->n);
    memcpy(kept->x, x, (size_t)n * row);
    rg_linear_forward(s.gi, x, w->input, w->bias, n, dim, 3 * dim);
    memset(s.state, 0, (size_t)tokens->n * row);
    int64_t m = going_on(tokens, tokens->n, 0);
    for (int64_t t = 0; m > 0; m = going_on(tokens, m, ++t)) {
        rg_linear_forward(s.part, s.state, w->recurrent, NULL, m, dim, 3 * dim);
        for (int64_t q = 0; q < m; q++) {
            const int64_t at = tokens->offset[q] + t;
            float *state = s.state + q * dim;
            memcpy(kept->before + at * dim, state, row);
            cell_forward(kept->gate + at * 4 * dim, state, s.gi + at * 3 * dim,
                         s.part + q * 3 * dim, w->bias, dim);
            memcpy(x + at * dim, state, row);
        }
    }
}

/* One token: d is the gradient of the new state and becomes the part of the state before
 * that goes past the gates. */
static void cell_backward(float *gi, float *gr, float *d, const float *gate,
                          const float *before, int64_t dim)
{
    for (int64_t k = 0; k < dim; k++) {
        const float r = gate[k], z = gate[dim + k], n = gate[2 * dim + k];
        const float dn = d[k] * (1.0f - z) * (1.0f - n * n);
        gi[k] = gr[k] = dn * gate[3 * dim + k] * r * (1.0f - r);
        gi[dim + k] = gr[dim + k] = d[k] * (before[k] - n) * z * (1.0f - z);
        gi[2 * dim + k] = dn;
        gr[2 * dim + k] = dn * r;
        d[k] *= z;
    }
}

/* The bias of the recurrent part of the new state: sum of its gradients. */
static void add_bias(float *dbias, const float *gi, const float *gr, int64_t n,
                     int64_t dim)
{
    for (int64_t t = 0; t < n; t++) {
        rg_vec_axpy(dbias, 1.0f, gi + t * 3 * dim, 3 * dim);
        rg_vec_axpy(dbias + 3 * dim, 1.0f, gr + t * 3 * dim + 2 * dim, dim);
    }
}

void rg_gru_backward(float *dx, const rg_gru_weights *dw, const rg_gru_kept *kept,
                     float *scratch, const rg_gru_weights *w, const rg_packed *tokens,
                     int64_t dim)
{
    const int64_t n = rg_packed_tokens(tokens);
    const room s = room_of(scratch, dim, n, tokens->n);
    const int64_t longest = tokens->n > 0 ? rg_packed_length(tokens, 0) : 0;
    memset(s.dstate, 0, (size_t)(tokens->n * dim) * sizeof *s.dstate);
    for (int64_t t = longest - 1; t >= 0; t--) {
        const int64_t m = going_on(tokens, tokens->n, t);
        for (int64_t q = 0; q < m; q++) {
            const int64_t at = tokens->offset[q] + t;
            float *d = s.dstate + q * dim;
            rg_vec_axpy(d, 1.0f, dx + at * dim, dim);
            cell_backward(s.gi + at * 3 * dim, s.gr + at * 3 * dim, d,
                          kept->gate + at * 4 * dim, kept->before + at * dim, dim);
            memcpy(s.part + q * 3 * dim, s.gr + at * 3 * dim,
                   (size_t)(3 * dim) * sizeof *s.part);
        }
        rg_vec_mul_add(s.dstate, s.part, 3 * dim, w->turned_recurrent, m, 3 * dim, dim);
    }
    rg_linear_backward_weight(dw->input, NULL, s.gi, kept->x, n, dim, 3 * dim);
    rg_linear_backward_weight(dw->recurrent, NULL, s.gr, kept->before, n, dim, 3 * dim);
    add_bias(dw->bias, s.gi, s.gr, n, dim);
    rg_linear_backward_input(dx, s.gi, w->turned_input, n, dim, 3 * dim);
}
