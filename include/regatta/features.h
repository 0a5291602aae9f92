/* regatta/features.h: side tables, the features of items or users. */
#ifndef REGATTA_FEATURES_H
#define REGATTA_FEATURES_H
#include <regatta/graph.h>
REGATTA_BEGIN_C

/* Features of nodes of one kind, items or users, by their ids, in up to 16 modalities. A
 * modality has a name and is sparse (names of features with weights, such as tags or
 * words) or dense (a vector for each node, such as those of an encoder of texts or
 * pictures). A node may have no row in some modalities. Create it, read or add tables,
 * then train with it; from then on any number of threads may read it at once. */
typedef struct regatta_features regatta_features;

/* Stores features without nodes, to be freed with regatta_features_free. REGATTA_ENOMEM,
 * REGATTA_EINVAL. */
REGATTA_API regatta_status regatta_features_create(regatta_ctx *ctx,
                                                   regatta_features **out);

typedef enum regatta_feature_layout {
    REGATTA_FEATURES_AUTO = 0,   /* by content */
    REGATTA_FEATURES_LONG = 1,   /* rows `node feature [weight]` */
    REGATTA_FEATURES_WIDE = 2,   /* a row for each node, a column for each property */
    REGATTA_FEATURES_VECTORS = 3 /* a .npy file with ids beside it */
} regatta_feature_layout;

#define REGATTA_MAX_FEATURES 262144 /* the default of max_features */

/* Start from REGATTA_FEATURES_OPTIONS_INIT. New fields are only ever appended. */
typedef struct regatta_features_options {
    uint32_t struct_size;
    uint32_t side;         /* regatta_side of the nodes; default ITEMS */
    uint32_t layout;       /* regatta_feature_layout */
    uint32_t format;       /* regatta_format of a table; ADJACENCY is none */
    uint32_t header;       /* regatta_header of a table */
    uint32_t max_features; /* most frequent features of each sparse modality that have a
                              column of their own; 0 = REGATTA_MAX_FEATURES */
    uint32_t keep_null_words; /* 1: accept NA, NULL, nan ... as ids and values */
    const char *name; /* of the modality, 1 to 63 bytes; NULL: the name of the file
                         without folder and extension */
    /* Kinds of columns, "price=number,genres=list": category, number, list, text; feature
     * and weight (of a LONG table), id, skip. A column is given by its name or, from 1,
     * its number, with or without the modality's name and a point before it. list:| cuts
     * at
     * '|'; ';', '/', comma and blank are other separators. Entries without such a column
     * have no effect. NULL: all by content */
    const char *columns;
    /* Features of the training, for tables of new nodes: `name` must be that of one of
     * its tables, and is the only one's if NULL and the file has another name. Numbers
     * get its bins, features that it hashed are hashed, and kinds of columns follow from
     * its features. NULL: none */
    const regatta_features *like;
} regatta_features_options;

#define REGATTA_FEATURES_OPTIONS_INIT                                                    \
    {                                                                                    \
        sizeof(regatta_features_options), REGATTA_ITEMS, 0, 0, 0, 0, 0, NULL, NULL, NULL \
    }

/* A report on a table that was read or added. Start from REGATTA_FEATURES_REPORT_INIT. */
typedef struct regatta_features_report {
    uint32_t struct_size;
    uint32_t layout;       /* regatta_feature_layout */
    uint32_t format;       /* regatta_format of a table */
    uint32_t gzip;         /* 1 if the file was gzipped */
    uint32_t has_header;   /* 1 if the first line named the columns */
    uint32_t n_modalities; /* added: the last ones of the features */
    int64_t n_lines;       /* lines read, header included */
    int64_t n_rows;        /* rows read */
    int64_t n_nodes;       /* nodes of the table */
    int64_t n_values;      /* features of nodes that are not 0; numbers of vectors */
    int64_t n_features;    /* distinct features, or the length of the vectors */
    int64_t n_hashed;      /* features without a column of their own */
    int64_t n_buckets;     /* columns that the hashed features share */
    int64_t n_recoded;     /* ids and values converted from Windows-1252 to UTF-8 */
    uint64_t entries;      /* bit k: entry k of options.columns named a column */
    /* The kinds of columns: "id = movieId, list = genres (|), number = year (10 bins);
     * not used: url"; of vectors, "ids = FILE". */
    char columns[1024];
} regatta_features_report;

#define REGATTA_FEATURES_REPORT_INIT                                                     \
    {                                                                                    \
        sizeof(regatta_features_report), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,       \
        {                                                                                \
            0                                                                            \
        }                                                                                \
    }

/* Adds the features of a file. `opts` NULL means INIT; `report` may be NULL. Formats,
 * quotes, encodings, ids and the limit of compressed files are those of
 * regatta_graph_read; "-" is standard input.
 *
 * LONG: rows `node feature [weight]`; repeats add up. One modality. AUTO takes a table of
 * two columns without a header, or of three with numbers in the third, for LONG, and one
 * with a header whose nodes repeat, whose other columns are called feature and weight, or
 * whose table in `like` was LONG. WIDE: needs a header, or kinds of all columns, and a
 * row for each node. The node is the column with the name of an id, else the first. A
 * category is the feature "column=value"; a list has one for each part; a number has
 * "column=[a,b)", with up to ten bins at quantiles; these columns are one modality. A
 * text column is a modality NAME.column of its own, with the features "column:word" and
 * the number of times as weight: words are longest runs of letters and digits of Unicode
 * in lower case. Empty cells and missing values have no feature. Types in a header of
 * RecBole (year:float) decide the kind; else it is recognised where it is evident from
 * the name and the first 256 rows, and a table with other columns is rejected.
 *
 * VECTORS: NumPy format 1 to 3, float16, float32 or float64 in little-endian C order,
 * [nodes][dim], finite. The ids are in the first of FILE.npy.ids.txt, FILE.ids.txt,
 * FILE.ids and FILE.txt that exists, one a line.
 *
 * O(bytes) time. On failure the features are as before.
 *   REGATTA_EIO      a file cannot be opened or read
 *   REGATTA_EFORMAT  `path:line: reason`: a bad row or cell, columns whose kind is not
 *                    evident, a wrong shape, type or number of ids, NaN
 *   REGATTA_EINVAL   an option out of range, a name that another modality has, more than
 * 16 modalities REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_features_read(regatta_ctx *ctx,
                                                 regatta_features *features,
                                                 const char *path,
                                                 const regatta_features_options *opts,
                                                 regatta_features_report *report);

/* Start from REGATTA_FEATURES_OUTPUT_INIT. */
typedef struct regatta_features_output {
    uint32_t struct_size;
    uint32_t layout; /* LONG or WIDE; AUTO: that of the input, RECBOLE is WIDE */
    uint32_t format; /* TSV, CSV or RECBOLE; AUTO: by the name, .tsv, .csv, .item, .user;
                        "-" is TSV */
} regatta_features_output;

#define REGATTA_FEATURES_OUTPUT_INIT                                                     \
    {                                                                                    \
        sizeof(regatta_features_output), 0, 0                                            \
    }

/* Reads a side table as regatta_features_read does and writes it in another layout or
 * format; `opts` (NULL: INIT) and `report` (may be NULL) are those of
 * regatta_features_read.
 *
 * WIDE to WIDE: row by row; memory is that of the ids. Columns keep their names, and
 * cells their text, but for lists, whose parts are joined by '|', in RECBOLE by a blank.
 * RECBOLE has the types token, token_seq and float; a text is a token_seq of its words,
 * as in RecBole's own files. To LONG: rows `node feature weight` without a header, with
 * the features that training makes of the table (numbers as their bins; words of texts
 * too, in one modality then), without the weights if all are 1. LONG to WIDE: a column
 * with the features of each node, whose weights must be 1. These two hold all features in
 * memory. Output is compressed if the name ends in .gz or .zst, and whole or not at all.
 *   REGATTA_EINVAL   the output has no known format; RECBOLE and LONG
 *   REGATTA_EFORMAT  as regatta_features_read; what the output cannot hold: a part of a
 *                    list or a feature with the separator, weights; vectors
 *   others as those of regatta_features_read and regatta_graph_write */
REGATTA_API regatta_status regatta_features_convert(regatta_ctx *ctx, const char *from,
                                                    const regatta_features_options *opts,
                                                    const char *to,
                                                    const regatta_features_output *output,
                                                    regatta_features_report *report);

/* A modality from arrays, which remain the caller's. Start from
 * REGATTA_FEATURE_ARRAYS_INIT. */
typedef struct regatta_feature_arrays {
    uint32_t struct_size;
    uint32_t n_nodes;
    const char *name; /* of the modality, 1 to 63 bytes */
    const char *const
        *node_names;  /* [n_nodes] ids without repeats; NULL: decimal numbers */
    int64_t n_values; /* sparse: node[k] has feature[k] with weight[k] */
    const uint32_t *node, *feature;
    const float *weight;              /* [n_values] finite; NULL = 1 */
    const char *const *feature_names; /* [n_features]; NULL: decimal numbers */
    uint32_t n_features;
    uint32_t max_features; /* as in regatta_features_options */
    const float *dense; /* [n_nodes][dim] finite, instead of the sparse arrays; or NULL */
    int64_t dim;
} regatta_feature_arrays;

#define REGATTA_FEATURE_ARRAYS_INIT                                                      \
    {                                                                                    \
        sizeof(regatta_feature_arrays), 0, NULL, NULL, 0, NULL, NULL, NULL, NULL, 0, 0,  \
            NULL, 0                                                                      \
    }

/* Adds the modality; repeats of a node and feature add up. `report` may be NULL.
 * O(values) time. On failure the features are as before. REGATTA_EINVAL   a number out of
 * range, a weight that is not finite, an id or name that is repeated or none, a name that
 * another modality has REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_features_add(regatta_ctx *ctx,
                                                regatta_features *features,
                                                const regatta_feature_arrays *arrays,
                                                regatta_features_report *report);

/* Sizes of features. The caller sets struct_size. */
typedef struct regatta_features_info {
    uint32_t struct_size;
    uint32_t n_modalities;
    int64_t n_nodes;   /* nodes with an id in some table */
    int64_t n_with;    /* nodes of the graph with features */
    int64_t n_without; /* nodes of the graph without */
    int64_t n_unknown; /* nodes with features that the graph does not have */
} regatta_features_info;

#define REGATTA_FEATURES_INFO_INIT                                                       \
    {                                                                                    \
        sizeof(regatta_features_info), 0, 0, 0, 0, 0                                     \
    }

/* Fills *out, compared with the nodes of a side of `graph`; without one (NULL) all nodes
 * are unknown. O(nodes).
 *   REGATTA_EINVAL  features is NULL, a struct_size that is not set
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_features_get_info(regatta_ctx *ctx,
                                                     regatta_features_info *out,
                                                     const regatta_features *features,
                                                     const regatta_graph *graph,
                                                     regatta_side side);

/* A modality. The caller sets struct_size. */
typedef struct regatta_modality {
    uint32_t struct_size;
    uint32_t is_dense;  /* 1: vectors */
    const char *name;   /* owned by the features */
    int64_t n_nodes;    /* nodes with a feature, or a vector */
    int64_t n_features; /* columns; the length of the vectors */
    int64_t n_values;   /* features of nodes; numbers of vectors */
} regatta_modality;

#define REGATTA_MODALITY_INIT                                                            \
    {                                                                                    \
        sizeof(regatta_modality), 0, NULL, 0, 0, 0                                       \
    }

/* Fills *out with modality `index`. O(nodes).
 *   REGATTA_EINVAL  features is NULL, index out of range, a struct_size that is not set
 */
REGATTA_API regatta_status regatta_features_get_modality(regatta_ctx *ctx,
                                                         regatta_modality *out,
                                                         const regatta_features *features,
                                                         uint32_t index);

REGATTA_API void regatta_features_free(regatta_features *features); /* NULL is a no-op */
REGATTA_END_C
#endif
