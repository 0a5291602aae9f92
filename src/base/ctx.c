#include "base/ctx.h"
#include "base/kernels/kernels.h"
#include "base/parallel.h"
#include "base/processors.h"
#include "base/text/size_text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST_BYTES = 65536 }; /* of a struct: a larger size is uninitialised memory */

int rg_struct_size_ok(uint32_t size)
{
    return size >= sizeof size && size % sizeof size == 0 && size <= MOST_BYTES;
}

/* Copies the caller's ranks; a struct_size below the whole struct is not there yet. */
static int take_ranks(regatta_ranks *out, const regatta_ranks *ranks)
{
    *out = (regatta_ranks){.n_ranks = 0};
    if (ranks == NULL) return 1;
    if (ranks->struct_size < sizeof *ranks || !rg_struct_size_ok(ranks->struct_size))
        return 0;
    *out = *ranks;
    return ranks->n_ranks <= REGATTA_MAX_RANKS && ranks->rank < ranks->n_ranks &&
           ranks->gather != NULL && ranks->send != NULL && ranks->receive != NULL &&
           ranks->fail != NULL && ranks->reason != NULL;
}

regatta_status regatta_ctx_create(regatta_ctx **out, const regatta_ctx_options *opts)
{
    if (out == NULL) return REGATTA_EINVAL;
    *out = NULL;
    const regatta_ctx_options init = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx_options o = init;
    if (opts != NULL) {
        if (!rg_struct_size_ok(opts->struct_size)) return REGATTA_EINVAL;
        memcpy(&o, opts, opts->struct_size < sizeof o ? opts->struct_size : sizeof o);
    }
    if (o.threads > RG_MOST_THREADS) return REGATTA_EINVAL;
    if ((o.allocator.alloc == NULL) != (o.allocator.release == NULL))
        return REGATTA_EINVAL;
    if (rg_kernels_problem() != NULL) return REGATTA_EINVAL;
    if (o.item_tables > REGATTA_ITEM_TABLES_PANELS) return REGATTA_EINVAL;
    regatta_ranks ranks;
    if (!take_ranks(&ranks, o.ranks)) return REGATTA_EINVAL;
    rg_mem mem = rg_mem_default();
    if (o.allocator.alloc == NULL) o.allocator = mem;
    if ((o.allocator.alloc != mem.alloc || o.memory_limit > 0) &&
        !rg_mem_guard(&mem, o.allocator))
        return REGATTA_ENOMEM;
    regatta_ctx *ctx = rg_alloc(mem, 1, sizeof *ctx);
    if (ctx == NULL) {
        rg_mem_unguard(mem);
        return REGATTA_ENOMEM;
    }
    rg_mem_set_limit(mem, o.memory_limit); /* after the context, which names it */
    ctx->mem = mem;
    ctx->threads = o.threads > 0 ? (int)o.threads : rg_default_threads();
    ctx->limit_bytes =
        o.limit_bytes < INT64_MAX ? (int64_t)o.limit_bytes : (int64_t)INT64_MAX;
    ctx->ranks = ranks;
    ctx->item_tables = (regatta_item_tables)o.item_tables;
    *out = ctx;
    return REGATTA_OK;
}

const char *regatta_last_error(const regatta_ctx *ctx)
{
    if (ctx != NULL) return ctx->message;
    const char *problem = rg_kernels_problem();
    return problem != NULL
               ? problem
               : "there is no context: it is NULL, or regatta_ctx_create failed";
}

void regatta_ctx_free(regatta_ctx *ctx)
{
    if (ctx != NULL) rg_free(ctx->mem, ctx);
}

regatta_status rg_fail(regatta_ctx *ctx, regatta_status status, const char *format, ...)
{
    va_list args;
    if (ctx == NULL) return status;
    va_start(args, format);
    vsnprintf(ctx->message, sizeof ctx->message, format, args);
    va_end(args);
    return status;
}

void rg_count_flops(regatta_ctx *ctx, double n)
{
    ctx->flops += n;
}

void rg_begin(regatta_ctx *ctx)
{
    ctx->message[0] = '\0';
    ctx->item_panels = ctx->item_tables == REGATTA_ITEM_TABLES_PANELS;
    (void)rg_mem_take_limit(ctx->mem);
}

static const char *general_words(regatta_status status)
{
    switch (status) {
    case REGATTA_OK: return "";
    case REGATTA_EINVAL: return "an argument is out of range";
    case REGATTA_ENOMEM: return "out of memory";
    case REGATTA_EIO: return "input or output failed";
    case REGATTA_EFORMAT: return "the input has an invalid format";
    case REGATTA_ENUMERIC: return "a number is not finite";
    case REGATTA_ESTOPPED: return "stopped by the caller";
    case REGATTA_ENOTFOUND: return "name not found";
    case REGATTA_ERANK: return "another rank has failed";
    default: return "internal error";
    }
}

/* Writes the message of a failure that came without words. */
static void write_general(regatta_ctx *ctx, regatta_status status)
{
    char most[RG_SIZE_TEXT], used[RG_SIZE_TEXT], refused[RG_SIZE_TEXT];
    const rg_mem_limit l = rg_mem_take_limit(ctx->mem);
    if (status != REGATTA_ENOMEM || l.refused == 0) {
        snprintf(ctx->message, sizeof ctx->message, "%s", general_words(status));
        return;
    }
    snprintf(
        ctx->message, sizeof ctx->message,
        "out of memory: the memory_limit is %s, %s were in use and %s more were needed",
        rg_size_text(most, l.most), rg_size_text(used, l.used_then),
        rg_size_text(refused, l.refused));
}

regatta_status rg_end(regatta_ctx *ctx, regatta_status status)
{
    if (status == REGATTA_OK) {
        ctx->message[0] = '\0';
    } else if (ctx->message[0] == '\0') {
        write_general(ctx, status);
    }
    if (status != REGATTA_OK && status != REGATTA_ERANK && ctx->ranks.n_ranks > 1)
        ctx->ranks.fail(ctx->ranks.state, status, ctx->message);
    return status;
}
