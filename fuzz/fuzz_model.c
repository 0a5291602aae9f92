/* Any bytes through regatta_model_load, their checksum mended so that the checks behind
 * it are reached. What loads answers everything (tests/support/ask_all.h), and saves to a
 * file that loads again with the same bytes when saved once more. */
#include "support/ask_all.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

enum { PATH_BYTES = 96, CHECKSUM_BYTES = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "fuzz_model: %s\n", what);
    abort();
}

static void put(const char *path, const uint8_t *data, size_t size)
{
    FILE *f = fopen(path, "wb");
    require(f != NULL && fwrite(data, 1, size, f) == size, "cannot write");
    if (size >= CHECKSUM_BYTES) {
        const uint64_t checksum = XXH3_64bits(data, size - CHECKSUM_BYTES);
        require(fseek(f, -(long)CHECKSUM_BYTES, SEEK_END) == 0, "cannot seek");
        require(fwrite(&checksum, sizeof checksum, 1, f) == 1, "cannot write");
    }
    require(fclose(f) == 0, "cannot close");
}

static void require_same_file(const char *a, const char *b)
{
    FILE *f = fopen(a, "rb"), *g = fopen(b, "rb");
    require(f != NULL && g != NULL, "a saved file is not there");
    int x, y;
    do {
        x = getc(f);
        y = getc(g);
        require(x == y, "saved again, other bytes");
    } while (x != EOF);
    fclose(f);
    fclose(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[PATH_BYTES], saved[PATH_BYTES], again[PATH_BYTES];
    const char *folder = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(path, sizeof path, "%s/fuzz_model.%ld.a", folder, (long)getpid());
    snprintf(saved, sizeof saved, "%s/fuzz_model.%ld.b", folder, (long)getpid());
    snprintf(again, sizeof again, "%s/fuzz_model.%ld.c", folder, (long)getpid());
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL, *second = NULL;
    options.threads = 1;
    require(regatta_ctx_create(&ctx, &options) == REGATTA_OK, "no context");
    put(path, data, size);
    const regatta_status status = regatta_model_load(ctx, &model, path);
    require(status == REGATTA_OK || status == REGATTA_EFORMAT, "another status");
    require((status == REGATTA_OK) == (model != NULL), "status and model disagree");
    if (model != NULL) {
        const char *wrong = ask_all(ctx, model);
        require(wrong == NULL, wrong);
        require(regatta_model_save(ctx, model, saved) == REGATTA_OK, "does not save");
        require(regatta_model_load(ctx, &second, saved) == REGATTA_OK,
                "what was saved does not load");
        require(regatta_model_save(ctx, second, again) == REGATTA_OK, "does not save");
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
