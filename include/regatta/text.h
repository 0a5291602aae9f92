/* regatta/text.h: numbers as text, in the format of the command's output, and moments. */
#ifndef REGATTA_TEXT_H
#define REGATTA_TEXT_H
#include <regatta/status.h>
REGATTA_BEGIN_C

/* Bytes for any number below with its NUL. */
#define REGATTA_NUMBER_BYTES 32

/* Writes the shortest decimal text that parses to the same float, or the text of at least
 * 15 digits that parses to the same double. NUL-terminated, the same in every locale:
 * 0.1, 5, 1e+06, nan, inf, -inf. Returns the length. A float takes about 20 ns, a double
 * about a microsecond. */
REGATTA_API int regatta_float_text(char text[REGATTA_NUMBER_BYTES], float x);
REGATTA_API int regatta_double_text(char text[REGATTA_NUMBER_BYTES], double x);

/* Reads a moment: a number of seconds since 1970, above 1e11 of a finer unit by its size;
 * or a date in the forms of a column of times (docs/data.md), with or without time and
 * zone, in UTC without one. A number is never a day (20240131) here. Sets *seconds and
 * returns 1; returns 0 if the text is no moment, or may be several (01/02/2024), or is
 * NULL. */
REGATTA_API int regatta_time_of_text(int64_t *seconds, const char *text);

REGATTA_END_C
#endif
