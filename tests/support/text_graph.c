#include "support/text_graph.h"
#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT = 4 };

static char paths[KEPT][64];
static int turn;
static pid_t owner; /* 0: no file was made */

/* At the end of the program; children that tests fork leave the files of the parent. */
static void clean_up(void)
{
    if (getpid() == owner) text_remove();
}

const char *text_file(const void *bytes, size_t n)
{
    if (owner == 0) {
        owner = getpid();
        atexit(clean_up);
    }
    turn = (turn + 1) % KEPT;
    snprintf(paths[turn], sizeof paths[turn], "/tmp/regatta-text-%ld-%d", (long)getpid(),
             turn);
    FILE *f = fopen(paths[turn], "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT_EQUAL(fwrite(bytes, 1, n, f), n);
    fclose(f);
    return paths[turn];
}

void text_remove(void)
{
    for (int k = 0; k < KEPT; k++)
        if (paths[k][0] != '\0') unlink(paths[k]);
}

regatta_status text_read(regatta_ctx *ctx, regatta_graph **out, const char *text,
                         const regatta_read_options *opts, regatta_read_report *report)
{
    return regatta_graph_read(ctx, out, text_file(text, strlen(text)), opts, report);
}

void text_dump(char dump[TEXT_DUMP_BYTES], const regatta_graph *graph)
{
    regatta_csr rows = {.struct_size = sizeof rows};
    size_t n = 0;
    dump[0] = '\0';
    regatta_graph_rows(NULL, &rows, graph);
    for (uint32_t u = 0; u < rows.n_users; u++)
        for (int64_t e = rows.offset[u]; e < rows.offset[u + 1]; e++) {
            n += (size_t)snprintf(dump + n, TEXT_DUMP_BYTES - n, "%s,%s",
                                  regatta_graph_name(graph, REGATTA_USERS, u),
                                  regatta_graph_name(graph, REGATTA_ITEMS, rows.item[e]));
            if (rows.weight != NULL)
                n += (size_t)snprintf(dump + n, TEXT_DUMP_BYTES - n, ",%g",
                                      (double)rows.weight[e]);
            if (rows.time != NULL)
                n += (size_t)snprintf(dump + n, TEXT_DUMP_BYTES - n, ",%" PRId64,
                                      rows.time[e]);
            n += (size_t)snprintf(dump + n, TEXT_DUMP_BYTES - n, ";");
        }
}
