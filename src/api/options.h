/* Structs that carry their own size: how old and new callers and libraries meet. */
#ifndef RG_API_OPTIONS_H
#define RG_API_OPTIONS_H
#include "base/ctx.h"

/* Lays the caller's options over *out, which holds the INIT values: the first
 * min(struct_size, size) bytes. `opts` NULL leaves INIT. Both begin with struct_size,
 * which in *out stays `size`. REGATTA_EINVAL as rg_struct_check. */
regatta_status rg_options_read(regatta_ctx *ctx, void *out, size_t size, const void *opts,
                               const char *name);

/* Whether a struct of the caller's, or the first of an array, says a size that can be:
 * a multiple of 4 from 4 to 65536. REGATTA_EINVAL "NAME: struct_size is not set",
 * "NAME: impossible struct_size 3", or "NAME is missing" for NULL. */
regatta_status rg_struct_check(regatta_ctx *ctx, const void *caller, const char *name);

/* Hands a filled struct to a caller whose struct has passed rg_struct_check: its first
 * min(struct_size, size) bytes, with the caller's own struct_size kept. */
void rg_struct_write(void *caller, const void *filled, size_t size);

/* The same for element `place` of an array whose elements have the struct_size of the
 * first. */
void rg_struct_write_at(void *first, int64_t place, const void *filled, size_t size);

/* REGATTA_EINVAL "NAME is missing": an argument that is NULL. */
regatta_status rg_missing(regatta_ctx *ctx, const char *name);
#endif
