/* Why an item has the score it has for a user: what each item of the history adds.
 *
 *     explain MODEL USER ITEM
 *
 * The terms add up to the score: that is what the last line shows.
 */
#include "example.h"

enum { SHOWN = 5 };

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s MODEL USER ITEM\n", argv[0]);
        return 2;
    }
    regatta_ctx *ctx = open_context();
    regatta_model *model = NULL;
    check(ctx, regatta_model_load(ctx, &model, argv[1]));

    const uint32_t user = find(model, REGATTA_USERS, argv[2]);
    const uint32_t item = find(model, REGATTA_ITEMS, argv[3]);
    regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};

    regatta_contribution part[SHOWN];
    int64_t n_parts = 0;
    regatta_explanation sum = {.struct_size = sizeof sum};
    check(ctx, regatta_explain(ctx, model, &query, item, part, SHOWN, &n_parts, &sum));
    for (int64_t i = 0; i < n_parts; i++)
        printf("%s\tattention %.3f\t%+.4f\n",
               regatta_model_name(model, REGATTA_ITEMS, part[i].item),
               (double)part[i].attention, part[i].contribution);
    printf("history %+.4f, popularity %+.4f, residual %+.4f\n", sum.history, sum.bias,
           sum.residual);
    printf("score %.4f = %.4f\n", sum.score, sum.history + sum.bias + sum.residual);

    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return EXIT_SUCCESS;
}
