/* Writes the seeds of fuzz_model: the smallest models of every attention kind, as floats
 * and compact, and a model without vectors.
 *
 *     make_model_seeds fuzz/corpus/model
 *     make_model_seeds --load fuzz/corpus/model     are they models still?
 */
#include "rank/model_copy.h"
#include "support/tiny_model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(regatta_ctx *ctx, regatta_status status)
{
    if (status == REGATTA_OK) return;
    fprintf(stderr, "make_model_seeds: %s\n", regatta_last_error(ctx));
    exit(EXIT_FAILURE);
}

static void load(regatta_ctx *ctx, const char *folder, const char *name)
{
    char path[512];
    regatta_model *model = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    check(ctx, regatta_model_load(ctx, &model, path));
    regatta_model_free(model);
}

static void seed(regatta_ctx *ctx, const char *folder, const char *name,
                 const tiny_spec *spec, rg_element type)
{
    char path[512];
    regatta_model *floats = NULL, *model = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    check(ctx, tiny_model(ctx, &floats, spec));
    check(ctx, rg_model_convert(ctx, &model, floats, type));
    check(ctx, regatta_model_save(ctx, model, path));
    regatta_model_free(floats);
    regatta_model_free(model);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        regatta_attention kind;
        int64_t dim;
        rg_element type;
    } seeds[] = {
        {"none", REGATTA_ATTENTION_NONE, 4, RG_F32},
        {"cosine", REGATTA_ATTENTION_COSINE, 4, RG_F32},
        {"dot", REGATTA_ATTENTION_DOT, 4, RG_F32},
        {"scaled_dot", REGATTA_ATTENTION_SCALED_DOT, 4, RG_F32},
        {"gat", REGATTA_ATTENTION_GAT, 4, RG_F32},
        {"gatv2", REGATTA_ATTENTION_GATV2, 4, RG_F32},
        {"gatv2_bf16", REGATTA_ATTENTION_GATV2, 4, RG_BF16},
        {"none_i8", REGATTA_ATTENTION_NONE, 4, RG_I8},
        {"gat_i8", REGATTA_ATTENTION_GAT, 4, RG_I8},
        {"no_vectors", REGATTA_ATTENTION_NONE, 0, RG_F32},
        {"no_vectors_i8", REGATTA_ATTENTION_NONE, 0, RG_I8},
    };
    const int only_load = argc == 3 && strcmp(argv[1], "--load") == 0;
    if (argc != 2 && !only_load) {
        fprintf(stderr, "usage: %s [--load] FOLDER\n", argv[0]);
        return 2;
    }
    regatta_ctx *ctx = NULL;
    check(NULL, regatta_ctx_create(&ctx, NULL));
    for (size_t k = 0; k < sizeof seeds / sizeof *seeds; k++) {
        tiny_spec spec = tiny_smallest();
        spec.attention = seeds[k].kind;
        spec.dim = seeds[k].dim;
        if (only_load)
            load(ctx, argv[2], seeds[k].name);
        else
            seed(ctx, argv[1], seeds[k].name, &spec, seeds[k].type);
    }
    regatta_ctx_free(ctx);
    return EXIT_SUCCESS;
}
