/* The provenance of a model as JSON. Equal runs give equal bytes: no times and no machine
 * names. */
#ifndef RG_FIT_FIT_JSON_H
#define RG_FIT_FIT_JSON_H
#include "fit/fit_run.h"

/* Stores the settings as one JSON object in *out, freed with the context's allocator.
 * REGATTA_ENOMEM. */
regatta_status rg_fit_json(const rg_fit_run *run, char **out);
#endif
