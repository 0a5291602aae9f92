/* Writes the seeds of fuzz_checkpoint: the files of a training that has stopped, and of
 * one that has resumed and ended.
 *
 *     make_checkpoint_seeds fuzz/corpus/checkpoint
 *     make_checkpoint_seeds --load fuzz/corpus/checkpoint    are they such files still?
 */
#include "base/checkpoint/checkpoint_file.h"
#include "checkpoint_units.h"
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const NAMES[] = {"results-000001", "running", "results-000002"};

static void require(int holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "make_checkpoint_seeds: %s\n", what);
    exit(EXIT_FAILURE);
}

static void load(regatta_ctx *ctx, const char *folder)
{
    for (size_t k = 0; k < sizeof NAMES / sizeof *NAMES; k++) {
        rg_checkpoint_file file = {.path = NULL};
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, NAMES[k]);
        require(rg_checkpoint_file_open(ctx, &file, path, fuzz_units_hash()) ==
                        REGATTA_OK &&
                    file.n > 0,
                path);
        rg_checkpoint_file_close(ctx, &file);
    }
}

static void make(regatta_ctx *ctx, const char *folder)
{
    fuzz_units u = {.stops = 1};
    char path[512];
    require(fuzz_units_run(ctx, &u, folder) == REGATTA_ESTOPPED, "it did not stop");
    fuzz_units_free(ctx, &u);
    require(fuzz_units_run(ctx, &u, folder) == REGATTA_OK, "it did not resume");
    fuzz_units_free(ctx, &u);
    snprintf(path, sizeof path, "%s/training.txt",
             folder); /* the fuzzer writes its own */
    require(unlink(path) == 0, path);
}

int main(int argc, char **argv)
{
    regatta_ctx *ctx = NULL;
    const int loads = argc == 3 && strcmp(argv[1], "--load") == 0;
    require(loads || argc == 2, "usage: make_checkpoint_seeds [--load] FOLDER");
    require(regatta_ctx_create(&ctx, NULL) == REGATTA_OK, "no context");
    if (loads)
        load(ctx, argv[2]);
    else
        make(ctx, argv[1]);
    regatta_ctx_free(ctx);
    return 0;
}
