/* regatta/text.h. */
#include "base/text/float_text.h"
#include "base/text/number.h"
#include <regatta/text.h>

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
