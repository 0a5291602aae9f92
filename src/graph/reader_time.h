/* Times as text. */
#ifndef RG_GRAPH_READER_TIME_H
#define RG_GRAPH_READER_TIME_H
#include <stdint.h>

typedef enum rg_time_kind {
    RG_TIME_NONE = 0,   /* no time */
    RG_TIME_NUMBER = 1, /* whole or decimal; the fraction is dropped (rounded down) */
    RG_TIME_DATE = 2 /* ISO 8601: YYYY-MM-DD[ T]HH:MM[:SS[.fff]][Z|+HH:MM], years 1..5000;
                        UTC where no offset is given */
} rg_time_kind;

rg_time_kind rg_time_parse(const char *text, int64_t length, int64_t *out);

/* The unit of a whole column of times: as long as every one of them is above 1e11 (the
 * year 5138 in seconds, 1973 in milliseconds) all are divided by 1000. So seconds,
 * milli-, micro- and nanoseconds since 1973 come out as seconds. Returns 0, and the
 * times as they were, when some are above 1e11 and some are not: they mix units. */
int rg_time_to_seconds(int64_t *time, int64_t n);
#endif
