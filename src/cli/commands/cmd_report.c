/* regatta report: a page about a model, its data, its decisions and its attention. */
#include "cli/input/ids.h"
#include "cli/input/reading.h"
#include "cli/output/document.h"
#include "cli/output/format_name.h"
#include "cli/output/meter.h"
#include "cli/titles.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_USERS = 32 };

typedef struct options {
    const char *output, *item, *names, *title;
    cli_strings users;
    uint32_t k, sample;
    cli_reading reading;
    cli_report report;
    cli_machine machine;
    uint32_t quiet;
} options;

/* Bytes from the library. */
typedef struct buffer {
    char *bytes;
    size_t n, capacity;
} buffer;

/* What the report is asked for. */
typedef struct question {
    regatta_report_options options;
    uint32_t user[MAX_USERS];
    const char **title; /* [items] */
    buffer page, json;
} question;

static const char about[] =
    "Writes a page about MODEL: the data (degrees, communities, times), the decisions\n"
    "of the training, learning curves, the channels, calibration, coverage, and\n"
    "pictures of attention: the contributions of some users' items to their\n"
    "recommendations (as `regatta explain`), attention by age, channels and heads\n"
    "against each other, the neighbours of an item, and the flow of recommendations\n"
    "between communities. With TEST, interactions that are not in the training, also\n"
    "the quality by popularity of items and by length of history.\n"
    "\n"
    "The page is one HTML file without scripts that needs no other file and no\n"
    "network. --json prints its numbers, with more digits; docs/report.md describes\n"
    "both.\n";

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "output",
         .letter = 'o',
         .kind = CLI_STRING,
         .value = &o->output,
         .argument = "PAGE",
         .help = "Write the page to this file",
         .shown = "none, with --json or --report"},
        {.name = "users",
         .kind = CLI_STRINGS,
         .value = &o->users,
         .argument = "ID[,ID..]",
         .help = "Show the attention of these users, at most 32; may be repeated",
         .shown = "users at quantiles of the length of history"},
        {.name = "item",
         .letter = 'i',
         .kind = CLI_STRING,
         .value = &o->item,
         .argument = "ID",
         .help = "Show the items around this one",
         .shown = "the item with most users"},
        {.name = "k",
         .letter = 'k',
         .kind = CLI_U32,
         .value = &o->k,
         .min = 1,
         .max = 1000,
         .argument = "N",
         .help = "Measure lists of N items"},
        {.name = "sample",
         .kind = CLI_U32,
         .value = &o->sample,
         .max = UINT32_MAX,
         .argument = "N",
         .help = "Measure the lists of at most N users, every n-th one; 0: of all"},
        {.name = "title",
         .kind = CLI_STRING,
         .value = &o->title,
         .argument = "TEXT",
         .help = "Set the title of the page",
         .shown = "the name of MODEL"},
        CLI_NAMES(o->names),
        CLI_REPORT_ROWS(o->report),
        CLI_READING_ROWS(o->reading),
        CLI_MACHINE(o->machine),
        CLI_LIMIT_BYTES(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    uint8_t given[CLI_MAX_OPTIONS] = {0};
    const cli_usage usage = {"report", "MODEL [TEST] -o PAGE", about, 1, 2,
                             table,    CLI_COUNT(table),       given};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    if (!o->output && !o->report.json && !o->report.file)
        return cli_error(CLI_USAGE, "one of -o PAGE, --json and --report is needed");
    const cli_idle rules[] = {
        {argc - *first < 2, "limit-bytes|" CLI_READING_NAMES, "without TEST"}};
    return cli_refuse_idle(&usage, rules, CLI_COUNT(rules));
}

static int keep(void *state, const void *bytes, size_t n)
{
    buffer *b = state;
    if (b->n + n > b->capacity) {
        const size_t capacity = 2 * (b->n + n);
        char *grown = cli_resize(b->bytes, (int64_t)capacity, 1);
        if (!grown) return 1;
        b->bytes = grown;
        b->capacity = capacity;
    }
    memcpy(b->bytes + b->n, bytes, n);
    b->n += n;
    return 0;
}

static int add_user(question *q, const regatta_model *model, const char *id)
{
    if (q->options.n_users == MAX_USERS)
        return cli_error(CLI_USAGE, "--users: at most %d users", (int)MAX_USERS);
    return cli_find(model, REGATTA_USERS, id, "", "", &q->user[q->options.n_users++]);
}

/* Adds the user called `word`, or the users between its commas. */
static int add_users(question *q, const regatta_model *model, const char *word)
{
    int code = CLI_DONE;
    char *copy = NULL;
    if (!strchr(word, ',') ||
        regatta_model_find(model, REGATTA_USERS, word) != REGATTA_NONE)
        return add_user(q, model, word);
    copy = cli_new((int64_t)strlen(word) + 1, 1);
    if (!copy) return cli_no_memory();
    memcpy(copy, word, strlen(word));
    for (char *id = copy; id;) {
        char *comma = strchr(id, ',');
        if (comma) *comma = '\0';
        CLI_TRY(add_user(q, model, id));
        id = comma ? comma + 1 : NULL;
    }
done:
    free(copy);
    return code;
}

static int add_titles(question *q, const cli_titles *titles, int64_t n_items)
{
    if (!cli_has_titles(titles)) return CLI_DONE;
    q->title = cli_new(n_items, sizeof *q->title);
    if (!q->title) return cli_no_memory();
    for (int64_t j = 0; j < n_items; j++) q->title[j] = cli_title(titles, (uint32_t)j);
    q->options.item_title = q->title;
    return CLI_DONE;
}

/* Sets the options of the library. */
static int ask(question *q, const regatta_model *model, const cli_titles *titles,
               const char *path, const options *o)
{
    int code = CLI_DONE;
    const char *slash = strrchr(path, '/');
    q->options.k = o->k;
    q->options.sample = o->sample;
    q->options.title = o->title ? o->title : slash ? slash + 1 : path;
    q->options.user = q->user;
    for (int64_t k = 0; k < o->users.n; k++)
        CLI_TRY(add_users(q, model, o->users.value[k]));
    if (o->item)
        CLI_TRY(cli_find(model, REGATTA_ITEMS, o->item, "", "", &q->options.item));
    CLI_TRY(add_titles(q, titles, (int64_t)cli_model_info(model).n_items));
    if (o->output) {
        q->options.page = keep;
        q->options.page_state = &q->page;
    }
    if (o->report.json || o->report.file) {
        q->options.json = keep;
        q->options.json_state = &q->json;
    }
done:
    return code;
}

static int save(const question *q, const options *o)
{
    int code = CLI_DONE, n = 0;
    cli_output *out[3] = {NULL};
    if (o->output) {
        CLI_TRY(cli_output_open(&out[n++], o->output));
        cli_write(out[0], q->page.bytes, q->page.n);
    }
    if (q->json.bytes) {
        json_t *root = json_loadb(q->json.bytes, q->json.n, 0, NULL);
        CLI_TRY(cli_report_put(root, &o->report, out, &n));
    }
    code = cli_output_commit_all(out, n);
    if (code == CLI_DONE && o->output && !o->quiet)
        cli_say_kind(o->output, "a page of HTML (--report FILE writes its numbers)");
done:
    for (int k = 0; k < 3; k++) cli_output_abandon(&out[k]);
    return code;
}

static int run(regatta_ctx *ctx, const regatta_model *model, const char *path,
               const regatta_graph *test, const char *test_path, const options *o)
{
    int code = CLI_DONE;
    cli_meter meter = {.stage = NULL};
    cli_titles titles = {.model = NULL};
    question q = {.options = REGATTA_REPORT_OPTIONS_INIT};
    CLI_TRY(cli_titles_read(ctx, &titles, model, o->names, o->quiet));
    CLI_TRY(ask(&q, model, &titles, path, o));
    q.options.test = test;
    cli_meter_begin(&meter, "report", NULL, 0, (int)o->quiet);
    code = cli_status_of(ctx, regatta_report(ctx, model, &q.options),
                         test ? test_path : path);
    cli_meter_end(&meter, code == CLI_DONE);
    if (code == CLI_DONE) code = save(&q, o);
done:
    cli_titles_free(&titles);
    free(q.title);
    free(q.page.bytes);
    free(q.json.bytes);
    return code;
}

int cmd_report(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    regatta_graph *test = NULL;
    options o = {.reading = CLI_READING_INIT, .k = 20, .sample = 4000};
    CLI_TRY(parse(&o, argc, argv, &first));
    if (first < 0) goto done;
    const char *test_path = first + 1 < argc ? argv[first + 1] : NULL;
    const char *const inputs[] = {argv[first], test_path, o.names};
    const char *const outputs[] = {o.output, o.report.json ? "-" : NULL, o.report.file};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    if (o.output) CLI_TRY(cli_output_probe(o.output));
    if (o.report.file) CLI_TRY(cli_output_probe(o.report.file));
    CLI_TRY(cli_check_query(&o.reading, &test_path, 1));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    o.reading.options.like = model;
    if (test_path)
        CLI_TRY(cli_read_test(ctx, &test, test_path, &o.reading, (int)o.quiet));
    CLI_TRY(run(ctx, model, argv[first], test, test_path, &o));
done:
    free(o.users.value);
    regatta_graph_free(test);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
