#include "cli/side_by_side.h"
#include "cli/apart.h"
#include "cli/output/meter.h"
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    ROUNDS = 2,   /* each model over all sampled users, in turn; the faster counts */
    SINGLES = 100 /* requests of one user each, the median counts */
};

static const char *const type_name[] = {
    [REGATTA_TYPE_F32] = "f32", [REGATTA_TYPE_BF16] = "bf16", [REGATTA_TYPE_I8] = "i8"};

/* With a model on standard output, no table is printed. */
static int wants_table(const cli_side_by_side *s)
{
    return strcmp(s->output, "-") != 0 && !s->report.json;
}

static int wants_json(const cli_side_by_side *s)
{
    return s->report.json || s->report.file;
}

int cli_side_by_side_check(const cli_side_by_side *s, const cli_usage *usage)
{
    const cli_idle rules[] = {
        {!wants_table(s) && !wants_json(s), "test|k|users",
         "with -o -, which prints no comparison: add --report FILE"},
        {!s->test, "limit-bytes|" CLI_READING_NAMES,
         "without --test, to whose data it applies"}};
    const int code = cli_shards_check(s->shards, s->output);
    return code == CLI_DONE ? cli_refuse_idle(usage, rules, CLI_COUNT(rules)) : code;
}

int cli_side_by_side_open(cli_side_by_side *s, const char *model)
{
    int code = CLI_DONE;
    const char *const inputs[] = {model, s->test};
    const char *const outputs[] = {s->output, s->report.json ? "-" : NULL,
                                   s->report.file};
    s->side[0].path = model;
    s->side[1].path = s->output;
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_check_query(&s->reading, &s->test, 1));
    CLI_TRY(cli_output_probe(s->output));
    if (s->report.file) CLI_TRY(cli_output_probe(s->report.file));
    CLI_TRY(cli_context(&s->ctx, &s->machine));
    regatta_ctx *ctx = s->ctx;
    CLI_CALL(regatta_model_load(ctx, &s->side[0].model, model));
    s->reading.options.like = s->side[0].model;
    if (s->test)
        CLI_TRY(cli_read_test(ctx, &s->held_out, s->test, &s->reading, (int)s->quiet));
done:
    return code;
}

static double file_bytes(const char *path)
{
    struct stat s;
    const int regular = stat(path, &s) == 0 && S_ISREG(s.st_mode);
    return regular ? (double)s.st_size : (double)NAN;
}

/* The bytes of a model: of its file, or of its index and shards. */
static double bytes_of(const char *path)
{
    char shard[PATH_MAX];
    const char *slash = strrchr(path, '/'), *name;
    const int folder = slash ? (int)(slash - path) + 1 : 0;
    json_t *index = cli_is_shard_index(path) ? json_load_file(path, 0, NULL) : NULL, *sum;
    json_t *sums = json_object_get(json_object_get(index, "metadata"), "checksums");
    double bytes = file_bytes(path);
    json_object_foreach(sums, name, sum)
    {
        snprintf(shard, sizeof shard, "%.*s%s", folder, path, name);
        bytes += file_bytes(shard);
    }
    json_decref(index);
    return bytes;
}

/* Runs both models over the sampled users; stores their items and best rates. */
static int run_batches(regatta_ctx *ctx, cli_side *sides, const uint32_t *user,
                       uint32_t n, uint32_t k)
{
    int code = CLI_DONE;
    const regatta_query query = {.struct_size = sizeof query, .n = n, .user = user};
    regatta_recommend_options ask = REGATTA_RECOMMEND_OPTIONS_INIT;
    ask.k = k;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        cli_side *s = &sides[round % 2];
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
static int run_requests(regatta_ctx *ctx, cli_side *sides, const uint32_t *user,
                        uint32_t n, uint32_t k)
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

static int compare(cli_side_by_side *s)
{
    int code = CLI_DONE;
    const regatta_model_info info = cli_model_info(s->side[0].model);
    const uint32_t n = s->users < info.n_users ? s->users : info.n_users, k = s->k;
    uint32_t *user = cli_new(n, sizeof *user);
    s->n_users = n;
    for (int a = 0; a < 2; a++)
        s->side[a].items = cli_new((int64_t)n * k, sizeof *s->side[a].items);
    if (!user || !s->side[0].items || !s->side[1].items) {
        code = cli_no_memory();
        goto done;
    }
    for (uint32_t q = 0; q < n; q++) user[q] = (uint32_t)((uint64_t)q * info.n_users / n);
    CLI_TRY(run_batches(s->ctx, s->side, user, n, k));
    CLI_TRY(run_requests(s->ctx, s->side, user, n, k));
    for (int a = 0; a < 2; a++)
        s->side[a].kept = share_kept(s->side[0].items, s->side[a].items, n, k);
done:
    free(user);
    return code;
}

static int evaluate(regatta_ctx *ctx, cli_side *sides, const regatta_graph *test,
                    uint32_t k)
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

int cli_side_by_side_measure(cli_side_by_side *s)
{
    int code = CLI_DONE;
    cli_meter meter = {.stage = NULL};
    cli_meter_begin(&meter, "compare", NULL, 0, (int)s->quiet);
    if (wants_json(s) || wants_table(s)) CLI_TRY(compare(s));
    if (s->held_out) CLI_TRY(evaluate(s->ctx, s->side, s->held_out, s->k));
    cli_meter_end(&meter, 1);
done:
    cli_meter_end(&meter, 0);
    return code;
}

static const char *type_of(const cli_side *s)
{
    const regatta_model_info info = cli_model_info(s->model);
    return type_name[info.type];
}

static void print_table(cli_output *out, const cli_side_by_side *s)
{
    const cli_side *a = &s->side[0], *b = &s->side[1];
    const uint32_t k = s->k;
    cli_print(out, "measure\tbefore\tafter\ntype\t%s\t%s\n", type_of(a), type_of(b));
    if (isfinite(b->bytes)) cli_print(out, "bytes\t%.0f\t%.0f\n", a->bytes, b->bytes);
    if (a->weights) {
        cli_print(out, "edges\t%" PRIu64 "\t%" PRIu64 "\n", a->edges, b->edges);
        cli_print(out, "weights\t%s\t%s\n", a->weights, b->weights);
    }
    if (b->dropped) cli_print(out, "dropped\tnone\t%s\n", b->dropped);
    cli_print(out, "kept@%" PRIu32 "\t%.4f\t%.4f\n", k, a->kept, b->kept);
    if (s->test)
        cli_print(out, "recall@%" PRIu32 "\t%.4f\t%.4f\nndcg@%" PRIu32 "\t%.4f\t%.4f\n",
                  k, a->recall, b->recall, k, a->ndcg, b->ndcg);
    cli_print(out, "users_per_second\t%.0f\t%.0f\nrequest_ms\t%.3f\t%.3f\n", a->rate,
              b->rate, a->request, b->request);
}

static json_t *side_json(const cli_side *s)
{
    json_t *side =
        json_pack("{s:o,s:s,s:o,s:f,s:o,s:o,s:f,s:f}", "path", cli_json_string(s->path),
                  "type", type_of(s), "bytes", cli_json_number(s->bytes), "kept", s->kept,
                  "recall", cli_json_number(s->recall), "ndcg", cli_json_number(s->ndcg),
                  "users_per_second", s->rate, "request_ms", s->request);
    if (s->weights) {
        json_object_set_new(side, "edges", json_integer((json_int_t)s->edges));
        json_object_set_new(side, "weights", json_string(s->weights));
    }
    if (s->dropped) json_object_set_new(side, "dropped", json_string(s->dropped));
    return side;
}

static json_t *report(const cli_side_by_side *s)
{
    return json_pack("{s:s,s:I,s:I,s:o,s:o}", "regatta", regatta_version(), "k",
                     (json_int_t)s->k, "users", (json_int_t)s->n_users, "before",
                     side_json(&s->side[0]), "after", side_json(&s->side[1]));
}

int cli_side_by_side_save(cli_side_by_side *s)
{
    int code = CLI_DONE, n_out = 1;
    cli_output *out[4] = {NULL};
    CLI_TRY(cli_output_open(&out[0], s->output));
    CLI_TRY(cli_output_model(s->ctx, s->side[1].model, out[0], s->shards));
    s->side[0].bytes = bytes_of(s->side[0].path);
    s->side[1].bytes = cli_output_bytes(out[0]);
    CLI_TRY(cli_report_put(report(s), &s->report, out, &n_out));
    if (wants_table(s)) {
        CLI_TRY(cli_output_open(&out[n_out++], NULL));
        print_table(out[n_out - 1], s);
    }
    code = cli_output_commit_all(out, n_out);
done:
    for (int k = 0; k < 4; k++) cli_output_abandon(&out[k]);
    return code;
}

void cli_side_by_side_close(cli_side_by_side *s)
{
    for (int a = 0; a < 2; a++) {
        free(s->side[a].items);
        regatta_model_free(s->side[a].model);
    }
    regatta_graph_free(s->held_out);
    regatta_ctx_free(s->ctx);
}
