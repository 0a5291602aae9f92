#include "base/checkpoint/checkpoint.h"
#include "base/hash.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/planted_graph.h"
#include "support/scratch.h"
#include "support/suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N = 3, STEPS = 5, NEVER = 1000000 };

/* A training: N units, of which each adds STEPS steps. */
typedef struct training {
    int stop_at; /* this step of all (from 1) ends the training; 0 = none */
    int steps;   /* that were taken, of all units */
    int works;   /* units whose work was done */
    double seconds;
    int begins, resumes;
    const char *description;
    int64_t result[N];
} training;

typedef struct unit_state {
    training *training;
    int64_t number, sum, step;
} unit_state;

static regatta_status visit(rg_archive *archive, void *state)
{
    unit_state *u = state;
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_archive_int(archive, &u->sum, 0, 1000));
    RG_TRY(rg_archive_int(archive, &u->step, 0, STEPS));
done:
    return status;
}

static regatta_status work(regatta_ctx *ctx, void *state)
{
    regatta_status status = REGATTA_OK;
    unit_state *u = state;
    training *t = u->training;
    t->works++;
    if (rg_unit_has_state(ctx)) RG_TRY(rg_unit_resume(ctx, visit, u));
    while (u->step < STEPS) {
        u->sum += ++u->step * (u->number + 1);
        rg_count_flops(ctx, 1.0);
        const int stops = ++t->steps == t->stop_at;
        if (stops) RG_TRY(rg_checkpoint_stop(ctx));
        RG_TRY(rg_unit_keep(ctx, stops, visit, u));
        if (stops) return REGATTA_ESTOPPED;
    }
done:
    return status;
}

static regatta_status outer_work(regatta_ctx *ctx, void *state)
{
    unit_state *u = state;
    const rg_unit unit = {"inner", work, visit, u};
    return rg_unit_run(ctx, &unit);
}

static regatta_status run_units(regatta_ctx *ctx, training *t)
{
    regatta_status status = REGATTA_OK;
    for (int k = 0; k < N; k++) {
        unit_state u = {.training = t, .number = k};
        const rg_unit unit = {"unit", k == 1 ? outer_work : work, visit, &u};
        RG_TRY(rg_unit_run(ctx, &unit));
        t->result[k] = u.sum;
    }
    status = rg_checkpoint_flush(ctx);
done:
    return status;
}

static regatta_status train(regatta_ctx *ctx, training *t)
{
    const rg_checkpoint_options o = {.folder = in_folder("place"),
                                     .begins = t->begins,
                                     .resumes = t->resumes,
                                     .seconds = t->seconds,
                                     .description = t->description};
    regatta_status status = rg_checkpoint_open(ctx, &o);
    if (status == REGATTA_OK) status = run_units(ctx, t);
    rg_checkpoint_close(ctx);
    return status;
}

static training training_of(int begins, int resumes)
{
    return (training){.begins = begins,
                      .resumes = resumes,
                      .seconds = NEVER,
                      .description = "data=1\noption=2\n"};
}

static const char *file_of(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "place/%s", name);
    return in_folder(path);
}

static void clear(void)
{
    static const char *const names[] = {"training.txt", "results-000001", "running",
                                        "results-000002"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) unlink(file_of(names[k]));
    rmdir(in_folder("place"));
}

static void right(const training *t)
{
    for (int k = 0; k < N; k++) CU_ASSERT_EQUAL(t->result[k], 15 * (k + 1));
}

/* Stopped at every step, and resumed: no step is taken twice, and the results and the
 * FLOPs are those of a training that was not. */
static void test_checkpoint__stopped_and_resumed(void)
{
    for (int stop = 1; stop <= N * STEPS; stop++) {
        regatta_ctx *ctx = test_context(1);
        training t = training_of(1, 0), more = training_of(0, 1);
        t.stop_at = stop;
        CU_ASSERT_EQUAL(train(ctx, &t), REGATTA_ESTOPPED);
        CU_ASSERT_EQUAL(train(ctx, &more), REGATTA_OK);
        right(&more);
        CU_ASSERT_EQUAL(more.steps, N * STEPS - stop);
        CU_ASSERT_EQUAL(ctx->flops, (double)(N * STEPS + stop));
        training again = training_of(0, 1);
        CU_ASSERT_EQUAL(train(ctx, &again), REGATTA_OK);
        right(&again);
        CU_ASSERT_EQUAL(again.works, 0);
        CU_ASSERT_PTR_NULL(ctx->checkpoint);
        regatta_ctx_free(ctx);
        clear();
    }
}

static void test_checkpoint__killed_between_writes(void)
{
    regatta_ctx *ctx = test_context(1);
    training t = training_of(1, 0);
    t.seconds = 0.0; /* the state of every step, and every result, is written */
    const rg_checkpoint_options o = {
        .folder = in_folder("place"), .begins = 1, .description = t.description};
    CU_ASSERT_EQUAL_FATAL(rg_checkpoint_open(ctx, &o), REGATTA_OK);
    CU_ASSERT_EQUAL(run_units(ctx, &t), REGATTA_OK);
    CU_ASSERT(access(file_of("results-000002"), F_OK) == 0);
    rg_checkpoint_close(ctx);
    unlink(file_of("results-000003"));
    unlink(file_of("results-000004"));
    training more = training_of(1, 1);
    CU_ASSERT_EQUAL(train(ctx, &more), REGATTA_OK);
    right(&more);
    CU_ASSERT_EQUAL(more.steps, 0); /* the last state of the last unit is whole */
    unlink(file_of("results-000003"));
    regatta_ctx_free(ctx);
    clear();
}

static void refused(regatta_status wanted, const char *words, int begins, int resumes,
                    const char *description)
{
    regatta_ctx *ctx = test_context(1);
    training t = training_of(begins, resumes);
    if (description != NULL) t.description = description;
    CU_ASSERT_EQUAL(train(ctx, &t), wanted);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), words));
    CU_ASSERT_EQUAL(t.works, 0);
    CU_ASSERT_PTR_NULL(ctx->checkpoint);
    regatta_ctx_free(ctx);
}

static void test_checkpoint__refused(void)
{
    regatta_ctx *ctx = test_context(1);
    training t = training_of(1, 0);
    refused(REGATTA_EINVAL, "has no checkpoint to resume", 0, 1, NULL);
    CU_ASSERT_NOT_EQUAL(access(in_folder("place"), F_OK), 0); /* nothing was made */
    t.stop_at = 7;
    CU_ASSERT_EQUAL(train(ctx, &t), REGATTA_ESTOPPED);
    refused(REGATTA_EINVAL, "has a checkpoint already: resume it", 1, 0, NULL);
    refused(REGATTA_EINVAL, "the checkpoint differs in option: '2' there, '3' here", 0, 1,
            "data=1\noption=3\n");
    refused(REGATTA_EINVAL, "differs in data: '1' there, '12' here", 1, 1,
            "data=12\noption=2\n");
    refused(REGATTA_EFORMAT, "not the description of a training by this version", 0, 1,
            "data=1\noption=2\nmore=3\n");
    refused(REGATTA_EFORMAT, "not the description of a training by this version", 0, 1,
            "dato=1\noption=2\n");
    regatta_ctx_free(ctx);
    clear();
}

/* Every changed byte and every cut of the files is refused, or is a changed description;
 * a file of another training is refused. */
static void test_checkpoint__altered(void)
{
    static const char *const names[] = {"results-000001", "running", "training.txt"};
    regatta_ctx *ctx = test_context(1);
    training t = training_of(1, 0);
    t.stop_at = 12;
    CU_ASSERT_EQUAL(train(ctx, &t), REGATTA_ESTOPPED);
    for (size_t f = 0; f < 3; f++) {
        int64_t n = 0;
        unsigned char *bytes = scratch_read(file_of(names[f]), &n);
        for (int64_t k = 0; k < n; k++) {
            training more = training_of(0, 1);
            bytes[k] ^= 0x21;
            scratch_write(file_of(names[f]), bytes, n);
            bytes[k] ^= 0x21;
            const regatta_status status = train(ctx, &more);
            CU_ASSERT(status == REGATTA_EFORMAT || (f == 2 && status == REGATTA_EINVAL));
            scratch_write(file_of(names[f]), bytes, k > 0 ? k : 1); /* cut */
            const regatta_status cut = train(ctx, &more);
            CU_ASSERT(cut == REGATTA_EFORMAT || (f == 2 && cut == REGATTA_EINVAL));
            CU_ASSERT_EQUAL(more.works, 0);
        }
        scratch_write(file_of(names[f]), bytes, n);
        free(bytes);
    }
    regatta_ctx_free(ctx);
    clear();
}

/* Writes a file of results with the right hash around the given index. */
static void forge(unsigned char *bytes, int64_t n)
{
    uint64_t hash = rg_hash(bytes, (size_t)n - 16, 0);
    memcpy(bytes + n - 16, &hash, sizeof hash);
    scratch_write(file_of("running"), bytes, n);
}

/* Numbers out of range, offsets and sizes that lie, with a right hash. */
static void test_checkpoint__forged(void)
{
    regatta_ctx *ctx = test_context(1);
    training t = training_of(1, 0);
    int64_t n = 0;
    t.stop_at = 12;
    CU_ASSERT_EQUAL(train(ctx, &t), REGATTA_ESTOPPED);
    unsigned char *bytes = scratch_read(file_of("running"), &n);
    CU_ASSERT_EQUAL_FATAL(n, 16 + 16 + 32 + 32);
    const struct {
        int64_t at, value;
        const char *words;
    } wrong[] = {
        {8, 5, "belongs to another training"},  {16, -1, "a number is out of range"},
        {16, 1001, "a number is out of range"}, {24, STEPS + 1, "out of range"},
        {40, 17, "truncated or altered"},       {40, INT64_MAX, "truncated or altered"},
        {48, -8, "truncated or altered"},       {48, INT64_MAX, "truncated or altered"},
        {48, 9, "a record is too short"},       {n - 32, 2, "truncated or altered"},
        {n - 32, INT64_MAX, "truncated"},       {n - 24, 0, "truncated or altered"},
        {n - 24, INT64_MAX, "truncated"},       {n - 24, 33, "truncated or altered"},
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        unsigned char forged[16 + 16 + 32 + 32];
        training more = training_of(0, 1);
        memcpy(forged, bytes, sizeof forged);
        memcpy(forged + wrong[k].at, &wrong[k].value, sizeof wrong[k].value);
        forge(forged, n);
        CU_ASSERT_EQUAL(train(ctx, &more), REGATTA_EFORMAT);
        if (strstr(regatta_last_error(ctx), wrong[k].words) == NULL) {
            CU_FAIL("the message");
            printf("%zu: %s\n", k, regatta_last_error(ctx));
        }
    }
    free(bytes);
    regatta_ctx_free(ctx);
    clear();
}

/* Few files, as each is synced. */
static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    training t = training_of(1, 0), more = training_of(0, 1);
    (void)arg;
    clear();
    rg_begin(ctx);
    t.stop_at = 2;
    regatta_status status = train(ctx, &t);
    if (status == REGATTA_ESTOPPED) status = train(ctx, &more);
    return rg_end(ctx, status);
}

static void test_checkpoint__no_memory(void)
{
    fault_sweep_memory(attempt, NULL);
    clear();
}

static void test_checkpoint__no_files(void)
{
    fault_sweep_io(attempt, NULL);
    clear();
}

/* A file above a block, whose hash is chained, and results that do not wait for the
 * seconds because they are large. */
typedef struct large {
    float *x;
    int64_t n;
    int works;
} large;

static regatta_status large_work(regatta_ctx *ctx, void *state)
{
    large *l = state;
    (void)ctx;
    l->works++;
    for (int64_t k = 0; k < l->n; k++) l->x[k] = (float)k;
    return REGATTA_OK;
}

static regatta_status large_visit(rg_archive *archive, void *state)
{
    const large *l = state;
    return rg_archive_floats(archive, l->x, l->n);
}

static void test_checkpoint__large(void)
{
    regatta_ctx *ctx = test_context(1);
    large l = {.n = INT64_C(17) << 20};
    const rg_unit unit = {"large", large_work, large_visit, &l};
    const rg_checkpoint_options o = {.folder = in_folder("place"),
                                     .begins = 1,
                                     .resumes = 1,
                                     .seconds = NEVER,
                                     .description = "large=1\n"};
    l.x = malloc((size_t)l.n * sizeof *l.x);
    CU_ASSERT_PTR_NOT_NULL_FATAL(l.x);
    for (int k = 0; k < 2; k++) {
        CU_ASSERT_EQUAL(rg_checkpoint_open(ctx, &o), REGATTA_OK);
        memset(l.x, 0, (size_t)l.n * sizeof *l.x);
        CU_ASSERT_EQUAL(rg_unit_run(ctx, &unit), REGATTA_OK);
        CU_ASSERT_EQUAL(l.x[l.n - 1], (float)(l.n - 1));
        CU_ASSERT_EQUAL(l.works, 1); /* the second time it is read */
        rg_checkpoint_close(ctx);
    }
    free(l.x);
    regatta_ctx_free(ctx);
    clear();
}

static const test_case cases[] = {
    {"stopped and resumed", test_checkpoint__stopped_and_resumed},
    {"killed between writes", test_checkpoint__killed_between_writes},
    {"refused", test_checkpoint__refused},
    {"altered", test_checkpoint__altered},
    {"forged", test_checkpoint__forged},
    {"no memory", test_checkpoint__no_memory},
    {"no files", test_checkpoint__no_files},
    {"large", test_checkpoint__large},
};

int test_checkpoint(void)
{
    return TEST_MAIN_IN_FOLDER("checkpoint", cases);
}
