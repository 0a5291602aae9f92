/* The part files of a folder, in the order of their names. */
#ifndef RG_BASE_PART_LIST_H
#define RG_BASE_PART_LIST_H
#include "base/ctx.h"

typedef struct rg_part_file {
    char *path;
    int64_t bytes;                  /* of the file */
    int64_t first_byte, first_line; /* before it in the text, once it was opened */
} rg_part_file;

typedef struct rg_part_list {
    rg_mem mem;
    int64_t n, capacity;
    int64_t first_open, n_open; /* parts that were opened, one after another */
    rg_part_file *part;
} rg_part_list;

/* Lists the files of a folder. Names that begin with '.' or '_' (_SUCCESS) are left out.
 *   REGATTA_EFORMAT  no file, or an entry that is not a regular file
 *   REGATTA_EIO, REGATTA_ENOMEM */
regatta_status rg_part_list_read(regatta_ctx *ctx, rg_part_list **out,
                                 const char *folder);
/* Returns the part that has the line, from 1, of those that were opened. */
int64_t rg_part_of_line(const rg_part_list *list, int64_t line);
/* The parts *begin .. *end - 1 are the share of a rank, by bytes. */
void rg_part_list_share(const rg_part_list *list, int rank, int n_ranks, int64_t *begin,
                        int64_t *end);
void rg_part_list_free(rg_part_list *list); /* NULL is a no-op */
#endif
