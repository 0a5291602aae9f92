#include "base/text/text.h"
#include "base/text/float_text.h"
#include "base/text/number.h"
#include "base/text/utf8.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void rg_text_begin(rg_text *t, rg_mem mem)
{
    *t = (rg_text){.mem = mem, .status = REGATTA_OK};
}

void rg_text_append_bytes(rg_text *t, const char *bytes, int64_t n)
{
    const int64_t needed = t->n + n + 1;
    if (t->status != REGATTA_OK) return;
    if (needed > t->capacity) {
        const int64_t capacity = 2 * needed > 1024 ? 2 * needed : 1024;
        char *grown = rg_grow(t->mem, t->bytes, t->n, capacity, 1);
        if (grown == NULL) {
            t->status = REGATTA_ENOMEM;
            return;
        }
        t->bytes = grown;
        t->capacity = capacity;
    }
    memcpy(t->bytes + t->n, bytes, (size_t)n);
    t->n += n;
    t->bytes[t->n] = '\0';
}

void rg_text_append(rg_text *t, const char *bytes)
{
    rg_text_append_bytes(t, bytes, (int64_t)strlen(bytes));
}

void rg_text_sql_name(rg_text *t, const char *name, int64_t n)
{
    rg_text_append(t, "\"");
    for (int64_t k = 0; k < n; k++)
        rg_text_append_bytes(t, name[k] == '"' ? "\"\"" : name + k,
                             name[k] == '"' ? 2 : 1);
    rg_text_append(t, "\"");
}

/* What JSON escapes, in its shortest form. */
static void append_escaped(rg_text *t, char c)
{
    static const char escapes[] = "\"\\bfnrt", means[] = "\"\\\b\f\n\r\t";
    char escape[8];
    const char *at = strchr(means, c);
    if (at != NULL)
        snprintf(escape, sizeof escape, "\\%c", escapes[at - means]);
    else
        snprintf(escape, sizeof escape, "\\u%04X", (unsigned)c);
    rg_text_append(t, escape);
}

void rg_text_quoted(rg_text *t, const char *value)
{
    rg_text_append(t, "\"");
    for (; *value != '\0'; value++) {
        const unsigned char c = (unsigned char)*value;
        if (c < 0x20 || c == '"' || c == '\\')
            append_escaped(t, *value);
        else
            rg_text_append(t, (const char[2]){*value, '\0'});
    }
    rg_text_append(t, "\"");
}

/* The comma and the name in front of a value. */
static void lead(rg_text *t, const char *name)
{
    if (t->n_members++ > 0) rg_text_append(t, ", ");
    if (name == NULL) return;
    rg_text_append(t, "\"");
    rg_text_append(t, name);
    rg_text_append(t, "\": ");
}

void rg_text_open(rg_text *t, const char *name, char bracket)
{
    lead(t, name);
    rg_text_append(t, (const char[2]){bracket, '\0'});
    t->n_members = 0;
}

void rg_text_close(rg_text *t, char bracket)
{
    rg_text_append(t, (const char[2]){bracket, '\0'});
    t->n_members = 1; /* the closed value is a member of the enclosing one */
}

void rg_text_members(rg_text *t, const rg_text *members)
{
    if (t->status == REGATTA_OK) t->status = members->status;
    if (members->n == 0) return;
    lead(t, NULL);
    rg_text_append(t, members->bytes);
}

void rg_text_string(rg_text *t, const char *name, const char *value)
{
    lead(t, name);
    rg_text_append(t, "\"");
    rg_text_append(t, value);
    rg_text_append(t, "\"");
}

void rg_text_escaped(rg_text *t, const char *name, const char *value)
{
    lead(t, name);
    rg_text_append(t, "\"");
    while (*value != '\0') {
        const unsigned char c = (unsigned char)*value;
        const int n = rg_utf8_length((const unsigned char *)value, RG_UTF8_MAX);
        if (c < 0x20 || c == '"' || c == '\\')
            append_escaped(t, *value);
        else if (n > 0)
            rg_text_append_bytes(t, value, n);
        else
            rg_text_append(t, RG_UTF8_REPLACEMENT);
        value += n > 0 ? n : 1;
    }
    rg_text_append(t, "\"");
}

void rg_text_int(rg_text *t, const char *name, int64_t value)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRId64, value);
    lead(t, name);
    rg_text_append(t, digits);
}

void rg_text_real(rg_text *t, const char *name, double value)
{
    char digits[40] = "null";
    if (isfinite(value)) snprintf(digits, sizeof digits, "%.9g", value);
    char *comma = strchr(digits, ','); /* some locales' decimal point */
    if (comma != NULL) *comma = '.';
    lead(t, name);
    rg_text_append(t, digits);
}

void rg_text_exact(rg_text *t, const char *name, double value)
{
    char digits[RG_NUMBER_BYTES] = "null";
    if (isfinite(value)) rg_format_double(digits, value);
    lead(t, name);
    rg_text_append(t, digits);
}

void rg_text_float(rg_text *t, const char *name, float value)
{
    char digits[RG_FLOAT_BYTES] = "null";
    if (isfinite(value)) rg_format_float(digits, value);
    lead(t, name);
    rg_text_append(t, digits);
}

void rg_text_bool(rg_text *t, const char *name, int value)
{
    lead(t, name);
    rg_text_append(t, value ? "true" : "false");
}

void rg_text_null(rg_text *t, const char *name)
{
    lead(t, name);
    rg_text_append(t, "null");
}
