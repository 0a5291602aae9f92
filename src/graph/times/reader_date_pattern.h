/* Dates in a pattern of the caller: "%d/%m/%Y %H:%M". */
#ifndef RG_GRAPH_READER_DATE_PATTERN_H
#define RG_GRAPH_READER_DATE_PATTERN_H
#include <stdint.h>

/* Letters as in strptime, English and without a locale:
 *   %Y year   %y year of 2 digits   %m month   %b %B month's name   %d %e day
 *   %a %A weekday's name   %H hour   %I hour 1..12   %p AM or PM   %M %S minute, second
 *   %f digits of a second, dropped   %z offset or UTC, GMT, Z   %Z the same
 *   %s seconds since 1970   %F %Y-%m-%d   %T %H:%M:%S   %R %H:%M   %D %m/%d/%y
 *   %% the sign itself   a blank: any blanks, or none
 * Numbers have as many digits as their letter allows at most.
 *
 * Returns NULL if `pattern` is valid, else the reason. */
const char *rg_date_pattern_check(const char *pattern);
/* Returns 1 and sets the seconds since 1970-01-01 UTC if the whole text matches the
 * pattern. */
int rg_date_pattern_parse(const char *pattern, const char *text, int64_t length,
                          int64_t *out);
#endif
