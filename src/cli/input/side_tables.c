/* See side_tables.h. */
#include "cli/input/side_tables.h"
#include "cli/apart.h"
#include "cli/input/reading.h"
#include "cli/output/document.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES = 4096, NAME_BYTES = 64 };

static const char *const side_words[] = {"user", "item"};
static const char *const layout_words[] = {"auto", "long", "wide", "vectors"};

/* An entry "[NAME=]FILE". */
typedef struct entry {
    char name[NAME_BYTES]; /* "": none */
    char path[FILE_BYTES];
} entry;

/* Takes the next entry of a list with commas; *at is NULL after the last. A '=' behind a
 * '/' is part of the path. Returns 0 if there is no entry; *wrong is 1 if it is too long
 * or empty. */
static int next_entry(const char **at, entry *out, int *wrong)
{
    if (!*at) return 0;
    const char *const from = *at;
    const size_t n = strcspn(from, ",");
    const size_t name = strcspn(from, "=/,");
    const int has_name = from[name] == '=';
    const size_t begin = has_name ? name + 1 : 0;
    *at = from[n] ? from + n + 1 : NULL;
    *wrong = begin >= n || n - begin >= FILE_BYTES ||
             (has_name && (name == 0 || name >= NAME_BYTES));
    if (*wrong) return 1;
    snprintf(out->name, NAME_BYTES, "%.*s", has_name ? (int)name : 0, from);
    snprintf(out->path, FILE_BYTES, "%.*s", (int)(n - begin), from + begin);
    return 1;
}

/* Calls a function for each entry of a list until it does not return CLI_DONE. */
static int each_entry(const cli_strings *list, int (*visit)(const entry *e, void *state),
                      void *state)
{
    for (int64_t k = 0; k < list->n; k++) {
        entry e;
        int wrong = 0;
        for (const char *at = list->value[k]; next_entry(&at, &e, &wrong);) {
            if (wrong)
                return cli_error(
                    CLI_USAGE,
                    "%s: write [NAME=]FILE[,[NAME=]FILE..] with names of 1 to "
                    "63 bytes",
                    list->value[k]);
            const int code = visit(&e, state);
            if (code != CLI_DONE) return code;
        }
    }
    return CLI_DONE;
}

static void describe(const char *path, const regatta_features_report *r,
                     regatta_side side, uint32_t max_features)
{
    const char *const side_word = side_words[side];
    const char *const shown = strcmp(path, "-") == 0 ? "<stdin>" : path;
    if (r->layout == REGATTA_FEATURES_VECTORS) {
        fprintf(stderr, "%s: vectors of %lld %s%s, %lld number%s\n  %s\n", shown,
                (long long)r->n_nodes, side_word, CLI_S(r->n_nodes),
                (long long)r->n_features, CLI_S(r->n_features), r->columns);
        return;
    }
    fprintf(
        stderr, "%s: %s%s%s, %s, %lld line%s, %lld %s%s, %lld feature%s, %lld value%s\n",
        shown, cli_format_words(r->format), r->gzip ? ", gzipped" : "",
        r->has_header ? ", with a header" : "",
        r->layout == REGATTA_FEATURES_LONG ? "a feature a row" : "a row for each node",
        (long long)r->n_lines, CLI_S(r->n_lines), (long long)r->n_nodes, side_word,
        CLI_S(r->n_nodes), (long long)r->n_features, CLI_S(r->n_features),
        (long long)r->n_values, CLI_S(r->n_values));
    fprintf(stderr, "  %s\n", r->columns);
    if (r->n_recoded)
        fprintf(
            stderr,
            "  read %lld id%s and values as Windows-1252, because they are not UTF-8\n",
            (long long)r->n_recoded, CLI_S(r->n_recoded));
    if (r->n_hashed)
        fprintf(stderr,
                "  hashed the %lld rarest features into %lld column%s (--max-features "
                "%lld)\n",
                (long long)r->n_hashed, (long long)r->n_buckets, CLI_S(r->n_buckets),
                (long long)(max_features ? max_features : REGATTA_MAX_FEATURES));
}

static json_t *report_json(const char *path, const regatta_features_report *r,
                           regatta_side side)
{
    return json_pack(
        "{s:o,s:s,s:s,s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "file", cli_json_string(path),
        "side", side_words[side], "layout", layout_words[r->layout], "columns",
        cli_json_string(r->columns), "lines", (json_int_t)r->n_lines, "nodes",
        (json_int_t)r->n_nodes, "features", (json_int_t)r->n_features, "values",
        (json_int_t)r->n_values, "hashed", (json_int_t)r->n_hashed, "buckets",
        (json_int_t)r->n_buckets, "recoded", (json_int_t)r->n_recoded);
}

/* The arguments of a reading, for each entry. */
typedef struct pass {
    regatta_ctx *ctx;
    regatta_features *features;
    regatta_side side;
    cli_table_reading *reading;
    const regatta_features *like;
    json_t *report;
    int quiet;
    uint32_t layout;
} pass;

static int read_entry(const entry *e, void *state)
{
    pass *const p = state;
    regatta_features_options options = REGATTA_FEATURES_OPTIONS_INIT;
    regatta_features_report report = REGATTA_FEATURES_REPORT_INIT;
    /* The choices of the option leave out adjacency lists. */
    options.format = p->reading->format ? p->reading->format + 1 : 0;
    options.header = p->reading->header;
    options.max_features = p->reading->max_features;
    options.side = p->side;
    options.layout = p->layout;
    options.columns = p->reading->columns;
    options.like = p->like;
    options.name = e->name[0] ? e->name : NULL;
    const int code = cli_status(
        p->ctx, regatta_features_read(p->ctx, p->features, e->path, &options, &report));
    if (code != CLI_DONE) return code;
    p->reading->entries |= report.entries;
    if (!p->quiet) describe(e->path, &report, p->side, p->reading->max_features);
    if (p->report)
        json_array_append_new(p->report, report_json(e->path, &report, p->side));
    return CLI_DONE;
}

int cli_features_read(regatta_ctx *ctx, regatta_features **out, const cli_strings *tables,
                      const cli_strings *vectors, regatta_side side,
                      cli_table_reading *reading, const regatta_features *like,
                      json_t *report, int quiet)
{
    int code = CLI_DONE;
    pass p = {ctx, NULL, side, reading, like, report, quiet, REGATTA_FEATURES_AUTO};
    *out = NULL;
    CLI_CALL(regatta_features_create(ctx, &p.features));
    CLI_TRY(each_entry(tables, read_entry, &p));
    p.layout = REGATTA_FEATURES_VECTORS;
    CLI_TRY(each_entry(vectors, read_entry, &p));
    *out = p.features;
    p.features = NULL;
done:
    regatta_features_free(p.features);
    return code;
}

int cli_features_check(const cli_table_reading *reading)
{
    const char *at = reading->columns;
    for (int k = 0; at && k < 64; k++) {
        const int n = (int)strcspn(at, ",");
        if (!(reading->entries >> k & 1))
            return cli_error(
                CLI_USAGE, "--feature-columns: no table has the column of '%.*s'", n, at);
        at = at[n] ? at + n + 1 : NULL;
    }
    return CLI_DONE;
}

int cli_side_tables_given(const cli_side_tables *t)
{
    return t->table[0].n || t->table[1].n || t->vectors[0].n || t->vectors[1].n ||
           t->groups;
}

/* The table of groups as a list of one entry. */
static cli_strings groups_of(const cli_side_tables *t)
{
    return (cli_strings){.value = (const char **)(uintptr_t)&t->groups, .n = 1};
}

typedef struct outputs {
    const char *const *path;
    int n;
    int n_stdin; /* inputs that are standard input */
} outputs;

static int check_entry(const entry *e, void *state)
{
    outputs *const o = state;
    const char *const path = e->path;
    if (strcmp(path, "-") == 0 && o->n_stdin++ > 0)
        return cli_error(CLI_USAGE, "only one input can be standard input");
    return cli_apart(&path, 1, o->path, o->n);
}

int cli_side_tables_apart(const cli_side_tables *t, const char *data,
                          const char *const *paths, int n_paths)
{
    int code = CLI_DONE;
    outputs o = {paths, n_paths, strcmp(data, "-") == 0};
    const cli_strings groups = groups_of(t);
    for (int s = 0; s < 2; s++) {
        CLI_TRY(each_entry(&t->table[s], check_entry, &o));
        CLI_TRY(each_entry(&t->vectors[s], check_entry, &o));
    }
    if (t->groups) CLI_TRY(each_entry(&groups, check_entry, &o));
done:
    return code;
}

static json_t *modalities_json(const regatta_features *features, uint32_t n)
{
    json_t *const array = json_array();
    for (uint32_t k = 0; array && k < n; k++) {
        regatta_modality m = REGATTA_MODALITY_INIT;
        if (regatta_features_get_modality(NULL, &m, features, k) != REGATTA_OK) break;
        json_array_append_new(
            array, json_pack("{s:o,s:s,s:I,s:I,s:I}", "name", cli_json_string(m.name),
                             "kind", m.is_dense ? "vectors" : "features", "nodes",
                             (json_int_t)m.n_nodes, "features", (json_int_t)m.n_features,
                             "values", (json_int_t)m.n_values));
    }
    return array;
}

/* Prints the coverage of a side and its modalities, and stores them in the report. */
static int summarize(regatta_ctx *ctx, cli_side_tables *t, regatta_side side,
                     const regatta_graph *graph, int quiet)
{
    int code = CLI_DONE;
    regatta_features_info info = REGATTA_FEATURES_INFO_INIT;
    const char *const word = side_words[side];
    CLI_CALL(regatta_features_get_info(ctx, &info, t->features[side], graph, side));
    for (uint32_t k = 0; !quiet && k < info.n_modalities; k++) {
        regatta_modality m = REGATTA_MODALITY_INIT;
        CLI_CALL(regatta_features_get_modality(ctx, &m, t->features[side], k));
        fprintf(stderr, "  %s features '%s': %lld %s%s, %lld %s\n", word, m.name,
                (long long)m.n_nodes, word, CLI_S(m.n_nodes), (long long)m.n_features,
                m.is_dense ? "numbers each" : "features");
    }
    if (!quiet)
        fprintf(
            stderr,
            "  %ss of the data: %lld with features, %lld without; %lld unknown to the "
            "data\n",
            word, (long long)info.n_with, (long long)info.n_without,
            (long long)info.n_unknown);
    if (t->report)
        json_object_set_new(
            t->report, side == REGATTA_USERS ? "users" : "items",
            json_pack("{s:I,s:I,s:I,s:o}", "with", (json_int_t)info.n_with, "without",
                      (json_int_t)info.n_without, "unknown", (json_int_t)info.n_unknown,
                      "modalities",
                      modalities_json(t->features[side], info.n_modalities)));
done:
    return code;
}

int cli_side_tables_read(regatta_ctx *ctx, cli_side_tables *t, const regatta_graph *graph,
                         int quiet)
{
    int code = CLI_DONE;
    const cli_strings groups = groups_of(t), none = {0};
    if (!cli_side_tables_given(t)) return CLI_DONE;
    t->report = json_object();
    if (!t->report) return cli_no_memory();
    json_t *const files = json_array();
    json_object_set_new(t->report, "files", files);
    for (int s = 0; s < 2; s++) {
        if (!t->table[s].n && !t->vectors[s].n) continue;
        CLI_TRY(cli_features_read(ctx, &t->features[s], &t->table[s], &t->vectors[s],
                                  (regatta_side)s, &t->reading, NULL, files, quiet));
        CLI_TRY(summarize(ctx, t, (regatta_side)s, graph, quiet));
    }
    if (t->groups)
        CLI_TRY(cli_features_read(ctx, &t->item_groups, &groups, &none, REGATTA_ITEMS,
                                  &t->reading, NULL, files, quiet));
    CLI_TRY(cli_features_check(&t->reading));
done:
    return code;
}

void cli_side_tables_free(cli_side_tables *t)
{
    for (int s = 0; s < 2; s++) {
        free(t->table[s].value);
        free(t->vectors[s].value);
        regatta_features_free(t->features[s]);
    }
    regatta_features_free(t->item_groups);
    json_decref(t->report);
}
