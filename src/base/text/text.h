/* A growing text buffer, for JSON, SQL and pages. */
#ifndef RG_BASE_TEXT_H
#define RG_BASE_TEXT_H
#include "base/ctx.h"

typedef struct rg_text {
    rg_mem mem;
    char *bytes; /* NUL-ended; NULL before the first append */
    int64_t n, capacity;
    regatta_status status; /* the first failure; later appends do nothing */
    int n_members;         /* of the object or array that is open */
} rg_text;

void rg_text_begin(rg_text *t, rg_mem mem);
void rg_text_append(rg_text *t, const char *bytes);
/* Appends n bytes. */
void rg_text_append_bytes(rg_text *t, const char *bytes, int64_t n);
/* Appends "name" with the quotes of a name in SQL. */
void rg_text_sql_name(rg_text *t, const char *name, int64_t n);
/* Appends a JSON string with quotes and escapes. */
void rg_text_quoted(rg_text *t, const char *value);

/* A JSON object or array inside another; `name` NULL inside an array. `bracket` is one
 * of { [ and its end } ]. */
void rg_text_open(rg_text *t, const char *name, char bracket);
void rg_text_close(rg_text *t, char bracket);
/* Appends the members of another text, all closed. */
void rg_text_members(rg_text *t, const rg_text *members);
/* "name": value, with commas as needed. Numbers are the same in every locale; floats
 * read back exactly; a number that is not finite is null. `value` has no character that
 * JSON would escape. */
void rg_text_string(rg_text *t, const char *name, const char *value);
/* The same for any text: escaped, bytes that are not UTF-8 replaced by U+FFFD. */
void rg_text_escaped(rg_text *t, const char *name, const char *value);
void rg_text_int(rg_text *t, const char *name, int64_t value);
void rg_text_real(rg_text *t, const char *name, double value);
void rg_text_exact(rg_text *t, const char *name, double value); /* all its digits */
void rg_text_float(rg_text *t, const char *name, float value);  /* shortest digits */
void rg_text_bool(rg_text *t, const char *name, int value);
void rg_text_null(rg_text *t, const char *name);
#endif
