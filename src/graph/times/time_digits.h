/* Days written as numbers: 20210130, 2021013010, day 44226 of a spreadsheet. */
#ifndef RG_GRAPH_TIME_DIGITS_H
#define RG_GRAPH_TIME_DIGITS_H
#include <stdint.h>

/* True if a number is a calendar day, or a day and a time of day, of 1900..2100:
 * YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS; then sets its seconds. */
int rg_time_of_digits(int64_t number, int64_t *seconds);

/* Other forms that a number may have, years 1990..2050, as a set of bits. A column of
 * only such numbers is rejected, because they may also be seconds. */
enum {
    RG_DIGITS_HOUR = 1,      /* YYYYMMDDHH */
    RG_DIGITS_MONTH = 2,     /* YYYYMM */
    RG_DIGITS_SHORT_DAY = 4, /* YYMMDD */
    RG_DIGITS_EXCEL = 8,     /* days since 1899-12-30 */
    RG_DIGITS_ALL = 15
};
unsigned rg_digits_forms(int64_t number);
/* Returns the --time-format of the first form of a non-empty set. */
const char *rg_digits_format(unsigned forms);
/* Leaves in *forms what all numbers above 0 have, and counts these in *n_positive. */
void rg_digits_narrow(unsigned *forms, int64_t *n_positive, const int64_t *time,
                      int64_t n);
/* Sets the seconds of a day of a spreadsheet; returns 0 if there is no such day up to the
 * year 9999. */
int rg_time_of_excel(double day, int64_t *seconds);
#endif
