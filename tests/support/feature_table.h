/* Small tables of features for tests. */
#ifndef TESTS_SUPPORT_FEATURE_TABLE_H
#define TESTS_SUPPORT_FEATURE_TABLE_H
#include "graph/features.h"

/* A table of nodes PREFIX0 .. with a sparse modality "tags" and a dense one "text" of
 * `dim` numbers (0: none). Node k has the tag of its group k % n_groups, one tag of its
 * own and a few drawn ones; its vector is near that of its group. The last node has no
 * features. */
rg_features *feature_table(regatta_ctx *ctx, const char *prefix, int64_t n,
                           int64_t n_groups, int64_t dim);
#endif
