#include "model/file/model_file_old.h"
#include <string.h>

/* Versions 1 and 2 store the sizes of their four channels in one tensor `shape`, the
 * scale of the vectors in `numbers`, and a blend of all four channels. */
enum {
    OLD_ATTENTION,
    OLD_COMBINE,
    OLD_HEADS,
    OLD_LAYERS,
    OLD_DIM,
    OLD_USERS,
    OLD_ITEMS,
    OLD_EDGES,
    OLD_CHANNELS, /* bit 0: item attention, bit 1: user attention */
    OLD_ITEM_WEIGHTS,
    OLD_USER_WEIGHTS,
    OLD_SPECTRAL, /* rank, 0 = none */
    N_OLD
};
enum { N_OLD_NUMBERS = 3, C = 4, N_PAIRS = C * C, N_BLEND_1 = 3 * C + N_PAIRS + 2 + C };
enum { N_MORE = 3 /* tensors of the present version that the old ones lack */ };

static const char *const NAMES[C] = {"vectors", "items", "users", "spectral"};

/* Returns the tensor of this name, dtype and one dimension n; NULL after
 * rg_visit_wrong. */
static rg_tensor *take(rg_visitor *v, regatta_status *status, rg_safetensors *file,
                       const char *name, rg_dtype dtype, int64_t n)
{
    rg_tensor *t = (rg_tensor *)(uintptr_t)rg_safetensors_find(file, name);
    *status = REGATTA_OK;
    if (t == NULL)
        *status = rg_visit_wrong(v, name, "it is missing");
    else if (t->dtype != dtype || t->rank != 1 || t->dim[0] != n)
        *status = rg_visit_wrong(v, name, "its type or shape is wrong");
    return *status == REGATTA_OK ? t : NULL;
}

static void add(rg_safetensors *file, const char *name, rg_dtype dtype, int64_t n,
                const void *data)
{
    rg_tensor *t = &file->tensors[file->n_tensors++];
    *t = (rg_tensor){.dtype = dtype, .rank = 1, .dim = {n, 1, 1}, .data = data};
    memcpy(t->name, name, strlen(name) + 1);
}

/* Allocates space for N_MORE tensors. */
static regatta_status grow(rg_safetensors *file)
{
    rg_tensor *all = rg_grow(file->mem, file->tensors, file->n_tensors,
                             file->n_tensors + N_MORE, sizeof *all);
    if (all == NULL) return REGATTA_ENOMEM;
    file->tensors = all;
    return REGATTA_OK;
}

static void find_channels(int *has, const int64_t *old)
{
    has[0] = old[OLD_DIM] > 0;
    has[1] = (int)(old[OLD_CHANNELS] & 1);
    has[2] = (int)(old[OLD_CHANNELS] >> 1 & 1);
    has[3] = old[OLD_SPECTRAL] > 0;
}

static regatta_status check_shape(rg_visitor *v, const int64_t *old)
{
    if (old[OLD_CHANNELS] < 0 || old[OLD_CHANNELS] > 3 || old[OLD_DIM] < 0 ||
        old[OLD_SPECTRAL] < 0)
        return rg_visit_wrong(v, "shape", "a number is out of range");
    if (old[OLD_DIM] == 0 && (old[OLD_ATTENTION] != REGATTA_ATTENTION_NONE ||
                              old[OLD_COMBINE] != REGATTA_COMBINE_MEAN))
        return rg_visit_wrong(
            v, "shape", "it names attention or a combination of vectors, but no vectors");
    return REGATTA_OK;
}

/* Converts `shape`; has[C] receives the channels of the file. */
static regatta_status upgrade_shape(rg_visitor *v, regatta_model *model,
                                    rg_safetensors *file, int *has)
{
    regatta_status status = REGATTA_OK;
    rg_tensor *shape = take(v, &status, file, "shape", RG_DTYPE_I64, N_OLD);
    if (shape == NULL) return status;
    rg_tensor *numbers = take(v, &status, file, "numbers", RG_DTYPE_F64, N_OLD_NUMBERS);
    if (numbers == NULL) return status;
    rg_tensor *hash = take(v, &status, file, "data_hash", RG_DTYPE_U64, 1);
    if (hash == NULL) return status;
    const int64_t *old = shape->data;
    const double *old_numbers = numbers->data;
    RG_TRY(check_shape(v, old));
    char *names = rg_model_own(model, RG_CHANNEL_NAMES, 1);
    if (names == NULL) return REGATTA_ENOMEM;
    find_channels(has, old);
    for (int c = 0; c < C; c++)
        if (has[c]) strcat(strcat(names, NAMES[c]), "\n");
    hash->dtype = RG_DTYPE_I64;
    shape->data = old + OLD_USERS; /* users, items and edges are adjacent */
    shape->dim[0] = 3;
    numbers->data = old_numbers + 1;
    numbers->dim[0] = 2;
    add(file, "channels", RG_DTYPE_U8, (int64_t)strlen(names), names);
    if (old[OLD_DIM] == 0) return REGATTA_OK;
    add(file, "vectors.shape", RG_DTYPE_I64, OLD_DIM + 1, old);
    add(file, "vectors.scale", RG_DTYPE_F64, 1, old_numbers);
done:
    return status;
}

/* Reads a blend of version 1: base, user, item, products of two channels, pop, pop_user,
 * on; no gate. */
static regatta_status read_blend_1(rg_visitor *v, rg_blend *out, const float *x)
{
    const float *pair = x + 3 * C, *pop = pair + N_PAIRS;
    for (int k = 0; k < N_PAIRS; k++)
        if (pair[k] != 0.0f)
            return rg_visit_wrong(v, "blend",
                                  "it has products of channels, which this version "
                                  "cannot score: train the model again");
    memcpy(out->base, x, C * sizeof *x);
    memcpy(out->user, x + C, C * sizeof *x);
    memcpy(out->item, x + 2 * C, C * sizeof *x);
    *out->pop = pop[0];
    *out->pop_user = pop[1];
    memcpy(out->on, pop + 2, C * sizeof *x);
    return REGATTA_OK;
}

/* Reduces the blend of all four channels to the channels of the file, has[C]. */
static regatta_status pack_blend(rg_visitor *v, regatta_model *model, rg_tensor *t,
                                 const rg_blend *all, const int *has)
{
    regatta_status status = REGATTA_OK;
    rg_blend *packed = NULL;
    int n = 0;
    for (int c = 0; c < C; c++) {
        n += has[c];
        if (!has[c] && all->on[c] != 0.0f)
            return rg_visit_wrong(v, "blend", "it does not match the model's channels");
    }
    if (n == 0) return rg_visit_wrong(v, "shape", "the model has no channel");
    RG_TRY(rg_blend_pack(model->mem, &packed, all, has));
    float *x = rg_model_own(model, rg_blend_floats(n), sizeof *x);
    if (x == NULL) {
        status = REGATTA_ENOMEM;
        goto done;
    }
    memcpy(x, packed->x, (size_t)rg_blend_floats(n) * sizeof *x);
    t->data = x;
    t->dim[0] = rg_blend_floats(n);
done:
    rg_blend_free(packed);
    return status;
}

static regatta_status upgrade_blend(rg_visitor *v, regatta_model *model,
                                    rg_safetensors *file, const int *has)
{
    regatta_status status = REGATTA_OK;
    rg_blend *all = NULL;
    const int64_t n = file->version == 1 ? N_BLEND_1 : rg_blend_floats(C);
    if (rg_safetensors_find(file, "blend") == NULL) return REGATTA_OK;
    rg_tensor *t = take(v, &status, file, "blend", RG_DTYPE_F32, n);
    if (t == NULL) return status;
    RG_TRY(rg_blend_create(v->ctx->mem, &all, C, -1));
    if (file->version == 1)
        RG_TRY(read_blend_1(v, all, t->data));
    else
        memcpy(all->x, t->data, (size_t)n * sizeof *all->x);
    RG_TRY(pack_blend(v, model, t, all, has));
done:
    rg_blend_free(all);
    return status;
}

regatta_status rg_model_file_upgrade(rg_visitor *v, regatta_model *model,
                                     rg_safetensors *file)
{
    regatta_status status = REGATTA_OK;
    int has[C];
    RG_TRY(grow(file));
    RG_TRY(upgrade_shape(v, model, file, has));
    RG_TRY(upgrade_blend(v, model, file, has));
done:
    return status;
}
