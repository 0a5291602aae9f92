/* Why an item has the score it has for a user: what each item of the history adds.
 *
 *     explain MODEL USER ITEM
 *
 * The terms add up to the score: the last line shows the sum.
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

    /* The first element of an array says how large an element is. */
    regatta_contribution part[SHOWN] = {REGATTA_CONTRIBUTION_INIT};
    regatta_explanation all = REGATTA_EXPLANATION_INIT;
    check(ctx, regatta_explain(ctx, model, &query, &item, 1, part, SHOWN, &all));
    for (int64_t i = 0; i < all.n_contributions; i++)
        printf("%s\tattention %.3f\t%+.4f\n",
               regatta_model_name(model, REGATTA_ITEMS, part[i].item),
               (double)part[i].attention, part[i].contribution);

    double sum = all.popularity + all.centre + all.residual;
    for (uint32_t k = 0; regatta_channel_name(k) != NULL; k++) {
        sum += all.history[k] + all.direct[k] + all.bias[k];
        printf("%s: history %+.4f, direct %+.4f, bias %+.4f\n", regatta_channel_name(k),
               all.history[k], all.direct[k], all.bias[k]);
    }
    printf("popularity %+.4f, centre %+.4f, residual %+.4f\n", all.popularity, all.centre,
           all.residual);
    printf("score %.4f = %.4f\n", all.score, sum);

    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return EXIT_SUCCESS;
}
