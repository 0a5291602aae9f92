/* Kinds of columns that the caller or the header gives. */
#ifndef RG_GRAPH_FEATURE_SPEC_H
#define RG_GRAPH_FEATURE_SPEC_H
#include "graph/features/feature_columns.h"

/* Sets the kinds of columns that `entries` (options.columns, checked; may be NULL) names,
 * and columns->entries. */
void rg_feature_spec_apply(rg_feature_columns *columns, const char *entries,
                           const char *modality);
/* If all names end in a type of RecBole (year:float), sets the kinds by it and cuts it
 * off. Vectors (float_seq) remain open. */
void rg_feature_types_apply(rg_feature_columns *columns);
#endif
