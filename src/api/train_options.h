/* The numbers of regatta_train_options, with their names and ranges. */
#ifndef RG_API_TRAIN_OPTIONS_H
#define RG_API_TRAIN_OPTIONS_H
#include "base/text/text.h"
#include <regatta/model.h>

/* A field that is a number. */
typedef struct rg_train_field {
    const char *name;
    uint32_t offset; /* in regatta_train_options */
    int is_real;     /* 1: a float, else an uint32_t */
    double low, high;
    double besides; /* a value that is allowed besides the range */
} rg_train_field;

/* Returns the field at this offset; NULL if there is no number. */
const rg_train_field *rg_train_field_at(uint32_t offset);
double rg_train_field_get(const regatta_train_options *o, const rg_train_field *field);
/* x is in the range. */
void rg_train_field_set(regatta_train_options *o, const rg_train_field *field, double x);
/* Returns 1 if the field may have this value. */
int rg_train_field_allows(const rg_train_field *field, double x);

/* REGATTA_EINVAL  a number out of its range; the message gives the range */
regatta_status rg_train_options_check(regatta_ctx *ctx, const regatta_train_options *o);
/* Appends "name=value" and an end of line for each number that the model depends on. */
void rg_train_options_describe(rg_text *text, const regatta_train_options *o);
#endif
