/* regatta_tune: the winner of planted differences, same results at any number of threads
 * and after a resume, budgets, and what is refused. */
#include "support/folder.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <dirent.h>
#include <math.h>
#include <regatta/tune.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 16 };
#define AT(name) (uint32_t) offsetof(regatta_train_options, name)

/* Vectors from random numbers, which few steps barely move, unless the learning rate is
 * that of a trial. */
static const double RATES[] = {0.05, 1e-6};

static regatta_train_options weak(void)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = "vectors";
    o.start = REGATTA_START_RANDOM;
    o.dim = 8;
    o.max_steps = 8;
    o.learning_rate = 1e-4f;
    o.temperature = 0.2f;
    return o;
}

static regatta_graph *graph_of(regatta_ctx *ctx)
{
    regatta_graph *graph = NULL;
    const planted p = {
        .n_users = 150, .n_items = 40, .communities = 4, .per_user = 10, .seed = 2};
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &p), REGATTA_OK);
    return graph;
}

/* What a tuning reported. */
typedef struct told {
    regatta_trial trial[MOST]; /* results, without options */
    float rate[MOST];
    int n, n_fits, n_resumed;
    int answer, at; /* the answer to fit number `at` */
} told;

static int on_fit(void *state, const regatta_trial *trial)
{
    told *t = state;
    CU_ASSERT(trial->spent >= 0.0);
    return ++t->n_fits == t->at ? t->answer : REGATTA_GO_ON;
}

static int on_result(void *state, const regatta_trial *trial)
{
    told *t = state;
    CU_ASSERT_FATAL(t->n < MOST);
    t->rate[t->n] = trial->options->learning_rate;
    t->trial[t->n] = *trial;
    t->trial[t->n].options = NULL;
    t->trial[t->n++].seconds = 0.0;
    return REGATTA_GO_ON;
}

typedef struct sampled_fits {
    int sampled, whole, sampled_late;
} sampled_fits;

static int count_sampled(void *state, const regatta_trial *trial)
{
    sampled_fits *f = state;
    if (trial->is_sampled) CU_ASSERT(trial->n_users <= 5000 && trial->n_users > 4000);
    if (trial->is_sampled && f->whole > 0) f->sampled_late++;
    *(trial->is_sampled ? &f->sampled : &f->whole) += 1;
    return REGATTA_GO_ON;
}

static regatta_status tune(uint32_t threads, told *t, regatta_train_options *out,
                           regatta_tuning *report, regatta_tune_options opts,
                           const regatta_train_options *train)
{
    static const regatta_axis axes[] = {
        {sizeof *axes, AT(learning_rate), REGATTA_SCALE_CHOICE, 2, 0, 0, RATES},
        {sizeof *axes, AT(l2), REGATTA_SCALE_LOG, 0, 1e-9, 1e-7, NULL}};
    regatta_ctx *ctx = test_context(threads);
    regatta_graph *graph = graph_of(ctx);
    opts.axes = axes;
    opts.n_axes = 2;
    opts.train = train;
    opts.measured = on_fit;
    opts.result = on_result;
    opts.measured_state = opts.result_state = t;
    const regatta_status status = regatta_tune(ctx, out, graph, &opts, report);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    return status;
}

static regatta_tune_options small(void)
{
    regatta_tune_options o = REGATTA_TUNE_OPTIONS_INIT;
    o.trials = 4;
    o.folds = 2;
    return o;
}

static void test_tune_api__finds_the_better_option(void)
{
    told first = {.n = 0};
    for (uint32_t threads = 1; threads <= 3; threads++) {
        told t = {.n = 0};
        const regatta_train_options train = weak();
        regatta_train_options out = REGATTA_TRAIN_OPTIONS_INIT;
        regatta_tuning report = REGATTA_TUNING_INIT;
        CU_ASSERT_EQUAL(tune(threads, &t, &out, &report, small(), &train), REGATTA_OK);
        CU_ASSERT(report.winner > 0);
        CU_ASSERT_EQUAL(report.n_trials, 5);
        CU_ASSERT_EQUAL(t.n, 5);
        CU_ASSERT_EQUAL(report.n_fits, t.n_fits);
        CU_ASSERT_EQUAL(report.is_cut, 0);
        CU_ASSERT_EQUAL(report.crossing, REGATTA_CROSSING_ITEMS);
        CU_ASSERT_EQUAL(out.learning_rate, 0.05f);
        CU_ASSERT_EQUAL(out.dim, 8);
        const regatta_trial *w = &t.trial[report.winner];
        CU_ASSERT_EQUAL(w->is_winner, 1);
        CU_ASSERT_EQUAL(w->n_fits, 4); /* two folds, two seeds */
        CU_ASSERT(w->difference > 2.0 * w->difference_error);
        CU_ASSERT_DOUBLE_EQUAL(w->ndcg - t.trial[0].ndcg, w->difference, 1e-12);
        if (threads == 1) first = t;
        CU_ASSERT_EQUAL(memcmp(first.rate, t.rate, sizeof t.rate), 0);
        for (int k = 0; k < t.n; k++) {
            t.trial[k].spent = first.trial[k].spent;
            CU_ASSERT_EQUAL(t.trial[k].ndcg, first.trial[k].ndcg);
            CU_ASSERT_EQUAL(t.trial[k].difference, first.trial[k].difference);
            CU_ASSERT_EQUAL(t.trial[k].n_fits, first.trial[k].n_fits);
        }
    }
}

/* The same options with the good learning rate as the default: nothing beats them. */
static void test_tune_api__keeps_the_defaults(void)
{
    told t = {.n = 0};
    regatta_train_options train = weak(), out = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_tuning report = REGATTA_TUNING_INIT;
    train.learning_rate = 0.05f;
    CU_ASSERT_EQUAL(tune(2, &t, &out, &report, small(), &train), REGATTA_OK);
    CU_ASSERT_EQUAL(report.winner, 0);
    CU_ASSERT_EQUAL(t.trial[0].is_winner, 1);
    CU_ASSERT_EQUAL(out.learning_rate, 0.05f);
    CU_ASSERT_EQUAL(out.l2, train.l2);
}

static void test_tune_api__budget_cuts(void)
{
    told t = {.n = 0};
    const regatta_train_options train = weak();
    regatta_train_options out = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_tuning report = REGATTA_TUNING_INIT;
    regatta_tune_options opts = small();
    opts.budget = 1e-9;
    CU_ASSERT_EQUAL(tune(1, &t, &out, &report, opts, &train), REGATTA_OK);
    CU_ASSERT_EQUAL(report.n_fits, 0);
    CU_ASSERT_EQUAL(report.is_cut, 1);
    CU_ASSERT_EQUAL(report.winner, 0);
    CU_ASSERT_EQUAL(t.n, 5);
    CU_ASSERT(isnan(t.trial[0].ndcg));
    CU_ASSERT_EQUAL(out.learning_rate, 1e-4f);
}

static void test_tune_api__caller_ends(void)
{
    const regatta_train_options train = weak();
    regatta_train_options out = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_tuning report = REGATTA_TUNING_INIT;
    told finished = {.at = 3, .answer = REGATTA_FINISH};
    CU_ASSERT_EQUAL(tune(1, &finished, &out, &report, small(), &train), REGATTA_OK);
    CU_ASSERT_EQUAL(report.n_fits, 3);
    CU_ASSERT_EQUAL(report.is_cut, 1);
    CU_ASSERT_EQUAL(report.winner, 0); /* one fit of each is not enough */
    told cancelled = {.at = 2, .answer = REGATTA_CANCEL};
    out.dim = 77;
    CU_ASSERT_EQUAL(tune(1, &cancelled, &out, &report, small(), &train),
                    REGATTA_ESTOPPED);
    CU_ASSERT_EQUAL(cancelled.n_fits, 2);
    CU_ASSERT_EQUAL(cancelled.n, 0);
    CU_ASSERT_EQUAL(out.dim, 77);
}

/* More than 5,000 users: the first rung fits a sample of them. */
static void test_tune_api__samples_many_users(void)
{
    static const double shares[] = {0.05, 0.2};
    const planted p = {
        .n_users = 5050, .n_items = 30, .communities = 3, .per_user = 4, .seed = 2};
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = NULL;
    const regatta_axis axis = {.struct_size = sizeof axis,
                               .field = AT(valid_share),
                               .scale = REGATTA_SCALE_CHOICE,
                               .n_values = 2,
                               .values = shares};
    regatta_train_options train = REGATTA_TRAIN_OPTIONS_INIT, out = train;
    regatta_tune_options opts = small();
    sampled_fits seen = {0, 0, 0};
    train.channels = "items";
    opts.train = &train;
    opts.axes = &axis;
    opts.n_axes = opts.seeds = 1;
    opts.measured = count_sampled;
    opts.measured_state = &seen;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &p), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_tune(ctx, &out, graph, &opts, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(seen.sampled, 3); /* the defaults and two trials */
    CU_ASSERT_EQUAL(seen.whole, 6);   /* of each two folds */
    CU_ASSERT_EQUAL(seen.sampled_late, 0);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void clear(const char *folder)
{
    char path[512];
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (e->d_name[0] != '.') remove(path);
    }
    if (dir) closedir(dir);
    remove(folder);
}

/* A tuning that was cancelled, and resumes with more trials, has the results of one that
 * was not; the fits of the checkpoint are not done again. */
static void test_tune_api__resumes(void)
{
    char folder[256];
    regatta_train_options train = weak(), out = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_tuning report = REGATTA_TUNING_INIT;
    snprintf(folder, sizeof folder, "%s", in_folder("tuning"));
    told whole = {.n = 0}, begun = {.at = 3, .answer = REGATTA_CANCEL},
         resumed = {.n = 0};
    CU_ASSERT_EQUAL(tune(1, &whole, &out, &report, small(), &train), REGATTA_OK);
    regatta_tune_options opts = small();
    train.checkpoint = folder;
    opts.trials = 3;
    CU_ASSERT_EQUAL(tune(1, &begun, &out, &report, opts, &train), REGATTA_ESTOPPED);
    train.resume = folder;
    regatta_tuning again = REGATTA_TUNING_INIT;
    CU_ASSERT_EQUAL(tune(2, &resumed, &out, &again, small(), &train), REGATTA_OK);
    CU_ASSERT_EQUAL(resumed.n, whole.n);
    for (int k = 0; k < whole.n; k++)
        CU_ASSERT_EQUAL(resumed.trial[k].ndcg, whole.trial[k].ndcg);
    train.checkpoint = NULL;
    train.l2 = 1e-3f;
    CU_ASSERT_EQUAL(tune(1, &resumed, &out, &again, small(), &train), REGATTA_EINVAL);
    clear(folder);
}

static void refused(regatta_tune_options opts, const char *words)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = graph_of(ctx);
    regatta_train_options out = REGATTA_TRAIN_OPTIONS_INIT;
    CU_ASSERT_EQUAL(regatta_tune(ctx, &out, graph, &opts, NULL), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

#define REFUSED(field, bad, words)                                                       \
    do {                                                                                 \
        regatta_tune_options o = small();                                                \
        o.field = (bad);                                                                 \
        refused(o, words);                                                               \
    } while (0)

static void test_tune_api__refusals(void)
{
    regatta_train_options fast = REGATTA_TRAIN_OPTIONS_INIT,
                          heads = REGATTA_TRAIN_OPTIONS_INIT;
    fast.preset = REGATTA_PRESET_FAST;
    heads.heads = 17;
    REFUSED(crossing, 3, "crossing must be 0 to 2, not 3");
    REFUSED(crossing, REGATTA_CROSSING_TIME,
            "folds by windows of time need interactions with times");
    REFUSED(folds, 1, "folds must be 2 to 20, not 1");
    REFUSED(folds, 21, "folds must be 2 to 20, not 21");
    REFUSED(seeds, 0, "seeds must be 1 to 10, not 0");
    REFUSED(trials, 0, "trials must be 1 to 10000, not 0");
    REFUSED(budget, -1.0, "budget must be at least 0, not -1");
    REFUSED(budget, NAN, "budget must be at least 0, not nan");
    REFUSED(train, &heads, "heads must be 1 to 16, not 17");
    REFUSED(train, &fast,
            "the default space has options of the channel vectors, which the defaults "
            "leave out: give a space");
    regatta_ctx *ctx = test_context(1);
    regatta_train_options out = REGATTA_TRAIN_OPTIONS_INIT;
    CU_ASSERT_EQUAL(regatta_tune(ctx, &out, NULL, NULL, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_tune(NULL, &out, NULL, NULL, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_tune(ctx, NULL, NULL, NULL, NULL), REGATTA_EINVAL);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"better option", test_tune_api__finds_the_better_option},
    {"defaults", test_tune_api__keeps_the_defaults},
    {"budget", test_tune_api__budget_cuts},
    {"ends", test_tune_api__caller_ends},
    {"many users", test_tune_api__samples_many_users},
    {"resumes", test_tune_api__resumes},
    {"refusals", test_tune_api__refusals},
};

int test_tune_api(void)
{
    return TEST_MAIN_IN_FOLDER("tune_api", cases);
}
