/* What channels measure their settings with, on a slice. */
#ifndef RG_FIT_SELECTION_H
#define RG_FIT_SELECTION_H
#include "fit/slice.h"

/* Everything is borrowed. */
rg_selection rg_select_on(rg_fit_env *env, rg_slice *slice, rg_fit_choice *choice);
#endif
