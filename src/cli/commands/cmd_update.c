/* regatta update: take new interactions, users and items into a model. */
#include "cli/input/id_lists.h"
#include "cli/input/new_nodes.h"
#include "cli/input/reading.h"
#include "cli/output/document.h"
#include "cli/output/output.h"
#include "cli/output/progress.h"
#include "cli/rank_group.h"
#include "cli/training/training.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
    cli_reading reading;
    cli_new_nodes fresh;
    regatta_update_options update;
    cli_report report;
    const char *output, *forget;
    cli_nodes forgotten;
    cli_machine machine;
    uint32_t quiet, replay, unmeasured, shards;
    int timed; /* the interactions of the model have times */
} options;

static const char about[] =
    "Writes a model with the interactions of NEW (any format that train reads; - for\n"
    "standard input) added to those of MODEL, without a full training: settings stay,\n"
    "channels in closed form are fitted again, new users and items are folded into the\n"
    "vectors. --new-items and --new-users give the features of new ones. Type and index\n"
    "of MODEL stay, communities are found again. Prints what is new, how much answers\n"
    "changed (overlap@20, the share of the former top 20 that is in the new one),\n"
    "ndcg@20 on the newest fifth of NEW of the model before and of an update without\n"
    "this fifth, and whether a full training is due. A signal cancels: nothing is\n"
    "written.\n"
    "\n"
    "--replay updates with nothing new and compares the bytes of the two models: for a\n"
    "model of type f32 that is not pruned they are the same, which proves that the file\n"
    "has all that an update needs.\n";

static int wants_json(const options *o)
{
    return o->report.json || o->report.file;
}

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "output",
         .letter = 'o',
         .kind = CLI_STRING,
         .value = &o->output,
         .argument = "OUT",
         .help = "Write this file; required but for --replay"},
        CLI_SHARDS(o->shards),
        {.name = "steps",
         .kind = CLI_U32,
         .value = &o->update.steps,
         .max = 10000,
         .argument = "N",
         .help = "Train the vectors for N steps after new ones are folded in"},
        {.name = "no-measure",
         .kind = CLI_FLAG,
         .value = &o->unmeasured,
         .help = "Do not measure the drift, which takes as long as the update"},
        {.name = "skip-known",
         .kind = CLI_FLAG,
         .value = &o->update.skip_known,
         .help = "Leave out rows of NEW that MODEL has already, with the same user, item "
                 "and time, as of windows that overlap"},
        {.name = "replay",
         .kind = CLI_FLAG,
         .value = &o->replay,
         .help = "Update with nothing new, and compare with MODEL"},
        {.name = "forget-users",
         .kind = CLI_STRING,
         .value = &o->forget,
         .argument = "FILE",
         .help = "Take out the users of this list, one id a line, instead: the model "
                 "becomes one that never had them (docs/update.md)",
         .shown = "none"},
        CLI_CHECKPOINT_ROWS(o->update),
        CLI_NEW_NODES_ROWS(o->fresh),
        CLI_REPORT_ROWS(o->report),
        CLI_READING_ROWS(o->reading),
        CLI_LIMIT_BYTES(o->machine),
        CLI_MACHINE(o->machine),
        CLI_ITEM_TABLES(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    uint8_t given[CLI_MAX_OPTIONS] = {0};
    const cli_usage usage = {"update", "MODEL [NEW] -o OUT", about, 1, 2,
                             table,    CLI_COUNT(table),     given};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    const int n = argc - *first;
    const uint32_t tables =
        o->fresh.table[0].n + o->fresh.table[1].n + o->fresh.vectors.n > 0;
    o->update.measure = !o->unmeasured;
    if ((o->replay || o->forget) && (n > 1 || tables))
        return cli_error(CLI_USAGE, "--%s takes nothing new",
                         o->replay ? "replay" : "forget-users");
    if (o->replay && o->forget)
        return cli_error(CLI_USAGE, "--forget-users has no --replay");
    if (!o->replay && !o->output)
        return cli_error(CLI_USAGE, "-o OUT is missing; see regatta update --help");
    if (!o->replay && !o->forget && n < 2 && !tables)
        return cli_error(CLI_USAGE, "NEW is missing; see regatta update --help");
    if (cli_shards_check(o->shards, o->output) != CLI_DONE) return CLI_USAGE;
    const cli_idle rules[] = {
        {!cli_ranks(), "item-tables", CLI_NO_RANKS},
        {n < 2, CLI_READING_NAMES, "without NEW, to which it applies"},
        {o->replay || o->forget, "steps|no-measure|skip-known",
         "with --replay and --forget-users"},
        {!o->update.checkpoint && !o->update.resume, "every",
         "without --checkpoint or --resume"}};
    return cli_refuse_idle(&usage, rules, CLI_COUNT(rules));
}

/* The bytes of a model file. */
typedef struct bytes {
    char *at;
    size_t n, capacity;
} bytes;

static int take(void *state, const void *more, size_t n)
{
    bytes *to = state;
    if (to->n + n > to->capacity) {
        const size_t capacity = 2 * (to->n + n);
        char *grown = cli_resize(to->at, (int64_t)capacity, 1);
        if (!grown) return 1;
        to->at = grown;
        to->capacity = capacity;
    }
    memcpy(to->at + to->n, more, n);
    to->n += n;
    return 0;
}

/* Compares the files of two models; *same is 1 if they are equal. */
static int compare(regatta_ctx *ctx, const regatta_model *a, const regatta_model *b,
                   int *same)
{
    int code = CLI_DONE;
    bytes of[2] = {{.at = NULL}, {.at = NULL}};
    CLI_CALL(regatta_model_write(ctx, a, take, &of[0]));
    CLI_CALL(regatta_model_write(ctx, b, take, &of[1]));
    *same = of[0].n == of[1].n && memcmp(of[0].at, of[1].at, of[0].n) == 0;
done:
    free(of[0].at);
    free(of[1].at);
    return code;
}

static json_t *report_json(const regatta_update_report *r, const options *o, int same)
{
    json_t *root = json_pack(
        "{s:s,s:s*,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:b}",
        "regatta", regatta_version(), "output", o->output, "interactions",
        (json_int_t)r->n_interactions, "new_users", (json_int_t)r->n_users, "new_items",
        (json_int_t)r->n_items, "touched_users", (json_int_t)r->n_touched_users,
        "touched_items", (json_int_t)r->n_touched_items, "known_interactions",
        (json_int_t)r->n_known, "overlap@20", cli_json_number(r->overlap),
        "ndcg@20_before", cli_json_number(r->ndcg_before), "ndcg@20_after",
        cli_json_number(r->ndcg_after), "standard_error", cli_json_number(r->ndcg_error),
        "measured_users", (json_int_t)r->n_measured, "updates", (json_int_t)r->n_since,
        "added_since_training", (json_int_t)r->n_added_since, "trained",
        (json_int_t)r->n_trained, "solved", (json_int_t)r->n_solved, "systems",
        (json_int_t)r->n_targets, "training_due", (int)r->is_due);
    if (o->replay) json_object_set_new(root, "same_bytes", json_boolean(same));
    return root;
}

static void say_done(const regatta_update_report *r, const options *o, double seconds)
{
    if (o->quiet || o->replay) return;
    if (o->forget) {
        fprintf(stderr, "%s: %" PRId64 " user%s taken out; %.1f s\n",
                strcmp(o->output, "-") == 0 ? "<stdout>" : o->output, o->forgotten.n,
                o->forgotten.n == 1 ? "" : "s", seconds);
        return;
    }
    fprintf(stderr,
            "%s: %" PRId64 " new interaction%s of %" PRIu32 " user%s (%" PRIu32
            " new) with %" PRIu32 " item%s (%" PRIu32 " new); %.1f s\n",
            strcmp(o->output, "-") == 0 ? "<stdout>" : o->output, r->n_interactions,
            CLI_S(r->n_interactions), r->n_touched_users, CLI_S(r->n_touched_users),
            r->n_users, r->n_touched_items, CLI_S(r->n_touched_items), r->n_items,
            seconds);
    if (r->n_known > 0)
        fprintf(stderr,
                "  %" PRId64 " of them %s in the model before, with the same user%s"
                "%s\n",
                r->n_known, r->n_known == 1 ? "was" : "were",
                o->timed ? ", item and time" : " and item",
                o->update.skip_known ? ": left out" : "");
    if (r->n_targets > 0)
        fprintf(stderr, "  item attention: solved %" PRId64 " of %" PRId64 " system%s\n",
                r->n_solved, r->n_targets, CLI_S(r->n_targets));
    if (isfinite(r->overlap))
        fprintf(stderr, "  overlap@20 with the answers before: %.3f\n", r->overlap);
    if (isfinite(r->ndcg_after)) {
        fprintf(stderr,
                "  ndcg@20 on the newest interactions: %.4f before, %.4f after (%" PRIu32
                " user%s",
                r->ndcg_before, r->ndcg_after, r->n_measured, CLI_S(r->n_measured));
        if (isfinite(r->ndcg_error)) /* one user has none */
            fprintf(stderr, ", standard error of the difference %.4f", r->ndcg_error);
        fputs(")\n", stderr);
    }
    fprintf(stderr,
            "  %" PRId64 " interaction%s added in %" PRIu32
            " update%s since the training on %" PRId64 "%s\n",
            r->n_added_since, CLI_S(r->n_added_since), r->n_since, CLI_S(r->n_since),
            r->n_trained, r->is_due ? ": a full training is due" : "");
}

static int save(regatta_ctx *ctx, const regatta_model *model, const options *o,
                const regatta_update_report *r, int same)
{
    int code = CLI_DONE, n = 0;
    cli_output *out[4] = {NULL};
    if (o->output) {
        CLI_TRY(cli_output_open(&out[n++], o->output));
        CLI_TRY(cli_output_model(ctx, model, out[0], o->shards));
    }
    if (wants_json(o))
        CLI_TRY(cli_report_put(report_json(r, o, same), &o->report, out, &n));
    code = cli_output_commit_all(out, n);
done:
    for (int k = 0; k < 4; k++) cli_output_abandon(&out[k]);
    return code;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Sorts the list and keeps each node once. */
static void keep_distinct(cli_nodes *list)
{
    int64_t n = 0;
    if (list->n < 2) return;
    qsort(list->node, (size_t)list->n, sizeof *list->node, by_number);
    for (int64_t k = 0; k < list->n; k++)
        if (n == 0 || list->node[k] != list->node[n - 1]) list->node[n++] = list->node[k];
    list->n = n;
}

static int read_forgotten(const regatta_model *model, options *o)
{
    const cli_list_rules rules = {.strict = 0, .quiet = o->quiet};
    if (!o->forget) return CLI_DONE;
    const int code =
        cli_nodes_read(&o->forgotten, model, REGATTA_USERS, o->forget, 1, rules);
    keep_distinct(&o->forgotten);
    o->update.forget = o->forgotten.node;
    o->update.n_forget = o->forgotten.n;
    return code;
}

/* Says so if the columns seem to be swapped: most users of the rows are items of the
 * model that it does not have as users, and most items the reverse. */
static void warn_of_swap(const regatta_model *model, const regatta_graph *news)
{
    uint32_t n_swapped[2] = {0, 0}, n[2];
    for (int side = 0; side < 2; side++) {
        const char *id = NULL;
        for (n[side] = 0; (id = regatta_graph_name(news, (regatta_side)side, n[side]));
             n[side]++)
            n_swapped[side] +=
                regatta_model_find(model, (regatta_side)side, id) == REGATTA_NONE &&
                regatta_model_find(model, (regatta_side)!side, id) != REGATTA_NONE;
    }
    if (2 * n_swapped[0] > n[0] && 2 * n_swapped[1] > n[1])
        fprintf(stderr,
                "  warning: %" PRIu32 " new user%s are items of the model, and %" PRIu32
                " new item%s users: are the columns swapped?\n",
                n_swapped[0], CLI_S(n_swapped[0]), n_swapped[1], CLI_S(n_swapped[1]));
}

/* Reads the new interactions. */
static int read_news(regatta_ctx *ctx, regatta_graph **out, const regatta_model *model,
                     const char *path, options *o)
{
    int code = CLI_DONE;
    regatta_csr rows = REGATTA_CSR_INIT;
    if (!path) return CLI_DONE;
    o->reading.options.like = model;
    o->reading.options.allow_empty = 1;
    o->timed = (int)cli_model_info(model).has_time;
    CLI_TRY(cli_read_graph(ctx, out, path, &o->reading, (int)o->quiet));
    CLI_CALL(regatta_graph_rows(ctx, &rows, *out));
    if (rows.n_users == 0) { /* a quiet hour */
        regatta_graph_free(*out);
        *out = NULL;
        o->update.measure = 0;
        if (!o->quiet) fputs("  nothing new\n", stderr);
        goto done;
    }
    if (!o->quiet) warn_of_swap(model, *out);
    if (o->timed && !rows.time)
        code = cli_error(CLI_INPUT,
                         "%s: the new interactions have no times, those of the model "
                         "have: --time-column names their column",
                         strcmp(path, "-") == 0 ? "<stdin>" : cli_shown_place(path));
    if (!o->timed && rows.time && !o->quiet)
        fputs("  times: not used, because the interactions of the model have none\n",
              stderr);
done:
    return code;
}

static int update(regatta_ctx *ctx, regatta_model **out, const regatta_model *model,
                  const regatta_graph *news, options *o, regatta_update_report *r)
{
    cli_progress progress;
    o->update.progress = cli_progress_step;
    o->update.progress_state = &progress;
    cli_progress_begin(&progress, (int)o->quiet);
    progress.resumable = o->update.checkpoint || o->update.resume;
    progress.whole = 1; /* as many steps as the model, or the file would be another */
    const regatta_status status =
        regatta_model_update(ctx, out, model, news, &o->update, r);
    const int signal = cli_progress_end(&progress);
    /* One that came after the last step cancels too: nothing has been written. */
    const int stopped = status == REGATTA_ESTOPPED || (status == REGATTA_OK && signal);
    if (status == REGATTA_EINVAL)
        return cli_error(CLI_INPUT, "%s", regatta_last_error(ctx));
    if (!stopped) return cli_status(ctx, status);
    if (!o->quiet && !progress.resumable)
        fputs("cancelled; nothing was written\n", stderr);
    if (!o->quiet && progress.resumable)
        fprintf(stderr, "cancelled; no model was written; --resume %s continues\n",
                o->update.resume ? o->update.resume : o->update.checkpoint);
    return 128 + signal;
}

static int prove(regatta_ctx *ctx, const regatta_model *model,
                 const regatta_model *updated, const options *o, int *same)
{
    int code = CLI_DONE;
    if (!o->replay) return CLI_DONE;
    CLI_TRY(compare(ctx, model, updated, same));
    if (!*same || (!o->quiet && !o->report.json))
        fputs(*same ? "replay: the same bytes\n" : "replay: other bytes\n", stderr);
done:
    return code;
}

int cmd_update(int argc, char **argv)
{
    int code = CLI_DONE, first = 0, same = 0;
    const double begin = cli_clock();
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL, *updated = NULL;
    regatta_graph *news = NULL;
    regatta_features *side[2] = {NULL, NULL};
    regatta_update_report report = REGATTA_UPDATE_REPORT_INIT;
    options o = {.reading = CLI_READING_INIT, .update = REGATTA_UPDATE_OPTIONS_INIT};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) goto done;
    const char *const path = argc - first > 1 ? argv[first + 1] : NULL;
    const char *const inputs[] = {argv[first], path, o.forget};
    const char *const outputs[] = {o.output, o.report.json ? "-" : NULL, o.report.file};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_check_query(&o.reading, inputs, CLI_COUNT(inputs)));
    if (o.output) CLI_TRY(cli_output_probe(o.output));
    if (o.report.file) CLI_TRY(cli_output_probe(o.report.file));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(cli_new_nodes_read(ctx, side, model, &o.fresh, (int)o.quiet));
    o.update.item_features = side[REGATTA_ITEMS];
    o.update.user_features = side[REGATTA_USERS];
    CLI_TRY(read_forgotten(model, &o));
    CLI_TRY(read_news(ctx, &news, model, path, &o));
    CLI_TRY(update(ctx, &updated, model, news, &o, &report));
    CLI_TRY(prove(ctx, model, updated, &o, &same));
    CLI_TRY(save(ctx, updated, &o, &report, same));
    say_done(&report, &o, cli_clock() - begin);
    if (o.replay && !same) code = CLI_FAILED;
done:
    regatta_features_free(side[REGATTA_USERS]);
    regatta_features_free(side[REGATTA_ITEMS]);
    cli_new_nodes_free(&o.fresh);
    free(o.forgotten.node);
    regatta_graph_free(news);
    regatta_model_free(updated);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
