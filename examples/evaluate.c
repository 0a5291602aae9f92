/* How good a model is on interactions that it has not seen.
 *
 *     evaluate MODEL TEST
 *
 * All items are ranked for every user of the test file, those of training left out. Test
 * items that no list can have are misses; the second figures leave them out.
 * docs/metrics.md defines both.
 */
#include "example.h"

enum { N_K = 2 };

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s MODEL TEST\n", argv[0]);
        return 2;
    }
    regatta_ctx *ctx = open_context();
    regatta_model *model = NULL;
    regatta_graph *test = NULL;
    check(ctx, regatta_model_load(ctx, &model, argv[1]));
    check(ctx, regatta_graph_read(ctx, &test, argv[2], NULL, NULL));

    const uint32_t k[N_K] = {10, 20};
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    opts.k = k;
    opts.n_k = N_K;
    regatta_metrics m[N_K] = {REGATTA_METRICS_INIT}, skip[N_K] = {REGATTA_METRICS_INIT};
    opts.other = skip;
    regatta_evaluation about = {.struct_size = sizeof about};
    check(ctx, regatta_evaluate(ctx, model, test, &opts, m, &about));

    printf("%u users, %lld test interactions\n", about.n_users, (long long)about.n_test);
    for (int i = 0; i < N_K; i++)
        printf("@%u  recall %.4f  precision %.4f  ndcg %.4f  mrr %.4f  coverage %.4f\n",
               m[i].k, m[i].recall, m[i].precision, m[i].ndcg, m[i].mrr, m[i].coverage);

    printf("without items that cannot be ranked: %u users, %lld test interactions\n",
           about.n_other_users, (long long)about.n_other_test);
    for (int i = 0; i < N_K; i++)
        printf("@%u  recall %.4f  ndcg %.4f\n", skip[i].k, skip[i].recall, skip[i].ndcg);

    regatta_graph_free(test);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return EXIT_SUCCESS;
}
