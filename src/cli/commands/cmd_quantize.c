/* regatta quantize: write a smaller file of a model and measure the loss. */
#include "cli/input/reading.h"
#include "cli/output/document.h"
#include "cli/output/meter.h"
#include "cli/output/output.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    ROUNDS = 2,   /* each model over all sampled users, in turn; the faster counts */
    SINGLES = 100 /* requests of one user each, the median counts */
};

typedef struct options {
    cli_reading reading;
    cli_report report;
    const char *output, *test;
    uint32_t type, k, users, threads, quiet;
    uint64_t limit_bytes;
} options;

/* One of the two models, and its measurements. */
typedef struct side {
    regatta_model *model;
    const char *path;
    uint32_t *items;     /* [users][k] */
    double bytes;        /* NaN: the output is not a regular file */
    double kept;         /* share of the first model's top k */
    double recall, ndcg; /* NaN without --test */
    double rate;         /* users a second, all in one call */
    double request;      /* milliseconds of one user alone */
} side;

static const char *const type_name[] = {
    [REGATTA_TYPE_F32] = "f32", [REGATTA_TYPE_BF16] = "bf16", [REGATTA_TYPE_I8] = "i8"};

static const char about[] =
    "Writes a smaller file of a model: its tables of vectors are rounded to bf16 or\n"
    "to 8 bits with a scale per row (docs/format.md). The new file is complete, and\n"
    "its answers are exactly those of the rounded numbers. Prints, tab-separated,\n"
    "before and after: bytes of the file; kept@k, the share of the original top k\n"
    "that stays in the top k, over a sample of users; with --test recall@k and ndcg@k\n"
    "on held-out interactions; users_per_second, with the whole sample in one call;\n"
    "and request_ms, with one user per call. With -o - it prints only the model.\n";

/* With a model on standard output, no table is printed. */
static int wants_table(const options *o)
{
    return strcmp(o->output, "-") != 0 && !o->report.json;
}

static int wants_json(const options *o)
{
    return o->report.json || o->report.file;
}

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        CLI_OUTPUT_FILE(o->output, "OUT", "Write this file"),
        {.name = "type",
         .kind = CLI_CHOICE,
         .value = &o->type,
         .choices = "bf16|i8|f32",
         .argument = "TYPE",
         .help =
             "Set the type of the tables; a conversion to f32 keeps the rounded values"},
        {.name = "test",
         .kind = CLI_STRING,
         .value = &o->test,
         .argument = "FILE",
         .help = "Measure both models on these held-out interactions",
         .shown = "none"},
        {.name = "k",
         .letter = 'k',
         .kind = CLI_U32,
         .value = &o->k,
         .min = 1,
         .max = 1000,
         .argument = "N",
         .help = "Measure at this cut-off"},
        {.name = "users",
         .kind = CLI_U32,
         .value = &o->users,
         .min = 1,
         .max = INT32_MAX,
         .argument = "N",
         .help = "Compare the models on N users, evenly spread over all users"},
        CLI_REPORT_ROWS(o->report),
        CLI_READING_ROWS(o->reading),
        CLI_THREADS(o->threads),
        CLI_LIMIT_BYTES(o->limit_bytes),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    uint8_t given[CLI_MAX_OPTIONS] = {0};
    const cli_usage usage = {"quantize", "MODEL -o OUT",   about, 1, 1,
                             table,      CLI_COUNT(table), given};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    const cli_idle rules[] = {
        {!wants_table(o) && !wants_json(o), "test|k|users",
         "with -o -, which prints no comparison: add --report FILE"},
        {!o->test, "limit-bytes|" CLI_READING_NAMES,
         "without --test, to whose data it applies"}};
    return cli_refuse_idle(&usage, rules, CLI_COUNT(rules));
}

static uint32_t wanted_type(const options *o)
{
    const uint32_t type[] = {REGATTA_TYPE_BF16, REGATTA_TYPE_I8, REGATTA_TYPE_F32};
    return type[o->type];
}

static double bytes_of(const char *path)
{
    struct stat s;
    const int regular = stat(path, &s) == 0 && S_ISREG(s.st_mode);
    return regular ? (double)s.st_size : (double)NAN;
}

/* Runs both models over the sampled users; stores their items and best rates. */
static int run_batches(regatta_ctx *ctx, side *sides, const uint32_t *user, uint32_t n,
                       uint32_t k)
{
    int code = CLI_DONE;
    const regatta_query query = {.struct_size = sizeof query, .n = n, .user = user};
    regatta_recommend_options ask = REGATTA_RECOMMEND_OPTIONS_INIT;
    ask.k = k;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        side *s = &sides[round % 2];
        const double begin = cli_clock();
        CLI_CALL(regatta_recommend(ctx, s->model, &query, &ask, s->items, NULL));
        s->rate = fmax(s->rate, (double)n / fmax(cli_clock() - begin, 1e-9));
    }
done:
    return code;
}

static int by_size(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

/* Requests of one user each, the two models in turn. */
static int run_requests(regatta_ctx *ctx, side *sides, const uint32_t *user, uint32_t n,
                        uint32_t k)
{
    int code = CLI_DONE;
    double time[2][SINGLES];
    uint32_t *items = cli_new(k, sizeof *items);
    regatta_recommend_options ask = REGATTA_RECOMMEND_OPTIONS_INIT;
    const uint32_t m = n < SINGLES ? n : SINGLES;
    ask.k = k;
    if (!items) return cli_no_memory();
    for (uint32_t r = 0; r < 2 * m; r++) {
        const uint32_t *one = &user[(uint64_t)(r / 2) * n / m];
        const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = one};
        const double begin = cli_clock();
        CLI_CALL(regatta_recommend(ctx, sides[r % 2].model, &query, &ask, items, NULL));
        time[r % 2][r / 2] = cli_clock() - begin;
    }
    for (int s = 0; s < 2; s++) {
        qsort(time[s], m, sizeof *time[s], by_size);
        sides[s].request = 1e3 * time[s][m / 2];
    }
done:
    free(items);
    return code;
}

/* Returns the share of a's items that are also in b, over all rows. */
static double share_kept(const uint32_t *a, const uint32_t *b, uint32_t n, uint32_t k)
{
    int64_t all = 0, kept = 0;
    for (uint32_t q = 0; q < n; q++)
        for (uint32_t i = 0; i < k; i++) {
            const uint32_t item = a[(size_t)q * k + i];
            if (item == REGATTA_NONE) break;
            all++;
            for (uint32_t j = 0; j < k; j++)
                if (b[(size_t)q * k + j] == item) {
                    kept++;
                    break;
                }
        }
    return all > 0 ? (double)kept / (double)all : 1.0;
}

static int compare(regatta_ctx *ctx, side *sides, const options *o, uint32_t *n)
{
    int code = CLI_DONE;
    const regatta_model_info info = cli_model_info(sides[0].model);
    *n = o->users < info.n_users ? o->users : info.n_users;
    uint32_t *user = cli_new(*n, sizeof *user);
    for (int s = 0; s < 2; s++)
        sides[s].items = cli_new((int64_t)*n * o->k, sizeof *sides[s].items);
    if (!user || !sides[0].items || !sides[1].items) {
        code = cli_no_memory();
        goto done;
    }
    for (uint32_t q = 0; q < *n; q++)
        user[q] = (uint32_t)((uint64_t)q * info.n_users / *n);
    CLI_TRY(run_batches(ctx, sides, user, *n, o->k));
    CLI_TRY(run_requests(ctx, sides, user, *n, o->k));
    for (int s = 0; s < 2; s++)
        sides[s].kept = share_kept(sides[0].items, sides[s].items, *n, o->k);
done:
    free(user);
    return code;
}

static int measure(regatta_ctx *ctx, side *sides, const regatta_graph *test, uint32_t k)
{
    int code = CLI_DONE;
    regatta_evaluate_options ask = REGATTA_EVALUATE_OPTIONS_INIT;
    ask.k = &k;
    ask.n_k = 1;
    for (int s = 0; s < 2; s++) {
        regatta_metrics m = REGATTA_METRICS_INIT;
        regatta_evaluation result = {.struct_size = sizeof result};
        CLI_CALL(regatta_evaluate(ctx, sides[s].model, test, &ask, &m, &result));
        sides[s].recall = m.recall;
        sides[s].ndcg = m.ndcg;
    }
done:
    return code;
}

static const char *type_of(const side *s)
{
    const regatta_model_info info = cli_model_info(s->model);
    return type_name[info.type];
}

static void print_table(cli_output *out, const side *sides, const options *o)
{
    const side *a = &sides[0], *b = &sides[1];
    cli_print(out, "measure\tbefore\tafter\ntype\t%s\t%s\n", type_of(a), type_of(b));
    if (isfinite(b->bytes)) cli_print(out, "bytes\t%.0f\t%.0f\n", a->bytes, b->bytes);
    cli_print(out, "kept@%" PRIu32 "\t%.4f\t%.4f\n", o->k, a->kept, b->kept);
    if (o->test)
        cli_print(out, "recall@%" PRIu32 "\t%.4f\t%.4f\nndcg@%" PRIu32 "\t%.4f\t%.4f\n",
                  o->k, a->recall, b->recall, o->k, a->ndcg, b->ndcg);
    cli_print(out, "users_per_second\t%.0f\t%.0f\nrequest_ms\t%.3f\t%.3f\n", a->rate,
              b->rate, a->request, b->request);
}

static json_t *side_json(const side *s)
{
    return json_pack("{s:o,s:s,s:o,s:f,s:o,s:o,s:f,s:f}", "path",
                     cli_json_string(s->path), "type", type_of(s), "bytes",
                     cli_json_number(s->bytes), "kept", s->kept, "recall",
                     cli_json_number(s->recall), "ndcg", cli_json_number(s->ndcg),
                     "users_per_second", s->rate, "request_ms", s->request);
}

static json_t *report(const side *sides, const options *o, uint32_t n)
{
    return json_pack("{s:s,s:I,s:I,s:o,s:o}", "regatta", regatta_version(), "k",
                     (json_int_t)o->k, "users", (json_int_t)n, "before",
                     side_json(&sides[0]), "after", side_json(&sides[1]));
}

static int save(regatta_ctx *ctx, side *sides, const options *o, uint32_t n)
{
    int code = CLI_DONE, n_out = 1;
    cli_output *out[4] = {NULL};
    CLI_TRY(cli_output_open(&out[0], o->output));
    CLI_TRY(cli_output_model(ctx, sides[1].model, out[0]));
    sides[0].bytes = bytes_of(sides[0].path);
    sides[1].bytes = cli_output_bytes(out[0]);
    CLI_TRY(cli_report_put(report(sides, o, n), &o->report, out, &n_out));
    if (wants_table(o)) {
        CLI_TRY(cli_output_open(&out[n_out++], NULL));
        print_table(out[n_out - 1], sides, o);
    }
    code = cli_output_commit_all(out, n_out);
done:
    for (int k = 0; k < 4; k++) cli_output_abandon(&out[k]);
    return code;
}

int cmd_quantize(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_graph *test = NULL;
    options o = {.reading = CLI_READING_INIT, .k = 20, .users = 1000};
    side sides[2] = {{.recall = (double)NAN, .ndcg = (double)NAN},
                     {.recall = (double)NAN, .ndcg = (double)NAN}};
    regatta_convert_options convert = REGATTA_CONVERT_OPTIONS_INIT;
    uint32_t n = 0;
    cli_meter meter = {.stage = NULL};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    sides[0].path = argv[first];
    sides[1].path = o.output;
    convert.type = wanted_type(&o);
    const char *const inputs[] = {argv[first], o.test};
    const char *const outputs[] = {o.output, o.report.json ? "-" : NULL, o.report.file};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_check_query(&o.reading, &o.test, 1));
    CLI_TRY(cli_output_probe(o.output));
    if (o.report.file) CLI_TRY(cli_output_probe(o.report.file));
    CLI_TRY(cli_context_limited(&ctx, o.threads, o.limit_bytes));
    CLI_CALL(regatta_model_load(ctx, &sides[0].model, argv[first]));
    if (o.test) CLI_TRY(cli_read_test(ctx, &test, o.test, &o.reading, (int)o.quiet));
    cli_meter_begin(&meter, "convert", NULL, 0, (int)o.quiet);
    CLI_CALL(regatta_model_convert(ctx, &sides[1].model, sides[0].model, &convert));
    cli_meter_end(&meter, 1);
    cli_meter_begin(&meter, "compare", NULL, 0, (int)o.quiet);
    if (wants_json(&o) || wants_table(&o)) CLI_TRY(compare(ctx, sides, &o, &n));
    if (test) CLI_TRY(measure(ctx, sides, test, o.k));
    cli_meter_end(&meter, 1);
    CLI_TRY(save(ctx, sides, &o, n));
done:
    cli_meter_end(&meter, 0);
    for (int s = 0; s < 2; s++) {
        free(sides[s].items);
        regatta_model_free(sides[s].model);
    }
    regatta_graph_free(test);
    regatta_ctx_free(ctx);
    return code;
}
