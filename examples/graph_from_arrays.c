/* A graph from arrays in memory, a model of it, and what the model says: the whole way
 * without a file.
 *
 *     graph_from_arrays
 *
 * Two circles of readers: three read novels of the sea, three read cookery. Ann has read
 * all of the sea but one book. Which?
 */
#include "example.h"

enum { N_USERS = 6, N_ITEMS = 8, N_EDGES = 21 };

static const char *const readers[N_USERS] = {"ann", "ben", "cleo", "dan", "eve", "fay"};
static const char *const books[N_ITEMS] = {
    "moby dick", "lord jim", "sea wolf", "kim", "soups", "breads", "sauces", "pickles"};

static const uint32_t reader[N_EDGES] = {0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2,
                                         3, 3, 3, 4, 4, 4, 4, 5, 5, 5};
static const uint32_t book[N_EDGES] = {0, 1, 3, 0, 1, 2, 3, 0, 1, 2, 3,
                                       4, 5, 6, 4, 5, 6, 7, 5, 6, 7};

int main(void)
{
    regatta_ctx *ctx = open_context();

    /* Every struct says its own size: new fields may be appended in a later version. */
    regatta_edges edges = {.struct_size = sizeof edges,
                           .n_edges = N_EDGES,
                           .n_users = N_USERS,
                           .n_items = N_ITEMS,
                           .user = reader,
                           .item = book,
                           .user_names = readers,
                           .item_names = books};
    regatta_graph *graph = NULL;
    check(ctx, regatta_graph_from_edges(ctx, &graph, &edges));

    /* Too small to hold anything out for validation: a fixed number of steps instead. */
    regatta_train_options opts = REGATTA_TRAIN_OPTIONS_INIT;
    opts.dim = 8;
    opts.max_steps = 50;
    opts.valid_share = 0.0f;
    opts.temperature = 0.2f;
    regatta_model *model = NULL;
    check(ctx, regatta_model_train(ctx, &model, graph, &opts));
    regatta_graph_free(graph); /* the model does not need it */

    const uint32_t ann = find(model, REGATTA_USERS, "ann");
    regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &ann};
    regatta_recommend_options ask = REGATTA_RECOMMEND_OPTIONS_INIT;
    ask.k = 1;
    uint32_t best = REGATTA_NONE;
    float score = 0.0f;
    check(ctx, regatta_recommend(ctx, model, &query, &ask, &best, &score));
    printf("ann should read %s (%.3f)\n", regatta_model_name(model, REGATTA_ITEMS, best),
           (double)score);

    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return EXIT_SUCCESS;
}
