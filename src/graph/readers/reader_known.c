#include "graph/readers/reader_known.h"
#include "base/text/number.h"
#include "graph/times/reader_time.h"
#include <string.h>
#include <strings.h>

typedef struct known_file {
    int at; /* of the magic in the file */
    int length;
    const char *magic;
    const char *what;
} known_file;

regatta_status rg_refuse_binary(regatta_ctx *ctx, const rg_input *in, const char *bytes,
                                int64_t n)
{
    static const known_file known[] = {
        {0, 4, "PAR1", "a Parquet file: write it as CSV first"},
        {0, 6, "ARROW1", "an Arrow file: write it as CSV first"},
        {0, 4, "FEA1", "a Feather file: write it as CSV first"},
        {0, 4, "Obj\x01", "an Avro file: write it as CSV first"},
        {0, 4, "PK\x03\x04",
         "a zip archive (of Excel or NumPy too): unpack it or export it as CSV first"},
        {0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
         "an old Office file: export it as CSV first"},
        {0, 6, "7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"},
        {0, 6, "Rar!\x1a\x07", "a rar archive: unpack it first"},
        {257, 5, "ustar", "a tar archive: unpack it and give a text file in it"},
        {0, 15, "SQLite format 3",
         "an SQLite database, not a table: export the table as CSV first"},
        {0, 4, "\x04\x22\x4d\x18", "compressed with lz4: run unlz4 on it first"},
        {0, 5,
         "\xfd"
         "7zXZ",
         "compressed with xz: run unxz on it first"},
        {0, 3, "BZh", "compressed with bzip2: run bunzip2 on it first"},
        {0, 4, "\x89HDF", "an HDF5 file: write it as CSV first"},
        {0, 6, "\x93NUMPY", "a NumPy array: write it as CSV first"},
        {0, 10, "MATLAB 5.0", "a MATLAB file: write it as CSV first"},
        {0, 2, "\x80\x02", "a Python pickle: write it as CSV first"},
        {0, 2, "\x80\x03", "a Python pickle: write it as CSV first"},
        {0, 2, "\x80\x04", "a Python pickle: write it as CSV first"},
        {0, 2, "\x80\x05", "a Python pickle: write it as CSV first"},
        {0, 14, "%%MatrixMarket", "a MatrixMarket file, not a table"},
        {0, 5, "%PDF-", "a PDF document, not data"},
        {0, 4, "\x89PNG", "an image, not data"},
        {0, 3, "\xff\xd8\xff", "an image, not data"},
        {0, 4,
         "\x7f"
         "ELF",
         "a program, not data"},
    };
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
        if (n >= known[k].at + known[k].length &&
            memcmp(bytes + known[k].at, known[k].magic, (size_t)known[k].length) == 0)
            return rg_reader_fail_at(ctx, in, 0, "is %s", known[k].what);
    return REGATTA_OK;
}

/* The line begins so, in any case. */
static int begins(const char *line, int64_t length, const char *with)
{
    const size_t n = strlen(with);
    return length >= (int64_t)n && strncasecmp(line, with, n) == 0;
}

static int is_among(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* "{", "[" or "(" and what JSON or Python has with it; *python for single quotes. */
static int is_json(const char *line, int64_t length, int *python)
{
    int64_t k = 1;
    while (k < length && (line[k] == ' ' || line[k] == '\t')) k++;
    const char next = k < length ? line[k] : '\0';
    *python = next == '\'';
    if (line[0] == '{') return k == length || is_among(next, "\"'}");
    if (line[0] == '(') return is_among(line[length - 1], "),");
    if (line[0] != '[') return 0;
    if (k == length || is_among(next, "{[\"'")) return 1;
    return is_among(next, "0123456789]") && is_among(line[length - 1], "],");
}

static const char *markup_of(const char *line, int64_t length)
{
    if (begins(line, length, "<!doctype html") || begins(line, length, "<html") ||
        begins(line, length, "<head") || begins(line, length, "<body"))
        return "a web page (HTML), not data: look at what the address answers";
    if (line[0] != '<' || length < 2) return NULL;
    if (begins(line, length, "<?xml") || line[1] == '!')
        return "XML: write user and item as two columns first";
    const int is_letter = (line[1] | 0x20) >= 'a' && (line[1] | 0x20) <= 'z';
    if (!is_letter || memchr(line, '>', (size_t)length) == NULL) return NULL;
    return "markup (HTML, XML or RDF): write user and item as two columns first";
}

static const char *text_of(const char *line, int64_t length)
{
    static const struct {
        const char *with, *what;
    } known[] = {
        {"version https://git-lfs", "a Git LFS pointer, not the file: run git lfs pull"},
        {"-- mysql dump", "an SQL script: export the table as CSV first"},
        {"create table ", "an SQL script: export the table as CSV first"},
        {"insert into ", "an SQL script: export the table as CSV first"},
        {"@relation ", "an ARFF file: write it as CSV first"},
        {"%yaml", "YAML: write user and item as two columns first"},
        {"-----begin ", "a key or a certificate, not data"},
        {"#!/", "a script, not data"},
        {"+--",
         "a table drawn with lines: export it as CSV first (psql --csv), or as TSV "
         "(mysql --batch)"},
        {"{\\rtf", "an RTF document, not data"},
    };
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
        if (begins(line, length, known[k].with)) return known[k].what;
    return markup_of(line, length);
}

static int has_error_key(const char *line, int64_t length)
{
    static const char *const keys[] = {"\"error", "\"message\"", "\"detail\""};
    char text[256];
    const size_t n = length < (int64_t)sizeof text ? (size_t)length : sizeof text - 1;
    memcpy(text, line, n);
    text[n] = '\0';
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        if (strstr(text, keys[k]) != NULL) return 1;
    return 0;
}

int rg_known_is_object(const rg_sample *sample)
{
    const char *line = sample->line[0];
    int64_t length = sample->length[0];
    int python = 0;
    rg_field_trim(&line, &length);
    if (length == 0 || line[0] != '{' || !is_json(line, length, &python)) return 0;
    return length > 1 && (sample->n >= 3 || !has_error_key(line, length));
}

const char rg_json_is_python[] =
    "is a Python dictionary, not JSON: convert the file first (python3 -c 'import ast, "
    "json, sys; sys.stdout.writelines(json.dumps(ast.literal_eval(x)) + \"\\n\" for x in "
    "sys.stdin)' < OLD > NEW)";

regatta_status rg_refuse_text(regatta_ctx *ctx, const rg_input *in,
                              const rg_sample *sample)
{
    const char *line = sample->line[0];
    int64_t length = sample->length[0];
    int python = 0;
    rg_field_trim(&line, &length);
    const char *what = text_of(line, length);
    if (what == NULL && is_json(line, length, &python)) {
        if (line[0] == '(')
            what = "Python tuples: write user and item as two columns first";
        else if (python)
            what = "Python dictionaries: write user and item as two columns first";
        else if (sample->n < 3 && has_error_key(line, length))
            what = "JSON, by its words an error message of a server and not data";
        else if (line[0] == '[')
            what = "one JSON array: write its objects one a line (jq -c '.[]')";
        else
            what = "a JSON object over several lines: write one a line (jq -c .)";
    }
    return what != NULL ? rg_reader_fail_at(ctx, in, 0, "is %s", what) : REGATTA_OK;
}

static int has_digit(const char *text, int64_t length)
{
    for (int64_t k = 0; k < length; k++)
        if (text[k] >= '0' && text[k] <= '9') return 1;
    return 0;
}

/* HH:MM or HH:MM:SS */
static int is_clock(const char *text, int64_t length)
{
    if (length < 5 || text[2] != ':') return 0;
    for (int k = 0; k < 5; k++)
        if (k != 2 && (text[k] < '0' || text[k] > '9')) return 0;
    return length == 5 || text[5] == ':';
}

static int is_small_word(const char *text, int64_t length)
{
    static const char *const words[] = {"the", "and", "of",  "to",  "is",  "not", "with",
                                        "was", "der", "und", "die", "les", "est", "del"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (length == (int64_t)strlen(words[k]) && begins(text, length, words[k]))
            return 1;
    return 0;
}

/* Returns the description of a word that cannot be an id; NULL for one that can. */
static const char *not_an_id(const char *text, int64_t length)
{
    double number = 0.0;
    int64_t time = 0;
    if (is_clock(text, length) || rg_time_parse(text, length, &time) == RG_TIME_DATE)
        return "a time";
    if (is_among(text[length - 1], ",;:!?") || (length > 1 && text[length - 1] == '.'))
        return "a word of a sentence";
    if (is_among(text[0], "\"'(<[{") || is_among(text[length - 1], "\"')>]}"))
        return "in quotes or brackets";
    if (memchr(text, '.', (size_t)length) != NULL &&
        rg_parse_number(text, length, &number))
        return "a number with a point";
    return is_small_word(text, length) ? "a word of a sentence" : NULL;
}

static int repeats(const rg_fields *f)
{
    for (int a = 1; a < f->n; a++)
        for (int b = a + 1; b < f->n; b++)
            if (f->length[a] == f->length[b] &&
                memcmp(f->text[a], f->text[b], (size_t)f->length[a]) == 0)
                return 1;
    return 0;
}

static regatta_status refuse_row(regatta_ctx *ctx, const rg_input *in, int64_t line,
                                 const rg_fields *f)
{
    for (int k = 0; k < f->n; k++) {
        const int64_t length = f->length[k] - (k == 0 && f->length[k] > 1 &&
                                               f->text[k][f->length[k] - 1] == ':');
        const char *what = not_an_id(f->text[k], length);
        if (what != NULL)
            return rg_reader_fail_at(ctx, in, line,
                                     "'%.*s' is %s, so these are no lists of ids `user "
                                     "item item ...`: give --format if they are",
                                     rg_shown(f->length[k]), f->text[k], what);
    }
    return REGATTA_OK;
}

regatta_status rg_refuse_line(regatta_ctx *ctx, const rg_input *in, rg_sample *sample)
{
    rg_fields f;
    if (sample->n != 1 || rg_sample_split(sample, 0, REGATTA_FORMAT_SSV, &f) != NULL)
        return REGATTA_OK;
    for (int k = 1; k < f.n; k++)
        if (!has_digit(f.text[k], f.length[k]))
            return rg_reader_fail_at(ctx, in, sample->number[0],
                                     "one line of words: pass --format if these are ids");
    return REGATTA_OK;
}

/* The first word of every row is the number of the others, and no user 1, 2, 3. */
static int begins_with_counts(rg_sample *sample)
{
    enum { LEAST_ROWS = 3 };
    rg_fields f;
    int64_t before = 0;
    int n_steps = 0;
    for (int k = 0; k < sample->n; k++) {
        int64_t count = -1;
        if (rg_sample_split(sample, k, REGATTA_FORMAT_SSV, &f) != NULL || f.n == 0 ||
            !rg_parse_int(f.text[0], f.length[0], &count) || count != f.n - 1)
            return 0;
        n_steps += k > 0 && count == before + 1;
        before = count;
    }
    return sample->n >= LEAST_ROWS && n_steps < sample->n - 1;
}

regatta_status rg_refuse_words(regatta_ctx *ctx, const rg_input *in, rg_sample *sample)
{
    rg_fields f;
    int n_repeats = 0, n_pairs = 0, n_words = 0;
    regatta_status status = rg_refuse_line(ctx, in, sample);
    if (status != REGATTA_OK) return status;
    for (int k = 0; k < sample->n; k++) {
        if (rg_sample_split(sample, k, REGATTA_FORMAT_SSV, &f) != NULL) continue;
        status = refuse_row(ctx, in, sample->number[k], &f);
        if (status != REGATTA_OK) return status;
        n_repeats += f.n > 4 && repeats(&f);
        for (int w = 1; w < f.n; w++)
            n_pairs += memchr(f.text[w], ':', (size_t)f.length[w]) != NULL;
        n_words += f.n - 1;
    }
    if (n_pairs > 0 && n_pairs == n_words)
        return rg_reader_fail_at(
            ctx, in, sample->number[0],
            "pairs `item:weight` are not read: write a row `user item "
            "weight` for each (--format adjacency takes them as ids)");
    if (begins_with_counts(sample))
        return rg_reader_fail_at(
            ctx, in, sample->number[0],
            "the first word of every row is the number of the others, not a user: put a "
            "user in its place (awk '{ $1 = NR; print }'), or give --format adjacency if "
            "it is one");
    if (n_repeats * 2 > sample->n)
        return rg_reader_fail_at(
            ctx, in, sample->number[0],
            "the rows repeat their words, as a matrix does, so these "
            "are no lists of ids: give --format adjacency if they "
            "are");
    return REGATTA_OK;
}
