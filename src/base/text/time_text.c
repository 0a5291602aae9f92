#include "base/text/time_text.h"
#include <inttypes.h>
#include <stdio.h>

enum { DAY = 86400, ERA_DAYS = 146097, ERA_YEARS = 400, DAYS_TO_1970 = 719468 };

/* Years begin with March, so that the leap day is the last of its year (H. Hinnant,
 * civil_from_days). */
int rg_format_time(char text[RG_TIME_BYTES], int64_t seconds)
{
    const int64_t before = seconds % DAY < 0; /* 1: the quotient is rounded up */
    const int64_t days = seconds / DAY - before, rest = seconds % DAY + before * DAY;
    const int64_t z = days + DAYS_TO_1970;
    const int64_t era = (z >= 0 ? z : z - ERA_DAYS + 1) / ERA_DAYS;
    const int64_t of_era = z - era * ERA_DAYS;
    const int64_t year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const int64_t month = (5 * of_year + 2) / 153;
    return snprintf(text, RG_TIME_BYTES, "%04" PRId64 "-%02d-%02d %02d:%02d:%02d",
                    year + era * ERA_YEARS + (month >= 10),
                    (int)(month < 10 ? month + 3 : month - 9),
                    (int)(of_year - (153 * month + 2) / 5 + 1), (int)(rest / 3600),
                    (int)(rest / 60 % 60), (int)(rest % 60));
}
