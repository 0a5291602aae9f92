/* Writes a model file. The file depends on the model only: saving a loaded model gives
 * the same bytes. */
#include "model/file/model_file_write.h"
#include "base/ranks/ranks.h"
#include "model/file/model_tensors.h"

/* The destination of a model: a path or a function. */
typedef struct destination {
    const char *path;
    rg_write_fn write;
    void *state;
} destination;

static regatta_status open_output(regatta_ctx *ctx, rg_output **out,
                                  const destination *to)
{
    if (to->path != NULL) return rg_output_open(ctx, out, to->path, 0);
    return rg_output_open_function(ctx, out, to->write, to->state);
}

static regatta_status save(regatta_ctx *ctx, const regatta_model *model,
                           const destination *to)
{
    regatta_status status = REGATTA_OK;
    rg_model_tensors *list = NULL;
    rg_output *output = NULL;
    uint64_t checksum;
    if (model == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the model is missing");
    RG_TRY(rg_model_tensors_list(ctx, &list, model));
    RG_TRY(open_output(ctx, &output, to));
    const rg_safetensors_content content = {list->tensor, list->n, list->settings, NULL};
    RG_TRY(rg_safetensors_write(ctx, output, &content, &checksum));
    status = rg_output_commit(output);
    output = NULL; /* closed by commit whatever its status */
done:
    rg_output_abandon(output);
    rg_model_tensors_free(list);
    return status;
}

static int count_bytes(void *state, const void *bytes, size_t n)
{
    (void)bytes;
    *(int64_t *)state += (int64_t)n;
    return 0;
}

regatta_status rg_model_file_size(regatta_ctx *ctx, int64_t *out,
                                  const regatta_model *model)
{
    const destination to = {.write = count_bytes, .state = out};
    *out = 0;
    return save(ctx, model, &to);
}

regatta_status regatta_model_save(regatta_ctx *ctx, const regatta_model *model,
                                  const char *path)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (path == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the path is missing");
    const destination to = {.path = path};
    regatta_status status = save(ctx, model, &to);
    int64_t written = 1; /* by rank 0; a rank that fails makes all of them fail */
    if (status == REGATTA_OK) status = rg_ranks_follow(ctx, &written);
    return rg_end(ctx, status);
}

regatta_status regatta_model_write(regatta_ctx *ctx, const regatta_model *model,
                                   regatta_write_fn write, void *state)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (write == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the function is missing");
    const destination to = {.write = write, .state = state};
    return rg_end(ctx, save(ctx, model, &to));
}
