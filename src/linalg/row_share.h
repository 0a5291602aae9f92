/* Rows of a sparse matrix, divided among ranks. */
#ifndef RG_LINALG_ROW_SHARE_H
#define RG_LINALG_ROW_SHARE_H
#include "base/ranks/ranks.h"
#include "linalg/csr.h"

/* Shares of nearly equal cost, by rows and entries, made of whole blocks of rg_tall_block
 * rows, so that Gram matrices of tall tables have the bits of one process
 * (linalg/orthonormal.h). */
void rg_row_share(rg_shares *out, const regatta_ctx *ctx, const rg_csr *rows);
#endif
