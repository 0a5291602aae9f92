/* Floats as the shortest decimal text, the same in every locale. */
#ifndef RG_BASE_FLOAT_TEXT_H
#define RG_BASE_FLOAT_TEXT_H

enum { RG_FLOAT_BYTES = 16 };

/* The shortest text that reads back as x, of those the nearest to x; NUL-ended. Returns
 * its length. The form is that of printf's %g: 0.1, 5, 1e+06, -1.17549e-38, nan, inf. */
int rg_format_float(char text[RG_FLOAT_BYTES], float x);
#endif
