/* regatta convert of side tables. */
#ifndef RG_CLI_CONVERT_FEATURES_H
#define RG_CLI_CONVERT_FEATURES_H
#include "cli/input/side_tables.h"

typedef struct cli_feature_job {
    const char *from, *to;
    regatta_features_output output;
    const cli_table_reading *reading;
    uint32_t keep_null_words;
    int quiet;
} cli_feature_job;

/* Returns 1 if the name is that of a side table of RecBole: .item, .user. */
int cli_names_features(const char *path);
int cli_convert_features(regatta_ctx *ctx, const cli_feature_job *job);
#endif
