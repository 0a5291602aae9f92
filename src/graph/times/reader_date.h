/* One date as text. The order of day, month and year may be ambiguous: 12/1/2010. */
#ifndef RG_GRAPH_READER_DATE_H
#define RG_GRAPH_READER_DATE_H
#include <stdint.h>

/* Orders of the three numbers of a date, as a set of bits. */
enum { RG_ORDER_DMY = 1, RG_ORDER_MDY = 2, RG_ORDER_YMD = 4 };

typedef struct rg_date {
    int64_t part[3]; /* numbers in the order of the text */
    int short_year;  /* two digits: 00..68 are 2000..2068, 69..99 are 1969..1999 */
    int is_fixed;    /* the form alone gives the order: year first, or a month's name */
    unsigned orders; /* orders for which the day exists; never 0 */
    int64_t clock;   /* seconds of the day */
    int64_t offset;  /* seconds ahead of UTC */
} rg_date;

/* Returns 1 if the whole text is a date:
 *   2021-01-30, 2021/1/30, 2021.01.30        year first
 *   30/01/2021, 1/30/21, 30-01-2021          an open order, years of 2 or 4 digits;
 *   30.01.2021                               with points never the month first
 *   30 Jan 2021, 30-Jan-21, January 30, 2021, Sat Jan 30 2021, 09 13, 2009
 *   20210130T100000
 * and behind it, after blanks, "T" or a comma: H, H:MM or H:MM:SS[.fff], then AM or PM,
 * then an offset (rg_scan_offset). "Sat Jan 30 10:00:00 +0000 2021" as well. */
int rg_date_parse(const char *text, int64_t length, rg_date *out);

/* Seconds since 1970-01-01 UTC with the numbers read in `order`, one of date->orders. */
int64_t rg_date_seconds(const rg_date *date, unsigned order);
/* The same for a calendar day and a time of day; returns 0 if the day does not exist. */
int rg_date_from_civil(int64_t year, int64_t month, int64_t day, int64_t *seconds);
int64_t rg_date_long_year(int64_t two_digits);
/* Year, month and day under an order. */
void rg_date_civil(const rg_date *date, unsigned order, int64_t civil[3]);
#endif
