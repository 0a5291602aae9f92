#include "gat/sequence/encoder_start.h"
#include "base/kernels/vec.h"
#include "base/rng.h"
#include "linalg/symmetric_eigen.h"
#include <math.h>
#include <string.h>

/* The deviation of an item's elements times sqrt(dim): its row has about this length. */
#define ROW_LENGTH 0.3

static void draw(float *row, int64_t j, int64_t dim, uint64_t seed)
{
    const double deviation = ROW_LENGTH / sqrt((double)dim);
    for (int64_t k = 0; k < dim; k++)
        row[k] = (float)(deviation * rg_random_normal(seed, RG_STREAM_ENCODER,
                                                      (uint64_t)(j * dim + k)));
}

/* Columns of axis[from_dim][dim] = the main axes of the rows. */
static regatta_status main_axes(regatta_ctx *ctx, float *axis, const float *from,
                                int64_t n, int64_t from_dim, int64_t dim)
{
    regatta_status status = REGATTA_OK;
    double *gram = NULL, *value = NULL, *vector = NULL;
    RG_NEW(ctx->mem, gram, from_dim * from_dim);
    RG_NEW(ctx->mem, value, from_dim);
    RG_NEW(ctx->mem, vector, from_dim * from_dim);
    rg_vec_gram(gram, from, n, from_dim);
    for (int64_t i = 0; i < from_dim; i++)
        for (int64_t j = i + 1; j < from_dim; j++)
            gram[i * from_dim + j] = gram[j * from_dim + i];
    rg_symmetric_eigen(value, vector, gram, from_dim);
    for (int64_t i = 0; i < from_dim; i++)
        for (int64_t k = 0; k < dim && k < from_dim; k++)
            axis[i * dim + k] = (float)vector[i * from_dim + k];
done:
    rg_free(ctx->mem, gram);
    rg_free(ctx->mem, value);
    rg_free(ctx->mem, vector);
    return status;
}

/* Scales the rows to the mean length ROW_LENGTH; zero rows are drawn. */
static void scale_rows(float *item, int64_t n, int64_t dim, uint64_t seed)
{
    double sum = 0.0;
    int64_t known = 0;
    for (int64_t j = 0; j < n; j++) {
        const float *row = item + j * dim;
        const double square = (double)rg_vec_dot(row, row, dim);
        sum += square;
        known += square > 0.0;
    }
    const double scale = sum > 0.0 ? ROW_LENGTH / sqrt(sum / (double)known) : 0.0;
    for (int64_t j = 0; j < n; j++) {
        float *row = item + j * dim;
        if (!(rg_vec_dot(row, row, dim) > 0.0f))
            draw(row, j, dim, seed);
        else
            for (int64_t k = 0; k < dim; k++) row[k] = (float)((double)row[k] * scale);
    }
}

regatta_status rg_encoder_start_items(regatta_ctx *ctx, float *item, int64_t n,
                                      int64_t dim, const float *from, int64_t from_dim,
                                      uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    float *axis = NULL;
    memset(item, 0, (size_t)(n * dim) * sizeof *item);
    if (from != NULL) {
        RG_NEW(ctx->mem, axis, from_dim * dim);
        RG_TRY(main_axes(ctx, axis, from, n, from_dim, dim));
        rg_vec_mul_add(item, from, from_dim, axis, n, from_dim, dim);
    }
    scale_rows(item, n, dim, seed);
done:
    rg_free(ctx->mem, axis);
    return status;
}
