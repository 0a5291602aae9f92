/* Writes the container: sizes first, then the header, then the tensors in one pass with
 * the checksum kept beside. */
#include "api/safetensors.h"
#include "api/safetensors_format.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* the state lies on the stack: nothing to allocate */
#include <xxhash.h>

typedef struct writer {
    rg_output *output;
    XXH3_state_t hash;
} writer;

static const char *const dtype_names[] = {
    [RG_DTYPE_U8] = "U8",   [RG_DTYPE_I8] = "I8",     [RG_DTYPE_U32] = "U32",
    [RG_DTYPE_U64] = "U64", [RG_DTYPE_I64] = "I64",   [RG_DTYPE_F32] = "F32",
    [RG_DTYPE_F64] = "F64", [RG_DTYPE_BF16] = "BF16",
};

/* Bytes of the pad that follows a tensor ending at `end`. */
static int64_t pad_after(int64_t end)
{
    return (RG_TENSOR_ALIGN - end % RG_TENSOR_ALIGN) % RG_TENSOR_ALIGN;
}

/* Takes ownership of nothing; -1 when there is no memory. */
static int describe(json_t *header, const rg_tensor *t, int64_t begin)
{
    json_t *shape = json_array();
    int failed = 0;
    for (int k = 0; k < t->rank; k++)
        failed |= json_array_append_new(shape, json_integer(t->dim[k]));
    json_t *entry = json_pack("{s:s, s:o, s:[I, I]}", "dtype", dtype_names[t->dtype],
                              "shape", shape, "data_offsets", (json_int_t)begin,
                              (json_int_t)(begin + rg_tensor_bytes(t)));
    return failed | json_object_set_new(header, t->name, entry);
}

/* The JSON text, to be released with free(); NULL when there is no memory. */
static char *header_text(const rg_tensor *tensors, int n, const char *settings)
{
    char *text = NULL;
    int64_t cursor = 0;
    int n_pads = 0, failed = 0;
    rg_tensor extra = {.dtype = RG_DTYPE_U8, .rank = 1};
    json_t *header = json_object();
    failed |= json_object_set_new(header, "__metadata__",
                                  json_pack("{s:s, s:s, s:s}", "format", RG_FORMAT_NAME,
                                            "format_version", RG_FORMAT_VERSION,
                                            "settings", settings));
    for (int k = 0; k < n; k++) {
        failed |= describe(header, &tensors[k], cursor);
        cursor += rg_tensor_bytes(&tensors[k]);
        extra.dim[0] = pad_after(cursor);
        if (extra.dim[0] == 0) continue;
        snprintf(extra.name, sizeof extra.name, RG_PAD_PREFIX "%d", n_pads++);
        failed |= describe(header, &extra, cursor);
        cursor += extra.dim[0];
    }
    extra = (rg_tensor){RG_CHECKSUM_NAME, RG_DTYPE_U64, 1, {1, 1, 1}, NULL};
    failed |= describe(header, &extra, cursor);
    if (!failed) text = json_dumps(header, JSON_COMPACT);
    json_decref(header);
    return text;
}

static regatta_status put(writer *w, const void *bytes, int64_t n)
{
    if (n == 0) return REGATTA_OK;
    XXH3_64bits_update(&w->hash, bytes, (size_t)n);
    return rg_output_write(w->output, bytes, n);
}

/* Header length and header, padded by blanks to a boundary. */
static regatta_status put_header(writer *w, const char *text)
{
    regatta_status status = REGATTA_OK;
    char blanks[RG_TENSOR_ALIGN];
    const int64_t n = (int64_t)strlen(text);
    const int64_t n_blanks = pad_after(RG_LENGTH_BYTES + n);
    const uint64_t length = (uint64_t)(n + n_blanks);
    memset(blanks, ' ', sizeof blanks);
    RG_TRY(put(w, &length, sizeof length));
    RG_TRY(put(w, text, n));
    RG_TRY(put(w, blanks, n_blanks));
done:
    return status;
}

regatta_status rg_safetensors_write(regatta_ctx *ctx, rg_output *output,
                                    const rg_tensor *tensors, int n_tensors,
                                    const char *settings)
{
    static const char zeros[RG_TENSOR_ALIGN];
    regatta_status status = REGATTA_OK;
    int64_t cursor = 0;
    writer w = {.output = output};
    char *text = header_text(tensors, n_tensors, settings);
    if (text == NULL)
        return rg_fail(ctx, REGATTA_ENOMEM, "out of memory for the header of a model");
    XXH3_64bits_reset(&w.hash);
    RG_TRY(put_header(&w, text));
    for (int k = 0; k < n_tensors; k++) {
        const int64_t bytes = rg_tensor_bytes(&tensors[k]);
        RG_TRY(put(&w, tensors[k].data, bytes));
        cursor += bytes;
        RG_TRY(put(&w, zeros, pad_after(cursor)));
        cursor += pad_after(cursor);
    }
    const uint64_t checksum = XXH3_64bits_digest(&w.hash);
    RG_TRY(rg_output_write(output, &checksum, sizeof checksum));
done:
    free(text); /* jansson's, hence not rg_free */
    return status;
}
