#include "support/order_dump.h"
#include "graph/interactions.h"
#include "model/model.h"
#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

typedef struct dump {
    char *text;
    size_t n;
} dump;

__attribute__((format(printf, 2, 3))) static void put(dump *d, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    d->n += (size_t)vsnprintf(d->text + d->n, ORDER_DUMP_BYTES - d->n, format, arguments);
    va_end(arguments);
    CU_ASSERT_FATAL(d->n < ORDER_DUMP_BYTES);
}

static void put_step(dump *d, const char *item, const float *weight, const int64_t *time,
                     int64_t k)
{
    put(d, " %s", item);
    if (weight != NULL) put(d, "*%g", (double)weight[k]);
    if (time != NULL) put(d, "@%" PRId64, time[k]);
}

void order_dump(char text[ORDER_DUMP_BYTES], regatta_ctx *ctx, const regatta_graph *graph)
{
    dump d = {.text = text};
    rg_interactions in = {0};
    text[0] = '\0';
    CU_ASSERT_EQUAL_FATAL(rg_interactions_open(ctx, &in, graph, 0), REGATTA_OK);
    for (uint32_t u = 0; u < graph->users->n; u++) {
        rg_interactions_read(&in, u);
        if (in.now.n == 0) continue;
        put(&d, "%s:", rg_idmap_name(graph->users, u));
        for (int64_t k = 0; k < in.now.n; k++) {
            const int64_t edge = graph->by_user->offset[u] + in.now.position[k];
            put_step(&d, rg_idmap_name(graph->items, graph->by_user->target[edge]),
                     in.now.weight, in.now.time, k);
        }
        put(&d, "; ");
    }
    rg_interactions_close(&in);
}

void order_dump_model(char text[ORDER_DUMP_BYTES], regatta_ctx *ctx,
                      const regatta_model *model)
{
    dump d = {.text = text};
    rg_sequence_room room;
    rg_sequence s;
    text[0] = '\0';
    for (uint32_t u = 0; u < model->users->n; u++) {
        const regatta_query one = {.n = 1, .user = &u};
        const int64_t n = rg_sequence_longest(model, &one, 0, 1);
        CU_ASSERT_EQUAL_FATAL(rg_sequence_room_create(ctx, &room, n), REGATTA_OK);
        rg_sequence_of_user(&s, model, u, &room);
        CU_ASSERT_EQUAL(s.n, n);
        if (n > 0) put(&d, "%s:", rg_idmap_name(model->users, u));
        for (int64_t k = 0; k < n; k++)
            put_step(&d, rg_idmap_name(model->items, s.item[k]), s.weight, s.time, k);
        if (n > 0) put(&d, "; ");
        rg_sequence_room_free(ctx, &room);
    }
}
