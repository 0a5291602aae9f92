/* Interactions from a MatrixMarket file: a coordinate matrix, general, of real, integer
 * or no values (pattern). */
#ifndef RG_GRAPH_READER_MATRIX_H
#define RG_GRAPH_READER_MATRIX_H
#include "graph/edges.h"
#include "graph/readers/reader_common.h"

/* Ids are the numbers in the file, which count from 1. */
regatta_status rg_read_matrix(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                              const regatta_read_options *opts,
                              regatta_read_report *report);
#endif
