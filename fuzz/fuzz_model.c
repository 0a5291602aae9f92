/* Any bytes through regatta_model_load, their checksum mended so that the checks behind
 * it are reached. What loads answers everything (tests/support/ask_all.h), and saves to a
 * file that loads again with the same bytes when saved once more. */
#include "files.h"
#include "support/ask_all.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

enum { CHECKSUM_BYTES = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The data, with a right checksum at its end. */
static void put(const char *path, const uint8_t *data, size_t size)
{
    fuzz_write(path, data, size);
    if (size < CHECKSUM_BYTES) return;
    const uint64_t checksum = XXH3_64bits(data, size - CHECKSUM_BYTES);
    FILE *f = fopen(path, "r+b");
    fuzz_require(f != NULL && fseek(f, -(long)CHECKSUM_BYTES, SEEK_END) == 0 &&
                     fwrite(&checksum, sizeof checksum, 1, f) == 1 && fclose(f) == 0,
                 "cannot write");
}

static void require_same_file(const char *a, const char *b)
{
    FILE *f = fopen(a, "rb"), *g = fopen(b, "rb");
    fuzz_require(f != NULL && g != NULL, "a saved file is not there");
    int x, y;
    do {
        x = getc(f);
        y = getc(g);
        fuzz_require(x == y, "saved again, other bytes");
    } while (x != EOF);
    fclose(f);
    fclose(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[FUZZ_PATH], saved[FUZZ_PATH], again[FUZZ_PATH];
    fuzz_path(path, "model");
    fuzz_path(saved, "saved");
    fuzz_path(again, "again");
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL, *second = NULL;
    options.threads = 1;
    fuzz_require(regatta_ctx_create(&ctx, &options) == REGATTA_OK, "no context");
    put(path, data, size);
    const regatta_status status = regatta_model_load(ctx, &model, path);
    fuzz_require(status == REGATTA_OK || status == REGATTA_EFORMAT, "another status");
    fuzz_require((status == REGATTA_OK) == (model != NULL), "status and model disagree");
    if (model != NULL) {
        const char *wrong = ask_all(ctx, model);
        fuzz_require(wrong == NULL, wrong);
        fuzz_require(regatta_model_save(ctx, model, saved) == REGATTA_OK,
                     "does not save");
        fuzz_require(regatta_model_load(ctx, &second, saved) == REGATTA_OK,
                     "what was saved does not load");
        fuzz_require(regatta_model_save(ctx, second, again) == REGATTA_OK,
                     "does not save");
        require_same_file(saved, again);
        unlink(saved);
        unlink(again);
    }
    regatta_model_free(model);
    regatta_model_free(second);
    regatta_ctx_free(ctx);
    unlink(path);
    return 0;
}
