#include "base/text/json_read.h"
#include "base/text/utf8.h"
#include <string.h>

rg_json rg_json_begin(const char *text, int64_t n)
{
    return (rg_json){text, text + n, 0};
}

static int fail(rg_json *j)
{
    j->wrong = 1;
    return 0;
}

/* The next byte that is no blank, which stays; 0 at the end. */
static char peek(rg_json *j)
{
    while (j->at < j->end &&
           (*j->at == ' ' || *j->at == '\n' || *j->at == '\r' || *j->at == '\t'))
        j->at++;
    return j->at < j->end && !j->wrong ? *j->at : '\0';
}

static int take(rg_json *j, char wanted)
{
    if (peek(j) != wanted) return fail(j);
    j->at++;
    return 1;
}

int rg_json_enter(rg_json *j, char bracket)
{
    return take(j, bracket);
}

int rg_json_next(rg_json *j, char bracket, int *n)
{
    const char close = bracket == '{' ? '}' : ']';
    if (peek(j) == close) {
        j->at++;
        return 0;
    }
    if (*n > 0 && !take(j, ',')) return 0;
    if (*n > 0 && peek(j) == close) return fail(j);
    (*n)++;
    return peek(j) != '\0' ? 1 : fail(j);
}

/* What is decoded so far. */
typedef struct string {
    char *out;
    int64_t n, capacity;
} string;

static void put(string *s, char byte)
{
    if (s->n + 1 < s->capacity) s->out[s->n] = byte;
    s->n++;
}

/* Four hexadecimal digits. */
static int take_hex(rg_json *j, uint32_t *out)
{
    static const char digits[] = "0123456789abcdef";
    if (j->end - j->at < 4) return fail(j);
    *out = 0;
    for (int k = 0; k < 4; k++) {
        const char c = *j->at++;
        const char low = c >= 'A' && c <= 'F' ? (char)(c + ('a' - 'A')) : c;
        const char *digit = low != '\0' ? strchr(digits, low) : NULL;
        if (digit == NULL) return fail(j);
        *out = *out << 4 | (uint32_t)(digit - digits);
    }
    return 1;
}

/* Behind the u: one escape, or the two of a pair of surrogates. No NUL. */
static int take_unicode(rg_json *j, string *s)
{
    uint32_t c = 0, low = 0;
    if (!take_hex(j, &c)) return 0;
    if (c >= 0xd800 && c < 0xdc00) {
        if (j->end - j->at < 6 || j->at[0] != '\\' || j->at[1] != 'u') return fail(j);
        j->at += 2;
        if (!take_hex(j, &low) || low < 0xdc00 || low > 0xdfff) return fail(j);
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (c == 0 || (c >= 0xdc00 && c <= 0xdfff)) {
        return fail(j);
    }
    char utf8[RG_UTF8_MAX];
    const int n = rg_utf8_put(utf8, c);
    for (int k = 0; k < n; k++) put(s, utf8[k]);
    return 1;
}

static int take_escape(rg_json *j, string *s)
{
    static const char escapes[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    if (j->at == j->end || *j->at == '\0') return fail(j);
    const char c = *j->at++;
    if (c == 'u') return take_unicode(j, s);
    const char *at = strchr(escapes, c);
    if (at == NULL) return fail(j);
    put(s, means[at - escapes]);
    return 1;
}

/* One code point in UTF-8. */
static int take_utf8(rg_json *j, string *s)
{
    const unsigned char *first = (const unsigned char *)j->at;
    const int n = *first < 0x20 ? 0 : rg_utf8_length(first, j->end - j->at);
    if (n == 0) return fail(j);
    for (int k = 0; k < n; k++) put(s, *j->at++);
    return 1;
}

int64_t rg_json_string(rg_json *j, char *out, int64_t capacity)
{
    string s = {out, 0, capacity};
    int closed = 0;
    if (!take(j, '"')) return -1;
    while (!closed && j->at < j->end) {
        if (*j->at == '"') {
            closed = 1;
            j->at++;
        } else if (*j->at == '\\') {
            j->at++;
            if (!take_escape(j, &s)) return -1;
        } else if (!take_utf8(j, &s)) {
            return -1;
        }
    }
    if (!closed) return fail(j) - 1;
    if (capacity > 0) out[s.n < capacity ? s.n : capacity - 1] = '\0';
    return s.n;
}

int64_t rg_json_name(rg_json *j, char *out, int64_t capacity)
{
    const int64_t n = rg_json_string(j, out, capacity);
    return n >= 0 && take(j, ':') ? n : -1;
}

/* At least one digit; how many. */
static int64_t take_digits(rg_json *j)
{
    const char *first = j->at;
    while (j->at < j->end && *j->at >= '0' && *j->at <= '9') j->at++;
    return j->at > first ? j->at - first : fail(j);
}

static int take_number(rg_json *j)
{
    if (peek(j) == '-') j->at++;
    const int zero = j->at < j->end && *j->at == '0';
    const int64_t n = take_digits(j);
    if (n == 0 || (zero && n > 1)) return fail(j);
    if (j->at < j->end && *j->at == '.') {
        j->at++;
        if (take_digits(j) == 0) return 0;
    }
    if (j->at < j->end && (*j->at == 'e' || *j->at == 'E')) {
        j->at++;
        if (j->at < j->end && (*j->at == '+' || *j->at == '-')) j->at++;
        if (take_digits(j) == 0) return 0;
    }
    return 1;
}

int rg_json_whole(rg_json *j, int64_t *out)
{
    peek(j);
    const char *first = j->at;
    int64_t value = 0;
    if (!take_number(j)) return 0;
    const int negative = *first == '-';
    for (const char *c = first + negative; c < j->at; c++) {
        if (*c < '0' || *c > '9') return fail(j); /* a fraction or an exponent */
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *c - '0', &value))
            return fail(j);
    }
    *out = negative ? -value : value;
    return 1;
}

static int take_word(rg_json *j, const char *word)
{
    const int64_t n = (int64_t)strlen(word);
    if (j->end - j->at < n || memcmp(j->at, word, (size_t)n) != 0) return fail(j);
    j->at += n;
    return 1;
}

/* NOLINTNEXTLINE(misc-no-recursion): at most RG_JSON_DEPTH deep */
static int skip(rg_json *j, int depth)
{
    const char c = peek(j);
    int n = 0;
    if (c == '"') return rg_json_string(j, NULL, 0) >= 0;
    if (c == 't') return take_word(j, "true");
    if (c == 'f') return take_word(j, "false");
    if (c == 'n') return take_word(j, "null");
    if (c != '{' && c != '[') return take_number(j);
    if (depth == RG_JSON_DEPTH) return fail(j);
    j->at++;
    while (rg_json_next(j, c, &n)) {
        if (c == '{' && rg_json_name(j, NULL, 0) < 0) return 0;
        if (!skip(j, depth + 1)) return 0;
    }
    return !j->wrong;
}

int rg_json_skip(rg_json *j)
{
    return skip(j, 0);
}

int rg_json_is_value(const char *text, int64_t n, char bracket)
{
    rg_json j = rg_json_begin(text, n);
    if (bracket != 0 && peek(&j) != bracket) return 0;
    if (!rg_json_skip(&j)) return 0;
    return peek(&j) == '\0' && j.at == j.end;
}
