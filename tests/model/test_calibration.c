/* From scores to probabilities, and the tensors of a file. */
#include "fit/calibration/calibrate.h"
#include "support/forge.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <string.h>

/* Knots (0, -2), (1, 0), (3, 1), slopes 4 and 0.25. */
static void three_knots(float knots[RG_CALIBRATION_FLOATS])
{
    const float x[] = {0, 1, 3}, y[] = {-2, 0, 1};
    memset(knots, 0, RG_CALIBRATION_FLOATS * sizeof *knots);
    knots[0] = 3.0f;
    knots[1] = 4.0f;
    knots[2] = 0.25f;
    for (int k = 0; k < 3; k++) {
        knots[RG_CALIBRATION_HEAD + k] = x[k];
        knots[RG_CALIBRATION_HEAD + RG_CALIBRATION_KNOTS + k] = y[k];
    }
}

static regatta_calibration report_of_three(void)
{
    regatta_calibration r = REGATTA_CALIBRATION_INIT;
    r.form = REGATTA_FORM_ISOTONIC;
    r.held_out = 1;
    r.n_users = 3.0;
    r.n_positives = 4.0;
    r.n_pairs = 1e9 + 0.5;
    r.log_loss = 0.25;
    r.constant = 0.5;
    for (int b = 0; b < REGATTA_BINS; b++) {
        r.bin_pairs[b] = 10.0 + b;
        r.bin_predicted[b] = 0.01 * b;
        r.bin_observed[b] = 0.02 * b;
    }
    return r;
}

static void test_calibration__hand(void)
{
    float knots[RG_CALIBRATION_FLOATS];
    const rg_calibration c = {.knots = knots};
    three_knots(knots);
    const double x[] = {-1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 7.0};
    const double y[] = {-6.0, -2.0, -1.0, 0.0, 0.5, 1.0, 2.0};
    for (int k = 0; k < 7; k++) {
        CU_ASSERT_EQUAL(rg_calibration_logit(&c, x[k]), y[k]);
        CU_ASSERT_DOUBLE_EQUAL(rg_calibration_probability(&c, x[k]),
                               1.0 / (1.0 + exp(-y[k])), 1e-15);
    }
}

/* Returns a model with a calibration by three knots. */
static regatta_model *calibrated(regatta_ctx *ctx)
{
    float knots[RG_CALIBRATION_FLOATS];
    const regatta_calibration r = report_of_three();
    const tiny_spec spec = tiny_smallest();
    regatta_model *m = NULL;
    three_knots(knots);
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_calibration_store(m, knots, &r), REGATTA_OK);
    return m;
}

static void check_same(const regatta_model *m)
{
    float knots[RG_CALIBRATION_FLOATS];
    regatta_calibration r = REGATTA_CALIBRATION_INIT;
    const regatta_calibration wanted = report_of_three();
    three_knots(knots);
    CU_ASSERT_EQUAL(regatta_model_calibration(NULL, &r, m), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(&r, &wanted, sizeof r), 0);
    CU_ASSERT_EQUAL(memcmp(m->calibration.knots, knots, sizeof knots), 0);
}

static void test_calibration__file_and_conversion_keep_it(void)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = calibrated(ctx), *loaded = NULL, *compact = NULL;
    regatta_convert_options o = REGATTA_CONVERT_OPTIONS_INIT;
    scratch_open(folder);
    scratch_path(path, folder, "calibrated.regatta");
    check_same(m);
    o.type = REGATTA_TYPE_I8;
    CU_ASSERT_EQUAL(regatta_model_convert(ctx, &compact, m, &o), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_model_save(ctx, compact, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
    check_same(compact);
    check_same(loaded);
    regatta_model_free(loaded);
    regatta_model_free(compact);
    regatta_model_free(m);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void refuses(const forge *f, const char *path, const char *words)
{
    regatta_model *model = NULL;
    forge_save(f, path);
    CU_ASSERT_EQUAL(regatta_model_load(f->ctx, &model, path), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(f->ctx), words));
    regatta_model_free(model);
}

static void test_calibration__forged(void)
{
    static const struct {
        int at;
        float x;
        const char *words;
    } knot[] = {{0, 0.0f, "number of knots"},
                {0, 65.0f, "number of knots"},
                {0, 1.5f, "number of knots"},
                {0, NAN, "calibration"},
                {1, 0.0f, "slope"},
                {2, -1.0f, "slope"},
                {RG_CALIBRATION_HEAD + 1, 0.0f, "do not rise"},
                {RG_CALIBRATION_HEAD + RG_CALIBRATION_KNOTS + 2, -3.0f, "do not rise"}};
    static const struct {
        int at;
        double x;
        const char *words;
    } number[] = {{0, 0.0, "form"},
                  {0, 3.0, "form"},
                  {1, 0.5, "form"},
                  {2, -1.0, "out of range"},
                  {9, (double)INFINITY, "out of range"}};
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = calibrated(ctx), *loaded = NULL;
    forge f;
    scratch_open(folder);
    scratch_path(path, folder, "forged.regatta");
    CU_ASSERT_EQUAL(regatta_model_save(ctx, m, path), REGATTA_OK);
    forge_open(&f, ctx, path);
    float *x = forge_data(&f, "calibration");
    double *y = forge_data(&f, "calibration.numbers");
    for (size_t k = 0; k < sizeof knot / sizeof *knot; k++) {
        const float before = x[knot[k].at];
        x[knot[k].at] = knot[k].x;
        refuses(&f, path, knot[k].words);
        x[knot[k].at] = before;
    }
    for (size_t k = 0; k < sizeof number / sizeof *number; k++) {
        const double before = y[number[k].at];
        y[number[k].at] = number[k].x;
        refuses(&f, path, number[k].words);
        y[number[k].at] = before;
    }
    forge_drop(&f, "calibration.numbers");
    refuses(&f, path, "calibration.numbers: it is missing");
    forge_drop(&f, "calibration");
    forge_save(&f, path);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
    CU_ASSERT_PTR_NULL(loaded->calibration.knots);
    regatta_model_free(loaded);
    forge_close(&f);
    regatta_model_free(m);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"hand", test_calibration__hand},
    {"file and conversion keep it", test_calibration__file_and_conversion_keep_it},
    {"forged", test_calibration__forged},
};

int test_calibration(void)
{
    return TEST_MAIN("calibration", cases);
}
