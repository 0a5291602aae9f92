/* Interactions from a sparse matrix that scipy.sparse.save_npz wrote: CSR, CSC or COO. */
#ifndef RG_GRAPH_READER_NPZ_H
#define RG_GRAPH_READER_NPZ_H
#include "graph/edges.h"
#include "graph/readers/reader_common.h"

/* Reads the zip archive at `path`; ids are those of users.npy and items.npy in it,
 * which regatta writes, else the numbers of rows and columns, from 0. *in
 * is as in rg_read_store. A zip archive of other content is REGATTA_EFORMAT. */
regatta_status rg_read_npz(regatta_ctx *ctx, rg_edges **out, rg_input **in,
                           const char *path, const regatta_read_options *opts,
                           regatta_read_report *report);
#endif
