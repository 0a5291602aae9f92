/* The weights of the read-out Y = sum_l c_l X_l. */
#ifndef RG_GAT_COMBINE_H
#define RG_GAT_COMBINE_H
#include <regatta/model.h>

/* c[layers + 1]: 1 at the last layer, equal for all, or equal but 0 at X_0. */
void rg_combine_weights(float *c, regatta_combine combine, int layers);
#endif
