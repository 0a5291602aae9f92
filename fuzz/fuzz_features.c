/* Any bytes through regatta_features_read, as a table and as vectors. What can be read as
 * a table is sound, and its features, written as rows `item feature weight`, are read as
 * the same. */
#include "files.h"
#include "graph/features.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { N_FORMATS = 8, N_LAYOUTS = 4, N_KINDS = 6 };

static float value_at(const rg_csr *rows, int64_t e)
{
    return rows->value != NULL ? rows->value[e] : 1.0f;
}

static void require_sound(const rg_features *f)
{
    for (int k = 0; k < f->n_modalities; k++) {
        const rg_modality *m = &f->modality[k];
        fuzz_require(m->n_rows <= f->ids->n, "a row without node");
        if (m->rows == NULL) continue;
        fuzz_require(m->n_columns == m->feature->n, "a column without name");
        for (int64_t r = 0; r < m->n_rows; r++)
            for (int64_t e = m->rows->offset[r]; e < m->rows->offset[r + 1]; e++) {
                const float x = value_at(m->rows, e);
                fuzz_require(m->rows->target[e] < m->n_columns, "a feature out of range");
                fuzz_require(e == m->rows->offset[r] ||
                                 m->rows->target[e - 1] < m->rows->target[e],
                             "features do not ascend");
                fuzz_require(isfinite(x) && x != 0.0f, "a weight that is none");
            }
    }
}

static void write_rows(const rg_features *f, const rg_modality *m, const char *path)
{
    FILE *file = fopen(path, "wb");
    fuzz_require(file != NULL, "no file");
    fputs("item\tfeature\tweight\n", file);
    for (uint32_t r = 0; r < m->n_rows; r++)
        for (int64_t e = m->rows->offset[r]; e < m->rows->offset[r + 1]; e++)
            fprintf(file, "%s\t%s\t%.9g\n", rg_idmap_name(f->ids, r),
                    rg_idmap_name(m->feature, m->rows->target[e]),
                    (double)value_at(m->rows, e));
    fclose(file);
}

static void require_same(const rg_features *a, const rg_features *b)
{
    const rg_csr *x = a->modality[0].rows, *y = b->modality[0].rows;
    fuzz_require(x->n_edges == y->n_edges, "another number of features");
    for (uint32_t r = 0; r < x->n_rows; r++) {
        const char *id = rg_idmap_name(a->ids, r);
        const uint32_t s = rg_idmap_find(b->ids, id, (int64_t)strlen(id));
        for (int64_t e = x->offset[r]; e < x->offset[r + 1]; e++) {
            const char *name = rg_idmap_name(a->modality[0].feature, x->target[e]);
            const uint32_t c =
                rg_idmap_find(b->modality[0].feature, name, (int64_t)strlen(name));
            fuzz_require(s != REGATTA_NONE && c != REGATTA_NONE, "a name is lost");
            const int64_t at = rg_csr_find(y, s, c);
            fuzz_require(at >= 0 && value_at(y, at) == value_at(x, e), "another weight");
        }
    }
}

static void try_options(regatta_ctx *ctx, const char *path, const char *copied,
                        const regatta_features_options *o)
{
    regatta_features *f = NULL, *again = NULL;
    regatta_features_report report = {.struct_size = sizeof report};
    fuzz_require(regatta_features_create(ctx, &f) == REGATTA_OK, "no features");
    const regatta_status status = regatta_features_read(ctx, f, path, o, &report);
    if (status != REGATTA_OK) {
        fuzz_require(status == REGATTA_EFORMAT || status == REGATTA_EINVAL,
                     "a status that no bytes should give");
        fuzz_require(regatta_last_error(ctx)[0] != '\0', "a failure without words");
        fuzz_require(f->n_modalities == 0 && f->ids->n == 0,
                     "a failure that leaves nodes");
        regatta_features_free(f);
        return;
    }
    require_sound(f);
    if (f->n_modalities > 0 && f->modality[0].rows != NULL &&
        f->modality[0].rows->n_edges > 0) {
        regatta_features_options back = REGATTA_FEATURES_OPTIONS_INIT;
        back.layout = REGATTA_FEATURES_LONG;
        back.format = REGATTA_FORMAT_TSV;
        back.header = REGATTA_HEADER_YES;
        back.keep_null_words = 1;
        back.columns = "1=id,2=feature,3=weight"; /* ids like comments: no sample */
        write_rows(f, &f->modality[0], copied);
        fuzz_require(regatta_features_create(ctx, &again) == REGATTA_OK, "no features");
        fuzz_require(regatta_features_read(ctx, again, copied, &back, NULL) == REGATTA_OK,
                     regatta_last_error(ctx));
        require_same(f, again);
    }
    regatta_features_free(again);
    regatta_features_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const kinds[N_KINDS] = {NULL,
                                               "2=text",
                                               "1=number,2=id",
                                               "2=list,3=list:|,4=number",
                                               "2=category,3=text",
                                               "3=feature,2=weight"};
    char path[FUZZ_PATH], copied[FUZZ_PATH], ids[FUZZ_PATH + 8];
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = 1;
    options.limit_bytes = FUZZ_UNPACKED;
    fuzz_path(path, "data");
    fuzz_path(copied, "copy");
    snprintf(ids, sizeof ids, "%s.ids", path);
    fuzz_write(path, data, size);
    fuzz_write(ids, (const uint8_t *)"a\nb\nc\n", size % 3 * 2);
    fuzz_require(regatta_ctx_create(&ctx, &options) == REGATTA_OK, "no context");
    regatta_features_options o = REGATTA_FEATURES_OPTIONS_INIT;
    o.name = "t";
    try_options(ctx, path, copied, &o);
    o.format = (uint32_t)(size % (N_FORMATS - 2)) + 2;
    o.layout = (uint32_t)(size / 2 % N_LAYOUTS);
    o.keep_null_words = (uint32_t)(size / 4 % 2);
    o.columns = kinds[size / 3 % N_KINDS];
    o.max_features = size % 5 == 0 ? 3 : 0;
    o.side = (uint32_t)(size / 8 % 2);
    try_options(ctx, path, copied, &o);
    regatta_ctx_free(ctx);
    unlink(path);
    unlink(copied);
    unlink(ids);
    return 0;
}
