/* Sparse attention weights in 8 bits: codes with a scale per row, from and to the
 * bfloat16 that they are scored in. */
#ifndef RG_MODEL_WEIGHT_CODES_H
#define RG_MODEL_WEIGHT_CODES_H
#include <stdint.h>

/* Codes of -127 to 127 and scales of n_rows rows: scale the row's largest absolute weight
 * / 127 (0 for a row of zeros), code the weight / scale, to the nearest. */
void rg_weights_encode(int8_t *code, float *scale, const uint16_t *value,
                       const int64_t *offset, int64_t n_rows);
/* value = scale * code, to the nearest bfloat16; 0 where one of them is not finite. */
int rg_weights_decode(uint16_t *value, const int8_t *code, const float *scale,
                      const int64_t *offset, int64_t n_rows);
#endif
