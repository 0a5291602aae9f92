/* The start of vectors from another model (regatta_train_options.init). */
#ifndef RG_CHANNEL_FIT_VECTORS_INIT_H
#define RG_CHANNEL_FIT_VECTORS_INIT_H
#include "channel/fit/channel_fit.h"

/* Finds the rows of options->init for the nodes of the part's graph, by their ids;
 * without the option the part has none. REGATTA_ENOMEM */
regatta_status rg_vectors_find_known(const rg_fit_env *env, rg_fitted *fitted);
/* Takes them away. */
void rg_vectors_forget_known(const rg_fit_env *env, rg_fitted *fitted);
/* Returns 1 if the training of options->init had at most a hundredth of the interactions
 * that the slice holds out: else vectors that start from it would know the answers. */
int rg_vectors_init_is_clean(const rg_selection *s);
#endif
