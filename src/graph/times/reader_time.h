/* A column of times as text: the values, and properties of the whole column: the order
 * of day and month, the unit of numbers, days written as numbers. */
#ifndef RG_GRAPH_READER_TIME_H
#define RG_GRAPH_READER_TIME_H
#include "graph/times/reader_date.h"

typedef enum rg_time_kind {
    RG_TIME_NONE = 0,   /* no time */
    RG_TIME_NUMBER = 1, /* whole or decimal; the fraction is dropped (rounded down) */
    RG_TIME_DATE = 2    /* a form of rg_date_parse */
} rg_time_kind;

/* Classifies a text; *out is the number, or the seconds of a date in the first order
 * that fits. */
rg_time_kind rg_time_parse(const char *text, int64_t length, int64_t *out);

typedef enum rg_time_format {
    RG_TIMES_AUTO,
    RG_TIMES_ISO,
    RG_TIMES_DMY,
    RG_TIMES_MDY,
    RG_TIMES_YMD,
    RG_TIMES_SECONDS,
    RG_TIMES_MILLISECONDS,
    RG_TIMES_MICROSECONDS,
    RG_TIMES_NANOSECONDS,
    RG_TIMES_EXCEL, /* days since 1899-12-30, with fractions */
    RG_TIMES_PATTERN
} rg_time_format;

/* Returns NULL and sets *out if `name` (NULL = auto) is a format or a pattern with a '%';
 * else the reason. */
const char *rg_time_format_find(const char *name, rg_time_format *out);

enum { RG_TIME_SHOWN = 40, RG_TIME_REASON = 200, RG_TIME_UNITS = 4 };

/* The number of values of a kind, and the first of them. */
typedef struct rg_time_seen {
    int64_t n, line;
    char text[RG_TIME_SHOWN];
} rg_time_seen;

typedef struct rg_times {
    rg_time_format format;
    const char *pattern;
    unsigned orders;                   /* that every open date so far allows */
    int64_t n_packed;                  /* dates stored while several are left */
    rg_time_seen date;                 /* dates of any form */
    rg_time_seen open;                 /* dates that the orders left read differently */
    rg_date open_date;                 /* the first of them */
    rg_time_seen unit[RG_TIME_UNITS];  /* positive numbers of s, ms, us, ns */
    rg_time_seen below[RG_TIME_UNITS]; /* zero and negative ones */
    rg_time_seen day, other;           /* numbers that are a calendar day or not */
    unsigned forms; /* of rg_digits_forms that all positive numbers have */
} rg_times;

/* The value for which a column is refused; `text` belongs to the rg_times. */
typedef struct rg_time_fault {
    const char *text;
    int64_t line;
    char reason[RG_TIME_REASON]; /* "may be 2010-01-12 or ..." */
} rg_time_fault;

void rg_times_begin(rg_times *times, rg_time_format format, const char *pattern);
/* Reads the time of one row; the caller stores the value. Returns NULL, or the reason why
 * it is not a time. */
const char *rg_times_take(rg_times *times, const char *text, int64_t length, int64_t line,
                          int64_t *out);
/* Returns 1 if no value so far depends on the order of day and month of other rows: the
 * values of a part of the column are then those of the whole. */
int rg_times_is_free(const rg_times *times);
/* Adds what is known of the rows after those of `to`, a free part of the column whose
 * lines count from `line`. */
void rg_times_merge(rg_times *to, const rg_times *from, int64_t line);
/* Converts all n values to seconds. Returns 0 and sets *fault if the column has several
 * kinds or is ambiguous. */
int rg_times_end(const rg_times *times, int64_t *time, int64_t n, rg_time_fault *fault);
/* Returns the unit of rg_times.unit in which the number is a time of 1990 to 2100; -1 =
 * none. */
int rg_time_epoch_unit(double number);
#endif
