#include "graph/times/reader_scan.h"
#include <string.h>

enum { WORD_BYTES = 12, MAX_OFFSET_HOURS = 18 };

int rg_scan_char(rg_scan *s, char c)
{
    if (s->at == s->end || *s->at != c) return 0;
    s->at++;
    return 1;
}

int rg_scan_blanks(rg_scan *s)
{
    const char *begin = s->at;
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t')) s->at++;
    return (int)(s->at - begin);
}

int rg_scan_digits(rg_scan *s, int most, int64_t *out)
{
    const char *at = s->at, *const begin = at;
    const char *const end = s->end - at > most ? at + most : s->end;
    int64_t number = 0;
    for (; at < end && (unsigned)(*at - '0') < 10; at++)
        number = number * 10 + (*at - '0');
    s->at = at;
    *out = number;
    return (int)(at - begin);
}

int rg_scan_small(rg_scan *s, int low, int high, int64_t *out)
{
    return rg_scan_digits(s, 2, out) > 0 && *out >= low && *out <= high;
}

/* The letters ahead in lower case; returns how many, 0 when they do not fit. */
static int take_word(rg_scan *s, char word[WORD_BYTES])
{
    int n = 0;
    for (; s->at < s->end; s->at++) {
        const char c = (char)(*s->at | 0x20);
        if (c < 'a' || c > 'z') break;
        if (n == WORD_BYTES - 1) return 0;
        word[n++] = c;
    }
    word[n] = '\0';
    return n;
}

/* The place of the word ahead among n words, whole or its first 3 letters; -1 = none. */
static int find_word(rg_scan *s, const char *const *words, int n)
{
    char word[WORD_BYTES];
    const int length = take_word(s, word);
    if (length < 3) return -1;
    for (int k = 0; k < n; k++)
        if (strcmp(word, words[k]) == 0 ||
            (length == 3 && memcmp(word, words[k], 3) == 0))
            return k;
    return -1;
}

int rg_scan_month(rg_scan *s, int64_t *month)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    *month = find_word(s, names, 12) + 1;
    rg_scan_char(s, '.');
    return *month > 0;
}

int rg_scan_weekday(rg_scan *s)
{
    static const char *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};
    return find_word(s, names, 7) >= 0;
}

int rg_scan_half(rg_scan *s, int64_t *hour)
{
    rg_scan_blanks(s);
    if (s->end - s->at < 2 || (s->at[1] | 0x20) != 'm' || *hour < 1 || *hour > 12)
        return 0;
    const char half = (char)(*s->at | 0x20);
    if (half != 'a' && half != 'p') return 0;
    s->at += 2;
    *hour = *hour % 12 + (half == 'p' ? 12 : 0);
    return 1;
}

int rg_scan_fraction(rg_scan *s)
{
    if (!rg_scan_char(s, '.') && !rg_scan_char(s, ',')) return 0;
    const char *begin = s->at;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9') s->at++;
    return s->at > begin;
}

static int take_utc(rg_scan *s)
{
    if (rg_scan_char(s, 'Z') || rg_scan_char(s, 'z')) return 1;
    if (s->end - s->at < 3 ||
        (memcmp(s->at, "UTC", 3) != 0 && memcmp(s->at, "GMT", 3) != 0))
        return 0;
    s->at += 3;
    return 1;
}

int rg_scan_offset(rg_scan *s, int64_t *seconds)
{
    *seconds = 0;
    const int named = take_utc(s);
    if (s->at == s->end || (*s->at != '+' && *s->at != '-')) return named;
    const int sign = *s->at++ == '-' ? -1 : 1;
    int64_t hour = 0, minute = 0;
    if (rg_scan_digits(s, 2, &hour) != 2 || hour > MAX_OFFSET_HOURS) return 0;
    const int colon = rg_scan_char(s, ':');
    const int n = rg_scan_digits(s, 2, &minute);
    if (n == 1 || (colon && n == 0) || minute > 59) return 0;
    *seconds = sign * (hour * 3600 + minute * 60);
    const rg_scan before = *s; /* "+0000 UTC", as Go prints it */
    if (!named && (!rg_scan_blanks(s) || !take_utc(s))) *s = before;
    return 1;
}
