#include "cli/ranks/rank_parts.h"
#include "cli/cli.h"
#include "cli/rank_group.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t rank(void)
{
    return cli_ranks() ? (int64_t)cli_ranks()->rank : 0;
}

static int64_t n_ranks(void)
{
    return cli_ranks() ? (int64_t)cli_ranks()->n_ranks : 1;
}

/* Each rank receives buffer[first[r] .. first[r + 1]) of rank r. A rank that fails prints
 * the message. */
static int gather(void *buffer, const int64_t *first)
{
    const regatta_ranks *ranks = cli_ranks();
    if (!ranks) return CLI_DONE;
    return ranks->gather(ranks->state, buffer, first) == REGATTA_OK ? CLI_DONE
                                                                    : CLI_FAILED;
}

int cli_rank_parts_asked(const char *path)
{
    const size_t n = path ? strlen(path) : 0;
    return n > 1 && path[n - 1] == '/';
}

/* All ranks write to the folder that rank 0 has made. */
static int share_folder(cli_rank_parts *p)
{
    int64_t first[REGATTA_MAX_RANKS + 1] = {0};
    for (int64_t r = 1; r <= n_ranks(); r++) first[r] = PATH_MAX;
    memcpy(p->path, p->folder.made.path, PATH_MAX);
    return gather(p->path, first);
}

int cli_rank_parts_open(cli_rank_parts *p, const char *path, const char *extension)
{
    int code = CLI_DONE;
    p->folder.made = (rg_temporary)RG_TEMPORARY_NONE;
    p->is_first = rank() == 0;
    if (rank() == 0) code = cli_folder_open(&p->folder, path);
    if (code == CLI_DONE) code = share_folder(p);
    if (code != CLI_DONE) return code;
    const size_t n = strlen(p->path), room = PATH_MAX - n;
    if (snprintf(p->path + n, room, "/part-%05d-of-%05d%s", (int)rank(), (int)n_ranks(),
                 extension) >= (int)room)
        return cli_error(CLI_FAILED, "%s: name too long", path);
    return CLI_DONE;
}

void cli_rank_parts_share(int64_t n, int64_t *begin, int64_t *end)
{
    const int64_t size = n / n_ranks(), rest = n % n_ranks(), r = rank();
    *begin = r * size + (r < rest ? r : rest);
    *end = *begin + size + (r < rest);
}

int cli_rank_parts_commit(cli_rank_parts *p, int64_t *count)
{
    int64_t counts[REGATTA_MAX_RANKS] = {0}, first[REGATTA_MAX_RANKS + 1], sum = 0;
    for (int64_t r = 0; r <= n_ranks(); r++) first[r] = r * (int64_t)sizeof *counts;
    if (count) counts[rank()] = *count;
    int code = gather(counts, first);
    for (int64_t r = 0; r < n_ranks(); r++) sum += counts[r];
    if (count && code == CLI_DONE) *count = sum;
    if (code == CLI_DONE && rank() == 0) code = cli_folder_commit(&p->folder);
    return code;
}

void cli_rank_parts_abandon(cli_rank_parts *p)
{
    if (p->path[0] != '\0') cli_folder_abandon(&p->folder);
}
