/* Structs that begin with their size, so that callers and libraries of different versions
 * work together. */
#ifndef RG_API_OPTIONS_H
#define RG_API_OPTIONS_H
#include "base/ctx.h"

/* Copies the caller's options over *out, which holds the INIT values: the first
 * min(struct_size, size) bytes. `opts` NULL leaves INIT. Both begin with struct_size,
 * which in *out stays `size`. REGATTA_EINVAL as rg_struct_check. */
regatta_status rg_options_read(regatta_ctx *ctx, void *out, size_t size, const void *opts,
                               const char *name);

/* Checks the struct_size of a caller's struct, or of the first element of an array: a
 * multiple of 4 from 4 to 65536. REGATTA_EINVAL "NAME: struct_size is not set", "NAME:
 * invalid struct_size: 3", or "NAME is missing" for NULL. */
regatta_status rg_struct_check(regatta_ctx *ctx, const void *caller, const char *name);

/* Copies the first min(struct_size, size) bytes of a filled struct to the caller's, which
 * has passed rg_struct_check, and keeps the caller's struct_size. */
void rg_struct_write(void *caller, const void *filled, size_t size);

/* The same for element `place` of an array whose elements have the struct_size of the
 * first. */
void rg_struct_write_at(void *first, int64_t place, const void *filled, size_t size);

/* Returns REGATTA_EINVAL "NAME is missing", for an argument that is NULL. */
regatta_status rg_missing(regatta_ctx *ctx, const char *name);
#endif
