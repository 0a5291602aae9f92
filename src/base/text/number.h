/* Numbers as text, the same in every locale. */
#ifndef RG_BASE_NUMBER_H
#define RG_BASE_NUMBER_H
#include <stdint.h>

enum { RG_NUMBER_BYTES = 32 };

/* Parses s[0..n) as one decimal number ("3", "-0.5", "1e-3"; also "nan", "inf",
 * "infinity" in any case, so that a caller can report them). Returns 1 and sets *out, or
 * returns 0. Blanks are not accepted. Exact up to 15 digits and powers up to 10^22,
 * within an ulp or two of a long double beyond; digits other than 0 do not give 0,
 * however small the number. */
int rg_parse_number(const char *s, int64_t n, double *out);
/* Parses s[0..n) as an integer in the range of int64_t. Returns 1 and sets *out, or
 * returns 0. */
int rg_parse_int(const char *s, int64_t n, int64_t *out);
/* The shortest text of 15 to 17 digits that reads back as x; returns its length. Formats
 * and parses up to three times: for single numbers (base/text/float_text.h is the fast
 * version for floats). */
int rg_format_double(char text[RG_NUMBER_BYTES], double x);
#endif
