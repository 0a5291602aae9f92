#include "graph/writer.h"
#include "base/files/file.h"
#include "base/text/float_text.h"
#include "graph/readers/time_digits.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static regatta_status write_name(rg_output *o, const rg_idmap *map, uint32_t k)
{
    const int64_t begin = map->offset[k], end = map->offset[(int64_t)k + 1] - 1;
    return rg_output_write(o, map->bytes + begin, end - begin);
}

/* "\t", the number, and at the end of the row "\n" */
static int put_tail(char *text, const regatta_graph *g, int64_t e, int signs)
{
    int n = 0;
    int64_t ignored = 0;
    if (g->by_user->value != NULL) {
        text[n++] = '\t';
        n += rg_format_float(text + n, g->by_user->value[e]);
    }
    if (g->time != NULL) {
        text[n++] = '\t';
        /* A sign, where the reader would take the seconds for a day like 20210130. */
        if (g->time[e] > 0 && (signs || rg_time_of_digits(g->time[e], &ignored)))
            text[n++] = '+';
        n += sprintf(text + n, "%" PRId64, g->time[e]);
    }
    text[n++] = '\n';
    return n;
}

static regatta_status write_edge(rg_output *o, const regatta_graph *g, uint32_t user,
                                 int64_t e, int signs)
{
    char tail[RG_FLOAT_BYTES + 32];
    regatta_status status = REGATTA_OK;
    RG_TRY(write_name(o, g->users, user));
    RG_TRY(rg_output_write(o, "\t", 1));
    RG_TRY(write_name(o, g->items, g->by_user->target[e]));
    RG_TRY(rg_output_write(o, tail, put_tail(tail, g, e, signs)));
done:
    return status;
}

static regatta_status write_rows(rg_output *o, const regatta_graph *g)
{
    regatta_status status = rg_output_printf(o, "user\titem%s%s\n",
                                             g->by_user->value != NULL ? "\tweight" : "",
                                             g->time != NULL ? "\ttimestamp" : "");
    const int signs =
        g->time != NULL && rg_digits_look_typed(g->time, g->by_user->offset[g->users->n]);
    for (uint32_t u = 0; u < g->users->n && status == REGATTA_OK; u++)
        for (int64_t e = g->by_user->offset[u];
             e < g->by_user->offset[(int64_t)u + 1] && status == REGATTA_OK; e++)
            status = write_edge(o, g, u, e, signs);
    return status;
}

regatta_status rg_graph_write(regatta_ctx *ctx, const regatta_graph *graph,
                              const char *path)
{
    const size_t n = strlen(path);
    const int gzip = n > 3 && strcmp(path + n - 3, ".gz") == 0;
    regatta_status status = REGATTA_OK;
    rg_output *o = NULL;
    RG_TRY(rg_output_open(ctx, &o, path, gzip));
    RG_TRY(write_rows(o, graph));
    status = rg_output_commit(o);
    o = NULL;
done:
    rg_output_abandon(o);
    return status;
}
