/* Where separators are in a text, 64 bytes at a time, by words of eight bytes. */
#ifndef RG_BASE_MARKS_H
#define RG_BASE_MARKS_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { RG_MARKS_BYTES = 64 };

/* A walk over the bytes that are one of two, neither of them NUL. */
typedef struct rg_marks {
    const char *block, *end; /* the marks are those of block[0..64) */
    uint64_t marks;          /* that are left, from the lowest bit */
    uint64_t pattern[2];     /* eight times each byte */
} rg_marks;

/* Bit 7 of each byte that is 0. */
static inline uint64_t rg_marks_zeros(uint64_t x)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    return ~(((x & low) + low) | x | low);
}

static inline uint64_t rg_marks_of(const rg_marks *m, const char *bytes)
{
    uint64_t all = 0;
    for (int k = 0; k < RG_MARKS_BYTES / 8; k++) {
        uint64_t x = 0;
        memcpy(&x, bytes + (ptrdiff_t)8 * k, sizeof x);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        x = __builtin_bswap64(x);
#endif
        const uint64_t found =
            rg_marks_zeros(x ^ m->pattern[0]) | rg_marks_zeros(x ^ m->pattern[1]);
        /* The product moves bit 8 j to bit 56 + j. */
        all |= ((found >> 7) * UINT64_C(0x0102040810204080) >> 56) << (8 * k);
    }
    return all;
}

static inline void rg_marks_look(rg_marks *m)
{
    char last[RG_MARKS_BYTES] = {0};
    const int64_t left = m->end - m->block;
    if (left >= RG_MARKS_BYTES) {
        m->marks = rg_marks_of(m, m->block);
        return;
    }
    if (left > 0) memcpy(last, m->block, (size_t)left);
    m->marks = rg_marks_of(m, last);
}

static inline rg_marks rg_marks_begin(const char *text, int64_t n, char a, char b)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    rg_marks m = {.block = text,
                  .end = text + n,
                  .pattern = {ones * (unsigned char)a, ones * (unsigned char)b}};
    rg_marks_look(&m);
    return m;
}

/* Returns the next byte that is one of the two; the end of the text after the last. */
static inline const char *rg_marks_next(rg_marks *m)
{
    while (m->marks == 0) {
        if (m->end - m->block <= RG_MARKS_BYTES) return m->end;
        m->block += RG_MARKS_BYTES;
        rg_marks_look(m);
    }
    const char *at = m->block + __builtin_ctzll(m->marks);
    m->marks &= m->marks - 1;
    return at;
}
#endif
