#include "base/text/size_text.h"
#include <stdio.h>
#include <string.h>

const char *rg_size_text(char text[RG_SIZE_TEXT], uint64_t bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB"};
    double size = (double)bytes;
    if (bytes == 1) return strcpy(text, "1 byte");
    int unit = 0;
    for (; size >= 999.5 && unit < 3; unit++) size /= 1e3;
    snprintf(text, RG_SIZE_TEXT, size < 999.5 ? "%.3g %s" : "%.0f %s", size, units[unit]);
    return text;
}
