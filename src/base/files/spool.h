/* Bytes that are written once and then read in order, as often as needed: in memory up to
 * RG_SPOOL_BYTES, beyond it in a temporary file without a name, which ends with the
 * process. The file is in the folder of the environment variable TMPDIR, else in
 * /var/tmp. */
#ifndef RG_BASE_SPOOL_H
#define RG_BASE_SPOOL_H
#include "base/ctx.h"

enum { RG_SPOOL_BYTES = 1 << 20 };

typedef struct rg_spool rg_spool;

regatta_status rg_spool_create(regatta_ctx *ctx, rg_spool **out);
/* Appends bytes. Not after rg_spool_rewind. */
regatta_status rg_spool_write(rg_spool *s, const void *bytes, int64_t n);
/* Makes the first byte the next one to be read. */
regatta_status rg_spool_rewind(rg_spool *s);
/* Reads n bytes; fewer are REGATTA_EIO. */
regatta_status rg_spool_read(rg_spool *s, void *bytes, int64_t n);
int64_t rg_spool_size(const rg_spool *s); /* bytes written */
void rg_spool_free(rg_spool *s);          /* NULL is a no-op */
#endif
