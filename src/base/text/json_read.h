/* A JSON reader in place: it allocates nothing, so it cannot run out of memory. Strict
 * (RFC 8259): UTF-8, no trailing commas, nesting of at most RG_JSON_DEPTH. */
#ifndef RG_BASE_JSON_READ_H
#define RG_BASE_JSON_READ_H
#include <stdint.h>

enum { RG_JSON_DEPTH = 64 };

/* A position in a text. Every function below skips blanks first. A function that finds
 * another value than requested returns its failure and sets `wrong`, which stays set. */
typedef struct rg_json {
    const char *at, *end;
    int wrong;
} rg_json;

rg_json rg_json_begin(const char *text, int64_t n);
/* Returns 1 if the text is exactly one value: an object for `bracket` '{', any value for
 * 0. */
int rg_json_is_value(const char *text, int64_t n, char bracket);

/* Enters an object '{' or an array '['; 1 if it is one. */
int rg_json_enter(rg_json *json, char bracket);
/* Returns 1 if there is another member after *n members (0 at the beginning); skips the
 * comma, or the closing bracket. */
int rg_json_next(rg_json *json, char bracket, int *n);
/* Decodes a string into out[capacity], NUL-terminated. Returns its length, which may
 * exceed the capacity (then out is truncated); -1 for other values and for a string with
 * a NUL. */
int64_t rg_json_string(rg_json *json, char *out, int64_t capacity);
/* Reads the name of a member and the colon; as rg_json_string. */
int64_t rg_json_name(rg_json *json, char *out, int64_t capacity);
/* Reads an integer from -(2^63 - 1) to 2^63 - 1 without fraction and exponent; returns 1
 * on success. */
int rg_json_whole(rg_json *json, int64_t *out);
/* Skips any value; returns 1 if there is one. */
int rg_json_skip(rg_json *json);
#endif
