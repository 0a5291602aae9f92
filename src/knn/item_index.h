/* The search graph over a table of vectors: finds nearly all rows with the largest
 * <query, row> + bias in a time that grows like log n.
 *
 * Every row points to at most `degree` others; a search keeps a beam of the best rows
 * found, expands the best row that is not expanded yet, and ends when all are expanded.
 * Its cost is memory traffic, so it reads byte codes (one cache line for 64 numbers,
 * index_codes.h), and floats only for the best rows at the end.
 *
 * Inner products are not distances: a long row, or one with a large bias, has a larger
 * product with a row than that row has with itself. So edges are chosen among the rows
 * with two additional numbers (Bachrach et al., RecSys 2014):
 *
 *   x^ = (x, b, t),  b = bias / scale,  t = sqrt(M^2 - |x|^2 - b^2)
 *   |x^ - y^|^2 = 2 (M^2 - <x, y> - b_x b_y - t_x t_y),  M the largest |(x, b)|
 *
 * All lifted rows have length M, so the query (u, 1, 0) has its largest products where
 * its distances are smallest. The edges of p are chosen from the closest rows found,
 * closest first; c is skipped if a chosen s has ALPHA |c^ - s^|^2 <= |c^ - p^|^2
 * (Subramanya et al., DiskANN, NeurIPS 2019). There are no layers: a search begins at the
 * best of about sqrt(n) entry rows, which are scanned (a thousand for a million).
 *
 * The build takes rows in a random order, in batches whose sizes depend on n alone. The
 * rows of a batch search the graph of the earlier batches independently; then every row
 * with new incoming edges is pruned again to its best edges in both directions. A thread
 * owns a row in both steps: the same bits at any number of threads. */
#ifndef RG_KNN_ITEM_INDEX_H
#define RG_KNN_ITEM_INDEX_H
#include "knn/index_codes.h"
#include "knn/table.h"

enum {
    RG_INDEX_MIN_DEGREE = 4,
    RG_INDEX_DEGREE = 32,
    RG_INDEX_MAX_DEGREE = 128,
    RG_INDEX_MIN_BUILD = 8,
    RG_INDEX_BUILD = 100, /* beam of the build */
    RG_INDEX_MAX_BUILD = 4096,
    RG_INDEX_EFFORT = 96, /* beam of a search */
    RG_INDEX_MAX_ENTRIES = 1024,
    RG_INDEX_MAX_STEP = 1024 /* of codes in a file */
};

/* Arrays are read-only: they belong to `block`, or to a mapped file. */
typedef struct rg_index {
    rg_mem mem;
    int64_t n, dim, stride; /* rows, numbers per row, bytes of a row's code */
    int64_t degree, n_entries;
    float step;            /* of the codes */
    const uint8_t *code;   /* [n][stride] */
    const uint32_t *edge;  /* [n][degree]; REGATTA_NONE ends a row */
    const uint32_t *entry; /* [n_entries] where searches begin */
    void *block[3];        /* owned, or NULL */
} rg_index;

/* The searched rows: score of row i = scale * <query, row i> + bias[i]. */
typedef struct rg_index_rows {
    rg_rows rows;
    const float *bias; /* [n] or NULL: zeros */
    float scale;       /* > 0 */
} rg_index_rows;

/* Builds over any number of rows of dim >= 1 finite numbers. degree, build: 0 = the
 * defaults of the enum above. O(n build degree dim) time; memory: the index, 16 bytes per
 * row, and the edges of a fiftieth of the rows. On failure *out is NULL. REGATTA_EINVAL a
 * number out of range, REGATTA_ENOMEM */
regatta_status rg_index_build(regatta_ctx *ctx, rg_index **out, const rg_index_rows *rows,
                              int64_t degree, int64_t build);
/* Returns the bytes of codes, edges and entries. */
int64_t rg_index_bytes(const rg_index *index);
/* Checks an index from a file: returns NULL if every number is in range and none is
 * repeated among the entries or the edges of a row, else the reason. O(edges). */
const char *rg_index_check(const rg_index *index);
void rg_index_free(rg_index *index); /* NULL is a no-op */

/* One search. Filters apply before the cut: the walk visits all rows but only allowed
 * rows count, the beam widens until it finds k of them, and if a filter allows too few
 * rows they are scored exactly. */
typedef struct rg_index_query {
    const float *vector;   /* [dim] */
    int64_t k;             /* rows wanted, >= 1 */
    int64_t effort;        /* beam; values below k mean k; 0 = RG_INDEX_EFFORT */
    const uint32_t *allow; /* bit j % 32 of word j / 32 of row j; NULL = every row */
    const uint32_t *skip;  /* [n_skip] excluded rows, ascending; may be NULL for 0 */
    int64_t n_skip;
} rg_index_query;

/* Workspace of `threads` threads for searches of at most this k and effort. */
typedef struct rg_index_work rg_index_work;
regatta_status rg_index_work_create(regatta_ctx *ctx, rg_index_work **out,
                                    const rg_index *index, int64_t k, int64_t effort,
                                    int threads);
void rg_index_work_free(rg_index_work *work); /* NULL is a no-op */

/* Writes row[k], score[k]: best first, ties to the lower number, padded with REGATTA_NONE
 * and -INFINITY. Scores are exact. Returns the number of rows found: min(k, rows
 * allowed). Uses the workspace of `thread`; allocates nothing. */
int64_t rg_index_search(const rg_index *index, const rg_index_rows *rows,
                        rg_index_work *work, int thread, const rg_index_query *query,
                        uint32_t *row, float *score);
#endif
