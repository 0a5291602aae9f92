#include "rank/channel_spectral.h"
#include "base/vec.h"
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
    memset(p, 0, (size_t)rank * sizeof *p);
    for (int64_t h = 0; h < history->n; h++) {
        const float r = history->weight != NULL ? history->weight[h] : 1.0f;
        rg_vec_axpy(p, r, model->spectral_in + (int64_t)history->item[h] * rank, rank);
    }
    for (int64_t k = 0; k < rank; k++) p[k] *= factor;
}

void rg_spectral_rows(float *out, int64_t ld, const regatta_model *model, const float *p,
                      int64_t m, int64_t first, int64_t last)
{
    rg_panel_score(out, ld, p, m, model->spectral_rank, model->spectral_panels, NULL,
                   first, last);
}

void rg_spectral_explain(double *contribution, const regatta_model *model,
                         const rg_history *history, uint32_t item)
{
    const int64_t rank = model->spectral_rank;
    const float *out = model->spectral_out + (int64_t)item * rank;
    const double factor = normaliser(history);
    for (int64_t h = 0; h < history->n; h++) {
        const double r = history->weight != NULL ? (double)history->weight[h] : 1.0;
        const float *in = model->spectral_in + (int64_t)history->item[h] * rank;
        double sum = 0.0;
        for (int64_t k = 0; k < rank; k++) sum += (double)in[k] * (double)out[k];
        contribution[h] = factor * r * sum;
    }
}
