/* regatta/graph.h: the user-item graph: read, filter, split, describe, write. */
#ifndef REGATTA_GRAPH_H
#define REGATTA_GRAPH_H
#include <regatta/ctx.h>
REGATTA_BEGIN_C

/* Interactions of users with items: in CSR form both ways, duplicates merged, and beside
 * it in order, duplicates kept. The order of a user's interactions is that of their
 * times, and of the rows of the input where times are equal or not given. Immutable: any
 * number of threads may read one at once. Ids are strings outside and dense numbers
 * 0..n-1 inside, in order of first appearance. */
typedef struct regatta_graph regatta_graph;

typedef enum regatta_format {
    REGATTA_FORMAT_AUTO = 0,      /* by content; an ambiguous file is refused */
    REGATTA_FORMAT_ADJACENCY = 1, /* LightGCN text: `user item item ...` a line */
    REGATTA_FORMAT_CSV = 2,       /* comma, quotes as in RFC 4180 */
    REGATTA_FORMAT_TSV = 3,       /* tab */
    REGATTA_FORMAT_SSV = 4,       /* blank-separated columns (one or more blanks) */
    REGATTA_FORMAT_SEMICOLON = 5, /* semicolon */
    REGATTA_FORMAT_PIPE = 6,      /* | */
    REGATTA_FORMAT_COLONS = 7     /* MovieLens `::` */
} regatta_format;

typedef enum regatta_header {
    REGATTA_HEADER_AUTO = 0,
    REGATTA_HEADER_YES = 1,
    REGATTA_HEADER_NO = 2
} regatta_header;

/* What becomes of several rows of one user and item. */
typedef enum regatta_dedup {
    REGATTA_DEDUP_SUM = 0, /* weights added, latest time kept */
    REGATTA_DEDUP_MAX = 1, /* largest weight, latest time */
    REGATTA_DEDUP_LAST = 2 /* the row of the latest time; without times, the last row */
} regatta_dedup;

/* For weight_column and time_column: there is none, whatever the file holds. */
#define REGATTA_COLUMN_NONE UINT32_MAX

/* Start from REGATTA_READ_OPTIONS_INIT. Column numbers count from 1; 0 means "by the
 * name in the header, else by what the columns hold where that leaves no doubt". */
typedef struct regatta_read_options {
    uint32_t struct_size;
    uint32_t format; /* regatta_format */
    uint32_t header; /* regatta_header */
    uint32_t dedup;  /* regatta_dedup */
    uint32_t user_column, item_column, weight_column, time_column;
    uint32_t use_min_weight;  /* 1: rows below min_weight are dropped and counted */
    double min_weight;        /* a weight that is kept must be finite and not negative */
    uint32_t skip_bad;        /* 1: bad rows are dropped and counted, not refused */
    uint32_t keep_null_words; /* 1: NA, NULL, nan ... are ids like others */
    /* NULL or "auto"; "iso" (year first), "dmy", "mdy", "ymd"; "seconds",
     * "milliseconds", "microseconds", "nanoseconds"; "excel" (days since 1899-12-30); or
     * a pattern with the letters of strptime, %Y %y %m %b %d %H %I %M %S %f %p %a %z %Z
     * %s %F %T %R %D. */
    const char *time_format;
    uint32_t ids_only; /* 1: a third column of no evident role is left out, not refused:
                        * for test parts, where weights and times do not count */
} regatta_read_options;

#define REGATTA_READ_OPTIONS_INIT                                                        \
    {                                                                                    \
        sizeof(regatta_read_options), 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0, 0, NULL, 0         \
    }

/* Why a row is bad: the first of these that holds. */
typedef enum regatta_bad_row {
    REGATTA_BAD_COLUMNS = 0, /* another number of columns, or quotes that do not match */
    REGATTA_BAD_WEIGHT = 1,  /* empty, no number, or not finite */
    REGATTA_BAD_USER_EMPTY = 2,
    REGATTA_BAD_USER_NULL = 3, /* NA, NULL, nan ... */
    REGATTA_BAD_ITEM_EMPTY = 4,
    REGATTA_BAD_ITEM_NULL = 5,
    REGATTA_BAD_ID = 6, /* a control character in an id */
    REGATTA_BAD_WEIGHT_NEGATIVE = 7,
    REGATTA_BAD_TIME_EMPTY = 8,
    REGATTA_BAD_TIME = 9,
    REGATTA_BAD_HEADER = 10 /* the header again, as in files that were put together */
} regatta_bad_row;
#define REGATTA_N_BAD_ROWS 16 /* with room for reasons to come */

/* What a reader saw. Start from REGATTA_READ_REPORT_INIT; regatta_graph_read fills it
 * when it succeeds. */
typedef struct regatta_read_report {
    uint32_t struct_size;
    uint32_t format;     /* regatta_format that was recognised or asked for */
    uint32_t gzip;       /* 1 if the file was gzipped */
    uint32_t has_header; /* 1 if the first line named the columns */
    uint32_t has_weight, has_time;
    int64_t n_lines;      /* lines read, header included */
    int64_t n_rows;       /* interactions read */
    int64_t n_below;      /* dropped by min_weight */
    int64_t n_duplicates; /* merged into an earlier one */
    /* Which columns were taken and which were not, in words: "user = user_id, item =
     * recipe_id, time = date; not used: rating_id". */
    char columns[512];
    int64_t n_recoded; /* ids that were Windows-1252 (Latin-1) and are now UTF-8 */
    int64_t n_bad[REGATTA_N_BAD_ROWS]; /* dropped by skip_bad, by regatta_bad_row */
    int64_t first_bad_line[REGATTA_N_BAD_ROWS]; /* of each reason, from 1; 0 = none */
} regatta_read_report;

#define REGATTA_READ_REPORT_INIT                                                         \
    {                                                                                    \
        sizeof(regatta_read_report), 0, 0, 0, 0, 0, 0, 0, 0, 0, {0}, 0, {0},             \
        {                                                                                \
            0                                                                            \
        }                                                                                \
    }

/* What rows may hold. Ids: any text without control characters, kept as it is (007 is
 * not 7) but for the blanks around it, inside quotes too (spaces, tabs, no-break
 * spaces); one that is not UTF-8 but may be Windows-1252 is converted and counted; a
 * word that stands for a missing value (NA, N/A, #N/A, <NA>, NULL, null, nan, NaN, NaT,
 * None, nil, \\N) is no id. Weights: finite and not negative.
 *
 * Times: numbers or dates, UTC unless an offset is given. Dates begin with the year
 * (2021-01-30 10:00:00), name the month (30 Jan 2021), or are in the order that the
 * column has: a number above 12 settles day and month for all rows, and a column that
 * stays open is refused. Numbers above 1e11 are milliseconds (then micro-, nanoseconds);
 * zero and negative numbers have the unit of the others, positive ones in two units are
 * refused. Numbers that are all calendar days of 1900..2100 (20210130, with HHMM or
 * HHMMSS behind) are those days; where only most are, the column is refused. So is a
 * column of numbers that are all hours (2021013010), months (202101), short days (210130)
 * or day numbers of Excel (44226) of 1990..2050: time_format says what they are.
 *
 * A bad row (regatta_bad_row) is refused, or dropped and counted with skip_bad. Blank
 * lines are skipped; so are lines before the first row (in blank-separated formats
 * between rows, too) that begin with '#' or '%' and a space, a second such sign, or
 * nothing. UTF-16 and lines that end with CR alone are recognised.
 *
 * Which column is what: by number where the options say so; by the names of a header,
 * which is recognised by its names or by numbers that only lines below it hold; without
 * names two columns are user and item, and three or four are assigned if their content
 * leaves no doubt (ratings or counts, dates or moments since 1990 in seconds to
 * nanoseconds, places or seconds that begin anew with each user of a file in order). A
 * file whose roles are not evident is refused with its columns shown. A pandas index is
 * left out.
 *
 * Reads `path` ("-" is standard input), plain or gzipped; stores a new graph in
 * *out, to be freed with regatta_graph_free. `opts` NULL means INIT; `report`
 * may be NULL. Time O(bytes), memory about 25 bytes an edge plus the ids.
 *   REGATTA_EIO      the file cannot be opened or read
 *   REGATTA_EFORMAT  `path:line: reason`: a line that cannot be read, no
 *                    interaction at all, a directory, an ambiguous format
 *   REGATTA_EINVAL, REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_graph_read(regatta_ctx *ctx, regatta_graph **out,
                                              const char *path,
                                              const regatta_read_options *opts,
                                              regatta_read_report *report);

/* A graph from arrays the caller keeps. user[n_edges], item[n_edges] are dense
 * numbers below n_users, n_items; weight and time may be NULL (1, none). Names are
 * the decimal numbers unless user_names[n_users] / item_names[n_items] are given.
 *   REGATTA_EINVAL   a number out of range, a weight not finite or negative, a
 *                    repeated name
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

/* The same from CSR rows of users: offset[n_users + 1], item[offset[n_users]]. */
typedef struct regatta_csr {
    uint32_t struct_size;
    uint32_t n_users, n_items;
    const int64_t *offset; /* offset[0] = 0, never falling */
    const uint32_t *item;
    const float *weight; /* NULL = 1 */
    const int64_t *time; /* NULL = none; seconds */
} regatta_csr;

#define REGATTA_CSR_INIT                                                                 \
    {                                                                                    \
        sizeof(regatta_csr), 0, 0, NULL, NULL, NULL, NULL                                \
    }

REGATTA_API regatta_status regatta_graph_from_csr(regatta_ctx *ctx, regatta_graph **out,
                                                  const regatta_csr *csr);

/* A view of the graph's own rows: items of each user ascending. Arrays belong to the
 * graph. The caller has set struct_size of *out. `ctx` only takes the message and may be
 * NULL. O(1).
 *   REGATTA_EINVAL  the graph is missing, a struct_size that is not set */
REGATTA_API regatta_status regatta_graph_rows(regatta_ctx *ctx, regatta_csr *out,
                                              const regatta_graph *graph);

/* The id of node `index`, NULL when there is none. Owned by graph. */
REGATTA_API const char *regatta_graph_name(const regatta_graph *graph, regatta_side side,
                                           uint32_t index);
/* The node called `name`, REGATTA_NONE when there is none. O(length). */
REGATTA_API uint32_t regatta_graph_find(const regatta_graph *graph, regatta_side side,
                                        const char *name);

/* Start from REGATTA_FILTER_OPTIONS_INIT (which filters nothing). */
typedef struct regatta_filter_options {
    uint32_t struct_size;
    uint32_t min_user; /* users with fewer items go, repeated until none does */
    uint32_t min_item; /* items with fewer users go, repeated until none does */
} regatta_filter_options;

#define REGATTA_FILTER_OPTIONS_INIT                                                      \
    {                                                                                    \
        sizeof(regatta_filter_options), 0, 0                                             \
    }

/* The sub-graph in which every user has min_user items and every item min_item
 * users (both k: the k-core). Nodes keep their order. O(edges).
 *   REGATTA_EFORMAT  nothing is left
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_graph_filter(regatta_ctx *ctx, regatta_graph **out,
                                                const regatta_graph *graph,
                                                const regatta_filter_options *opts);

typedef enum regatta_split_kind {
    REGATTA_SPLIT_RATIO = 0, /* per user, at random: shares of train, valid, test */
    REGATTA_SPLIT_LEAVE_LAST =
        1, /* per user, the last n by time to test, n before to valid */
    REGATTA_SPLIT_TIME =
        2 /* one moment for all: before `time` to train, the rest to test */
} regatta_split_kind;

/* Start from REGATTA_SPLIT_OPTIONS_INIT. */
typedef struct regatta_split_options {
    uint32_t struct_size;
    uint32_t kind;                  /* regatta_split_kind */
    double valid_share, test_share; /* RATIO: each in [0, 1), together below 1 */
    uint32_t leave_last;            /* LEAVE_LAST: items per user, at least 1 */
    uint32_t leave_valid; /* LEAVE_LAST: the same for valid, 0 = no valid part */
    int64_t time;         /* TIME: seconds; the first moment of the test part */
    uint64_t seed;
} regatta_split_options;

#define REGATTA_SPLIT_OPTIONS_INIT                                                       \
    {                                                                                    \
        sizeof(regatta_split_options), 0, 0.0, 0.2, 1, 0, 0, 1                           \
    }

/* Cuts `graph` in two or three; each part keeps all nodes and their numbers. A pair of
 * user and item goes to one part with all its interactions; the latest is its time. RATIO
 * and LEAVE_LAST leave every user at least one training item: a user with fewer items
 * than asked for gives fewer to valid, then to test. TIME puts nothing from `time` on
 * into train: users and items that begin later have rows in test only. Parts may be NULL
 * where not wanted (their edges are then dropped); a part that holds no edge is an
 * empty graph.
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
    double item_gini; /* of item degrees; 0 even, 1 one item has all */
    uint32_t n_isolated_users, n_isolated_items;
    uint32_t n_components;      /* connected components, isolated nodes included */
    uint32_t largest_component; /* its nodes */
    uint32_t max_core;          /* the deepest k-core that is not empty */
    uint32_t max_core_nodes;
    uint32_t n_communities; /* label: Leiden on modularity, fixed seed */
    double modularity;
    int64_t time_first, time_last; /* seconds; 0 without times */
    uint64_t hash; /* of names, edges, weights and the latest times of edges; not of order
                      and repeats */
    int64_t n_interactions; /* repeats counted; n_edges counts each pair once */
    uint32_t has_order; /* 1: some user's interactions are not in order of item numbers */
} regatta_graph_summary;

#define REGATTA_GRAPH_SUMMARY_INIT                                                       \
    {                                                                                    \
        sizeof(regatta_graph_summary), 0, 0, 0, 0.0, 0, 0, {0}, {0}, 0.0, 0, 0, 0, 0, 0, \
            0, 0, 0.0, 0, 0, 0, 0, 0                                                     \
    }

/* Fills *out (its struct_size set by the caller). Components, cores and
 * communities come from igraph. O(edges) but for communities, about
 * O(edges * log nodes).
 *   REGATTA_ENOMEM    also when there is too little address space to load igraph
 *   REGATTA_EIO       igraph cannot be loaded
 *   REGATTA_EINTERNAL igraph failed */
REGATTA_API regatta_status regatta_graph_summarize(regatta_ctx *ctx,
                                                   regatta_graph_summary *out,
                                                   const regatta_graph *graph);

/* How a test part lies against its training part, matched by names. */
typedef struct regatta_overlap {
    uint32_t struct_size;
    uint32_t n_unknown_users; /* in test, not in train */
    uint32_t n_unknown_items;
    int64_t n_leaked;        /* test edges that are in train too */
    int64_t n_unknown_edges; /* test edges with an unknown user or item */
} regatta_overlap;

#define REGATTA_OVERLAP_INIT                                                             \
    {                                                                                    \
        sizeof(regatta_overlap), 0, 0, 0, 0                                              \
    }

REGATTA_API regatta_status regatta_graph_overlap(regatta_ctx *ctx, regatta_overlap *out,
                                                 const regatta_graph *train,
                                                 const regatta_graph *test);

/* Writes TSV with a header `user item [weight] [timestamp]`, gzipped when `path`
 * ends in ".gz"; "-" is standard output. Rows are the interactions of one user after
 * another in order, so that reading gives the same graph and order (items may be numbered
 * anew); one row a pair where duplicates were merged by MAX or LAST. The file appears
 * whole or not at all. REGATTA_EIO, REGATTA_ENOMEM; REGATTA_EFORMAT  path is a directory
 */
REGATTA_API regatta_status regatta_graph_write(regatta_ctx *ctx,
                                               const regatta_graph *graph,
                                               const char *path);

REGATTA_API void regatta_graph_free(regatta_graph *graph); /* NULL is a no-op */
REGATTA_END_C
#endif
