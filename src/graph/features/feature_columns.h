/* The columns of a side table: what each of them holds. */
#ifndef RG_GRAPH_FEATURE_COLUMNS_H
#define RG_GRAPH_FEATURE_COLUMNS_H
#include "graph/features.h"
#include "graph/readers/reader_common.h"
#include <regatta/features.h>

typedef enum rg_feature_kind {
    RG_FEATURE_OPEN, /* not known */
    RG_FEATURE_CATEGORY,
    RG_FEATURE_NUMBER,
    RG_FEATURE_LIST,
    RG_FEATURE_TEXT,
    RG_FEATURE_NAME,   /* the feature of a long table */
    RG_FEATURE_WEIGHT, /* its weight */
    RG_FEATURE_ID,
    RG_FEATURE_SKIP,
    RG_N_FEATURE_KINDS
} rg_feature_kind;

/* The separator of lists in brackets, such as ['a', 'b'], besides the comma. */
enum {
    RG_LIST_BRACKETS = '[',
    RG_FEATURE_COLUMN = 128 /* bytes of a name with its end */
};

typedef struct rg_feature_column {
    rg_feature_kind kind;
    int is_given;   /* the caller or the header decides */
    char separator; /* of a list; 0: by content */
    char name[RG_FEATURE_COLUMN];
    char why[96]; /* OPEN: what the column holds, for the message */
} rg_feature_column;

typedef struct rg_feature_columns {
    int n;
    int has_header;
    int is_long;         /* rows `node feature [weight]` */
    int node;            /* the column of the ids */
    int feature, weight; /* of a long table; weight -1: none */
    uint64_t entries;    /* see regatta_features_report */
    rg_feature_column column[RG_MAX_FIELDS];
} rg_feature_columns;

const char *rg_feature_kind_name(rg_feature_kind kind);

/* Checks the entries of options.columns. REGATTA_EINVAL names a wrong one. */
regatta_status rg_feature_columns_check(regatta_ctx *ctx, const char *entries);
/* Names the columns by the first row of the sample and sets kinds by the caller's
 * entries, by the types of RecBole in the header, then by content; finds the layout.
 * `name` is that of the modality. */
regatta_status rg_feature_columns_resolve(regatta_ctx *ctx, rg_feature_columns *out,
                                          const rg_input *in, rg_sample *sample,
                                          regatta_format format,
                                          const regatta_features_options *opts,
                                          const char *name);
#endif
