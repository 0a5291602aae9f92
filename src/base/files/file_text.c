/* UTF-16 is decoded here and not by iconv(3), which allocates with malloc and only
 * distinguishes the end of the text from a full buffer by its error codes. */
#include "base/files/file_text.h"
#include "base/text/utf8.h"
#include <string.h>

enum { LOOKED_PAIRS = 8, LEAST_PAIRS = 4 };

/* Byte `at` (0 or 1) of every pair is zero and the other one is not. */
static int has_zeros(const char *bytes, int64_t n, int at)
{
    const int64_t pairs = n / 2 < LOOKED_PAIRS ? n / 2 : LOOKED_PAIRS;
    for (int64_t k = 0; k < pairs; k++)
        if (bytes[2 * k + at] != '\0' || bytes[2 * k + 1 - at] == '\0') return 0;
    return pairs >= LEAST_PAIRS;
}

rg_text rg_text_look(const char *bytes, int64_t n)
{
    if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) return (rg_text){.mark = 3};
    if (n >= 2 && memcmp(bytes, "\xff\xfe", 2) == 0)
        return (rg_text){.mark = 2, .utf16 = 1};
    if (n >= 2 && memcmp(bytes, "\xfe\xff", 2) == 0)
        return (rg_text){.mark = 2, .utf16 = 1, .big = 1};
    if (has_zeros(bytes, n, 1)) return (rg_text){.utf16 = 1};
    if (has_zeros(bytes, n, 0)) return (rg_text){.utf16 = 1, .big = 1};
    return (rg_text){0};
}

int rg_text_has_cr_ends(const char *bytes, int64_t n)
{
    return memchr(bytes, '\r', (size_t)n) != NULL &&
           memchr(bytes, '\n', (size_t)n) == NULL;
}

static uint32_t unit_at(const unsigned char *from, int big)
{
    return big ? (uint32_t)from[0] << 8 | from[1] : (uint32_t)from[1] << 8 | from[0];
}

int64_t rg_utf16_decode(char *to, int64_t room, const unsigned char *from, int64_t n,
                        int big, int64_t *used)
{
    int64_t written = 0, at = 0;
    while (n - at >= 2 && room - written >= 4) {
        uint32_t code = unit_at(from + at, big);
        if (code >= 0xdc00 && code < 0xe000) return -1;
        if (code >= 0xd800 && code < 0xdc00) {
            if (n - at < 4) break;
            const uint32_t low = unit_at(from + at + 2, big);
            if (low < 0xdc00 || low >= 0xe000) return -1;
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            at += 2;
        }
        at += 2;
        written += rg_utf8_put(to + written, code);
    }
    *used = at;
    return written;
}

int64_t rg_windows1252_decode(char *to, const char *from, int64_t n)
{
    enum { MAX_RUN = 3 };
    static const uint16_t upper[32] = {
        0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
        0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
        0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
        0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};
    int64_t written = 0;
    int run = 0;
    for (int64_t k = 0; k < n; k++) {
        const unsigned char c = (unsigned char)from[k];
        const uint32_t code = c >= 0x80 && c < 0xa0 ? upper[c - 0x80] : c;
        run = c < 0x80 ? 0 : run + 1;
        if (code == 0 || run > MAX_RUN) return -1;
        written += rg_utf8_put(to + written, code);
    }
    return written;
}
