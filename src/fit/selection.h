/* The measurements of a slice for the choices of channels. */
#ifndef RG_FIT_SELECTION_H
#define RG_FIT_SELECTION_H
#include "fit/slice.h"

/* Returns a selection on the slice; all arguments are borrowed. */
rg_selection rg_select_on(rg_fit_env *env, rg_slice *slice, rg_fit_choice *choice);
#endif
