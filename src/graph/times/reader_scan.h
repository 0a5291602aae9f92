/* A text read from its front: the pieces of dates and times. Each function returns 0
 * if the piece is missing; it may have moved `at`. */
#ifndef RG_GRAPH_READER_SCAN_H
#define RG_GRAPH_READER_SCAN_H
#include <stdint.h>

typedef struct rg_scan {
    const char *at, *end;
} rg_scan;

int rg_scan_char(rg_scan *s, char c);
/* Spaces and tabs; returns how many. */
int rg_scan_blanks(rg_scan *s);
/* Up to `most` digits; returns how many there were. */
int rg_scan_digits(rg_scan *s, int most, int64_t *out);
/* 1 or 2 digits, low..high. */
int rg_scan_small(rg_scan *s, int low, int high, int64_t *out);
/* "Jan", "Jan.", "January" in any case: 1..12. */
int rg_scan_month(rg_scan *s, int64_t *month);
/* "Mon", "Monday" in any case. */
int rg_scan_weekday(rg_scan *s);
/* AM or PM after any blanks; *hour, 1..12 then, becomes 0..23. */
int rg_scan_half(rg_scan *s, int64_t *hour);
/* "." or "," and digits, which are dropped. */
int rg_scan_fraction(rg_scan *s);
/* Z, UTC, GMT, +HH, +HHMM, +HH:MM, UTC+HH..., +HH:MM UTC: the seconds ahead of UTC. */
int rg_scan_offset(rg_scan *s, int64_t *seconds);
#endif
