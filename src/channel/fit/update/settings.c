#include "channel/fit/update/settings.h"
#include "base/text/json_find.h"
#include <math.h>
#include <string.h>

static int find(rg_json *at, const rg_settings *s, const char *path)
{
    return s->model->json != NULL && rg_json_find(at, s->model->json, path);
}

static void mark(rg_settings *s, const char *path)
{
    if (s->wrong == NULL) s->wrong = path;
}

int rg_settings_has(const rg_settings *s, const char *path)
{
    rg_json at;
    return find(&at, s, path);
}

void rg_settings_real(rg_settings *s, double *out, const char *path, double low,
                      double high)
{
    rg_json at;
    double x = 0.0;
    if (find(&at, s, path) && rg_json_real(&at, &x) && x >= low && x <= high)
        *out = x;
    else
        mark(s, path);
}

void rg_settings_float(rg_settings *s, float *out, const char *path, double low,
                       double high)
{
    double x = (double)*out;
    rg_settings_real(s, &x, path, low, high);
    *out = (float)x;
}

void rg_settings_int(rg_settings *s, int64_t *out, const char *path, int64_t low,
                     int64_t high)
{
    rg_json at;
    int64_t x = 0;
    if (find(&at, s, path) && rg_json_whole(&at, &x) && x >= low && x <= high)
        *out = x;
    else
        mark(s, path);
}

int rg_settings_bool(rg_settings *s, const char *path)
{
    rg_json at;
    const int found = find(&at, s, path);
    while (found && at.at < at.end && *at.at == ' ') at.at++;
    if (found && at.end - at.at >= 4 && memcmp(at.at, "true", 4) == 0) return 1;
    if (!found || at.end - at.at < 5 || memcmp(at.at, "false", 5) != 0) mark(s, path);
    return 0;
}

int rg_settings_name(rg_settings *s, const char *path, const char *const *names)
{
    rg_json at;
    char own[RG_JSON_NAME];
    if (find(&at, s, path) && rg_json_string(&at, own, sizeof own) >= 0)
        for (int k = 0; names[k] != NULL; k++)
            if (strcmp(own, names[k]) == 0) return k;
    mark(s, path);
    return 0;
}

int rg_settings_floats(rg_settings *s, float *out, int capacity, const char *path)
{
    rg_json at;
    int n = 0;
    double x = 0.0;
    if (!find(&at, s, path) || !rg_json_enter(&at, '[')) {
        mark(s, path);
        return 0;
    }
    while (rg_json_next(&at, '[', &n) && n <= capacity && rg_json_real(&at, &x) &&
           isfinite(x))
        out[n - 1] = (float)x;
    if (at.wrong || n == 0 || n > capacity || !isfinite(x)) mark(s, path);
    return n <= capacity ? n : capacity;
}
