/* Interactions in order as a text to compare. */
#ifndef TESTS_SUPPORT_ORDER_DUMP_H
#define TESTS_SUPPORT_ORDER_DUMP_H
#include "graph/bipartite.h"
#include "model/history.h"

enum { ORDER_DUMP_BYTES = 4096 };
/* "user: item[*weight][@time] ...; ..." by users that have any, names as they are. */
void order_dump(char dump[ORDER_DUMP_BYTES], regatta_ctx *ctx,
                const regatta_graph *graph);
/* The same of the histories of a model. */
void order_dump_model(char dump[ORDER_DUMP_BYTES], regatta_ctx *ctx,
                      const regatta_model *model);
#endif
