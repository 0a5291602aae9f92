/* Structs that carry their own size: how old and new callers and libraries meet. */
#ifndef RG_API_OPTIONS_H
#define RG_API_OPTIONS_H
#include "base/ctx.h"

/* Lays the caller's options over *out, which holds the INIT values: the first
 * min(struct_size, size) bytes. `opts` NULL leaves INIT. Both begin with struct_size,
 * which in *out stays `size`. REGATTA_EINVAL "NAME: struct_size is not set". */
regatta_status rg_options_read(regatta_ctx *ctx, void *out, size_t size, const void *opts,
                               const char *name);
/* Hands a filled struct to a caller: its first min(struct_size, size) bytes, with the
 * caller's own struct_size kept. */
void rg_struct_write(void *caller, const void *filled, size_t size);
#endif
