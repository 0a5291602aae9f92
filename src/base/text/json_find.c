#include "base/text/json_find.h"
#include "base/text/number.h"
#include <stdio.h>
#include <string.h>

/* Stops at the element of an entered array whose number is name[n]. */
static int find_element(rg_json *j, const char *name, size_t n)
{
    char own[RG_JSON_NAME];
    int elements = 0;
    while (rg_json_next(j, '[', &elements)) {
        snprintf(own, sizeof own, "%d", elements - 1);
        if (strlen(own) == n && memcmp(own, name, n) == 0) return 1;
        if (!rg_json_skip(j)) return 0;
    }
    return 0;
}

/* Enters the object or array at *j and stops at the value of member name[n]. */
static int find_member(rg_json *j, const char *name, size_t n)
{
    char own[RG_JSON_NAME];
    int members = 0;
    rg_json array = *j;
    if (rg_json_enter(&array, '[')) {
        *j = array;
        return find_element(j, name, n);
    }
    if (!rg_json_enter(j, '{')) return 0;
    while (rg_json_next(j, '{', &members)) {
        const int64_t length = rg_json_name(j, own, sizeof own);
        if (length == (int64_t)n && n < sizeof own && memcmp(own, name, n) == 0) return 1;
        if (length < 0 || !rg_json_skip(j)) return 0;
    }
    return 0;
}

int rg_json_find(rg_json *out, const char *text, const char *path)
{
    *out = rg_json_begin(text, (int64_t)strlen(text));
    for (;;) {
        const size_t n = strcspn(path, ".");
        if (!find_member(out, path, n)) return 0;
        if (path[n] == '\0') return 1;
        path += n + 1;
    }
}

int rg_json_real(rg_json *json, double *out)
{
    rg_json end = *json;
    while (json->at < json->end && strchr(" \t\r\n", *json->at) != NULL) json->at++;
    const char *first = json->at;
    if (!rg_json_skip(&end)) return 0;
    if (first == json->end || strchr("-0123456789", *first) == NULL) return 0;
    if (!rg_parse_number(first, end.at - first, out)) return 0;
    *json = end;
    return 1;
}
