/* JSON text read where it lies: nothing is allocated, so that nothing can run out of
 * memory and no allocator of the process is touched. Strict (RFC 8259): UTF-8, no comma
 * too many, nesting of at most RG_JSON_DEPTH. */
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
/* The text is one value and nothing else: an object when `bracket` is '{', any for 0. */
int rg_json_is_value(const char *text, int64_t n, char bracket);

/* Enters an object '{' or an array '['; 1 if it is one. */
int rg_json_enter(rg_json *json, char bracket);
/* Whether there is a further member, *n of them so far (0 at the beginning); passes the
 * comma, or the bracket that closes. */
int rg_json_next(rg_json *json, char bracket, int *n);
/* A string, decoded, into out[capacity] with a NUL at its end. Returns its length, which
 * may be more than what fits (then out is cut off); -1 for anything else, and for a NUL
 * inside. */
int64_t rg_json_string(rg_json *json, char *out, int64_t capacity);
/* The name of a member and its colon; as rg_json_string. */
int64_t rg_json_name(rg_json *json, char *out, int64_t capacity);
/* A whole number from -(2^63 - 1) to 2^63 - 1, without fraction and exponent; 1 if so. */
int rg_json_whole(rg_json *json, int64_t *out);
/* Passes any value; 1 if there is one. */
int rg_json_skip(rg_json *json);
#endif
