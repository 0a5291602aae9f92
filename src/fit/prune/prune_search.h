/* How many weights to keep, for a size of the file or an agreement of lists. */
#ifndef RG_FIT_PRUNE_PRUNE_SEARCH_H
#define RG_FIT_PRUNE_PRUNE_SEARCH_H
#include "fit/prune/prune.h"

/* Stores the most weights, in parts of 1/1024 of all, with which the file has at most
 * `bytes`: ten halvings, without solving. REGATTA_EINVAL: without any weight the file has
 * more; REGATTA_ENOMEM, REGATTA_ENUMERIC */
regatta_status rg_prune_for_bytes(rg_prune *p, int64_t *n_keep, int64_t bytes);
/* Creates the model with the fewest weights, in parts of 1/256 of all, with which the
 * share `agreement` of the top 20 stays (rg_drift_overlap), and stores that share: eight
 * halvings, which take the agreement to grow with the weights. Errors as above. */
regatta_status rg_prune_for_agreement(rg_prune *p, regatta_model **out, double *kept,
                                      double agreement);
#endif
