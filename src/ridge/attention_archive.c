#include "ridge/attention_archive.h"
#include "linalg/csr_archive.h"

regatta_status rg_attention_archive(rg_archive *archive, rg_item_attention **a,
                                    int64_t n_items, double candidate_power)
{
    regatta_status status = REGATTA_OK;
    const rg_mem mem = archive->ctx->mem;
    rg_csr *by_target = archive->reads ? NULL : (*a)->by_target;
    float *degree = archive->reads ? NULL : (*a)->degree;
    double mean_self = archive->reads ? 0.0 : (*a)->mean_self;
    RG_TRY(rg_csr_archive(archive, &by_target, n_items, n_items));
    if (archive->reads) RG_NEW(mem, degree, n_items);
    RG_TRY(rg_archive_floats(archive, degree, n_items));
    RG_TRY(rg_archive_real(archive, &mean_self));
    if (!archive->reads) return REGATTA_OK;
    if (by_target->value == NULL) {
        status = rg_archive_wrong(archive, "item attention has no weights");
        goto done;
    }
    RG_TRY(rg_item_attention_from_weights(archive->ctx, a, by_target, degree,
                                          candidate_power));
    by_target = NULL; /* ownership has moved to *a */
    (*a)->mean_self = mean_self;
done:
    if (!archive->reads) return status;
    rg_csr_free(by_target);
    rg_free(mem, degree);
    return status;
}
