#include "asked.h"
#include "files.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static regatta_ctx *ctx;
static regatta_model *model;

static void build(void)
{
    static const char *const users[] = {"u1", "u2", "7", "ann lee", "i1"};
    static const char *const items[] = {"i1",  "i2",        "12",  "a,b",
                                        "x y", "z\xc3\xa9", "q\"t"};
    enum { N_USERS = 5, N_ITEMS = 7 };
    uint32_t user[N_USERS * N_ITEMS], item[N_USERS * N_ITEMS];
    int64_t time[N_USERS * N_ITEMS];
    regatta_ctx_options o = REGATTA_CTX_OPTIONS_INIT;
    regatta_edges e = REGATTA_EDGES_INIT;
    regatta_train_options t = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_graph *graph = NULL;
    for (uint32_t u = 0; u < N_USERS; u++)
        for (uint32_t i = 0; i < N_ITEMS; i++) {
            if ((u + i) % 3 == 0) continue;
            user[e.n_edges] = u;
            item[e.n_edges] = i;
            time[e.n_edges++] = 1600000000 + 1000 * (int64_t)(7 * u + i);
        }
    e.n_users = N_USERS;
    e.n_items = N_ITEMS;
    e.user = user;
    e.item = item;
    e.time = time;
    e.user_names = users;
    e.item_names = items;
    o.threads = 1;
    o.limit_bytes = 1 << 24;
    t.channels = "items";
    t.valid_share = 0.0f;
    fuzz_require(regatta_ctx_create(&ctx, &o) == REGATTA_OK, "no context");
    fuzz_require(regatta_graph_from_edges(ctx, &graph, &e) == REGATTA_OK, "no graph");
    fuzz_require(regatta_model_train(ctx, &model, graph, &t) == REGATTA_OK,
                 regatta_last_error(ctx));
    regatta_graph_free(graph);
}

regatta_ctx *fuzz_ctx(void)
{
    if (ctx == NULL) build();
    return ctx;
}

const regatta_model *fuzz_model(void)
{
    if (ctx == NULL) build();
    return model;
}

void fuzz_silence(void)
{
    static FILE *nowhere;
    if (nowhere != NULL) return;
    nowhere = fopen("/dev/null", "w");
    fuzz_require(nowhere != NULL, "no /dev/null");
    stdout = nowhere;
    stderr = nowhere;
}

int fuzz_print_json(char **text, size_t *n, json_t *object)
{
    char *line = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(object);
    if (line == NULL) return 0;
    const size_t length = strlen(line);
    *text = realloc(*text, *n + length + 2);
    fuzz_require(*text != NULL, "no memory");
    memcpy(*text + *n, line, length);
    *n += length;
    (*text)[(*n)++] = '\n';
    (*text)[*n] = '\0';
    free(line);
    return 1;
}
