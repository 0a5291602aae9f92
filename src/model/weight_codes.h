/* Sparse attention weights in 8 bits: codes with a scale per row, converted from and to
 * bfloat16, the type used in scoring. */
#ifndef RG_MODEL_WEIGHT_CODES_H
#define RG_MODEL_WEIGHT_CODES_H
#include <stdint.h>

/* Writes codes of -127 to 127 and the scales of n_rows rows: scale = the row's largest
 * absolute weight / 127 (0 for a row of zeros), code = weight / scale, rounded. */
void rg_weights_encode(int8_t *code, float *scale, const uint16_t *value,
                       const int64_t *offset, int64_t n_rows);
/* Writes value = scale * code, rounded to bfloat16; returns 0 if one of them is not
 * finite. */
int rg_weights_decode(uint16_t *value, const int8_t *code, const float *scale,
                      const int64_t *offset, int64_t n_rows);
#endif
