#include "base/files/part_list.h"
#include "base/files/file_io.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Returns folder/name in memory of the list. */
static char *join(const rg_part_list *list, const char *folder, const char *name)
{
    const size_t n = strlen(folder), m = strlen(name);
    const int slash = n > 0 && folder[n - 1] != '/';
    char *path = rg_alloc(list->mem, (int64_t)(n + m) + 2, 1);
    if (path == NULL) return NULL;
    memcpy(path, folder, n);
    if (slash) path[n] = '/';
    memcpy(path + n + (size_t)slash, name, m + 1);
    return path;
}

static regatta_status add(regatta_ctx *ctx, rg_part_list *list, const char *folder,
                          const char *name)
{
    struct stat info;
    if (list->n == list->capacity) {
        rg_part_file *grown = rg_grow(list->mem, list->part, list->capacity,
                                      2 * list->capacity + 16, sizeof *grown);
        if (grown == NULL) return REGATTA_ENOMEM;
        list->part = grown;
        list->capacity = 2 * list->capacity + 16;
    }
    char *path = join(list, folder, name);
    if (path == NULL) return REGATTA_ENOMEM;
    list->part[list->n++] = (rg_part_file){.path = path};
    if (rg_io_refused(ctx, "stat") || stat(path, &info) != 0)
        return rg_io_fail(ctx, path);
    list->part[list->n - 1].bytes = (int64_t)info.st_size;
    if (S_ISREG(info.st_mode)) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EFORMAT,
                   "%s: is not a file: a folder has part files alone", path);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const rg_part_file *)a)->path, ((const rg_part_file *)b)->path);
}

static regatta_status add_all(regatta_ctx *ctx, rg_part_list *list, const char *folder)
{
    regatta_status status = REGATTA_OK;
    DIR *dir = rg_io_refused(ctx, "open") ? NULL : opendir(folder);
    if (dir == NULL) return rg_io_fail(ctx, folder);
    for (const struct dirent *e; status == REGATTA_OK && (e = readdir(dir)) != NULL;)
        if (e->d_name[0] != '.' && e->d_name[0] != '_')
            status = add(ctx, list, folder, e->d_name);
    closedir(dir);
    if (status != REGATTA_OK) return status;
    if (list->n == 0)
        return rg_fail(ctx, REGATTA_EFORMAT, "%s: is a folder without files", folder);
    qsort(list->part, (size_t)list->n, sizeof *list->part, by_path);
    return REGATTA_OK;
}

regatta_status rg_part_list_read(regatta_ctx *ctx, rg_part_list **out, const char *folder)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_part_list *list = NULL;
    RG_NEW(ctx->mem, list, 1);
    list->mem = ctx->mem;
    RG_TRY(add_all(ctx, list, folder));
    *out = list;
    list = NULL;
done:
    rg_part_list_free(list);
    return status;
}

int64_t rg_part_of_line(const rg_part_list *list, int64_t line)
{
    int64_t low = list->first_open, high = low + list->n_open;
    while (low + 1 < high) {
        const int64_t k = low + (high - low) / 2;
        if (list->part[k].first_line < line)
            low = k;
        else
            high = k;
    }
    return low;
}

void rg_part_list_share(const rg_part_list *list, int rank, int n_ranks, int64_t *begin,
                        int64_t *end)
{
    double all = 0.0, before = 0.0;
    *begin = *end = 0;
    for (int64_t k = 0; k < list->n; k++) all += 1.0 + (double)list->part[k].bytes;
    for (int64_t k = 0; k < list->n; k++) {
        const double size = 1.0 + (double)list->part[k].bytes;
        const double middle = (before + size / 2) * n_ranks; /* of the part */
        if (middle < all * rank) *begin = k + 1;
        if (middle < all * (rank + 1)) *end = k + 1;
        before += size;
    }
}

void rg_part_list_free(rg_part_list *list)
{
    if (list == NULL) return;
    for (int64_t k = 0; k < list->n; k++) rg_free(list->mem, list->part[k].path);
    rg_free(list->mem, list->part);
    rg_free(list->mem, list);
}
