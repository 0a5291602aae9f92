/* Numbers as text, the same in every locale. */
#ifndef RG_BASE_NUMBER_H
#define RG_BASE_NUMBER_H
#include <stdint.h>

enum { RG_NUMBER_BYTES = 32 };

/* 1 and *out when s[0..n) is one decimal number as a whole ("3", "-0.5", "1e-3"; also
 * "nan", "inf", "infinity" in any case, so that a caller can say what is wrong with
 * them); 0 otherwise. Blanks around it are not accepted. Exact up to 15 digits and
 * powers up to 10^22, within an ulp or two of a long double beyond; digits other than 0
 * do not give 0, however small the number. */
int rg_parse_number(const char *s, int64_t n, double *out);
/* 1 and *out when s[0..n) is a whole number that fits; 0 otherwise. */
int rg_parse_int(const char *s, int64_t n, int64_t *out);
/* The shortest text of 15 to 17 digits that reads back as x; returns its length. Tries,
 * reads back, and tries again: for single numbers (base/text/float_text.h has the
 * floats). */
int rg_format_double(char text[RG_NUMBER_BYTES], double x);
#endif
