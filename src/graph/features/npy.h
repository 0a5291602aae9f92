/* The header of a NumPy array file (format 1 to 3). */
#ifndef RG_GRAPH_NPY_H
#define RG_GRAPH_NPY_H
#include <stdint.h>

typedef struct rg_npy {
    int bytes;              /* of a number: 2, 4, 8 */
    int64_t n_rows, n_cols; /* of a 2-d array in C order */
    int64_t offset;         /* of its first number */
} rg_npy;

/* Returns 1 if the bytes begin like such a file. */
int rg_npy_is(const void *bytes, int64_t n);
/* Reads the header of a whole file of n bytes. Returns NULL, or the reason why it cannot
 * be used: what is wrong and what to do. */
const char *rg_npy_read(rg_npy *out, const void *bytes, int64_t n);
/* Returns number k of the array, rounded to float. */
float rg_npy_at(const rg_npy *array, const void *bytes, int64_t k);
#endif
