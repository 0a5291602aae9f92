/* The header of a NumPy array file (format 1 to 3), and numbers of the array. */
#ifndef RG_GRAPH_NPY_H
#define RG_GRAPH_NPY_H
#include <stdint.h>

enum { RG_NPY_DIMS = 4 };

typedef struct rg_npy {
    char kind;  /* NumPy's letter: f float, i int, u unsigned, b bool, S bytes, U text */
    int bytes;  /* of a number; of kind S and U, the characters */
    int n_dims; /* 0: one number */
    int64_t dim[RG_NPY_DIMS];
    int64_t n_rows, n_cols; /* of a 2-d array in C order */
    int64_t offset;         /* of its first number */
} rg_npy;

/* Returns 1 if the bytes begin like such a file. */
int rg_npy_is(const void *bytes, int64_t n);
/* Reads the header of a whole file of n bytes: an array of any kind, in C order unless it
 * has one dimension. Returns NULL, or the reason why it cannot be used: what is wrong and
 * what to do. */
const char *rg_npy_read_any(rg_npy *out, const void *bytes, int64_t n);
/* The same for a 2-d array of floats: vectors. */
const char *rg_npy_read(rg_npy *out, const void *bytes, int64_t n);
/* Returns number k of an array of floats, rounded to float. */
float rg_npy_at(const rg_npy *array, const void *bytes, int64_t k);
/* Returns number k of an array of any kind of number. */
double rg_npy_number(const rg_npy *array, const void *bytes, int64_t k);
/* Returns number k of an array of kind i, u or b; -1 for one beyond int64_t. */
int64_t rg_npy_whole(const rg_npy *array, const void *bytes, int64_t k);
#endif
