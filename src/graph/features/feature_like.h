/* The names of a table that is read like those of the training. */
#ifndef RG_GRAPH_FEATURE_LIKE_H
#define RG_GRAPH_FEATURE_LIKE_H
#include "graph/features.h"

/* Stores in `name`, the name of the file, that of the table among those of `like`: the
 * same name, else, unless the caller gave it, the only one. Tables and vectors (is_dense)
 * have names of their own; a table's name is that of its modalities without ".column" of
 * a text. Without modalities of that sort in `like` the name stays. REGATTA_EINVAL
 * several names, and none of them the file's */
regatta_status rg_feature_like_name(regatta_ctx *ctx, char name[RG_MODALITY_NAME],
                                    const rg_features *like, int is_dense, int is_given,
                                    const char *path);
#endif
