/* The settings of a trained model, read back from its JSON (regatta_model_json), for fits
 * that keep its choices. */
#ifndef RG_CHANNEL_FIT_SETTINGS_H
#define RG_CHANNEL_FIT_SETTINGS_H
#include "model/model.h"

typedef struct rg_settings {
    const regatta_model *model;
    int anew;          /* 1: for a fit to other interactions, without their numbers */
    const char *wrong; /* the path of the first value that is missing or out of range */
} rg_settings;

/* Return 1 if the settings have a value at `path` (base/text/json_find.h). */
int rg_settings_has(const rg_settings *s, const char *path);
/* Set *out to the number at `path`, from low to high; else the path is `wrong` and *out
 * stays. */
void rg_settings_real(rg_settings *s, double *out, const char *path, double low,
                      double high);
void rg_settings_float(rg_settings *s, float *out, const char *path, double low,
                       double high);
void rg_settings_int(rg_settings *s, int64_t *out, const char *path, int64_t low,
                     int64_t high);
/* Returns the value `true` or `false` at the path as 1 or 0. */
int rg_settings_bool(rg_settings *s, const char *path);
/* Returns the place of the string at `path` among names[], which end with NULL. */
int rg_settings_name(rg_settings *s, const char *path, const char *const *names);
/* Writes the numbers of the array at `path` to out[capacity] and returns how many. */
int rg_settings_floats(rg_settings *s, float *out, int capacity, const char *path);
#endif
