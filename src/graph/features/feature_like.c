#include "graph/features/feature_like.h"
#include <stdio.h>
#include <string.h>

enum { LIST_BYTES = 256 };

/* Writes the name of the table of a modality. Features of a text column are called
 * "column:word". */
static void table_of(char name[RG_MODALITY_NAME], const rg_modality *m)
{
    const char *const point = strrchr(m->name, '.');
    size_t n = strlen(m->name);
    if (point != NULL && m->feature != NULL && m->feature->n > 0) {
        const char *const feature = rg_idmap_name(m->feature, 0);
        const size_t column = strlen(point + 1);
        if (strncmp(feature, point + 1, column) == 0 && feature[column] == ':')
            n = (size_t)(point - m->name);
    }
    snprintf(name, RG_MODALITY_NAME, "%.*s", (int)n, m->name);
}

regatta_status rg_feature_like_name(regatta_ctx *ctx, char name[RG_MODALITY_NAME],
                                    const rg_features *like, int is_dense, int is_given,
                                    const char *path)
{
    char only[RG_MODALITY_NAME] = "", list[LIST_BYTES] = "";
    int n = 0;
    for (int m = 0; m < like->n_modalities; m++) {
        char table[RG_MODALITY_NAME];
        if ((like->modality[m].feature == NULL) != is_dense) continue;
        table_of(table, &like->modality[m]);
        if (strcmp(table, name) == 0) return REGATTA_OK;
        if (n > 0 && strcmp(table, only) == 0) continue;
        const size_t length = strlen(list);
        snprintf(list + length, LIST_BYTES - length, "%s%s", n > 0 ? ", " : "", table);
        memcpy(only, table, sizeof only);
        n++;
    }
    if (n == 0) return REGATTA_OK;
    if (n > 1 || is_given)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "%s: the training had no %s called '%s': give it the name of one, "
                       "NAME=%s, with NAME %s",
                       path, is_dense ? "vectors" : "table", name, path, list);
    memcpy(name, only, sizeof only);
    return REGATTA_OK;
}
