#include "base/text/utf8.h"

int rg_utf8_length(const unsigned char *s, int64_t n)
{
    const int length = s[0] < 0x80   ? 1
                       : s[0] < 0xc2 ? 0
                       : s[0] < 0xe0 ? 2
                       : s[0] < 0xf0 ? 3
                       : s[0] < 0xf5 ? 4
                                     : 0;
    if (length > n) return 0;
    for (int k = 1; k < length; k++)
        if ((s[k] & 0xc0) != 0x80) return 0;
    if (s[0] == 0xe0 && s[1] < 0xa0) return 0;  /* over-long */
    if (s[0] == 0xed && s[1] >= 0xa0) return 0; /* surrogates */
    if (s[0] == 0xf0 && s[1] < 0x90) return 0;
    if (s[0] == 0xf4 && s[1] >= 0x90) return 0; /* above U+10FFFF */
    return length;
}

int rg_utf8_is_valid(const char *text, int64_t length)
{
    const unsigned char *s = (const unsigned char *)text;
    for (int64_t k = 0; k < length;) {
        const int n = s[k] < 0x80 ? 1 : rg_utf8_length(s + k, length - k);
        if (n == 0) return 0;
        k += n;
    }
    return 1;
}

int rg_utf8_put(char *to, uint32_t code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    const int n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (int k = n - 1; k > 0; k--) {
        to[k] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    to[0] = (char)(lead[n] | code);
    return n;
}
