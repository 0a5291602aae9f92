#include "fit/prune/prune_search.h"
#include "fit/update/update_drift.h"
#include "model/file/model_file_write.h"

enum { BYTES_PARTS = 1024, AGREEMENT_PARTS = 256 };

static int64_t part_of(const rg_prune *p, int64_t k, int64_t parts)
{
    return (int64_t)((double)p->n_edges * ((double)k / (double)parts));
}

static regatta_status size_of(rg_prune *p, int64_t *bytes, int64_t n_keep)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = NULL;
    RG_TRY(rg_prune_cut(p, &model, n_keep, 0));
    RG_TRY(rg_model_file_size(p->ctx, bytes, model));
done:
    regatta_model_free(model);
    return status;
}

regatta_status rg_prune_for_bytes(rg_prune *p, int64_t *n_keep, int64_t bytes)
{
    regatta_status status = REGATTA_OK;
    int64_t size = 0, low = 0, high = BYTES_PARTS;
    *n_keep = p->n_edges;
    RG_TRY(size_of(p, &size, p->n_edges));
    if (size <= bytes) goto done;
    RG_TRY(size_of(p, &size, 0));
    if (size > bytes)
        return rg_fail(p->ctx, REGATTA_EINVAL,
                       "the model has %lld bytes without any attention weight, more than "
                       "%lld: convert it to a smaller type first",
                       (long long)size, (long long)bytes);
    while (high - low > 1) {
        const int64_t middle = (low + high) / 2;
        RG_TRY(size_of(p, &size, part_of(p, middle, BYTES_PARTS)));
        if (size <= bytes)
            low = middle;
        else
            high = middle;
    }
    *n_keep = part_of(p, low, BYTES_PARTS);
done:
    return status;
}

regatta_status rg_prune_for_agreement(rg_prune *p, regatta_model **out, double *kept,
                                      double agreement)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = NULL;
    int64_t low = -1, high = AGREEMENT_PARTS;
    *kept = 1.0;
    RG_TRY(rg_prune_cut(p, out, p->n_edges, 0));
    while (high - low > 1) {
        const int64_t middle = (low + high) / 2;
        double share = 0.0;
        RG_TRY(rg_prune_cut(p, &model, part_of(p, middle, AGREEMENT_PARTS), 1));
        RG_TRY(rg_drift_overlap(p->ctx, &share, p->model, model));
        if (!(share >= agreement)) {
            low = middle;
        } else {
            high = middle;
            *kept = share;
            regatta_model_free(*out);
            *out = model;
            model = NULL;
        }
        regatta_model_free(model);
        model = NULL;
    }
done:
    regatta_model_free(model);
    return status;
}
