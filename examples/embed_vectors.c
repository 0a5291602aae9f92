/* Writes the vectors of all items as text, `name number number ...` a line with tabs in
 * between: what a nearest-neighbour index or a plot begins with.
 *
 *     embed_vectors MODEL > vectors.tsv
 */
#include "example.h"
#include <math.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s MODEL\n", argv[0]);
        return 2;
    }
    regatta_ctx *ctx = open_context();
    regatta_model *model = NULL;
    check(ctx, regatta_model_load(ctx, &model, argv[1]));

    /* A quantised model does not hold its vectors as floats. */
    regatta_convert_options floats = REGATTA_CONVERT_OPTIONS_INIT;
    regatta_model *loaded = model;
    floats.type = REGATTA_TYPE_F32;
    regatta_model_info info = {.struct_size = sizeof info};
    check(ctx, regatta_model_get_info(ctx, &info, loaded));
    if (info.type != REGATTA_TYPE_F32) {
        check(ctx, regatta_model_convert(ctx, &model, loaded, &floats));
        regatta_model_free(loaded);
    }

    /* Rows of `dim` numbers, one a node, in the model's own memory: nothing is copied. */
    const float *vectors = regatta_model_vectors(model, REGATTA_ITEMS);
    if (vectors == NULL) {
        fprintf(stderr, "%s: trained without vectors\n", argv[1]);
        return EXIT_FAILURE;
    }
    for (uint32_t item = 0; item < info.n_items; item++) {
        const float *row = vectors + (size_t)item * info.dim;
        double length = 0.0;
        fputs(regatta_model_name(model, REGATTA_ITEMS, item), stdout);
        for (uint32_t k = 0; k < info.dim; k++) {
            printf("\t%.6g", (double)row[k]);
            length += (double)row[k] * (double)row[k];
        }
        putchar('\n');
        if (item == 0) fprintf(stderr, "length of the first: %.4f\n", sqrt(length));
    }
    if (fflush(stdout) != 0) {
        perror("standard output");
        return EXIT_FAILURE;
    }
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return EXIT_SUCCESS;
}
