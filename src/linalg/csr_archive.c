#include "linalg/csr_archive.h"

static int is_sound(const rg_csr *g)
{
    if (g->offset[0] != 0 || g->offset[g->n_rows] != g->n_edges) return 0;
    for (int64_t r = 0; r < g->n_rows; r++)
        if (g->offset[r] > g->offset[r + 1]) return 0;
    for (int64_t r = 0; r < g->n_rows; r++)
        for (int64_t e = g->offset[r]; e < g->offset[r + 1]; e++)
            if (g->target[e] >= g->n_cols ||
                (e > g->offset[r] && g->target[e] <= g->target[e - 1]))
                return 0;
    return 1;
}

regatta_status rg_csr_archive(rg_archive *archive, rg_csr **g, int64_t n_rows,
                              int64_t n_cols)
{
    regatta_status status = REGATTA_OK;
    int64_t n = archive->reads ? 0 : (*g)->n_edges;
    int has_value = archive->reads ? 0 : (*g)->value != NULL;
    RG_TRY(rg_archive_number(archive, &has_value, 0, 1));
    RG_TRY(rg_archive_count(archive, &n, sizeof *(*g)->target));
    if (archive->reads)
        RG_TRY(rg_csr_create(archive->ctx, g, n_rows, n_cols, n, has_value));
    rg_csr *rows = *g;
    RG_TRY(rg_archive_bytes(archive, rows->offset,
                            (n_rows + 1) * (int64_t)sizeof *rows->offset));
    RG_TRY(rg_archive_bytes(archive, rows->target, n * (int64_t)sizeof *rows->target));
    if (has_value) RG_TRY(rg_archive_floats(archive, rows->value, n));
    if (archive->reads && !is_sound(rows))
        status = rg_archive_wrong(archive, "sparse rows are not sound");
done:
    return status;
}
