#include "base/text/letters.h"
#include "base/text/utf8.h"

int rg_is_letter(uint32_t code)
{
    if (code < 0x80)
        return (code >= '0' && code <= '9') ||
               ((code | 0x20) >= 'a' && (code | 0x20) <= 'z');
    int low = 0, high = rg_n_letter_ranges; /* the range is in [low, high) */
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        if (rg_letter_ranges[middle].first <= code)
            low = middle;
        else
            high = middle;
    }
    return code >= rg_letter_ranges[low].first && code <= rg_letter_ranges[low].last;
}

uint32_t rg_lower(uint32_t code)
{
    if (code < 0x80) return code >= 'A' && code <= 'Z' ? code + 0x20 : code;
    int low = 0, high = rg_n_lower_runs;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        if (rg_lower_runs[middle].first <= code)
            low = middle;
        else
            high = middle;
    }
    const rg_lower_run *run = &rg_lower_runs[low];
    if (code < run->first || code > run->last ||
        (code - run->first) % (uint32_t)run->step != 0)
        return code;
    return (uint32_t)((int32_t)code + run->delta);
}

int rg_is_unspaced(uint32_t code)
{
    static const rg_letter_range scripts[] = {
        {0x0e00, 0x0fff},  /* Thai, Lao, Tibetan */
        {0x1000, 0x109f},  /* Myanmar */
        {0x1780, 0x17ff},  /* Khmer */
        {0x3005, 0x3007},  /* ideographic marks */
        {0x3040, 0x30ff},  /* kana */
        {0x31f0, 0x31ff},  /* kana */
        {0x3400, 0x4dbf},  /* Han */
        {0x4e00, 0x9fff},  /* Han */
        {0xf900, 0xfaff},  /* Han */
        {0xff66, 0xff9f},  /* kana */
        {0x20000, 0x3ffff} /* Han */
    };
    for (int k = 0; k < (int)(sizeof scripts / sizeof *scripts); k++)
        if (code >= scripts[k].first && code <= scripts[k].last) return 1;
    return 0;
}

/* Reads a code point of valid UTF-8 and moves *at behind it. */
static uint32_t take(const char **at, const char *end)
{
    const unsigned char *s = (const unsigned char *)*at;
    const int n = rg_utf8_length(s, end - *at);
    uint32_t code = n < 2 ? s[0] : s[0] & (0xffU >> (n + 1));
    for (int k = 1; k < n; k++) code = code << 6 | (s[k] & 0x3fU);
    *at += n > 0 ? n : 1;
    return code;
}

/* Reads the run of letters at words->at; its length in bytes, or more than RG_WORD_BYTES
 * if it does not fit. */
static int take_run(rg_words *w)
{
    int n = 0;
    for (const char *at = w->at; w->at < w->end; w->at = at) {
        char lower[RG_UTF8_MAX];
        const uint32_t code = take(&at, w->end);
        const int alone = rg_is_unspaced(code);
        if (!rg_is_letter(code) || (alone && n > 0)) break;
        const int length = rg_utf8_put(lower, rg_lower(code));
        for (int k = 0; k < length && n <= RG_WORD_BYTES; k++, n++)
            if (n < RG_WORD_BYTES) w->word[n] = lower[k];
        if (!alone) continue;
        w->at = at;
        break;
    }
    return n;
}

int rg_words_next(rg_words *w)
{
    while (w->at < w->end) {
        const int n = take_run(w);
        if (n > 0 && n <= RG_WORD_BYTES) {
            w->length = n;
            return 1;
        }
        if (n == 0) (void)take(&w->at, w->end); /* not a letter */
    }
    return 0;
}
