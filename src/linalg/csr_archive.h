/* Sparse rows in a checkpoint. */
#ifndef RG_LINALG_CSR_ARCHIVE_H
#define RG_LINALG_CSR_ARCHIVE_H
#include "base/checkpoint/archive.h"
#include "linalg/csr.h"

/* Visits rows of these sizes. Reading creates *g and checks offsets, targets and values;
 * free it also after a failure. */
regatta_status rg_csr_archive(rg_archive *archive, rg_csr **g, int64_t n_rows,
                              int64_t n_cols);
#endif
