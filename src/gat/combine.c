#include "gat/combine.h"

void rg_combine_weights(float *c, regatta_combine combine, int layers)
{
    for (int l = 0; l <= layers; l++) {
        if (combine == REGATTA_COMBINE_LAST)
            c[l] = l == layers ? 1.0f : 0.0f;
        else if (combine == REGATTA_COMBINE_ALL)
            c[l] = 1.0f / (float)(layers + 1);
        else
            c[l] = l > 0 ? 1.0f / (float)layers : 0.0f;
    }
}
