/* Recommends to somebody who was not in training, from a history alone: the model folds
 * the history in, as its layers would have done with a user who has it.
 *
 *     fold_in MODEL ITEM...
 */
#include "example.h"

enum { K = 5 };

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s MODEL ITEM...\n", argv[0]);
        return 2;
    }
    regatta_ctx *ctx = open_context();
    regatta_model *model = NULL;
    check(ctx, regatta_model_load(ctx, &model, argv[1]));

    /* Histories lie one after another, as the rows of a sparse matrix do: history q is
     * item[offset[q]] .. item[offset[q + 1] - 1]. Here there is one. */
    uint32_t *item = allocate((size_t)argc, sizeof *item);
    int64_t offset[2] = {0, 0};
    for (int i = 2; i < argc; i++) {
        const uint32_t found = regatta_model_find(model, REGATTA_ITEMS, argv[i]);
        if (found == REGATTA_NONE)
            fprintf(stderr, "%s: not in the model, left out\n", argv[i]);
        else
            item[offset[1]++] = found;
    }
    regatta_query query = {
        .struct_size = sizeof query, .n = 1, .offset = offset, .item = item};

    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = K;
    uint32_t items[K];
    float scores[K];
    check(ctx, regatta_recommend(ctx, model, &query, &opts, items, scores));
    for (int i = 0; i < K && items[i] != REGATTA_NONE; i++)
        printf("%s\t%d\t%.4f\n", regatta_model_name(model, REGATTA_ITEMS, items[i]),
               i + 1, (double)scores[i]);

    /* The vector itself, for an index of one's own. */
    regatta_model_info info = {.struct_size = sizeof info};
    check(ctx, regatta_model_get_info(ctx, &info, model));
    if (info.dim > 0) { /* 0: trained without vectors */
        float *vector = allocate(info.dim, sizeof *vector);
        check(ctx, regatta_fold_in(ctx, model, &query, vector));
        fprintf(stderr, "vector of %u: %.4f %.4f ...\n", info.dim, (double)vector[0],
                (double)vector[1]);
        free(vector);
    }
    free(item);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return EXIT_SUCCESS;
}
