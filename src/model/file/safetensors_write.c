/* Writes the container: first computes sizes, then writes the header, then the tensors in
 * one pass that also updates the checksum. */
#include "base/text/text.h"
#include "model/file/safetensors.h"
#include "model/file/safetensors_format.h"
#include <stdio.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* for a state on the stack, without allocation */
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

/* Returns the bytes of the pad after a tensor that ends at `end`. */
static int64_t pad_after(int64_t end)
{
    return (RG_TENSOR_ALIGN - end % RG_TENSOR_ALIGN) % RG_TENSOR_ALIGN;
}

static void append_whole(rg_text *text, const char *before, int64_t number)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%s%lld", before, (long long)number);
    rg_text_append(text, digits);
}

/* ,"NAME":{"dtype":"F32","shape":[3,4],"data_offsets":[64,112]} */
static void describe(rg_text *text, const rg_tensor *t, int64_t begin)
{
    rg_text_append(text, ",\"");
    rg_text_append(text, t->name);
    rg_text_append(text, "\":{\"dtype\":\"");
    rg_text_append(text, dtype_names[t->dtype]);
    rg_text_append(text, "\",\"shape\":");
    for (int k = 0; k < t->rank; k++) append_whole(text, k == 0 ? "[" : ",", t->dim[k]);
    append_whole(text, "],\"data_offsets\":[", begin);
    append_whole(text, ",", begin + rg_tensor_bytes(t));
    rg_text_append(text, "]}");
}

static void fill_header(rg_text *text, const rg_safetensors_content *content)
{
    const rg_tensor *tensors = content->tensors;
    const int n = content->n_tensors;
    int64_t cursor = 0;
    int n_pads = 0;
    rg_tensor extra = {.dtype = RG_DTYPE_U8, .rank = 1};
    rg_text_append(text, "{\"__metadata__\":{\"format\":\"" RG_FORMAT_NAME
                         "\",\"format_version\":\"" RG_FORMAT_VERSION "\",\"settings\":");
    rg_text_quoted(text, content->settings);
    if (content->shard != NULL) {
        rg_text_append(text, ",\"shard\":");
        rg_text_quoted(text, content->shard);
    }
    rg_text_append(text, "}");
    for (int k = 0; k < n; k++) {
        describe(text, &tensors[k], cursor);
        cursor += rg_tensor_bytes(&tensors[k]);
        extra.dim[0] = pad_after(cursor);
        if (extra.dim[0] == 0) continue;
        snprintf(extra.name, sizeof extra.name, RG_PAD_PREFIX "%d", n_pads++);
        describe(text, &extra, cursor);
        cursor += extra.dim[0];
    }
    extra = (rg_tensor){RG_CHECKSUM_NAME, RG_DTYPE_U64, 1, {1, 1, 1}, NULL};
    describe(text, &extra, cursor);
    rg_text_append(text, "}");
}

static regatta_status put(writer *w, const void *bytes, int64_t n)
{
    if (n == 0) return REGATTA_OK;
    XXH3_64bits_update(&w->hash, bytes, (size_t)n);
    return rg_output_write(w->output, bytes, n);
}

/* Writes the header length and the header, padded with blanks to a boundary. */
static regatta_status put_header(writer *w, const rg_text *text)
{
    regatta_status status = REGATTA_OK;
    char blanks[RG_TENSOR_ALIGN];
    const int64_t n = text->n;
    const int64_t n_blanks = pad_after(RG_LENGTH_BYTES + n);
    const uint64_t length = (uint64_t)(n + n_blanks);
    memset(blanks, ' ', sizeof blanks);
    RG_TRY(put(w, &length, sizeof length));
    RG_TRY(put(w, text->bytes, n));
    RG_TRY(put(w, blanks, n_blanks));
done:
    return status;
}

regatta_status rg_safetensors_write(regatta_ctx *ctx, rg_output *output,
                                    const rg_safetensors_content *content,
                                    uint64_t *checksum)
{
    static const char zeros[RG_TENSOR_ALIGN];
    regatta_status status = REGATTA_OK;
    int64_t cursor = 0;
    writer w = {.output = output};
    rg_text text;
    rg_text_begin(&text, ctx->mem);
    fill_header(&text, content);
    RG_TRY(text.status);
    XXH3_64bits_reset(&w.hash);
    RG_TRY(put_header(&w, &text));
    for (int k = 0; k < content->n_tensors; k++) {
        const int64_t bytes = rg_tensor_bytes(&content->tensors[k]);
        RG_TRY(put(&w, content->tensors[k].data, bytes));
        cursor += bytes;
        RG_TRY(put(&w, zeros, pad_after(cursor)));
        cursor += pad_after(cursor);
    }
    *checksum = XXH3_64bits_digest(&w.hash);
    RG_TRY(rg_output_write(output, checksum, sizeof *checksum));
done:
    rg_free(ctx->mem, text.bytes);
    return status;
}
