/* See fields.h. */
#include "cli/input/fields.h"
#include <string.h>

/* Returns the end of the quoted text that begins at `s`; NULL if no quote closes it. */
static const char *behind_quotes(const char *s)
{
    s = strchr(s + 1, '"');
    while (s && s[1] == '"') s = strchr(s + 2, '"');
    return s ? s + 1 : NULL;
}

int cli_field_is_open(const char *text)
{
    return !behind_quotes(text);
}

static const char *field_end(const char *s, char separator)
{
    const char stop[] = {separator, '\0'};
    const char *quote = s + strspn(s, " "), *end = NULL;
    if (separator != ' ' && separator != '\t' && *quote == '"')
        end = behind_quotes(quote);
    if (!end) end = s;
    return end + strcspn(end, stop);
}

int cli_next_field(const char **at, char separator, char *out)
{
    const char *s = *at;
    *at = NULL;
    if (s && separator == ' ') {
        s += strspn(s, " ");
        if (!*s) return 0;
    }
    if (!s) return 0;
    const char *end = field_end(s, separator);
    const size_t n = (size_t)(end - s);
    memcpy(out, s, n);
    out[n] = '\0';
    if (*end) *at = end + 1;
    return 1;
}
