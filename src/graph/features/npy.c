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

static const char *read_type(rg_npy *out, const char *header)
{
    const char *at = value_of(header, "'descr'");
    if (at == NULL) return "is not a .npy file: the header has no type";
    if (strncmp(at, "'<f2'", 5) == 0)
        out->bytes = 2;
    else if (strncmp(at, "'<f4'", 5) == 0)
        out->bytes = 4;
    else if (strncmp(at, "'<f8'", 5) == 0)
        out->bytes = 8;
    else if (strncmp(at, "'|O", 3) == 0)
        return "holds Python objects: save it with astype('float32')";
    else if (strncmp(at, "'>f", 3) == 0)
        return "is big-endian: save it with astype('<f4')";
    else
        return "does not hold float16, float32 or float64: save it with "
               "astype('float32')";
    at = value_of(header, "'fortran_order'");
    if (at != NULL && strncmp(at, "True", 4) == 0)
        return "is in Fortran order: save numpy.ascontiguousarray of it";
    return at == NULL ? "is not a .npy file: the header has no order" : NULL;
}

/* Reads "(rows, columns)". */
static int read_shape(rg_npy *out, const char *header)
{
    const char *at = value_of(header, "'shape'");
    int64_t *const size[2] = {&out->n_rows, &out->n_cols};
    if (at == NULL || *at != '(') return 0;
    at++;
    for (int k = 0; k < 2; k++) {
        const char *const from = at;
        while (*at >= '0' && *at <= '9') at++;
        if (!rg_parse_int(from, at - from, size[k])) return 0;
        if (k == 0 && *at++ != ',') return 0;
        while (*at == ' ') at++;
    }
    if (*at == ',') at++;
    return *at == ')';
}

const char *rg_npy_read(rg_npy *out, const void *bytes, int64_t n)
{
    static const char no_file[] = "is not a .npy file";
    const unsigned char *const b = bytes;
    char header[LONGEST_HEADER + 1];
    *out = (rg_npy){0, 0, 0, 0};
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
    const char *const wrong = read_type(out, header);
    if (wrong != NULL) return wrong;
    if (!read_shape(out, header)) return "is not of two dimensions [nodes][numbers]";
    const int64_t left = (n - out->offset) / out->bytes;
    if (out->n_rows == 0 || out->n_cols == 0) return "is empty";
    if (out->n_cols > left || out->n_rows > left / out->n_cols)
        return "is truncated: it has fewer numbers than its shape";
    if (n - out->offset != out->n_rows * out->n_cols * out->bytes)
        return "has bytes behind its last number";
    return NULL;
}

static float half(uint32_t bits)
{
    const uint32_t exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
    float x = exponent == 0x1f ? (fraction != 0 ? NAN : INFINITY)
              : exponent == 0  ? ldexpf((float)fraction, -24)
                               : ldexpf((float)(fraction | 0x400), (int)exponent - 25);
    return bits >> 15 != 0 ? -x : x;
}

float rg_npy_at(const rg_npy *array, const void *bytes, int64_t k)
{
    const unsigned char *const at =
        (const unsigned char *)bytes + array->offset + k * array->bytes;
    uint64_t bits = 0;
    for (int b = array->bytes - 1; b >= 0; b--) bits = bits << 8 | at[b];
    if (array->bytes == 2) return half((uint32_t)bits);
    if (array->bytes == 4) {
        const uint32_t low = (uint32_t)bits;
        float x = 0.0f;
        memcpy(&x, &low, sizeof x);
        return x;
    }
    double x = 0.0;
    memcpy(&x, &bits, sizeof x);
    return (float)x;
}
