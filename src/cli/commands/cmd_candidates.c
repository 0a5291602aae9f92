/* regatta candidates: hundreds of items for users of the model, or for histories, with
 * the score of each source. */
#include "cli/asking.h"
#include <inttypes.h>
#include <stdlib.h>

/* In the order of --source. */
static const uint32_t sources[] = {0, REGATTA_SOURCE_GRAPH, REGATTA_SOURCE_VECTORS,
                                   REGATTA_SOURCE_BOTH};
static const char *const source_name[REGATTA_N_SOURCES] = {"graph", "vectors"};

typedef struct options {
    cli_asking asking;
    uint32_t n, source, exact, effort;
    float communities;
    cli_answers to;
} options;

typedef struct job {
    regatta_ctx *ctx;
    const regatta_model *model;
    const char *path; /* of the model */
    const options *o;
    cli_answers *to;
    regatta_candidates_options ask;
    cli_filters filters;
    int64_t block;
    uint32_t *items;
    float *scores, *by_source;
    int64_t *reads; /* of the walks, with --communities */
} job;

static const char about[] =
    "Prints hundreds of items for a ranker, by default for all users of the model.\n"
    "Rows are `user item rank score graph vectors`, tab-separated. The source graph\n"
    "proposes items two hops from the history by item attention; the source vectors\n"
    "proposes the items with the highest vector scores. With both, the score is the\n"
    "sum of 1 / (60 + rank) over the sources. A field is empty if its source did not\n"
    "propose the item. If no source proposes an item (an empty history), popular\n"
    "items are returned. Histories, filters and --stream are those of `regatta\n"
    "recommend`, and so are parts of the output in a folder. JSON lines are\n"
    "{\"user\":..,\"items\":[{\"item\":..,\"score\":..,\"graph\":..,\"vectors\":..}]}; "
    "with\n"
    "--communities \"walk\" has the entries that were read, the sums by community that\n"
    "were read to choose them, and the entries of the whole walk.\n";

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "number",
         .letter = 'n',
         .kind = CLI_U32,
         .value = &o->n,
         .min = 1,
         .max = INT32_MAX,
         .argument = "N",
         .help = "Return N items for each query"},
        {.name = "source",
         .kind = CLI_CHOICE,
         .value = &o->source,
         .choices = "all|graph|vectors|both",
         .argument = "SOURCE",
         .help = "Select the sources; all: those of the model"},
        {.name = "exact",
         .kind = CLI_FLAG,
         .value = &o->exact,
         .help = "Search all vectors in floats, even if the model has an index"},
        {.name = "effort",
         .kind = CLI_U32,
         .value = &o->effort,
         .max = 1 << 20,
         .argument = "N",
         .help = "Set the beam of the search in the model's index",
         .shown = "0, the index's own"},
        {.name = "communities",
         .kind = CLI_F32,
         .value = &o->communities,
         .max = 1,
         .argument = "SHARE",
         .help = "Read this share of the entries of the walk, more of a community the "
                 "more weight the history gives it; 0: all are read"},
        CLI_ASKING_ROWS(&o->asking),
        CLI_RECORDS_ROWS(o->to.where),
        CLI_MACHINE(o->asking.machine),
    };
    const cli_usage usage = {"candidates", "MODEL",          about, 1, 1,
                             table,        CLI_COUNT(table), NULL};
    int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    CLI_TRY(cli_asking_check(&o->asking, &o->to.where));
done:
    return code;
}

static const char *item_name(const job *j, int64_t cell)
{
    return regatta_model_name(j->model, REGATTA_ITEMS, j->items[cell]);
}

static void write_rows(job *j, int64_t q, const char *name)
{
    for (int64_t r = 0; r < j->ask.n; r++) {
        const int64_t cell = q * j->ask.n + r;
        if (j->items[cell] == REGATTA_NONE) break;
        cli_field_text(&j->to->records, name);
        cli_field_text(&j->to->records, item_name(j, cell));
        cli_field_title(&j->to->records, &j->to->titles, j->items[cell]);
        cli_field_whole(&j->to->records, r + 1);
        cli_field_float(&j->to->records, j->scores[cell]);
        for (int s = 0; s < REGATTA_N_SOURCES; s++)
            cli_field_float(&j->to->records, j->by_source[cell * REGATTA_N_SOURCES + s]);
    }
}

static void write_object(job *j, int64_t q, const char *name)
{
    cli_text(j->to->records.out, "{\"user\":");
    cli_json_text(j->to->records.out, name);
    cli_text(j->to->records.out, ",\"items\":[");
    for (int64_t r = 0; r < j->ask.n; r++) {
        const int64_t cell = q * j->ask.n + r;
        if (j->items[cell] == REGATTA_NONE) break;
        cli_text(j->to->records.out, r ? ",{\"item\":" : "{\"item\":");
        cli_json_text(j->to->records.out, item_name(j, cell));
        cli_json_title(j->to->records.out, &j->to->titles, j->items[cell]);
        cli_text(j->to->records.out, ",\"score\":");
        cli_json_real(j->to->records.out, (double)j->scores[cell], 1);
        for (int s = 0; s < REGATTA_N_SOURCES; s++) {
            const float x = j->by_source[cell * REGATTA_N_SOURCES + s];
            if (x != x) continue; /* NaN: not proposed */
            cli_print(j->to->records.out, ",\"%s\":", source_name[s]);
            cli_json_real(j->to->records.out, (double)x, 1);
        }
        cli_text(j->to->records.out, "}");
    }
    cli_text(j->to->records.out, "]");
    if (j->reads != NULL) {
        const int64_t *reads = j->reads + q * REGATTA_N_READS;
        cli_print(j->to->records.out,
                  ",\"walk\":{\"entries\":%" PRId64 ",\"communities\":%" PRId64
                  ",\"whole\":%" PRId64 "}",
                  reads[REGATTA_READ_ENTRIES], reads[REGATTA_READ_BLOCKS],
                  reads[REGATTA_READ_WHOLE]);
    }
    cli_text(j->to->records.out, "}\n");
}

static int answer(void *state, const regatta_query *query, char *const *name)
{
    int code = CLI_DONE;
    job *j = state;
    regatta_ctx *ctx = j->ctx;
    CLI_CALL(regatta_candidates(ctx, j->model, query, &j->ask, j->items, j->scores,
                                j->by_source));
    for (int64_t q = 0; q < query->n; q++) {
        const char *id = cli_asker(j->model, query, name, q);
        j->to->n_empty += j->items[q * j->ask.n] == REGATTA_NONE;
        if (j->to->where.format == CLI_JSONL)
            write_object(j, q, id);
        else
            write_rows(j, q, id);
    }
    code = cli_answer_end(&j->o->asking, j->to);
done:
    return code;
}

static int refuse(void *state, int64_t line, const char *words)
{
    job *j = state;
    return cli_answer_refused(&j->o->asking, j->to, line, words);
}

/* Checks the options of the vector search: each must have an effect. */
static int check_search(const options *o, const regatta_model *model, const char *path)
{
    const regatta_model_info info = cli_model_info(model);
    if (o->exact && o->effort)
        return cli_error(CLI_USAGE, "--exact and --effort exclude each other");
    if ((o->exact || o->effort) && sources[o->source] == REGATTA_SOURCE_GRAPH)
        return cli_error(CLI_USAGE, "%s searches vectors: --source graph has none",
                         o->exact ? "--exact" : "--effort");
    if (o->exact || o->effort || (sources[o->source] & REGATTA_SOURCE_VECTORS)) {
        const int code = cli_need_vectors(model, path);
        if (code != CLI_DONE) return code;
    }
    if (o->effort && !info.index_degree)
        return cli_error(
            CLI_USAGE, "--effort: the model has no index: build one with regatta index");
    if (o->effort && o->effort <= o->n)
        return cli_error(CLI_USAGE,
                         "--effort %u has no effect with -n %u: the beam is at least -n",
                         o->effort, o->n);
    return CLI_DONE;
}

static int check_communities(const options *o, const regatta_model *model,
                             const char *path)
{
    if (o->communities == 0.0f) return CLI_DONE;
    if (sources[o->source] == REGATTA_SOURCE_VECTORS)
        return cli_error(CLI_USAGE,
                         "--communities is of the graph: --source vectors has no walk");
    if (cli_model_info(model).n_communities == 0)
        return cli_error(CLI_USAGE,
                         "--communities: %s has none: find them with regatta index "
                         "--communities",
                         path);
    return CLI_DONE;
}

static int prepare(job *j)
{
    const cli_asking *a = &j->o->asking;
    const cli_filters *f = &j->filters;
    const regatta_model_info info = cli_model_info(j->model);
    int code = check_search(j->o, j->model, j->path);
    if (code == CLI_DONE) code = check_communities(j->o, j->model, j->path);
    if (code == CLI_DONE)
        code = cli_filters_read(&j->filters, j->model, REGATTA_ITEMS, a->only, a->exclude,
                                cli_asking_list_rules(a));
    if (code != CLI_DONE) return code;
    j->ask = (regatta_candidates_options)REGATTA_CANDIDATES_OPTIONS_INIT;
    j->ask.n = j->o->n < info.n_items ? j->o->n : info.n_items;
    j->ask.sources = sources[j->o->source];
    j->ask.exact = j->o->exact;
    j->ask.effort = j->o->effort;
    j->ask.communities = j->o->communities;
    j->ask.keep_seen = a->keep_seen;
    j->ask.only = f->only.node;
    j->ask.n_only = f->only.n;
    j->ask.exclude = f->exclude.node;
    j->ask.n_exclude = f->exclude.n;
    j->block = cli_asking_block(a, j->ask.n);
    const int64_t cells = j->block * j->ask.n;
    j->items = cli_new(cells, sizeof *j->items);
    j->scores = cli_new(cells, sizeof *j->scores);
    j->by_source = cli_new(cells * REGATTA_N_SOURCES, sizeof *j->by_source);
    if (j->o->communities > 0.0f)
        j->ask.reads = j->reads = cli_new(j->block * REGATTA_N_READS, sizeof *j->reads);
    return j->items && j->scores && j->by_source &&
                   (j->reads || j->o->communities == 0.0f)
               ? CLI_DONE
               : cli_no_memory();
}

static int run(job *j)
{
    static const cli_column columns[] = {
        {"user", CLI_COLUMN_TEXT},    {"item", CLI_COLUMN_TEXT},
        {"title", CLI_COLUMN_TEXT},   {"rank", CLI_COLUMN_WHOLE},
        {"score", CLI_COLUMN_FLOAT},  {"graph", CLI_COLUMN_FLOAT},
        {"vectors", CLI_COLUMN_FLOAT}};
    cli_column own[CLI_COUNT(columns)];
    const cli_answerer who = {answer, refuse, j};
    int code = CLI_DONE;
    const int n = cli_title_columns(own, columns, CLI_COUNT(columns), &j->to->titles);
    CLI_TRY(prepare(j));
    CLI_TRY(
        cli_asking_serve(&j->o->asking, j->ctx, j->model, j->block, &who, j->to, own, n));
done:
    cli_filters_free(&j->filters);
    free(j->items);
    free(j->scores);
    free(j->by_source);
    free(j->reads);
    return code;
}

int cmd_candidates(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    options o = {.asking = CLI_ASKING_INIT, .n = 500};
    CLI_TRY(parse(&o, argc, argv, &first));
    if (first < 0) goto done;
    CLI_TRY(cli_asking_open(&o.asking, argv[first], &o.to, &ctx, &model));
    job j = {.ctx = ctx, .model = model, .path = argv[first], .o = &o, .to = &o.to};
    CLI_TRY(run(&j));
done:
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    cli_titles_free(&o.to.titles);
    cli_asking_free(&o.asking);
    return code;
}
