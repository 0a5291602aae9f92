/* Writes the seeds of fuzz_model: the smallest models of every attention kind, as floats
 * and compact, with an index, and without vectors; and forged files that were findings.
 *
 *     make_model_seeds fuzz/corpus/model
 *     make_model_seeds --load fuzz/corpus/model     are they models still?
 */
#include "model/model_copy.h"
#include "model/model_index.h"
#include "support/forge.h"
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
                 const tiny_spec *spec, rg_element type, int index)
{
    char path[512];
    regatta_model *floats = NULL, *model = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    check(ctx, tiny_model(ctx, &floats, spec));
    check(ctx, rg_model_convert(ctx, &model, floats, type));
    if (index) check(ctx, rg_model_index_build(ctx, model, 4, 8));
    check(ctx, regatta_model_save(ctx, model, path));
    regatta_model_free(floats);
    regatta_model_free(model);
}

static void fill(forge *f, const char *name, const void *number, size_t size)
{
    char *data = forge_data(f, name);
    const int64_t n = rg_tensor_bytes(forge_find(f, name)) / (int64_t)size;
    for (int64_t k = 0; k < n; k++) memcpy(data + k * (int64_t)size, number, size);
}

static void attention_without_vectors(forge *f)
{
    ((int64_t *)forge_data(f, "shape"))[0] = REGATTA_ATTENTION_GAT;
}
static void huge_vectors(forge *f)
{
    const float huge = 1e30f;
    fill(f, "items.vectors", &huge, sizeof huge);
}
static void huge_weights(forge *f)
{
    const uint16_t largest = 0x7f7f;
    fill(f, "item_attention.weights", &largest, sizeof largest);
}
static void no_scale(forge *f)
{
    forge_drop(f, "users.x0.scale");
}
static void repeated_entry(forge *f)
{
    uint32_t *entry = forge_data(f, "index.entries");
    entry[1] = entry[0];
}
static void control_id(forge *f)
{
    ((char *)forge_data(f, "items.bytes"))[1] = '\n';
}

static void order_without_an_item(forge *f)
{
    memset(forge_data(f, "history.order"), 0, 3);
}
static void huge_count(forge *f)
{
    ((uint32_t *)forge_data(f, "history.counts"))[2] = UINT32_MAX;
}
static void late_clock(forge *f)
{
    ((int64_t *)forge_data(f, "history.clock"))[0] = INT64_MAX - 30;
}

/* Files with a right checksum that were findings once, from seeds that are there. */
static void forge_seeds(regatta_ctx *ctx, const char *folder)
{
    static const struct {
        const char *name, *from;
        void (*change)(forge *f);
    } table[] = {
        {"forged_attention_without_vectors", "no_vectors", attention_without_vectors},
        {"forged_huge_vectors", "none", huge_vectors},
        {"forged_huge_weights", "no_vectors", huge_weights},
        {"forged_no_scale", "none_i8", no_scale},
        {"forged_repeated_entry", "none_index", repeated_entry},
        {"forged_control_id", "none", control_id},
        {"forged_order_without_an_item", "no_vectors", order_without_an_item},
        {"forged_huge_count", "no_vectors", huge_count},
        {"forged_late_clock", "no_vectors_i8", late_clock},
    };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        char path[512];
        forge f;
        snprintf(path, sizeof path, "%s/%s", folder, table[k].from);
        forge_open(&f, ctx, path);
        table[k].change(&f);
        snprintf(path, sizeof path, "%s/%s", folder, table[k].name);
        forge_save(&f, path);
        forge_close(&f);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        regatta_attention kind;
        int64_t dim;
        rg_element type;
        int index;
    } seeds[] = {
        {"none", REGATTA_ATTENTION_NONE, 4, RG_F32, 0},
        {"cosine", REGATTA_ATTENTION_COSINE, 4, RG_F32, 0},
        {"dot", REGATTA_ATTENTION_DOT, 4, RG_F32, 0},
        {"scaled_dot", REGATTA_ATTENTION_SCALED_DOT, 4, RG_F32, 0},
        {"gat", REGATTA_ATTENTION_GAT, 4, RG_F32, 0},
        {"gatv2", REGATTA_ATTENTION_GATV2, 4, RG_F32, 0},
        {"gatv2_bf16", REGATTA_ATTENTION_GATV2, 4, RG_BF16, 0},
        {"none_i8", REGATTA_ATTENTION_NONE, 4, RG_I8, 0},
        {"gat_i8", REGATTA_ATTENTION_GAT, 4, RG_I8, 0},
        {"none_index", REGATTA_ATTENTION_NONE, 4, RG_F32, 1},
        {"none_i8_index", REGATTA_ATTENTION_NONE, 4, RG_I8, 1},
        {"no_vectors", REGATTA_ATTENTION_NONE, 0, RG_F32, 0},
        {"no_vectors_i8", REGATTA_ATTENTION_NONE, 0, RG_I8, 0},
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
            seed(ctx, argv[1], seeds[k].name, &spec, seeds[k].type, seeds[k].index);
    }
    if (!only_load) forge_seeds(ctx, argv[1]);
    regatta_ctx_free(ctx);
    return EXIT_SUCCESS;
}
