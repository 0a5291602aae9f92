/* regatta/text.h. */
#include "base/text/float_text.h"
#include "base/text/number.h"
#include "graph/readers/reader_fields.h"
#include "graph/times/reader_time.h"
#include <regatta/text.h>
#include <string.h>

_Static_assert((int)REGATTA_NUMBER_BYTES >= (int)RG_NUMBER_BYTES, "room for a double");
_Static_assert((int)REGATTA_NUMBER_BYTES >= (int)RG_FLOAT_BYTES, "room for a float");

int regatta_float_text(char text[REGATTA_NUMBER_BYTES], float x)
{
    return rg_format_float(text, x);
}

int regatta_double_text(char text[REGATTA_NUMBER_BYTES], double x)
{
    return rg_format_double(text, x);
}

int regatta_time_of_text(int64_t *seconds, const char *text)
{
    rg_times times;
    rg_time_fault fault;
    const int64_t most_seconds = 100000000000; /* as a column of times: 1e11 */
    int64_t time = 0, length = 0;
    if (text == NULL) return 0;
    length = (int64_t)strlen(text);
    rg_field_trim(&text, &length);
    const rg_time_kind kind = rg_time_parse(text, length, &time);
    if (kind != RG_TIME_NUMBER || time > most_seconds || time < -most_seconds) {
        rg_times_begin(&times, RG_TIMES_AUTO, NULL);
        if (rg_times_take(&times, text, length, 1, &time) != NULL) return 0;
        if (!rg_times_end(&times, &time, 1, &fault)) return 0;
    }
    *seconds = time;
    return 1;
}
