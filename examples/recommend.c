/* The best items for users of a model, in one call for all of them.
 *
 *     recommend MODEL USER...
 */
#include "example.h"

enum { K = 5 };

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s MODEL USER...\n", argv[0]);
        return 2;
    }
    regatta_ctx *ctx = open_context();
    regatta_model *model = NULL;
    check(ctx, regatta_model_load(ctx, &model, argv[1]));

    /* All questions in one query: users are scored in blocks, by all threads. */
    const size_t n = (size_t)argc - 2;
    uint32_t *user = allocate(n, sizeof *user);
    for (size_t i = 0; i < n; i++) user[i] = find(model, REGATTA_USERS, argv[i + 2]);
    regatta_query query = {.struct_size = sizeof query, .n = (int64_t)n, .user = user};

    /* Items that a user has already are left out unless keep_seen says otherwise. */
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = K;
    uint32_t *items = allocate(n * K, sizeof *items);
    float *scores = allocate(n * K, sizeof *scores);
    check(ctx, regatta_recommend(ctx, model, &query, &opts, items, scores));

    for (size_t i = 0; i < n * K && n > 0; i++) {
        if (items[i] == REGATTA_NONE) continue; /* a row may hold fewer than K */
        printf("%s\t%s\t%zu\t%.4f\n", argv[i / K + 2],
               regatta_model_name(model, REGATTA_ITEMS, items[i]), i % K + 1,
               (double)scores[i]);
    }
    free(scores);
    free(items);
    free(user);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return EXIT_SUCCESS;
}
