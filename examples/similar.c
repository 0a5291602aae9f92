/* The items nearest to an item.
 *
 *     similar MODEL ITEM
 */
#include "example.h"

enum { K = 5 };

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s MODEL ITEM\n", argv[0]);
        return 2;
    }
    regatta_ctx *ctx = open_context();
    regatta_model *model = NULL;
    check(ctx, regatta_model_load(ctx, &model, argv[1]));

    /* REGATTA_USERS asks the same of users. */
    const uint32_t item = find(model, REGATTA_ITEMS, argv[2]);
    const regatta_query query = {
        .struct_size = sizeof query, .n = 1, .user = &item, .side = REGATTA_ITEMS};
    regatta_similar_options opts = REGATTA_SIMILAR_OPTIONS_INIT;
    uint32_t nodes[K];
    float cosines[K];
    opts.k = K;
    check(ctx, regatta_similar(ctx, model, &query, &opts, nodes, cosines));
    for (int i = 0; i < K && nodes[i] != REGATTA_NONE; i++)
        printf("%s\t%d\t%.4f\n", regatta_model_name(model, REGATTA_ITEMS, nodes[i]),
               i + 1, (double)cosines[i]);

    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return EXIT_SUCCESS;
}
