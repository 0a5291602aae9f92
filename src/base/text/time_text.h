/* Moments as text. */
#ifndef RG_BASE_TIME_TEXT_H
#define RG_BASE_TIME_TEXT_H
#include <stdint.h>

enum { RG_TIME_BYTES = 48 };

/* Writes seconds since 1970 as "YYYY-MM-DD HH:MM:SS" in UTC; returns its length. Years
 * outside 0..9999 have more digits or a sign (year 0 is 1 BC). */
int rg_format_time(char text[RG_TIME_BYTES], int64_t seconds);
#endif
