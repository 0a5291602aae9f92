/* Every public function with each allocation and each system call on files failing in
 * turn. */
#include "base/hash.h"
#include "support/fault.h"
#include "support/fault_calls.h"
#include "support/suite.h"
#include <dirent.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADERS REGATTA_SOURCE_DIR "/include/regatta"
enum { NAME = 64 };

static fault_world world;

/* An attempt, with a check of the outputs. */
static regatta_status checked(regatta_ctx *ctx, void *arg)
{
    const fault_call *r = arg;
    if (r->fails & FAULT_FILES) fault_world_reset(&world);
    const regatta_status status = r->attempt(ctx, &world);
    if (r->fails & FAULT_FILES) fault_world_check(&world);
    return status;
}

/* The call succeeds without an allocation. */
static void needs_nothing(const fault_call *r)
{
    fault_memory m = {.fail_at = -1};
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    options.allocator = fault_allocator(&m);
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    m.calls = m.fail_at = 0;
    m.fail_after = 1;
    CU_ASSERT_EQUAL(r->attempt(ctx, &world), REGATTA_OK);
    CU_ASSERT_EQUAL(m.calls, 0);
    regatta_ctx_free(ctx);
    CU_ASSERT_EQUAL(m.live, 0);
}

static void test_fault_sweep__functions(void)
{
    int swept[3] = {0}; /* by kind; 0: those that need nothing */
    long injected[3] = {0};
    fault_world_open(&world);
    for (int k = 0; k < fault_n_calls; k++) {
        const fault_call *r = &fault_calls[k];
        const long before = fault_injected;
        if (r->attempt == NULL) continue;
        if (r->fails & FAULT_FILES) {
            fault_world_reset(&world);
            CU_ASSERT_EQUAL(r->attempt(world.ctx, &world), REGATTA_OK);
            fault_world_learn(&world);
        }
        if (r->fails & FAULT_MEMORY) fault_sweep_memory(checked, (void *)(uintptr_t)r);
        const long between = fault_injected;
        if (r->fails & FAULT_FILES) fault_sweep_io(checked, (void *)(uintptr_t)r);
        if (r->fails == 0) needs_nothing(r);
        CU_ASSERT_EQUAL(fault_world_print(&world), world.print);
        swept[0] += r->fails == 0;
        swept[FAULT_MEMORY] += (r->fails & FAULT_MEMORY) != 0;
        swept[FAULT_FILES] += (r->fails & FAULT_FILES) != 0;
        injected[FAULT_MEMORY] += between - before;
        injected[FAULT_FILES] += fault_injected - between;
        if (CU_get_number_of_failures() != 0) printf("after %s\n", r->name);
    }
    fault_world_close(&world);
    printf("%d functions with %ld failed allocations, %d with %ld failed calls of files, "
           "%d allocate nothing; ",
           swept[FAULT_MEMORY], injected[FAULT_MEMORY], swept[FAULT_FILES],
           injected[FAULT_FILES], swept[0]);
}

static void test_fault_sweep__context(void)
{
    for (long at = 0;; at++) {
        fault_memory m = {.fail_at = at};
        regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
        regatta_ctx *ctx = (regatta_ctx *)&m;
        options.allocator = fault_allocator(&m);
        const regatta_status status = regatta_ctx_create(&ctx, &options);
        CU_ASSERT_EQUAL(status, at < m.calls ? REGATTA_ENOMEM : REGATTA_OK);
        CU_ASSERT_EQUAL(ctx == NULL, status != REGATTA_OK);
        regatta_ctx_free(ctx);
        CU_ASSERT_EQUAL(m.live, 0);
        if (status == REGATTA_OK) {
            CU_ASSERT(at > 0);
            break;
        }
    }
}

/* Trainings and updates with a checkpoint: a call that is cancelled, and one that resumes
 * it. */
typedef struct kept {
    regatta_model *model; /* to update; NULL: trains */
    char folder[SCRATCH_PATH];
    int calls, cancel_at; /* of the progress function; cancel_at 0: never */
    uint64_t whole;       /* hash of the model of a call without a checkpoint */
} kept;

static int listen(void *state, const regatta_progress *progress)
{
    kept *k = state;
    (void)progress;
    return ++k->calls == k->cancel_at ? REGATTA_CANCEL : REGATTA_GO_ON;
}

static int add_hash(void *state, const void *bytes, size_t n)
{
    uint64_t *hash = state;
    *hash = rg_hash(bytes, n, *hash);
    return 0;
}

/* Trains or updates; *hash is that of the model. */
static regatta_status make(regatta_ctx *ctx, kept *k, const char *begins,
                           const char *resumes, uint64_t *hash)
{
    regatta_model *out = world.model;
    regatta_status status = REGATTA_OK;
    regatta_train_options train = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_update_options update = REGATTA_UPDATE_OPTIONS_INIT;
    regatta_update_report report = REGATTA_UPDATE_REPORT_INIT;
    train.channels = "items,vectors";
    train.dim = 4;
    train.max_steps = update.steps = 6;
    train.temperature = 0.2f;
    train.valid_share = 0.0f;
    train.progress = update.progress = listen;
    train.progress_state = update.progress_state = k;
    train.checkpoint = update.checkpoint = begins;
    train.resume = update.resume = resumes;
    train.checkpoint_seconds = update.checkpoint_seconds = 0.0f;
    k->calls = 0;
    if (k->model != NULL)
        status = regatta_model_update(ctx, &out, k->model, world.graph, &update, &report);
    else
        status = regatta_model_train(ctx, &out, world.graph, &train);
    CU_ASSERT_EQUAL(out == NULL, status != REGATTA_OK);
    *hash = 1;
    if (out != NULL)
        CU_ASSERT_EQUAL(regatta_model_write(world.ctx, out, add_hash, hash), REGATTA_OK);
    regatta_model_free(out);
    return status;
}

/* Removes the checkpoint; asserts that its folder has no other files. */
static void clear(const char *folder)
{
    DIR *d = opendir(folder);
    if (d == NULL) return;
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[SCRATCH_PATH];
        if (e->d_name[0] == '.' && strspn(e->d_name, ".") == strlen(e->d_name)) continue;
        CU_ASSERT(strcmp(e->d_name, "training.txt") == 0 ||
                  strcmp(e->d_name, "running") == 0 ||
                  (strncmp(e->d_name, "results-", 8) == 0 && strlen(e->d_name) == 14));
        scratch_path(path, folder, e->d_name);
        CU_ASSERT_EQUAL(unlink(path), 0);
    }
    closedir(d);
    CU_ASSERT_EQUAL(rmdir(folder), 0);
}

/* What a fault leaves in the folder is resumed, or begun again, to the same model. */
static regatta_status cancel_and_resume(regatta_ctx *ctx, void *state)
{
    kept *k = state;
    uint64_t hash = 0;
    const int at = k->cancel_at;
    clear(k->folder);
    regatta_status status = make(ctx, k, k->folder, NULL, &hash);
    k->cancel_at = 0;
    if (status == REGATTA_ESTOPPED) {
        status = make(ctx, k, NULL, k->folder, &hash);
        if (status == REGATTA_OK) CU_ASSERT_EQUAL(hash, k->whole);
    }
    if (status != REGATTA_OK) {
        CU_ASSERT_EQUAL(make(world.ctx, k, k->folder, k->folder, &hash), REGATTA_OK);
        CU_ASSERT_EQUAL(hash, k->whole);
    }
    k->cancel_at = at;
    return status;
}

static void test_fault_sweep__checkpoints(void)
{
    const long before = fault_injected;
    kept k = {.model = NULL};
    char folder[SCRATCH_PATH];
    fault_world_open(&world);
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_model *model = NULL;
    o.channels = "items,vectors";
    o.dim = 4;
    o.max_steps = 2;
    o.temperature = 0.2f;
    o.valid_share = 0.0f;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(world.ctx, &model, world.graph, &o),
                          REGATTA_OK);
    scratch_open(folder);
    scratch_path(k.folder, folder, "place");
    for (int updates = 0; updates < 2; updates++) {
        k.model = updates ? model : NULL;
        k.cancel_at = 0;
        CU_ASSERT_EQUAL(make(world.ctx, &k, NULL, NULL, &k.whole), REGATTA_OK);
        CU_ASSERT_FATAL(k.calls > 2);
        k.cancel_at = k.calls - 2;
        fault_sweep_memory(cancel_and_resume, &k);
        fault_sweep_io(cancel_and_resume, &k);
        CU_ASSERT_EQUAL(fault_world_print(&world), world.print);
    }
    clear(k.folder);
    scratch_close(folder);
    regatta_model_free(model);
    fault_world_close(&world);
    printf("%ld failed calls; ", fault_injected - before);
}

/* Sets name to the function that a public header declares next from `text` on. Returns
 * the place after it, NULL at the end. */
static const char *next_declared(char name[NAME], const char *text)
{
    const char *at = strstr(text, "\nREGATTA_API ");
    if (at == NULL) return NULL;
    for (at = strchr(at, '('); at != NULL; at = strchr(at + 1, '(')) {
        const char *begin = at;
        while (begin > text &&
               (begin[-1] == '_' || (begin[-1] >= 'a' && begin[-1] <= 'z')))
            begin--;
        if (strncmp(begin, "regatta_", 8) != 0) continue;
        snprintf(name, NAME, "%.*s", (int)(at - begin), begin);
        return at;
    }
    return NULL;
}

/* Returns the number of functions that a header declares, and asserts that each has one
 * row of the table. */
static int check_header(const char *name)
{
    char path[4 * SCRATCH_PATH], function[NAME];
    int64_t bytes = 0;
    int n = 0;
    snprintf(path, sizeof path, HEADERS "/%s", name);
    char *text = (char *)scratch_read(path, &bytes);
    text = realloc(text, (size_t)bytes + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    text[bytes] = '\0';
    for (const char *at = text; (at = next_declared(function, at)) != NULL; n++) {
        int found = 0;
        for (int k = 0; k < fault_n_calls; k++)
            found += strcmp(fault_calls[k].name, function) == 0;
        CU_ASSERT_EQUAL(found, 1);
        if (found != 1) printf("%s: %d rows of fault_calls\n", function, found);
    }
    free(text);
    return n;
}

static void test_fault_sweep__table_is_complete(void)
{
    int n = 0;
    DIR *folder = opendir(HEADERS);
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    for (const struct dirent *e; (e = readdir(folder)) != NULL;)
        if (strstr(e->d_name, ".h") != NULL) n += check_header(e->d_name);
    closedir(folder);
    CU_ASSERT_EQUAL(n, fault_n_calls);
}

static const test_case cases[] = {
    {"table is complete", test_fault_sweep__table_is_complete},
    {"context", test_fault_sweep__context},
    {"functions", test_fault_sweep__functions},
    {"checkpoints", test_fault_sweep__checkpoints},
};

int test_fault_sweep(void)
{
    return TEST_MAIN("fault_sweep", cases);
}
