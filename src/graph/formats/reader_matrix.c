#include "graph/formats/reader_matrix.h"
#include "base/text/number.h"
#include "graph/formats/entries.h"
#include <inttypes.h>
#include <string.h>
#include <strings.h>

typedef struct matrix {
    regatta_ctx *ctx;
    rg_input *in;
    int64_t n_rows, n_columns, n_entries;
    int has_value;
    rg_entries entries;
} matrix;

/* The next word of a line; its length, 0 if there is none. */
static int64_t next_word(const char **at, const char **word)
{
    while (**at == ' ' || **at == '\t') ++*at;
    *word = *at;
    while (**at != '\0' && **at != ' ' && **at != '\t') ++*at;
    return *at - *word;
}

static int is_word(const char *word, int64_t n, const char *expected)
{
    return n == (int64_t)strlen(expected) && strncasecmp(word, expected, (size_t)n) == 0;
}

/* "%%MatrixMarket matrix coordinate real general" */
static regatta_status read_banner(matrix *m, const char *line)
{
    const char *at = line, *word[5] = {NULL};
    int64_t n[5];
    for (int k = 0; k < 5; k++) n[k] = next_word(&at, &word[k]);
    if (!is_word(word[0], n[0], "%%MatrixMarket") || !is_word(word[1], n[1], "matrix"))
        return rg_reader_fail(m->ctx, m->in, "no line %%%%MatrixMarket matrix ...");
    if (!is_word(word[2], n[2], "coordinate"))
        return rg_reader_fail(m->ctx, m->in,
                              "is a dense MatrixMarket array: write it as a sparse one "
                              "(scipy.io.mmwrite of a coo_matrix)");
    m->has_value = !is_word(word[3], n[3], "pattern");
    if (m->has_value && !is_word(word[3], n[3], "real") &&
        !is_word(word[3], n[3], "integer") && !is_word(word[3], n[3], "double"))
        return rg_reader_fail(m->ctx, m->in,
                              "values of the kind '%.*s' are not weights: real, integer "
                              "and pattern are read",
                              rg_shown(n[3]), word[3]);
    if (!is_word(word[4], n[4], "general"))
        return rg_reader_fail(m->ctx, m->in,
                              "the matrix is '%.*s', with one half of it left out: users "
                              "and items are no square matrix; write it as general",
                              rg_shown(n[4]), word[4]);
    return REGATTA_OK;
}

static int is_comment(const char *line, int64_t length)
{
    return line[0] == '%' || rg_reader_is_blank(line, length, REGATTA_FORMAT_AUTO);
}

/* Reads the next line that is no comment; NULL at the end. */
static regatta_status next_line(matrix *m, char **line)
{
    for (;;) {
        int64_t length = 0;
        const regatta_status status = rg_input_line(m->in, line, &length);
        if (status != REGATTA_OK || *line == NULL) return status;
        if (!is_comment(*line, length)) return REGATTA_OK;
    }
}

/* Reads whole numbers; 1 if they are there, and `at` is behind them. */
static int read_whole(const char **at, int n, int64_t *numbers[])
{
    for (int k = 0; k < n; k++) {
        const char *word = NULL;
        const int64_t length = next_word(at, &word);
        if (!rg_parse_int(word, length, numbers[k])) return 0;
    }
    return 1;
}

static int ends(const char *at)
{
    const char *word = NULL;
    return next_word(&at, &word) == 0;
}

static regatta_status read_sizes(matrix *m)
{
    char *line = NULL;
    int64_t *numbers[3] = {&m->n_rows, &m->n_columns, &m->n_entries};
    const regatta_status status = next_line(m, &line);
    if (status != REGATTA_OK) return status;
    const char *at = line != NULL ? line : "";
    if (!read_whole(&at, 3, numbers) || !ends(at) || m->n_rows < 0 || m->n_columns < 0 ||
        m->n_entries < 0)
        return rg_reader_fail(m->ctx, m->in,
                              "no line with the numbers of rows, columns and entries");
    return REGATTA_OK;
}

static regatta_status read_entry(matrix *m, const char *line)
{
    int64_t row = 0, column = 0;
    int64_t *numbers[2] = {&row, &column};
    double value = 1.0;
    const char *word = NULL, *wrong = NULL;
    m->entries.bad = REGATTA_BAD_COLUMNS;
    if (!read_whole(&line, 2, numbers))
        return rg_reader_fail(m->ctx, m->in,
                              "no row and column number (--skip-bad drops such entries)");
    if (row < 1 || row > m->n_rows || column < 1 || column > m->n_columns)
        return rg_reader_fail(m->ctx, m->in,
                              "the entry (%" PRId64 ", %" PRId64
                              ") is outside the matrix of %" PRId64 " x %" PRId64
                              ", which counts from 1 (--skip-bad drops such entries)",
                              row, column, m->n_rows, m->n_columns);
    if (m->has_value) {
        const int64_t n = next_word(&line, &word);
        m->entries.bad = REGATTA_BAD_WEIGHT;
        if (!rg_parse_number(word, n, &value))
            return rg_reader_fail(m->ctx, m->in,
                                  "the value '%.*s' is not a number (--skip-bad drops "
                                  "such entries)",
                                  rg_shown(n), word);
    }
    m->entries.bad = REGATTA_BAD_COLUMNS;
    if (!ends(line))
        return rg_reader_fail(m->ctx, m->in,
                              "more than %d numbers (--skip-bad drops such "
                              "entries)",
                              m->has_value ? 3 : 2);
    const regatta_status status = rg_entries_add(&m->entries, row, column, value, &wrong);
    return wrong != NULL ? rg_reader_fail(m->ctx, m->in, "%s", wrong) : status;
}

static regatta_status read_entries(matrix *m, const regatta_read_options *opts,
                                   regatta_read_report *report)
{
    int64_t n = 0;
    for (;; n++) {
        char *line = NULL;
        regatta_status status = next_line(m, &line);
        if (status != REGATTA_OK) return status;
        if (line == NULL) break;
        status = read_entry(m, line);
        if (status == REGATTA_EFORMAT && opts->skip_bad)
            rg_reader_count_bad(report, m->entries.bad, m->in,
                                rg_input_line_number(m->in));
        else if (status != REGATTA_OK)
            return status;
    }
    if (n == m->n_entries) return REGATTA_OK;
    return rg_reader_fail_at(m->ctx, m->in, 0,
                             "%" PRId64 " entries where the sizes promise %" PRId64
                             ": the file is cut or was joined",
                             n, m->n_entries);
}

regatta_status rg_read_matrix(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                              const regatta_read_options *opts,
                              regatta_read_report *report)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    char *line = NULL;
    int64_t length = 0;
    matrix m = {.ctx = ctx, .in = in};
    RG_TRY(rg_input_line(in, &line, &length));
    RG_TRY(read_banner(&m, line != NULL ? line : ""));
    RG_TRY(read_sizes(&m));
    RG_TRY(rg_entries_begin(ctx, &m.entries, m.has_value, opts, report));
    RG_TRY(read_entries(&m, opts, report));
    rg_entries_end(&m.entries, out, rg_input_line_number(in));
done:
    rg_edges_free(m.entries.edges);
    return status;
}
