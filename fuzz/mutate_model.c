/* How fuzz_model changes an input: bytes inside a tensor, mostly, so that sizes and
 * header still agree and the change reaches what reads the numbers; libFuzzer's own ways
 * on the whole file otherwise. The checksum is mended by the fuzzer itself. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_BYTES = 8, HEADER_MOST = 1 << 16, TENSORS = 64, WHOLE_FILE_OF = 5 };

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

typedef struct span {
    size_t first, n; /* bytes of the file */
    size_t element;  /* bytes of a number */
} span;

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* The tensors that a header names, as far as it can be read. */
static int find_tensors(span *out, const uint8_t *data, size_t size)
{
    static char header[HEADER_MOST + 1];
    uint64_t length = 0;
    int n = 0;
    if (size <= LENGTH_BYTES) return 0;
    memcpy(&length, data, LENGTH_BYTES);
    if (length > HEADER_MOST || length > size - LENGTH_BYTES) return 0;
    memcpy(header, data + LENGTH_BYTES, length);
    header[length] = '\0';
    const size_t base = LENGTH_BYTES + (size_t)length;
    for (const char *at = header; (at = strstr(at, "\"dtype\":\"")) != NULL; at++) {
        const char type = at[9], width = at[10];
        unsigned long long begin = 0, end = 0;
        const char *offsets = strstr(at, "\"data_offsets\":[");
        if (offsets == NULL || n == TENSORS) break;
        if (sscanf(offsets, "\"data_offsets\":[%llu,%llu]", &begin, &end) != 2) continue;
        if (end <= begin || end > size - base) continue;
        out[n++] = (span){base + begin, end - begin,
                          type == 'B'    ? 2u
                          : width == '8' ? 1u
                          : width == '3' ? 4u
                                         : 8u};
    }
    return n;
}

/* Numbers at which arithmetic and checks turn, in the width of the tensor. */
static void put_special(uint8_t *to, size_t element, uint32_t *state)
{
    static const float floats[] = {0.0f,   -0.0f,  1.0f,   -1.0f,  2.0f,  1e-45f,
                                   1e-38f, 1e9f,   1e12f,  1e18f,  1e19f, 1e30f,
                                   3e38f,  -3e38f, 1e-30f, 65504.f};
    static const int64_t whole[] = {
        0,    1,    2,     3,  4,  5,         6,          7,         8,
        15,   16,   63,    64, 65, 127,       128,        255,       256,
        4095, 4096, 65535, -1, -2, INT32_MAX, UINT32_MAX, INT64_MAX, INT64_MIN};
    static const double doubles[] = {0.0,  1.0,   -1.0, 0.5,   1e-30,
                                     1e30, 1e308, 8.0,  4096.0};
    const uint32_t pick = next(state);
    const float f = floats[pick % (sizeof floats / sizeof *floats)];
    const double d = doubles[pick % (sizeof doubles / sizeof *doubles)];
    const int64_t w = whole[pick % (sizeof whole / sizeof *whole)];
    uint32_t bits = 0;
    memcpy(&bits, &f, sizeof bits);
    const uint16_t half = (uint16_t)(bits >> 16);
    const int as_whole = next(state) % 2 == 0;
    if (element == 1 || as_whole)
        memcpy(to, &w, element);
    else if (element == 2)
        memcpy(to, &half, element);
    else if (element == 4)
        memcpy(to, &bits, element);
    else
        memcpy(to, &d, element);
}

static void mutate_tensor(uint8_t *data, const span *t, uint32_t *state)
{
    const size_t count = t->n / t->element;
    if (count == 0) return;
    uint8_t *at = data + t->first + next(state) % count * t->element;
    switch (next(state) % 5) {
    case 0: put_special(at, t->element, state); return;
    case 1: at[next(state) % t->element] ^= (uint8_t)(1u << next(state) % 8); return;
    case 2: /* all of them alike */
        put_special(data + t->first, t->element, state);
        for (size_t k = 1; k < count; k++)
            memcpy(data + t->first + k * t->element, data + t->first, t->element);
        return;
    case 3: /* one over another */
        memmove(at, data + t->first + next(state) % count * t->element, t->element);
        return;
    default: LLVMFuzzerMutate(data + t->first, t->n, t->n); return;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    span tensor[TENSORS];
    uint32_t state = seed;
    const int n = find_tensors(tensor, data, size);
    if (n == 0 || next(&state) % WHOLE_FILE_OF == 0)
        return LLVMFuzzerMutate(data, size, most);
    for (uint32_t left = 1 + next(&state) % 3; left > 0; left--)
        mutate_tensor(data, &tensor[next(&state) % (uint32_t)n], &state);
    return size;
}
