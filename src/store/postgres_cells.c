#include "store/postgres_cells.h"
#include "base/text/float_text.h"
#include "base/text/number.h"
#include "base/text/time_text.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Numbers of types in the catalog of every PostgreSQL server (pg_type.dat). */
enum {
    TYPE_BOOL = 16,
    TYPE_CHAR = 18,
    TYPE_NAME = 19,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_OID = 26,
    TYPE_FLOAT4 = 700,
    TYPE_FLOAT8 = 701,
    TYPE_BPCHAR = 1042,
    TYPE_VARCHAR = 1043,
    TYPE_DATE = 1082,
    TYPE_TIMESTAMP = 1114,
    TYPE_TIMESTAMPTZ = 1184
};

/* PostgreSQL counts days and microseconds since 2000-01-01. */
#define SECONDS_TO_2000 INT64_C(946684800)
enum { DAY = 86400, MICROSECONDS = 1000000 };

int rg_postgres_reads(uint32_t type)
{
    static const uint32_t all[] = {
        TYPE_BOOL, TYPE_CHAR,   TYPE_NAME,    TYPE_INT8,      TYPE_INT2,
        TYPE_INT4, TYPE_TEXT,   TYPE_OID,     TYPE_FLOAT4,    TYPE_FLOAT8,
        TYPE_DATE, TYPE_BPCHAR, TYPE_VARCHAR, TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (all[k] == type) return 1;
    return 0;
}

/* An unsigned number of n bytes, the high byte first. */
static uint64_t take_number(const char *bytes, int n)
{
    uint64_t number = 0;
    for (int k = 0; k < n; k++) number = number << 8 | (unsigned char)bytes[k];
    return number;
}

static int64_t take_signed(const char *bytes, int n)
{
    const uint64_t sign = UINT64_C(1) << (8 * n - 1);
    return (int64_t)((take_number(bytes, n) ^ sign) - sign);
}

/* The number of bytes of a type, 0 for text. */
static int size_of(uint32_t type)
{
    switch (type) {
    case TYPE_BOOL: return 1;
    case TYPE_INT2: return 2;
    case TYPE_INT4:
    case TYPE_OID:
    case TYPE_FLOAT4:
    case TYPE_DATE: return 4;
    case TYPE_INT8:
    case TYPE_FLOAT8:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ: return 8;
    default: return 0;
    }
}

static rg_cell text_cell(const char *text, int64_t length)
{
    return (rg_cell){.kind = RG_CELL_TEXT, .text = text, .length = length};
}

/* A date or a moment; the extreme numbers mean infinity. */
static rg_cell time_cell(uint32_t type, const char *bytes)
{
    const int n = size_of(type);
    const int64_t x = take_signed(bytes, n);
    if (x == (n == 4 ? INT32_MAX : INT64_MAX)) return text_cell("infinity", 8);
    if (x == (n == 4 ? INT32_MIN : INT64_MIN)) return text_cell("-infinity", 9);
    const int64_t seconds = n == 4 ? x * DAY : x / MICROSECONDS - (x % MICROSECONDS < 0);
    return (rg_cell){.kind = RG_CELL_TIME, .integer = seconds + SECONDS_TO_2000};
}

static rg_cell cell_of(uint32_t type, const char *bytes, int64_t n)
{
    rg_cell c = {.kind = RG_CELL_INTEGER};
    float single = 0.0f;
    uint32_t four = 0;
    uint64_t eight = 0;
    switch (type) {
    case TYPE_BOOL:
    case TYPE_OID: c.integer = (int64_t)take_number(bytes, (int)n); return c;
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8: c.integer = take_signed(bytes, (int)n); return c;
    case TYPE_FLOAT4:
        four = (uint32_t)take_number(bytes, 4);
        memcpy(&single, &four, sizeof single);
        c.kind = RG_CELL_SINGLE;
        c.real = (double)single;
        return c;
    case TYPE_FLOAT8:
        eight = take_number(bytes, 8);
        c.kind = RG_CELL_REAL;
        memcpy(&c.real, &eight, sizeof c.real);
        return c;
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ: return time_cell(type, bytes);
    default: return text_cell(bytes, n);
    }
}

int rg_postgres_decode(rg_cell *cells, const uint32_t *types, int columns,
                       const char *row, int64_t n)
{
    if (n < 2) return -1;
    const int64_t count = take_signed(row, 2);
    if (count == -1) return 0;
    if (count != columns) return -1;
    int64_t at = 2;
    for (int k = 0; k < columns; k++) {
        if (n - at < 4) return -1;
        const int64_t length = take_signed(row + at, 4);
        const int size = size_of(types[k]);
        at += 4;
        if (length == -1) {
            cells[k] = (rg_cell){.kind = RG_CELL_NULL};
            continue;
        }
        if (length < 0 || length > n - at || (size > 0 && length != size)) return -1;
        cells[k] = cell_of(types[k], row + at, length);
        at += length;
    }
    return at == n ? 1 : -1;
}

int64_t rg_postgres_header(const char *bytes, int64_t n)
{
    enum { FIXED = 19 };
    static const char magic[11] = "PGCOPY\n\377\r\n"; /* with its NUL */
    if (n < FIXED || memcmp(bytes, magic, sizeof magic) != 0) return -1;
    const int64_t more = take_signed(bytes + 15, 4);
    return more >= 0 && more <= n - FIXED ? FIXED + more : -1;
}

/* A character with a backslash form in COPY text. */
static const char *escape_of(char c)
{
    switch (c) {
    case '\\': return "\\\\";
    case '\t': return "\\t";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\v': return "\\v";
    default: return NULL;
    }
}

static void add_text(rg_text *to, const char *text, int64_t n)
{
    int64_t begin = 0;
    for (int64_t k = 0; k < n; k++) {
        const char *escape = escape_of(text[k]);
        if (escape == NULL) continue;
        rg_text_append_bytes(to, text + begin, k - begin);
        rg_text_append(to, escape);
        begin = k + 1;
    }
    rg_text_append_bytes(to, text + begin, n - begin);
}

/* A number, or the name that PostgreSQL has for what is none. */
static void add_real(rg_text *to, double x, int is_single)
{
    char text[RG_NUMBER_BYTES];
    if (isnan(x)) {
        rg_text_append(to, "NaN");
        return;
    }
    if (isinf(x)) {
        rg_text_append(to, x > 0.0 ? "Infinity" : "-Infinity");
        return;
    }
    rg_text_append_bytes(to, text,
                         is_single ? rg_format_float(text, (float)x)
                                   : rg_format_double(text, x));
}

static void add_vector(rg_text *to, const float *x, int64_t n)
{
    rg_text_append(to, "[");
    for (int64_t k = 0; k < n; k++) {
        if (k > 0) rg_text_append(to, ",");
        add_real(to, (double)x[k], 1);
    }
    rg_text_append(to, "]");
}

static void add_cell(rg_text *to, const rg_cell *c)
{
    char text[RG_TIME_BYTES];
    switch (c->kind) {
    case RG_CELL_INTEGER:
        rg_text_append_bytes(to, text,
                             snprintf(text, sizeof text, "%" PRId64, c->integer));
        return;
    case RG_CELL_REAL: add_real(to, c->real, 0); return;
    case RG_CELL_SINGLE: add_real(to, c->real, 1); return;
    case RG_CELL_TEXT: add_text(to, c->text, c->length); return;
    case RG_CELL_TIME:
        rg_text_append_bytes(to, text, rg_format_time(text, c->integer));
        rg_text_append(to, "+00");
        return;
    case RG_CELL_VECTOR: add_vector(to, c->vector, c->length); return;
    default: rg_text_append(to, "\\N"); return;
    }
}

void rg_postgres_encode(rg_text *to, const rg_cell *cells, int columns)
{
    for (int k = 0; k < columns; k++) {
        add_cell(to, cells + k);
        rg_text_append(to, k + 1 < columns ? "\t" : "\n");
    }
}
