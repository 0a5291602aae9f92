/* Floats as the shortest decimal text, the same in every locale. */
#ifndef RG_BASE_FLOAT_TEXT_H
#define RG_BASE_FLOAT_TEXT_H

enum { RG_FLOAT_BYTES = 16 };

/* Writes the shortest text that parses to x, of those the closest to x; NUL-terminated.
 * Returns its length. The form is that of printf's %g: 0.1, 5, 1e+06, -1.17549e-38, nan,
 * inf. */
int rg_format_float(char text[RG_FLOAT_BYTES], float x);
#endif
