/* regatta/text.h: numbers as text, as the command writes them. */
#ifndef REGATTA_TEXT_H
#define REGATTA_TEXT_H
#include <regatta/status.h>
REGATTA_BEGIN_C

/* Room for every number below and its NUL. */
#define REGATTA_NUMBER_BYTES 32

/* The shortest decimal text that reads back as the same float, or the same double (of at
 * least 15 digits): scores as files and other programs get them without loss. NUL-ended,
 * the same in every locale: 0.1, 5, 1e+06, nan, inf, -inf. Returns the length. A float
 * takes about 20 ns, a double about a microsecond. */
REGATTA_API int regatta_float_text(char text[REGATTA_NUMBER_BYTES], float x);
REGATTA_API int regatta_double_text(char text[REGATTA_NUMBER_BYTES], double x);

REGATTA_END_C
#endif
