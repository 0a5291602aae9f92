#include "channel/channel_spectral.h"
#include "base/kernels/vec.h"
#include <math.h>
#include <string.h>

/* n^-1/2, 0 for an empty history. */
static double normaliser(const rg_history *history)
{
    double n = 0.0;
    for (int64_t h = 0; h < history->n; h++)
        n += history->weight != NULL ? (double)history->weight[h] : 1.0;
    return n > 0.0 ? 1.0 / sqrt(n) : 0.0;
}

void rg_spectral_query(float *p, const regatta_model *model, const rg_history *history)
{
    const int64_t rank = model->spectral_rank;
    const float factor = (float)normaliser(history);
    float scratch[RG_MODEL_RANK];
    memset(p, 0, (size_t)rank * sizeof *p);
    for (int64_t h = 0; h < history->n; h++) {
        const float r = history->weight != NULL ? history->weight[h] : 1.0f;
        rg_vec_axpy(p, r, rg_model_row(scratch, &model->spectral_in, history->item[h]),
                    rank);
    }
    for (int64_t k = 0; k < rank; k++) p[k] *= factor;
}

void rg_spectral_rows(float *out, int64_t ld, const regatta_model *model, const float *p,
                      int64_t m, int64_t first, int64_t last)
{
    rg_table_scores(out, ld, model->spectral_table, p, m, first, last);
}

void rg_spectral_explain(double *contribution, double *size, const regatta_model *model,
                         const rg_history *history, uint32_t item)
{
    const int64_t rank = model->spectral_rank;
    float own[RG_MODEL_RANK], scratch[RG_MODEL_RANK];
    const float *out = rg_model_row(own, &model->spectral_out, item);
    const double factor = normaliser(history);
    for (int64_t h = 0; h < history->n; h++) {
        const double r = history->weight != NULL ? (double)history->weight[h] : 1.0;
        const float *in = rg_model_row(scratch, &model->spectral_in, history->item[h]);
        double sum = 0.0, total = 0.0;
        for (int64_t k = 0; k < rank; k++) {
            const double product = (double)in[k] * (double)out[k];
            sum += product;
            total += fabs(product);
        }
        contribution[h] = factor * r * sum;
        size[h] = factor * r * total;
    }
}
