/* The numbers of regatta_train_options, with their names and ranges. */
#ifndef RG_API_TRAIN_OPTIONS_H
#define RG_API_TRAIN_OPTIONS_H
#include "base/text/text.h"
#include <regatta/model.h>

/* REGATTA_EINVAL  a number out of its range; the message gives the range */
regatta_status rg_train_options_check(regatta_ctx *ctx, const regatta_train_options *o);
/* Appends "name=value" and an end of line for each number that the model depends on. */
void rg_train_options_describe(rg_text *text, const regatta_train_options *o);
#endif
