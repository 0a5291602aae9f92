#include "base/files/file.h"
#include "base/files/file_io.h"
#include <sys/mman.h>
#include <unistd.h>

regatta_status rg_map_open(regatta_ctx *ctx, rg_map *out, const char *path)
{
    *out = (rg_map){NULL, 0};
    int fd = -1;
    int64_t size = 0;
    regatta_status status = rg_io_open(ctx, &fd, &size, path);
    if (status != REGATTA_OK) return status;
    if (size < 0) {
        status = rg_fail(ctx, REGATTA_EFORMAT, "%s: not a regular file", path);
    } else if (size > 0) { /* nothing of an empty file can be mapped */
        void *p = MAP_FAILED;
        if (!rg_io_refused(ctx, "map"))
            p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            status = rg_io_fail(ctx, path);
        else
            *out = (rg_map){p, size};
    }
    close(fd); /* opened for reading: nothing can be lost */
    return status;
}

void rg_map_close(rg_map *map)
{
    if (map->bytes != NULL) munmap((void *)map->bytes, (size_t)map->size);
    *map = (rg_map){NULL, 0};
}
