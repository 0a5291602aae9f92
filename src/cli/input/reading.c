/* See reading.h. */
#include "cli/input/reading.h"
#include "cli/output/meter.h"
#include "cli/output/output.h"
#include "store/store.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const format_words[] = {
    "unknown",
    "adjacency lists",
    "CSV",
    "TSV",
    "blank-separated columns",
    "semicolon-separated columns",
    "pipe-separated columns",
    "'::'-separated columns",
    "RecBole atomic file",
    "JSON lines",
    "MatrixMarket matrix",
    "SciPy sparse matrix",
    "Netflix prize lists",
    "SQLite",
    "PostgreSQL",
};

static const char *const bad_words[] = {
    [REGATTA_BAD_COLUMNS] = "another number of columns, or open quotes",
    [REGATTA_BAD_WEIGHT] = "the weight is not a finite number",
    [REGATTA_BAD_USER_EMPTY] = "the user is empty",
    [REGATTA_BAD_USER_NULL] = "the user is a missing value (NA, NULL ...)",
    [REGATTA_BAD_ITEM_EMPTY] = "the item is empty",
    [REGATTA_BAD_ITEM_NULL] = "the item is a missing value (NA, NULL ...)",
    [REGATTA_BAD_ID] = "an id is too long, or is not text",
    [REGATTA_BAD_WEIGHT_NEGATIVE] = "the weight is negative",
    [REGATTA_BAD_TIME_EMPTY] = "the time is empty",
    [REGATTA_BAD_TIME] = "the time cannot be read",
    [REGATTA_BAD_HEADER] = "a repeated header",
    [REGATTA_BAD_EVENT] = "the event has no weight",
};

const char *cli_format_words(uint32_t format)
{
    return format_words[format < CLI_COUNT(format_words) ? format : 0];
}

/* What the reader counts: lines of a text, entries of a matrix, rows of a query. */
static const char *unit_of(const regatta_read_report *r)
{
    const int one = r->n_lines == 1;
    switch (r->format) {
    case REGATTA_FORMAT_NPZ: return one ? "entry" : "entries";
    case REGATTA_FORMAT_SQLITE:
    case REGATTA_FORMAT_POSTGRES: return one ? "row" : "rows";
    default: return one ? "line" : "lines";
    }
}

/* Returns the file of a folder with the first row of a reason; "" of a single file. */
static const char *file_of(const regatta_read_report *r, int bad)
{
    return r->first_bad_file + REGATTA_BAD_FILE_BYTES / REGATTA_N_BAD_ROWS * bad;
}

/* Prints one line for each reason, and a warning if more rows were skipped than read. */
static void describe_bad(const regatta_read_report *r)
{
    int64_t all = 0;
    for (int k = 0; k < CLI_COUNT(bad_words); k++) {
        all += r->n_bad[k];
        if (r->n_bad[k])
            fprintf(stderr, "  skipped %lld row%s: %s (first: %s %lld%s%s)\n",
                    (long long)r->n_bad[k], r->n_bad[k] == 1 ? "" : "s", bad_words[k],
                    r->format == REGATTA_FORMAT_NPZ ? "entry"
                    : unit_of(r)[0] == 'r'          ? "row"
                                                    : "line",
                    (long long)r->first_bad_line[k], *file_of(r, k) ? " of " : "",
                    file_of(r, k));
    }
    if (all > r->n_rows)
        fprintf(stderr,
                "  warning: %lld row%s skipped and %lld read: check the columns and "
                "--time-format\n",
                (long long)all, CLI_S(all), (long long)r->n_rows);
}

/* Repeats stay in histories, where DEDUP_SUM adds them up in one edge. */
static void describe_repeats(const regatta_read_report *r, const cli_reading *reading)
{
    const int is_sum = reading->options.dedup == REGATTA_DEDUP_SUM;
    fprintf(stderr, "  %lld interaction%s %s a user and item: %s\n",
            (long long)r->n_duplicates, CLI_S(r->n_duplicates),
            r->n_duplicates == 1 ? "repeats" : "repeat",
            is_sum ? "kept as repeats, one edge for each pair"
                   : "merged to one interaction for each pair");
}

/* Says what makes kinds of events count, if their column is not used. */
static void hint_at_events(const char *columns)
{
    static const char unused[] = "not used: ";
    const char *name = strstr(columns, unused);
    char one[64];
    for (name = name ? name + sizeof unused - 1 : ""; *name;) {
        const size_t n = strcspn(name, ",");
        snprintf(one, sizeof one, "%.*s", (int)n, name);
        if (regatta_column_of_name(one, 0, NULL) == REGATTA_COLUMN_EVENT) {
            fprintf(stderr,
                    "  all kinds of '%s' count alike: --event-weights weighs them\n",
                    one);
            return;
        }
        name += n + strspn(name + n, ", ");
    }
}

void cli_describe_reading(const char *path, const regatta_read_report *r,
                          const cli_reading *reading)
{
    fprintf(stderr, "%s: %s%s%s%s%s, %lld %s, %lld interaction%s\n",
            strcmp(path, "-") == 0 ? "<stdin>" : cli_shown_place(path),
            cli_format_words(r->format),
            r->gzip   ? ", gzipped"
            : r->zstd ? ", zstd"
                      : "",
            r->has_header ? ", with a header" : "", r->has_weight ? ", weights" : "",
            r->has_time ? ", times" : "", (long long)r->n_lines, unit_of(r),
            (long long)r->n_rows, CLI_S(r->n_rows));
    fprintf(stderr, "  %s\n", r->columns);
    if (!r->event_column) hint_at_events(r->columns);
    if (*r->like) fprintf(stderr, "  counted as in the training: %s\n", r->like);
    if (r->n_recoded)
        fprintf(stderr, "  read %lld id%s as Windows-1252, because they are not UTF-8\n",
                (long long)r->n_recoded, CLI_S(r->n_recoded));
    if (r->n_below && reading->options.use_min_weight)
        fprintf(stderr, "  dropped %lld interaction%s with a weight below %g\n",
                (long long)r->n_below, CLI_S(r->n_below), reading->options.min_weight);
    else if (r->n_below)
        fprintf(stderr, "  dropped %lld interaction%s with a lower rating\n",
                (long long)r->n_below, CLI_S(r->n_below));
    if (r->n_dislikes)
        fprintf(stderr, "  %lld disliked pair%s\n", (long long)r->n_dislikes,
                CLI_S(r->n_dislikes));
    if (r->n_impressions)
        fprintf(stderr, "  %lld impression%s, not taken\n", (long long)r->n_impressions,
                CLI_S(r->n_impressions));
    if (r->n_left_out)
        fprintf(stderr, "  left out %lld row%s of events with the weight 0\n",
                (long long)r->n_left_out, CLI_S(r->n_left_out));
    describe_bad(r);
    if (r->n_duplicates) describe_repeats(r, reading);
}

/* Returns 1 for a file that cannot be read: reading it says why. */
static int is_unreadable(const char *path)
{
    return strcmp(path, "-") != 0 && access(path, R_OK) != 0;
}

int cli_check_query(const cli_reading *reading, const char *const *paths, int n)
{
    if (!reading->options.query) return CLI_DONE;
    for (int k = 0; k < n; k++)
        if (paths[k] && (rg_store_is_database(paths[k]) || is_unreadable(paths[k])))
            return CLI_DONE;
    return cli_error(CLI_USAGE, "--query has no effect: %s is not a database",
                     n > 0 && paths[0] ? paths[0] : "the data");
}

const char *cli_shown_place(const char *path)
{
    static char shown[RG_SHOWN_PLACE];
    if (!rg_store_is_url(path)) return path;
    rg_store_show(shown, path);
    return shown;
}

regatta_read_options cli_read_options(const cli_reading *reading, const char *path)
{
    regatta_read_options options = reading->options;
    if (options.query && !rg_store_is_database(path)) options.query = NULL;
    options.header = reading->header      ? REGATTA_HEADER_YES
                     : reading->no_header ? REGATTA_HEADER_NO
                                          : REGATTA_HEADER_AUTO;
    if (reading->weight_given && options.weight_column == 0)
        options.weight_column = REGATTA_COLUMN_NONE;
    if (reading->time_given && options.time_column == 0)
        options.time_column = REGATTA_COLUMN_NONE;
    return options;
}

int cli_check_header(const cli_reading *reading)
{
    if (!reading->header || !reading->no_header) return CLI_DONE;
    return cli_error(CLI_USAGE, "--header and --no-header exclude each other");
}

/* Reads a graph by the options of the command, without a message. */
static regatta_status read_graph(regatta_ctx *ctx, regatta_graph **out, const char *path,
                                 const cli_reading *reading, regatta_read_report *report)
{
    const regatta_read_options options = cli_read_options(reading, path);
    *report = (regatta_read_report)REGATTA_READ_REPORT_INIT;
    return regatta_graph_read(ctx, out, path, &options, report);
}

static int read_and_say(regatta_ctx *ctx, regatta_graph **out, const char *path,
                        const cli_reading *reading, regatta_read_report *report,
                        int quiet)
{
    *out = NULL;
    int code = cli_check_header(reading);
    if (code != CLI_DONE) return code;
    cli_meter meter;
    cli_meter_begin(&meter, "read", NULL, 0, quiet);
    code = cli_status(ctx, read_graph(ctx, out, path, reading, report));
    cli_meter_end(&meter, code == CLI_DONE);
    if (code == CLI_DONE && !quiet) cli_describe_reading(path, report, reading);
    return code;
}

int cli_read_graph(regatta_ctx *ctx, regatta_graph **out, const char *path,
                   const cli_reading *reading, int quiet)
{
    regatta_read_report report;
    return read_and_say(ctx, out, path, reading, &report, quiet);
}

int cli_read_test(regatta_ctx *ctx, regatta_graph **out, const char *path,
                  const cli_reading *reading, int quiet)
{
    cli_reading test = *reading;
    test.options.ids_only = 1;
    return cli_read_graph(ctx, out, path, &test, quiet);
}

/* Fills the columns that `like` has and the command line does not name. */
static cli_reading with_columns(const cli_reading *reading, const cli_columns *like)
{
    cli_reading r = *reading;
    if (!r.options.user_column) r.options.user_column = like->user;
    if (!r.options.item_column) r.options.item_column = like->item;
    if (!r.weight_given) r.options.weight_column = like->weight;
    if (!r.time_given) r.options.time_column = like->time;
    return r;
}

/* Reads a file by its own columns, else by those of `like`; *out stays NULL if neither
 * is possible. */
static void try_both(regatta_ctx *ctx, regatta_graph **out, const char *path,
                     const cli_reading *reading, const cli_columns *like,
                     regatta_read_report *report)
{
    const cli_reading other = with_columns(reading, like);
    *out = NULL;
    if (!like->user || strcmp(path, "-") == 0) return; /* a pipe is read once */
    if (read_graph(ctx, out, path, reading, report) == REGATTA_EFORMAT)
        (void)read_graph(ctx, out, path, &other, report);
}

int cli_read_part(regatta_ctx *ctx, regatta_graph **out, const char *path,
                  const cli_reading *reading, cli_columns *like, int is_test, int quiet)
{
    int code = CLI_DONE;
    regatta_read_report report;
    cli_reading own = *reading;
    own.options.ids_only = is_test != 0;
    try_both(ctx, out, path, reading, like, &report);
    if (!*out)
        code = read_and_say(ctx, out, path, &own, &report, quiet);
    else if (!quiet)
        cli_describe_reading(path, &report, reading);
    if (code == CLI_DONE && !like->user && !report.has_header)
        *like = (cli_columns){report.user_column, report.item_column,
                              report.weight_column, report.time_column};
    return code;
}

int cli_is_model(const char *path)
{
    struct stat st;
    unsigned char head[9] = {0};
    if (strcmp(path, "-") == 0 || stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return 0;
    if (cli_is_shard_index(path)) return 1;
    FILE *file = fopen(path, "rb");
    if (!file) return 0;
    const size_t n = fread(head, 1, sizeof head, file);
    fclose(file);
    /* No header is 16 MiB or longer, and text has no zero bytes. */
    return n == sizeof head && head[8] == '{' && !head[3] && !head[4] && !head[7];
}
