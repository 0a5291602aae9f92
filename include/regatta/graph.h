/* regatta/graph.h: the user-item graph: read, filter, split, describe, write. */
#ifndef REGATTA_GRAPH_H
#define REGATTA_GRAPH_H
#include <regatta/ctx.h>
REGATTA_BEGIN_C

/* Interactions of users with items. A graph holds them in CSR form by user and by item,
 * with duplicates merged, and also in order, with duplicates kept. A user's interactions
 * are ordered by time; interactions of equal or unknown time keep the order of the rows
 * of the input. Immutable: any number of threads may read one at once. Ids are strings in
 * the interface and dense numbers 0..n-1 in arrays, in order of first appearance. */
typedef struct regatta_graph regatta_graph;

typedef enum regatta_format {
    REGATTA_FORMAT_AUTO = 0,      /* by content; an ambiguous file is rejected */
    REGATTA_FORMAT_ADJACENCY = 1, /* LightGCN text: `user item item ...` a line */
    REGATTA_FORMAT_CSV = 2,       /* comma, quotes as in RFC 4180 */
    REGATTA_FORMAT_TSV = 3,       /* tab */
    REGATTA_FORMAT_SSV = 4,       /* blank-separated columns (one or more blanks) */
    REGATTA_FORMAT_SEMICOLON = 5, /* semicolon */
    REGATTA_FORMAT_PIPE = 6,      /* | */
    REGATTA_FORMAT_COLONS = 7,    /* MovieLens `::` */
    REGATTA_FORMAT_RECBOLE = 8,   /* RecBole .inter: tab, `user_id:token` in the header */
    REGATTA_FORMAT_JSONL = 9,     /* a JSON object a line */
    REGATTA_FORMAT_MATRIX_MARKET = 10, /* coordinate matrix: rows are users */
    REGATTA_FORMAT_NPZ = 11, /* sparse matrix of scipy.sparse.save_npz: CSR, CSC, COO */
    REGATTA_FORMAT_NETFLIX = 12, /* `item:` lines, each before its `user,rating,date` */
    REGATTA_FORMAT_SQLITE = 13,  /* rows of a query; recognised, not to be chosen */
    REGATTA_FORMAT_POSTGRES = 14 /* the same */
} regatta_format;

typedef enum regatta_header {
    REGATTA_HEADER_AUTO = 0,
    REGATTA_HEADER_YES = 1,
    REGATTA_HEADER_NO = 2
} regatta_header;

/* How several rows of one user and item are merged. */
typedef enum regatta_dedup {
    REGATTA_DEDUP_SUM = 0, /* weights added, latest time kept */
    REGATTA_DEDUP_MAX = 1, /* largest weight, latest time */
    REGATTA_DEDUP_LAST = 2 /* the row of the latest time; without times, the last row */
} regatta_dedup;

/* For weight_column and time_column: the file is read without this column. */
#define REGATTA_COLUMN_NONE UINT32_MAX

/* Start from REGATTA_READ_OPTIONS_INIT. Column numbers count from 1; 0 means: by the name
 * in the header, else by the content of the columns if that is unambiguous. */
typedef struct regatta_read_options {
    uint32_t struct_size;
    uint32_t format; /* regatta_format */
    uint32_t header; /* regatta_header */
    uint32_t dedup;  /* regatta_dedup */
    uint32_t user_column, item_column, weight_column, time_column;
    uint32_t use_min_weight;  /* 1: rows below min_weight are dropped and counted */
    double min_weight;        /* weights of kept rows must be finite and not negative */
    uint32_t skip_bad;        /* 1: drop and count bad rows; 0: reject the file */
    uint32_t keep_null_words; /* 1: accept NA, NULL, nan ... as ids */
    /* NULL or "auto"; "iso" (year first), "dmy", "mdy", "ymd"; "seconds",
     * "milliseconds", "microseconds", "nanoseconds"; "excel" (days since 1899-12-30); or
     * a pattern with the letters of strptime, %Y %y %m %b %d %H %I %M %S %f %p %a %z %Z
     * %s %F %T %R %D. */
    const char *time_format;
    uint32_t ids_only; /* 1: ignore a third column of no evident role; 0: reject the
                          file. For test parts, whose weights and times are not used */
    const char *query; /* of a database: one SELECT, whose columns have the roles; NULL:
                          the path is a file */
    /* Of logged feedback alone (regatta/logged.h), which sets `logged`: a row is a record
     * whose weight is its reward. */
    uint32_t logged, position_column, propensity_column;
    /* NULL, or the weights of kinds of events, "view=1,buy=5,*=0": a row counts the
     * weight of its kind, times its own weight if there is a weight column; 0 leaves rows
     * of the kind out, a weight below 0 makes them dislikes, and `shown` in place of a
     * number makes them impressions, which the user did not take. `*` is every kind that
     * is not named; without it such a row is bad
     */
    const char *event_weights;
    uint32_t event_column; /* the kind; by number or by name: event_type, behavior, ... */
    uint32_t use_dislike_below; /* 1: a weight below dislike_below is a dislike; 0: a
                                   negative weight is an error */
    double dislike_below;
    /* NULL, or a model: the event weights, dislike_below and min_weight of the data that
     * it was trained on apply too, each unless it is given here, and unless the file has
     * no such column. Borrowed */
    const struct regatta_model *like;
    uint32_t allow_empty; /* 1: a header without rows, or a query without a result, is a
                             graph without interactions; 0: an error */
} regatta_read_options;

#define REGATTA_READ_OPTIONS_INIT                                                        \
    {                                                                                    \
        sizeof(regatta_read_options), 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0, 0, NULL, 0, NULL,  \
            0, 0, 0, NULL, 0, 0, 0.0, NULL, 0                                            \
    }

/* What a column of interactions holds. */
typedef enum regatta_column {
    REGATTA_COLUMN_UNKNOWN = 0,
    REGATTA_COLUMN_USER = 1,
    REGATTA_COLUMN_ITEM = 2,
    REGATTA_COLUMN_WEIGHT = 3, /* of logged feedback the reward */
    REGATTA_COLUMN_TIME = 4,
    REGATTA_COLUMN_EVENT = 5, /* the kind of event, which counts with event_weights */
    REGATTA_COLUMN_POSITION = 6,
    REGATTA_COLUMN_PROPENSITY = 7,
    REGATTA_COLUMN_OTHER = 8 /* known, and none of these: brand, price */
} regatta_column;

/* Returns what regatta_graph_read takes a column with this name for, in the languages
 * that it knows: "userId", "Kunde" and "customer id" are users. `logged`: 1 for names of
 * logged feedback (regatta/logged.h). Of several columns of one kind the reader takes the
 * lowest *rank; `rank` may be NULL. NULL is REGATTA_COLUMN_UNKNOWN. */
REGATTA_API regatta_column regatta_column_of_name(const char *name, uint32_t logged,
                                                  uint32_t *rank);

/* Why a row is bad: the first of these reasons that applies. */
typedef enum regatta_bad_row {
    REGATTA_BAD_COLUMNS = 0, /* wrong number of columns, or unbalanced quotes */
    REGATTA_BAD_WEIGHT = 1,  /* empty, not a number, or not finite */
    REGATTA_BAD_USER_EMPTY = 2,
    REGATTA_BAD_USER_NULL = 3, /* NA, NULL, nan ... */
    REGATTA_BAD_ITEM_EMPTY = 4,
    REGATTA_BAD_ITEM_NULL = 5,
    REGATTA_BAD_ID = 6, /* an id is too long, or is not text */
    REGATTA_BAD_WEIGHT_NEGATIVE = 7,
    REGATTA_BAD_TIME_EMPTY = 8,
    REGATTA_BAD_TIME = 9,
    REGATTA_BAD_HEADER = 10, /* a repeated header, as in concatenated files */
    REGATTA_BAD_EVENT = 11   /* a kind of event without a weight */
} regatta_bad_row;
#define REGATTA_N_BAD_ROWS 16 /* with room for reasons to come */
#define REGATTA_BAD_FILE_BYTES 4096

/* A report on a file that was read. Start from REGATTA_READ_REPORT_INIT;
 * regatta_graph_read fills it on success. */
typedef struct regatta_read_report {
    uint32_t struct_size;
    uint32_t format;     /* regatta_format, recognised or given */
    uint32_t gzip;       /* 1 if the file was gzipped */
    uint32_t has_header; /* 1 if the first line named the columns */
    uint32_t has_weight, has_time;
    int64_t n_lines;      /* lines read, header included */
    int64_t n_rows;       /* interactions read */
    int64_t n_below;      /* dropped by min_weight */
    int64_t n_duplicates; /* rows merged into an earlier row */
    /* The column roles as text, and the unused columns: "user = user_id, item =
     * recipe_id, time = date; not used: rating_id". */
    char columns[512];
    int64_t n_recoded; /* ids converted from Windows-1252 (Latin-1) to UTF-8 */
    int64_t n_bad[REGATTA_N_BAD_ROWS]; /* dropped by skip_bad, by regatta_bad_row */
    int64_t first_bad_line[REGATTA_N_BAD_ROWS]; /* by reason, lines count from 1; 0 =
                                                   none */
    /* The numbers of the columns as in regatta_read_options; 0 = none. All 0 for an
     * adjacency list */
    uint32_t user_column, item_column, weight_column, time_column;
    uint32_t zstd; /* 1 if the file was compressed with zstd */
    uint32_t position_column, propensity_column; /* of logged feedback */
    uint32_t event_column;
    int64_t n_left_out; /* rows of events with the weight 0 */
    int64_t n_dislikes; /* pairs that are disliked */
    /* Of a folder, the name of the file in which first_bad_line counts, cut at 255 bytes;
     * that of reason k begins at byte k * REGATTA_BAD_FILE_BYTES / REGATTA_N_BAD_ROWS. ""
     * of a single file. */
    char first_bad_file[REGATTA_BAD_FILE_BYTES];
    int64_t n_impressions; /* of pairs of a user and an item, at most 31 of each */
    /* The rules of options.like that applied, as text: "event weights view=1,buy=5,
     * dislikes below 3", cut at 255 bytes */
    char like[256];
} regatta_read_report;

#define REGATTA_READ_REPORT_INIT                                                         \
    {                                                                                    \
        sizeof(regatta_read_report), 0, 0, 0, 0, 0, 0, 0, 0, 0, {0}, 0, {0}, {0}, 0, 0,  \
            0, 0, 0, 0, 0, 0, 0, 0, {0}, 0,                                              \
        {                                                                                \
            0                                                                            \
        }                                                                                \
    }

/* Valid rows. Ids: any text without control characters, taken literally (007 is not 7)
 * without the blanks around it, inside quotes too (spaces, tabs, no-break spaces). An id
 * that is not UTF-8 but may be Windows-1252 is converted and counted. A word for a
 * missing value (NA, N/A, #N/A, <NA>, NULL, null, nan, NaN, NaT, None, nil, \\N) is not
 * an id. Weights: finite and not negative, but for dislikes; the word `shown` is the
 * weight of an impression.
 *
 * Times: numbers or dates, UTC unless an offset is given. Dates begin with the year
 * (2021-01-30 10:00:00), name the month (30 Jan 2021), or have one order of day and month
 * in the whole column: a number above 12 determines it for all rows, and a column without
 * one is rejected. Numbers above 1e11 are milliseconds (then micro-, nanoseconds). Zero
 * and negative numbers have the unit of the others; positive numbers in two units are
 * rejected. If all numbers are calendar days of 1900..2100 (20210130, optionally followed
 * by HHMM or HHMMSS), they are read as days; if only most are, the column is rejected. A
 * column whose numbers are all hours (2021013010), months (202101), short days (210130)
 * or Excel day numbers (44226) of 1990..2050 is rejected as ambiguous: set time_format.
 *
 * A bad row (regatta_bad_row) is an error; with skip_bad it is dropped and counted. Blank
 * lines are skipped. Comment lines before the first row (in blank-separated formats also
 * between rows) are skipped: '#' or '%', alone or followed by a space or a second such
 * sign. UTF-16 and lines that end with CR alone are recognised.
 *
 * Column roles come from the options if given, else from the names in the header. A
 * header is recognised by its names, or because only the lines below it contain numbers.
 * Without names two columns are user and item; three or four columns get roles if their
 * content is unambiguous (ratings or counts, dates or times since 1990 in seconds to
 * nanoseconds, positions or seconds that restart with each user of a sorted file). A file
 * without evident roles is rejected, and the message shows its columns. A pandas index
 * column is ignored.
 *
 * JSON lines: the keys of the first 255 objects are the columns, in order of first
 * appearance, and get roles by name alone. Of a matrix (MatrixMarket, .npz) the numbers
 * of rows and columns are the ids, as the file counts them (from 1, from 0), and entries
 * of 0 are interactions.
 *
 * `path` may be a database: a URL postgresql://USER@HOST/DATABASE, an SQLite file, or
 * sqlite:PATH. Then opts->query chooses the rows; columns get roles by their names, as in
 * a header; NULL is an empty cell. PostgreSQL reads its own password file and environment
 * variables. No message shows a password.
 *
 * `path` may be a folder: its files, in the order of their names, are one text; each may
 * be compressed, and may repeat the header of the first. Names that begin with '.' or '_'
 * are left out.
 *
 * Reads `path` ("-" is standard input), plain or compressed with gzip or zstd (at most
 * regatta_ctx_options.limit_bytes, unpacked; of a folder each file); stores a new graph
 * in *out, to be freed with regatta_graph_free. `opts` NULL means INIT; `report` may be
 * NULL. Time O(bytes), memory about 25 bytes an edge plus the ids. REGATTA_EIO      the
 * file cannot be opened or read, the database not be reached REGATTA_EFORMAT  `path:line:
 * reason`: a bad row, a file without interactions, an empty folder, an ambiguous format;
 * a database without a query, or one that refuses it REGATTA_EINVAL, REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_graph_read(regatta_ctx *ctx, regatta_graph **out,
                                              const char *path,
                                              const regatta_read_options *opts,
                                              regatta_read_report *report);

/* Start from REGATTA_INTERACTIONS_OPTIONS_INIT. */
typedef struct regatta_interactions_options {
    uint32_t struct_size;
    uint32_t format;         /* regatta_format of the output; AUTO: by its name */
    const char *table;       /* of a database, which replaces the rows of this table; in
                                PostgreSQL also SCHEMA.TABLE */
    uint32_t rows_in_memory; /* more rows wait in a temporary file; 0: 262144 */
    uint32_t ids_in_memory;  /* and more ids than these, of 64 bytes each, for an output
                                that does not need them all; 0: 1048576 */
} regatta_interactions_options;

#define REGATTA_INTERACTIONS_OPTIONS_INIT                                                \
    {                                                                                    \
        sizeof(regatta_interactions_options), 0, NULL, 0, 0                              \
    }

/* Reads interactions as regatta_graph_read does and writes all rows in another format, in
 * the order of the input, with repeats, weights and times. Formats of the output: TSV,
 * CSV, RECBOLE, JSONL (.jsonl), ADJACENCY (.adj, a user a line), MATRIX_MARKET (.mtx; ids
 * one a line in PATH.users.txt and PATH.items.txt), NPZ (CSR; ids in users.npy and
 * items.npy inside), and a table of a database. Text is compressed if the name ends in
 * .gz or .zst; "-" is standard output. A database gets its rows in one transaction.
 *
 * All times of a column settle how each is read, and a bad row at the end leaves no
 * output; so nothing is written before the last row is read. Memory does not grow with
 * the rows: those beyond rows_in_memory wait in a temporary file (20 bytes a row, in the
 * folder of the environment variable TMPDIR, else /var/tmp). It does not grow with the
 * ids either, unless the output is ADJACENCY, MATRIX_MARKET or NPZ, whose ids are all
 * held, with 16 bytes for each user; these two group rows in windows of 16 times
 * rows_in_memory. Of an .npz input the arrays are held.
 *   REGATTA_EINVAL   the output has no known format, or it cannot hold the weights or
 *                    times; a database without a table
 *   others as those of regatta_graph_read and regatta_graph_write */
REGATTA_API regatta_status regatta_interactions_convert(
    regatta_ctx *ctx, const char *from, const regatta_read_options *read, const char *to,
    const regatta_interactions_options *opts, regatta_read_report *report);

/* Builds a graph from arrays, which remain the caller's. user[n_edges], item[n_edges] are
 * dense numbers below n_users, n_items; weight NULL means 1, time NULL means no times. A
 * weight below 0 is a dislike: the latest row of a pair says whether the pair is an
 * interaction, of the rows of its kind, or a dislike (docs/data.md). A weight of minus
 * infinity is an impression: the item was shown to the user, who did not take it.
 * Names are the decimal numbers unless user_names[n_users] / item_names[n_items] are
 * given: UTF-8, not empty, without control characters, none twice.
 *   REGATTA_EINVAL   a number out of range, a weight that is not finite, a wrong name
 *   REGATTA_ENOMEM */
typedef struct regatta_edges {
    uint32_t struct_size;
    uint32_t dedup; /* regatta_dedup */
    int64_t n_edges;
    uint32_t n_users, n_items;
    const uint32_t *user, *item;
    const float *weight;
    const int64_t *time;
    const char *const *user_names, *const *item_names;
} regatta_edges;

#define REGATTA_EDGES_INIT                                                               \
    {                                                                                    \
        sizeof(regatta_edges), 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL            \
    }

REGATTA_API regatta_status regatta_graph_from_edges(regatta_ctx *ctx, regatta_graph **out,
                                                    const regatta_edges *edges);

/* The same input as CSR rows of users: offset[n_users + 1], item[offset[n_users]]. */
typedef struct regatta_csr {
    uint32_t struct_size;
    uint32_t n_users, n_items;
    const int64_t *offset; /* offset[0] = 0, non-decreasing */
    const uint32_t *item;
    const float *weight; /* NULL = 1 */
    const int64_t *time; /* NULL = none; seconds */
    /* [n_users], [n_items]; NULL = decimal numbers. regatta_graph_rows sets NULL */
    const char *const *user_names, *const *item_names;
} regatta_csr;

#define REGATTA_CSR_INIT                                                                 \
    {                                                                                    \
        sizeof(regatta_csr), 0, 0, NULL, NULL, NULL, NULL, NULL, NULL                    \
    }

REGATTA_API regatta_status regatta_graph_from_csr(regatta_ctx *ctx, regatta_graph **out,
                                                  const regatta_csr *csr);

/* Fills *out with a view of the graph's rows; the items of each user ascend. The arrays
 * belong to the graph. The caller sets struct_size of *out. `ctx` receives the error
 * message and may be NULL. O(1).
 *   REGATTA_EINVAL  the graph is missing, a struct_size that is not set */
REGATTA_API regatta_status regatta_graph_rows(regatta_ctx *ctx, regatta_csr *out,
                                              const regatta_graph *graph);

/* Returns the id of node `index`, NULL if there is none. Owned by graph. */
REGATTA_API const char *regatta_graph_name(const regatta_graph *graph, regatta_side side,
                                           uint32_t index);
/* Returns the number of the node with the id `name`, REGATTA_NONE if there is none.
 * O(length). */
REGATTA_API uint32_t regatta_graph_find(const regatta_graph *graph, regatta_side side,
                                        const char *name);

/* Start from REGATTA_FILTER_OPTIONS_INIT (which filters nothing). */
typedef struct regatta_filter_options {
    uint32_t struct_size;
    uint32_t min_user; /* users with fewer items are removed, until none has fewer */
    uint32_t min_item; /* items with fewer users are removed, until none has fewer */
} regatta_filter_options;

#define REGATTA_FILTER_OPTIONS_INIT                                                      \
    {                                                                                    \
        sizeof(regatta_filter_options), 0, 0                                             \
    }

/* Stores the largest sub-graph in which every user has at least min_user items and every
 * item at least min_item users (both k: the k-core). Nodes keep their order. O(edges).
 *   REGATTA_EFORMAT  the sub-graph is empty
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_graph_filter(regatta_ctx *ctx, regatta_graph **out,
                                                const regatta_graph *graph,
                                                const regatta_filter_options *opts);

typedef enum regatta_split_kind {
    REGATTA_SPLIT_RATIO = 0, /* per user, at random, by the shares of valid and test */
    REGATTA_SPLIT_LEAVE_LAST =
        1, /* per user: the last n in order to test, the n before them to valid */
    REGATTA_SPLIT_TIME =
        2 /* the same time for all users: before `time` to train, the rest to test */
} regatta_split_kind;

/* Start from REGATTA_SPLIT_OPTIONS_INIT. */
typedef struct regatta_split_options {
    uint32_t struct_size;
    uint32_t kind;                  /* regatta_split_kind */
    double valid_share, test_share; /* RATIO: each in [0, 1), together below 1 */
    uint32_t leave_last;            /* LEAVE_LAST: interactions per user, at least 1 */
    uint32_t leave_valid; /* LEAVE_LAST: interactions per user for valid; 0 = no valid
                             part */
    int64_t time;         /* TIME: seconds; interactions from then on are test */
    uint64_t seed;
} regatta_split_options;

#define REGATTA_SPLIT_OPTIONS_INIT                                                       \
    {                                                                                    \
        sizeof(regatta_split_options), 0, 0.0, 0.2, 1, 0, 0, 1                           \
    }

/* Splits `graph` into two or three parts; each part keeps all nodes and their numbers,
 * and the order of its interactions. LEAVE_LAST and TIME split interactions: the repeats
 * of a user and item may go to several parts. RATIO, and every split of a graph that
 * merges repeats by max or last, puts all interactions of a user and item into one part,
 * by the latest time. The order is that of time, then that of the input. RATIO and
 * LEAVE_LAST keep at least one training interaction of every user: for a user with too
 * few valid gets fewer, then test. TIME puts no interaction from `time` on
 * into train: users and items that appear later have rows in test only. A part that is
 * NULL is not built (its edges are dropped); a part without edges is an empty graph.
 *   REGATTA_EINVAL   an option out of range, LEAVE_LAST or TIME without times
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_graph_split(regatta_ctx *ctx, regatta_graph **train,
                                               regatta_graph **valid,
                                               regatta_graph **test,
                                               const regatta_graph *graph,
                                               const regatta_split_options *opts);

/* Numbers that describe a graph. Quantiles are at 0, 25, 50, 75, 90, 99, 100 %. */
#define REGATTA_N_QUANTILES 7
typedef struct regatta_graph_summary {
    uint32_t struct_size;
    uint32_t n_users, n_items;
    int64_t n_edges;
    double density; /* edges / (users * items) */
    uint32_t has_weight, has_time;
    uint32_t user_degree[REGATTA_N_QUANTILES];
    uint32_t item_degree[REGATTA_N_QUANTILES];
    double item_gini; /* of item degrees; 0 = all equal, 1 = one item has all */
    uint32_t n_isolated_users, n_isolated_items;
    uint32_t n_components;      /* connected components, isolated nodes included */
    uint32_t largest_component; /* nodes of the largest component */
    uint32_t max_core;          /* the deepest k-core that is not empty */
    uint32_t max_core_nodes;
    uint32_t n_communities; /* label: Leiden on modularity, fixed seed */
    double modularity;
    int64_t time_first, time_last; /* seconds; 0 without times */
    uint64_t hash; /* of names, edges, weights and the latest times of edges, without
                      order and repeats */
    int64_t n_interactions; /* repeats included; n_edges counts each pair once */
    uint32_t has_order;    /* 1: the interactions of at least one user are not in order of
                              item numbers */
    int64_t n_dislikes;    /* pairs that are disliked */
    int64_t n_impressions; /* as in regatta_read_report */
} regatta_graph_summary;

#define REGATTA_GRAPH_SUMMARY_INIT                                                       \
    {                                                                                    \
        sizeof(regatta_graph_summary), 0, 0, 0, 0.0, 0, 0, {0}, {0}, 0.0, 0, 0, 0, 0, 0, \
            0, 0, 0.0, 0, 0, 0, 0, 0, 0, 0                                               \
    }

/* Fills *out, whose struct_size the caller sets. igraph computes components, cores and
 * communities. O(edges), and about O(edges * log nodes) for communities.
 *   REGATTA_ENOMEM    also if there is too little address space to load igraph
 *   REGATTA_EIO       igraph cannot be loaded
 *   REGATTA_EINTERNAL igraph failed */
REGATTA_API regatta_status regatta_graph_summarize(regatta_ctx *ctx,
                                                   regatta_graph_summary *out,
                                                   const regatta_graph *graph);

/* The overlap of a test part with its training part, matched by names. */
typedef struct regatta_overlap {
    uint32_t struct_size;
    uint32_t n_unknown_users; /* in test, not in train */
    uint32_t n_unknown_items;
    int64_t n_leaked;        /* test edges that are also in train */
    int64_t n_unknown_edges; /* test edges with an unknown user or item */
} regatta_overlap;

#define REGATTA_OVERLAP_INIT                                                             \
    {                                                                                    \
        sizeof(regatta_overlap), 0, 0, 0, 0                                              \
    }

REGATTA_API regatta_status regatta_graph_overlap(regatta_ctx *ctx, regatta_overlap *out,
                                                 const regatta_graph *train,
                                                 const regatta_graph *test);

/* Writes TSV with a header `user item [weight] [timestamp]`, compressed when `path`
 * ends in ".gz" or ".zst"; "-" is standard output. Rows are grouped by user, in the order
 * of the user's interactions, so that reading the file gives the same graph and order
 * (item numbers may differ). Duplicates merged by MAX or LAST are one row. The write is
 * atomic: on failure no file is left. REGATTA_EIO, REGATTA_ENOMEM; REGATTA_EFORMAT: path
 * is a directory. */
REGATTA_API regatta_status regatta_graph_write(regatta_ctx *ctx,
                                               const regatta_graph *graph,
                                               const char *path);

REGATTA_API void regatta_graph_free(regatta_graph *graph); /* NULL is a no-op */
REGATTA_END_C
#endif
