/* The headers of .npy, faiss, safetensors and fvecs. */
#include "cli/converting/vectors_in.h"
#include "cli/output/vectors_out.h"
#include "graph/features/npy.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
    FAISS_HEAD = 4 + 4 + 8 + 8 + 8 + 1 + 4 + 8,
    MOST_HEAD = 1 << 24,
    MOST_DIM = 65536
};

static uint64_t whole(const unsigned char *at, int bytes)
{
    uint64_t x = 0;
    for (int b = bytes - 1; b >= 0; b--) x = x << 8 | at[b];
    return x;
}

static int check(const cli_vectors_in *v, int64_t stride)
{
    if (v->n < 1 || v->dim < 1) return cli_vectors_wrong(v, "has no vector");
    if (v->dim > MOST_DIM)
        return cli_vectors_wrong(v, "vectors of %lld numbers; at most %d are read",
                                 (long long)v->dim, (int)MOST_DIM);
    if (v->n > (v->size - v->begin) / stride)
        return cli_vectors_wrong(v,
                                 "is truncated: it has fewer than %lld vectors of %lld",
                                 (long long)v->n, (long long)v->dim);
    return CLI_DONE;
}

static int npy(cli_vectors_in *v, const unsigned char *head)
{
    rg_npy array;
    const char *wrong = rg_npy_read(&array, head, v->size);
    if (wrong) return cli_vectors_wrong(v, "%s", wrong);
    v->format = CLI_NPY;
    v->n = array.n_rows;
    v->dim = array.n_cols;
    v->begin = array.offset;
    v->bytes = array.bytes;
    return check(v, v->dim * v->bytes);
}

/* An IndexFlat: IxFI by the inner product, IxF2 by distance, IxFl of old files. */
static int faiss(cli_vectors_in *v, const unsigned char *head, int64_t n)
{
    if (n < FAISS_HEAD || head[2] != 'F' || !strchr("I2l", head[3]))
        return cli_vectors_wrong(v, "an index of faiss other than IndexFlat: its vectors "
                                    "are not stored as they were");
    v->format = CLI_FAISS;
    v->dim = (int64_t)whole(head + 4, 4);
    v->n = (int64_t)whole(head + 8, 8);
    v->begin = FAISS_HEAD;
    const int code = check(v, 4 * v->dim);
    if (code == CLI_DONE && v->size != FAISS_HEAD + 4 * v->dim * v->n)
        return cli_vectors_wrong(v, "has not %lld vectors of %lld numbers",
                                 (long long)v->n, (long long)v->dim);
    return code;
}

/* Finds the tensor; its name is needed if there are several of two dimensions. */
static int find_tensor(cli_vectors_in *v, json_t *root, const char *tensor,
                       json_t **found)
{
    const char *key = NULL;
    json_t *entry = NULL;
    char names[200] = "";
    int n = 0;
    *found = NULL;
    json_object_foreach(root, key, entry)
    {
        if (strcmp(key, "__metadata__") == 0) continue;
        if (json_array_size(json_object_get(entry, "shape")) != 2) continue;
        const size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s%.60s", n++ ? ", " : "", key);
        if (tensor && strcmp(key, tensor) != 0) continue;
        *found = entry;
        snprintf(v->tensor, sizeof v->tensor, "%s", key);
    }
    if (n == 0) return cli_vectors_wrong(v, "has no tensor of two dimensions");
    if (!*found)
        return cli_vectors_wrong(v, "has no tensor '%s'; it has %s", tensor, names);
    if (n > 1 && !tensor)
        return cli_vectors_wrong(v, "has several tensors: choose one by --tensor: %s",
                                 names);
    return CLI_DONE;
}

/* Reads the shape and the place of a tensor whose data begin at `base`. */
static int read_tensor(cli_vectors_in *v, json_t *entry, int64_t base)
{
    const json_t *shape = json_object_get(entry, "shape");
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    if (!type || (strcmp(type, "F32") != 0 && strcmp(type, "F16") != 0 &&
                  strcmp(type, "F64") != 0))
        return cli_vectors_wrong(v, "tensor '%s' is not of F16, F32 or F64", v->tensor);
    const int64_t begin = json_integer_value(json_array_get(offsets, 0)),
                  end = json_integer_value(json_array_get(offsets, 1));
    v->bytes = atoi(type + 1) / 8;
    v->n = json_integer_value(json_array_get(shape, 0));
    v->dim = json_integer_value(json_array_get(shape, 1));
    if (begin < 0 || end < begin || end > v->size - base)
        return cli_vectors_wrong(v, "is truncated: tensor '%s' ends behind the file",
                                 v->tensor);
    v->begin = base + begin;
    const int code = check(v, v->dim * v->bytes);
    if (code == CLI_DONE && end - begin != v->n * v->dim * v->bytes)
        return cli_vectors_wrong(v, "tensor '%s' has another size than its shape",
                                 v->tensor);
    return code;
}

static int safetensors(cli_vectors_in *v, int64_t length, const char *tensor)
{
    int code = CLI_DONE;
    json_t *root = NULL, *entry = NULL;
    char *text = cli_new(length + 1, 1);
    if (!text) return cli_no_memory();
    v->format = CLI_SAFETENSORS;
    if (fseeko(v->in, 8, SEEK_SET) != 0 ||
        fread(text, 1, (size_t)length, v->in) != (size_t)length)
        CLI_TRY(cli_vectors_wrong(v, "is truncated in its header"));
    root = json_loadb(text, (size_t)length, 0, NULL);
    if (!json_is_object(root))
        CLI_TRY(cli_vectors_wrong(v, "is not a safetensors file: its header is no JSON"));
    CLI_TRY(find_tensor(v, root, tensor, &entry));
    CLI_TRY(read_tensor(v, entry, 8 + length));
done:
    json_decref(root);
    free(text);
    return code;
}

/* Each row has its length before it. */
static int fvecs(cli_vectors_in *v, const unsigned char *head)
{
    const int64_t dim = (int64_t)whole(head, 4), stride = 4 * dim + 4;
    if (dim < 1 || dim > MOST_DIM || v->size % stride != 0)
        return cli_vectors_wrong(v,
                                 "is no file of vectors that is known, or is damaged "
                                 "(npy, fvecs, safetensors, faiss, w2v, tsv, pgvector)");
    v->format = CLI_FVECS;
    v->dim = dim;
    v->n = v->size / stride;
    return CLI_DONE;
}

int cli_vectors_binary(cli_vectors_in *v, const unsigned char *head, int64_t n,
                       const char *tensor)
{
    v->bytes = 4;
    if (n == 0) return cli_vectors_wrong(v, "is empty");
    if (n > 3 &&
        (memcmp(head, "\x1f\x8b", 2) == 0 || memcmp(head, "\x28\xb5\x2f\xfd", 4) == 0))
        return cli_vectors_wrong(v, "is compressed: unpack it first");
    if (rg_npy_is(head, n)) return npy(v, head);
    if (n >= 4 && memcmp(head, "Ix", 2) == 0 && memchr(head, '\0', (size_t)n))
        return faiss(v, head, n);
    const uint64_t length = n > 8 ? whole(head, 8) : 0;
    if (n > 8 && head[8] == '{' && length > 1 && length <= MOST_HEAD)
        return safetensors(v, (int64_t)length, tensor);
    if (n < 4 || !memchr(head, '\0', (size_t)n)) return CLI_DONE;
    return fvecs(v, head);
}
