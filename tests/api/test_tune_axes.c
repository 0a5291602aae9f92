/* The search space: what is refused, and the trials that are drawn. */
#include "api/tune/tune_axes.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { TRIALS = 200 };
#define AT(name) (uint32_t) offsetof(regatta_train_options, name)

static regatta_status read(regatta_ctx *ctx, rg_tune_space *space,
                           const regatta_axis *axes, uint32_t n)
{
    const regatta_train_options base = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_tune_options opts = REGATTA_TUNE_OPTIONS_INIT;
    opts.axes = axes;
    opts.n_axes = n;
    return rg_tune_space_read(ctx, space, &opts, &base, 0);
}

static void test_tune_axes__draws_in_range(void)
{
    static regatta_train_options trial[TRIALS];
    regatta_ctx *ctx = test_context(1);
    const regatta_train_options base = REGATTA_TRAIN_OPTIONS_INIT;
    const double dims[] = {16, 64};
    const regatta_axis axes[] = {
        {sizeof *axes, AT(dim), REGATTA_SCALE_CHOICE, 2, 0, 0, dims},
        {sizeof *axes, AT(learning_rate), REGATTA_SCALE_LOG, 0, 0.01, 0.1, NULL},
        {sizeof *axes, AT(max_steps), REGATTA_SCALE_LINEAR, 0, 50, 300, NULL}};
    rg_tune_space space;
    int64_t n = TRIALS;
    int kept = 0, low = 0;
    CU_ASSERT_EQUAL(read(ctx, &space, axes, 3), REGATTA_OK);
    rg_tune_draw(trial, &n, &space, &base, 1);
    CU_ASSERT_EQUAL(n, TRIALS);
    CU_ASSERT_EQUAL(memcmp(&trial[0], &base, sizeof base), 0);
    for (int t = 1; t < TRIALS; t++) {
        const regatta_train_options *o = &trial[t];
        CU_ASSERT(o->dim == 0 || o->dim == 16 || o->dim == 64);
        CU_ASSERT(o->max_steps == 0 || (o->max_steps >= 50 && o->max_steps <= 300));
        CU_ASSERT(o->learning_rate == 0.0f ||
                  (o->learning_rate >= 0.01f && o->learning_rate <= 0.1f));
        kept += o->learning_rate == 0.0f;
        low += o->learning_rate != 0.0f && o->learning_rate < 0.0316f;
        for (int s = 0; s < t; s++) CU_ASSERT(memcmp(o, &trial[s], sizeof *o) != 0);
    }
    CU_ASSERT(kept > TRIALS / 3 && kept < 2 * TRIALS / 3); /* each with probability 1/2 */
    CU_ASSERT(low > TRIALS / 6 && low < TRIALS / 3);       /* half of the log scale */
    regatta_ctx_free(ctx);
}

/* Fewer trials are the first ones of more. */
static void test_tune_axes__trials_do_not_depend_on_their_number(void)
{
    static regatta_train_options few[4], many[9];
    regatta_ctx *ctx = test_context(1);
    const regatta_train_options base = REGATTA_TRAIN_OPTIONS_INIT;
    rg_tune_space space;
    int64_t n_few = 4, n_many = 9;
    CU_ASSERT_EQUAL(read(ctx, &space, NULL, 0), REGATTA_OK);
    rg_tune_draw(few, &n_few, &space, &base, 5);
    rg_tune_draw(many, &n_many, &space, &base, 5);
    CU_ASSERT_EQUAL(memcmp(few, many, sizeof few), 0);
    regatta_ctx_free(ctx);
}

static void test_tune_axes__small_spaces_end(void)
{
    static regatta_train_options trial[TRIALS];
    regatta_ctx *ctx = test_context(1);
    const regatta_train_options base = REGATTA_TRAIN_OPTIONS_INIT;
    const double layers[] = {1, 2, 3}; /* 2 is the default */
    const regatta_axis axis = {sizeof axis, AT(layers), REGATTA_SCALE_CHOICE, 3, 0,
                               0,           layers};
    rg_tune_space space;
    int64_t n = TRIALS;
    CU_ASSERT_EQUAL(read(ctx, &space, &axis, 1), REGATTA_OK);
    rg_tune_draw(trial, &n, &space, &base, 1);
    CU_ASSERT_EQUAL(n, 3);
    regatta_ctx_free(ctx);
}

static void refused(const regatta_axis *axes, uint32_t n, const char *words)
{
    regatta_ctx *ctx = test_context(1);
    rg_tune_space space;
    CU_ASSERT_EQUAL(read(ctx, &space, axes, n), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
    regatta_ctx_free(ctx);
}

static void test_tune_axes__refusals(void)
{
    const double bad[] = {16, 2000}, part[] = {1.5};
    const regatta_axis seed = {sizeof seed, AT(seed), 0, 0, 0, 0, NULL};
    const regatta_axis valid = {sizeof valid, AT(refit), 0, 0, 0, 0, NULL};
    const regatta_axis dim = {sizeof dim, AT(dim), REGATTA_SCALE_CHOICE, 2, 0, 0, bad};
    const regatta_axis half = {sizeof half, AT(layers), REGATTA_SCALE_CHOICE, 1, 0,
                               0,           part};
    const regatta_axis none = {sizeof none, AT(dim), REGATTA_SCALE_CHOICE, 0, 0, 0, bad};
    const regatta_axis swapped = {sizeof dim, AT(l2), REGATTA_SCALE_LINEAR, 0, 1,
                                  0,          NULL};
    const regatta_axis zero = {sizeof dim, AT(l2), REGATTA_SCALE_LOG, 0, 0, 1, NULL};
    const regatta_axis scale = {sizeof dim, AT(l2), 4, 0, 0, 1, NULL};
    const regatta_axis twice[] = {{sizeof dim, AT(l2), 0, 0, 0, 0, NULL},
                                  {sizeof dim, AT(l2), 0, 0, 0, 0, NULL}};
    CU_ASSERT_PTR_NULL(rg_train_field_at(AT(seed)));
    CU_ASSERT_PTR_NULL(rg_train_field_at(AT(channels)));
    {
        regatta_ctx *ctx = test_context(1);
        rg_tune_space space;
        CU_ASSERT_EQUAL(read(ctx, &space, &seed, 1), REGATTA_EINVAL);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "there is no number at"));
        regatta_ctx_free(ctx);
    }
    refused(&valid, 1, "the space: refit has no default range: give its values");
    refused(&dim, 1, "the space: dim must be a whole number from 4 to 1024, not 2000");
    refused(&half, 1, "the space: layers must be a whole number from 1 to 4, not 1.5");
    refused(&none, 1, "the space: dim has no values");
    refused(&swapped, 1, "the space: l2 has a low end of 1 above its high end 0");
    refused(&zero, 1, "the space: l2 on a log scale must begin above 0");
    refused(&scale, 1, "the space: scale must be 0 to 3, not 4");
    refused(twice, 2, "the space has l2 twice");
    refused(twice, RG_MAX_AXES + 1, "n_axes must be 0 to 32, not 33");
}

/* All default ranges lie in the ranges of their options. */
static void test_tune_axes__default_ranges(void)
{
    static const uint32_t fields[] = {AT(preset),
                                      AT(dim),
                                      AT(layers),
                                      AT(combine),
                                      AT(learning_rate),
                                      AT(temperature),
                                      AT(l2),
                                      AT(edge_dropout),
                                      AT(valid_share),
                                      AT(weighting),
                                      AT(attention),
                                      AT(heads),
                                      AT(start),
                                      AT(loss),
                                      AT(max_steps),
                                      AT(patience),
                                      AT(eval_every),
                                      AT(batch_users),
                                      AT(expect),
                                      AT(target),
                                      AT(sequence),
                                      AT(sequence_dim),
                                      AT(sequence_blocks),
                                      AT(sequence_heads),
                                      AT(sequence_window),
                                      AT(sequence_dropout)};
    regatta_ctx *ctx = test_context(1);
    for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
        const regatta_axis axis = {sizeof axis, fields[k], 0, 0, 0, 0, NULL};
        rg_tune_space space;
        CU_ASSERT_EQUAL(read(ctx, &space, &axis, 1), REGATTA_OK);
        CU_ASSERT(space.axis[0].scale != REGATTA_SCALE_DEFAULT);
    }
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"in range", test_tune_axes__draws_in_range},
    {"number of trials", test_tune_axes__trials_do_not_depend_on_their_number},
    {"small spaces", test_tune_axes__small_spaces_end},
    {"refusals", test_tune_axes__refusals},
    {"default ranges", test_tune_axes__default_ranges},
};

int test_tune_axes(void)
{
    return TEST_MAIN("tune_axes", cases);
}
