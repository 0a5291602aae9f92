/* A model to its file. What the file holds depends on the model alone, so that saving
 * what was loaded gives the same bytes. */
#include "model/file/model_deltas.h"
#include "model/file/model_layout.h"

typedef struct scalars {
    int64_t shape[RG_N_SHAPE];
    double numbers[RG_N_NUMBERS];
    double index[RG_N_INDEX_NUMBERS];
    uint64_t data_hash;
} scalars;

static void fill_scalars(scalars *s, const regatta_model *model)
{
    s->shape[RG_SHAPE_ATTENTION] = (int64_t)model->shape.attention;
    s->shape[RG_SHAPE_COMBINE] = (int64_t)model->shape.combine;
    s->shape[RG_SHAPE_HEADS] = model->shape.heads;
    s->shape[RG_SHAPE_LAYERS] = model->shape.layers;
    s->shape[RG_SHAPE_DIM] = model->shape.dim;
    s->shape[RG_SHAPE_USERS] = model->shape.n_users;
    s->shape[RG_SHAPE_ITEMS] = model->shape.n_items;
    s->shape[RG_SHAPE_EDGES] = model->n_edges;
    s->shape[RG_SHAPE_CHANNELS] = model->has_items + 2 * model->has_users;
    s->shape[RG_SHAPE_ITEM_WEIGHTS] = model->n_item_weights;
    s->shape[RG_SHAPE_USER_WEIGHTS] = model->n_user_weights;
    s->shape[RG_SHAPE_SPECTRAL] = model->spectral_rank;
    s->numbers[RG_NUMBER_SCALE] = (double)model->scale;
    s->numbers[RG_NUMBER_VALID_NDCG] = model->info.valid_ndcg;
    s->numbers[RG_NUMBER_VALID_RECALL] = model->info.valid_recall;
    s->index[RG_INDEX_NUMBER_STEP] = (double)model->index.step;
    s->index[RG_INDEX_NUMBER_RECALL] = model->index_recall;
    s->index[RG_INDEX_NUMBER_BUILD] = (double)model->index_build;
    s->data_hash = model->info.data_hash;
}

static void point_names(rg_model_layout *layout, rg_part offsets, rg_part bytes,
                        const rg_idmap *ids)
{
    layout->tensor[offsets].data = ids->offset;
    layout->tensor[bytes].data = ids->bytes;
    layout->tensor[bytes].dim[0] = ids->offset[ids->n];
}

/* The targets of a compact model in place of layout->tensor[first + 1]'s. */
static regatta_status put_deltas(regatta_ctx *ctx, rg_model_layout *layout, int first,
                                 uint8_t **owned)
{
    regatta_status status = REGATTA_OK;
    const rg_tensor *offsets = &layout->tensor[first];
    rg_tensor *targets = &layout->tensor[first + 1];
    const int64_t n_rows = offsets->dim[0] - 1;
    if (targets->dtype != RG_DTYPE_U8 || layout->presence[first] == RG_ABSENT)
        return REGATTA_OK;
    targets->dim[0] = rg_deltas_encode(NULL, offsets->data, targets->data, n_rows);
    RG_NEW(ctx->mem, *owned, targets->dim[0]);
    rg_deltas_encode(*owned, offsets->data, targets->data, n_rows);
    targets->data = *owned;
done:
    return status;
}

static void point_index(rg_model_layout *layout, const rg_index *index,
                        const double *numbers)
{
    rg_tensor *t = layout->tensor;
    if (index->code == NULL) return;
    t[RG_PART_INDEX_NUMBERS].data = numbers;
    t[RG_PART_INDEX_CODES].data = index->code;
    t[RG_PART_INDEX_EDGES].data = index->edge;
    t[RG_PART_INDEX_EDGES].dim[1] = index->degree;
    t[RG_PART_INDEX_ENTRIES].data = index->entry;
    t[RG_PART_INDEX_ENTRIES].dim[0] = index->n_entries;
}

static regatta_status save(regatta_ctx *ctx, const regatta_model *model, const char *path)
{
    regatta_status status = REGATTA_OK;
    rg_model_layout layout;
    rg_tensor tensors[RG_N_PARTS];
    scalars s;
    int n = 0;
    rg_output *output = NULL;
    uint8_t *deltas[3] = {NULL};
    if (model == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the model is missing");
    if (path == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the path is missing");
    fill_scalars(&s, model);
    rg_model_layout_fill(&layout, model, model->params);
    layout.tensor[RG_PART_SHAPE].data = s.shape;
    layout.tensor[RG_PART_NUMBERS].data = s.numbers;
    layout.tensor[RG_PART_DATA_HASH].data = &s.data_hash;
    point_names(&layout, RG_PART_USER_OFFSETS, RG_PART_USER_BYTES, model->users);
    point_names(&layout, RG_PART_ITEM_OFFSETS, RG_PART_ITEM_BYTES, model->items);
    rg_model_layout_point(&layout, model);
    RG_TRY(put_deltas(ctx, &layout, RG_PART_HISTORY_OFFSETS, &deltas[0]));
    RG_TRY(put_deltas(ctx, &layout, RG_PART_ITEM_ATTENTION_OFFSETS, &deltas[1]));
    RG_TRY(put_deltas(ctx, &layout, RG_PART_USER_ATTENTION_OFFSETS, &deltas[2]));
    point_index(&layout, &model->index, s.index);
    for (int p = 0; p < RG_N_PARTS; p++)
        if (layout.presence[p] == RG_REQUIRED ||
            (layout.presence[p] == RG_OPTIONAL && layout.tensor[p].data != NULL))
            tensors[n++] = layout.tensor[p];

    RG_TRY(rg_output_open(ctx, &output, path, 0));
    RG_TRY(rg_safetensors_write(ctx, output, tensors, n,
                                model->json != NULL ? model->json : "{}"));
    status = rg_output_commit(output);
    output = NULL; /* closed by commit whatever its status */
done:
    rg_output_abandon(output);
    for (int k = 0; k < 3; k++) rg_free(ctx->mem, deltas[k]);
    return status;
}

regatta_status regatta_model_save(regatta_ctx *ctx, const regatta_model *model,
                                  const char *path)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, save(ctx, model, path));
}
