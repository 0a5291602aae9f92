/* What made a model, as JSON: equal runs give equal bytes, so no times and no machine. */
#ifndef RG_FIT_FIT_JSON_H
#define RG_FIT_FIT_JSON_H
#include "fit/fit_run.h"

/* *out: the settings, one JSON object, freed with the context's memory. REGATTA_ENOMEM.
 */
regatta_status rg_fit_json(const rg_fit_run *run, char **out);
#endif
