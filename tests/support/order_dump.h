/* Interactions in order as text, for comparisons. */
#ifndef TESTS_SUPPORT_ORDER_DUMP_H
#define TESTS_SUPPORT_ORDER_DUMP_H
#include "graph/bipartite.h"
#include "model/history.h"

enum { ORDER_DUMP_BYTES = 4096 };
/* "user: item[*weight][@time] ...; ..." for users with interactions, with names. */
void order_dump(char dump[ORDER_DUMP_BYTES], regatta_ctx *ctx,
                const regatta_graph *graph);
/* The same for the histories of a model. */
void order_dump_model(char dump[ORDER_DUMP_BYTES], regatta_ctx *ctx,
                      const regatta_model *model);
#endif
