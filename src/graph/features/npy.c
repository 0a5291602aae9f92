#include "graph/features/npy.h"
#include "base/text/number.h"
#include <math.h>
#include <string.h>

enum { MAGIC = 6, LONGEST_HEADER = 4096 };

int rg_npy_is(const void *bytes, int64_t n)
{
    return n >= MAGIC && memcmp(bytes, "\x93NUMPY", MAGIC) == 0;
}

/* Behind "'key':" and blanks; NULL if the header has no such key. */
static const char *value_of(const char *header, const char *key)
{
    const char *at = strstr(header, key);
    if (at == NULL) return NULL;
    at += strlen(key);
    while (*at == ' ' || *at == ':') at++;
    return at;
}

/* Reads 'descr': "<f4", "|b1", "<i8", "|S3", "<U3". */
static const char *read_type(rg_npy *out, const char *header)
{
    const char *at = value_of(header, "'descr'");
    int64_t bytes = 0;
    if (at == NULL || *at != '\'') return "is not a .npy file: the header has no type";
    const char order = at[1];
    out->kind = order != '\0' ? at[2] : '\0';
    const char *const digits = out->kind != '\0' ? at + 3 : at;
    at = digits;
    while (*at >= '0' && *at <= '9') at++;
    if (out->kind == 'O') return "holds Python objects: save it with astype('float32')";
    if (order == '>') return "is big-endian: save it with astype('<f4')";
    if (!rg_parse_int(digits, at - digits, &bytes) || *at != '\'' || bytes > INT16_MAX ||
        strchr("fiubSU", out->kind) == NULL)
        return "is an array of a type that is no number or text";
    out->bytes = (int)bytes;
    return NULL;
}

/* Reads "(rows, columns)", "(n,)" or "()". */
static int read_shape(rg_npy *out, const char *header)
{
    const char *at = value_of(header, "'shape'");
    if (at == NULL || *at != '(') return 0;
    at++;
    while (*at != ')') {
        const char *const from = at;
        while (*at >= '0' && *at <= '9') at++;
        if (out->n_dims == RG_NPY_DIMS ||
            !rg_parse_int(from, at - from, &out->dim[out->n_dims++]))
            return 0;
        if (*at == ',') at++;
        while (*at == ' ') at++;
    }
    return 1;
}

/* The bytes of one element, 0 if no array has such. */
static int64_t element(const rg_npy *a)
{
    const int is_size = a->bytes == 1 || a->bytes == 2 || a->bytes == 4 || a->bytes == 8;
    switch (a->kind) {
    case 'S': return a->bytes;
    case 'U': return 4 * (int64_t)a->bytes;
    case 'f': return is_size && a->bytes > 1 ? a->bytes : 0;
    case 'b': return a->bytes == 1;
    default: return is_size ? a->bytes : 0;
    }
}

/* Compares the shape with n bytes of data. */
static const char *check_size(const rg_npy *a, int64_t n)
{
    int64_t expected = element(a);
    if (expected == 0) return "is an array of a type that is no number or text";
    for (int k = 0; k < a->n_dims; k++)
        if (__builtin_mul_overflow(expected, a->dim[k], &expected))
            return "is truncated: it has fewer numbers than its shape";
    if (n < expected) return "is truncated: it has fewer numbers than its shape";
    return n > expected ? "has bytes behind its last number" : NULL;
}

/* Copies the header to a string of LONGEST_HEADER + 1 bytes. */
static const char *read_header(rg_npy *out, char *header, const void *bytes, int64_t n)
{
    static const char no_file[] = "is not a .npy file";
    const unsigned char *const b = bytes;
    *out = (rg_npy){.n_dims = 0};
    if (!rg_npy_is(bytes, n) || n < MAGIC + 6) return no_file;
    const int is_wide = b[MAGIC] >= 2; /* four bytes of length */
    if (b[MAGIC] < 1 || b[MAGIC] > 3)
        return "is in an unknown version of the .npy format";
    uint32_t length = (uint32_t)b[MAGIC + 2] | (uint32_t)b[MAGIC + 3] << 8;
    if (is_wide) length |= (uint32_t)b[MAGIC + 4] << 16 | (uint32_t)b[MAGIC + 5] << 24;
    out->offset = MAGIC + (is_wide ? 6 : 4) + (int64_t)length;
    if (length > LONGEST_HEADER || out->offset > n) return no_file;
    memcpy(header, b + out->offset - length, length);
    header[length] = '\0';
    return NULL;
}

const char *rg_npy_read_any(rg_npy *out, const void *bytes, int64_t n)
{
    char header[LONGEST_HEADER + 1];
    const char *wrong = read_header(out, header, bytes, n);
    if (wrong == NULL) wrong = read_type(out, header);
    if (wrong != NULL) return wrong;
    const char *order = value_of(header, "'fortran_order'");
    if (order == NULL) return "is not a .npy file: the header has no order";
    if (!read_shape(out, header)) return "is of more than four dimensions";
    if (out->n_dims > 1 && strncmp(order, "True", 4) == 0)
        return "is in Fortran order: save numpy.ascontiguousarray of it";
    return check_size(out, n - out->offset);
}

const char *rg_npy_read(rg_npy *out, const void *bytes, int64_t n)
{
    const char *const wrong = rg_npy_read_any(out, bytes, n);
    if (out->kind != '\0' && out->kind != 'f' && out->kind != 'O')
        return "does not hold float16, float32 or float64: save it with "
               "astype('float32')";
    if (wrong != NULL) return wrong;
    if (out->n_dims != 2) return "is not of two dimensions [nodes][numbers]";
    out->n_rows = out->dim[0];
    out->n_cols = out->dim[1];
    return out->n_rows == 0 || out->n_cols == 0 ? "is empty" : NULL;
}

static float half(uint32_t bits)
{
    const uint32_t exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
    float x = exponent == 0x1f ? (fraction != 0 ? NAN : INFINITY)
              : exponent == 0  ? ldexpf((float)fraction, -24)
                               : ldexpf((float)(fraction | 0x400), (int)exponent - 25);
    return bits >> 15 != 0 ? -x : x;
}

static uint64_t bits_at(const rg_npy *array, const void *bytes, int64_t k)
{
    const unsigned char *const at =
        (const unsigned char *)bytes + array->offset + k * array->bytes;
    uint64_t bits = 0;
    for (int b = array->bytes - 1; b >= 0; b--) bits = bits << 8 | at[b];
    return bits;
}

static double float_at(const rg_npy *array, const void *bytes, int64_t k)
{
    const uint64_t bits = bits_at(array, bytes, k);
    if (array->bytes == 2) return (double)half((uint32_t)bits);
    if (array->bytes == 4) {
        const uint32_t low = (uint32_t)bits;
        float x = 0.0f;
        memcpy(&x, &low, sizeof x);
        return (double)x;
    }
    double x = 0.0;
    memcpy(&x, &bits, sizeof x);
    return x;
}

float rg_npy_at(const rg_npy *array, const void *bytes, int64_t k)
{
    return (float)float_at(array, bytes, k);
}

int64_t rg_npy_whole(const rg_npy *array, const void *bytes, int64_t k)
{
    const uint64_t bits = bits_at(array, bytes, k);
    if (array->kind != 'i') return bits <= INT64_MAX ? (int64_t)bits : -1;
    const uint64_t sign = UINT64_C(1) << (8 * array->bytes - 1);
    return (int64_t)((bits ^ sign) - sign);
}

double rg_npy_number(const rg_npy *array, const void *bytes, int64_t k)
{
    if (array->kind == 'f') return float_at(array, bytes, k);
    if (array->kind != 'i') return (double)bits_at(array, bytes, k);
    return (double)rg_npy_whole(array, bytes, k);
}
