#include "cli/converting/vectors_in.h"
#include "base/text/utf8.h"
#include "cli/output/vectors_out.h"
#include "graph/features/npy.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { HEAD = 8192, MOST_TEXT_DIM = 65536 };

int cli_vectors_wrong(const cli_vectors_in *v, const char *format, ...)
{
    char reason[600];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return cli_error(CLI_INPUT, "%s: %s", v->name, reason);
}

static int failed(const char *name)
{
    return cli_error(errno == EISDIR ? CLI_INPUT : CLI_FAILED, "%s: %s", name,
                     strerror(errno));
}

/* Copies a pipe to a file without a name, because rows are read twice. */
static int copy(cli_vectors_in *v, FILE *from)
{
    char bytes[1 << 14];
    v->in = tmpfile();
    if (!v->in) return failed(v->name);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, from)) > 0;)
        if (fwrite(bytes, 1, n, v->in) != n) return failed(v->name);
    if (ferror(from) || fflush(v->in) != 0) return failed(v->name);
    v->size = (int64_t)ftello(v->in);
    return CLI_DONE;
}

static int open_file(cli_vectors_in *v, const char *path)
{
    struct stat info;
    const int is_stdin = strcmp(path, "-") == 0;
    v->name = is_stdin ? "<stdin>" : path;
    FILE *in = is_stdin ? stdin : fopen(path, "rb");
    if (!in || fstat(fileno(in), &info) != 0) {
        const int code = failed(v->name);
        if (in && !is_stdin) fclose(in);
        return code;
    }
    if (S_ISDIR(info.st_mode)) {
        fclose(in);
        return cli_vectors_wrong(v, "is a directory");
    }
    if (S_ISREG(info.st_mode) && !is_stdin) {
        v->in = in;
        v->size = (int64_t)info.st_size;
        return CLI_DONE;
    }
    const int code = copy(v, in);
    if (!is_stdin) fclose(in);
    return code;
}

static int text_wrong(const cli_vectors_in *v, const char *reason)
{
    return cli_error(CLI_INPUT, "%s:%lld: %s", v->name, (long long)v->line, reason);
}

/* Reads a line without its end into *text; *length is -1 at the end of the file. */
static int next_line(FILE *in, const char *name, int64_t line, char **text, size_t *size,
                     int64_t *length)
{
    *length = (int64_t)getline(text, size, in);
    if (*length < 0) return ferror(in) ? failed(name) : CLI_DONE;
    if (memchr(*text, '\0', (size_t)*length))
        return cli_error(CLI_INPUT, "%s:%lld: holds a zero byte", name, (long long)line);
    while (*length > 0 && strchr("\r\n", (*text)[*length - 1])) (*text)[--*length] = '\0';
    return CLI_DONE;
}

static int text_line(cli_vectors_in *v, int64_t *length)
{
    v->line++;
    return next_line(v->in, v->name, v->line, &v->text, &v->text_size, length);
}

/* Returns the reason why a text is not an id; NULL: it is one. */
static const char *id_wrong(const char *id)
{
    if (!*id) return "the id is empty";
    for (const unsigned char *c = (const unsigned char *)id; *c; c++)
        if (*c < 0x20 || *c == 0x7f) return "the id holds a control character";
    return rg_utf8_is_valid(id, (int64_t)strlen(id)) ? NULL : "the id is not UTF-8";
}

/* Cuts the id off the line at `stop`, and undoes the escapes of COPY. */
static char *cut_id(cli_vectors_in *v, char stop)
{
    char *to = v->text, *at = strchr(v->text, stop);
    if (!at) return NULL;
    *at = '\0';
    v->id = v->text;
    if (v->format == CLI_PGVECTOR)
        for (char *from = v->text; (*to = *from); from++, to++)
            if (*from == '\\' && from[1] == '\\') from++;
    return at + 1;
}

/* Reads the numbers of a line, which `stop` separates, into row[0 .. *n). */
static int read_numbers(cli_vectors_in *v, char *at, char stop, int64_t *n)
{
    *n = 0;
    for (;;) {
        char *end = NULL;
        const float x = strtof(at, &end);
        if (end == at || isspace((unsigned char)*at))
            return text_wrong(v, "a number is missing or not a number");
        if (!isfinite(x)) return text_wrong(v, "a number is not a finite float32");
        if (*n < v->dim) v->row[*n] = x;
        if (++*n > MOST_TEXT_DIM) return text_wrong(v, "more than 65536 numbers");
        while (stop == ' ' && *end == ' ' && (end[1] == ' ' || !end[1])) end++;
        if (!*end) return CLI_DONE;
        if (*end != stop) return text_wrong(v, "a number is missing or not a number");
        at = end + 1;
    }
}

/* The row of a line: `id TAB numbers`, `id numbers`, or `id TAB [numbers]`. */
static int read_text_row(cli_vectors_in *v, int64_t *n)
{
    const int is_pgvector = v->format == CLI_PGVECTOR;
    const char stop = v->format == CLI_W2V ? ' ' : '\t';
    char *at = cut_id(v, stop);
    if (!at)
        return text_wrong(v, stop == ' ' ? "no blank behind the id"
                                         : "no tab behind the id");
    const char *wrong = id_wrong(v->id);
    if (wrong) return text_wrong(v, wrong);
    if (is_pgvector) {
        const size_t length = strlen(at);
        if (length < 2 || *at != '[' || at[length - 1] != ']')
            return text_wrong(v, "no [..] behind the id");
        at[length - 1] = '\0';
        at++;
    }
    return read_numbers(v, at, is_pgvector ? ',' : stop, n);
}

/* w2v has the counts in its first line; the others begin with a row. */
static int text_format(cli_vectors_in *v)
{
    long long n = 0, dim = 0;
    int end = 0;
    if (sscanf(v->text, "%lld %lld %n", &n, &dim, &end) == 2 && !v->text[end] &&
        !strchr(v->text, '\t')) {
        v->format = CLI_W2V;
        if (n < 1 || dim < 1 || dim > MOST_TEXT_DIM)
            return text_wrong(v, "no numbers of rows and columns");
        v->n = n;
        v->dim = dim;
        return CLI_DONE;
    }
    const char *tab = strchr(v->text, '\t');
    if (!tab)
        return text_wrong(v, "no vector: neither `rows numbers` of w2v nor a tab behind "
                             "an id");
    v->format = tab[1] == '[' ? CLI_PGVECTOR : CLI_VECTORS_TSV;
    return CLI_DONE;
}

static int make_row(cli_vectors_in *v)
{
    v->row = cli_new(v->dim, sizeof *v->row);
    v->raw = cli_new(v->dim, 8);
    return v->row && v->raw ? CLI_DONE : cli_no_memory();
}

static void skip_mark(cli_vectors_in *v)
{
    unsigned char mark[3] = {0};
    v->begin =
        fread(mark, 1, 3, v->in) == 3 && memcmp(mark, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    fseeko(v->in, v->begin, SEEK_SET);
}

/* Checks and counts the rows of a text. */
static int count_text(cli_vectors_in *v)
{
    int code = CLI_DONE;
    int64_t length = 0, n = 0, rows = 0;
    skip_mark(v);
    CLI_TRY(text_line(v, &length));
    if (length < 0) return cli_vectors_wrong(v, "is empty");
    CLI_TRY(text_format(v));
    const int is_w2v = v->format == CLI_W2V;
    if (is_w2v) CLI_TRY(text_line(v, &length));
    for (; length >= 0; rows++) {
        CLI_TRY(read_text_row(v, &n));
        if (!v->dim) v->dim = n;
        if (n != v->dim)
            return cli_error(CLI_INPUT, "%s:%lld: %lld number%s, not %lld as before",
                             v->name, (long long)v->line, (long long)n, CLI_S(n),
                             (long long)v->dim);
        CLI_TRY(text_line(v, &length));
    }
    if (is_w2v && rows != v->n)
        return cli_vectors_wrong(v, "%lld row%s where its first line says %lld",
                                 (long long)rows, CLI_S(rows), (long long)v->n);
    v->n = rows;
    v->line = is_w2v;
    fseeko(v->in, v->begin, SEEK_SET);
    if (is_w2v) CLI_TRY(next_line(v->in, v->name, 1, &v->text, &v->text_size, &length));
done:
    return code;
}

/* Opens NAME.ids.txt, or NAME.TENSOR.ids.txt, if it is there. */
static int open_ids(cli_vectors_in *v)
{
    if (strcmp(v->name, "<stdin>") == 0) return CLI_DONE;
    snprintf(v->ids_name, sizeof v->ids_name, "%.4000s.ids.txt", v->name);
    v->ids = fopen(v->ids_name, "rb");
    if (!v->ids && v->tensor[0]) {
        snprintf(v->ids_name, sizeof v->ids_name, "%.4000s.%s.ids.txt", v->name,
                 v->tensor);
        v->ids = fopen(v->ids_name, "rb");
    }
    return v->ids || errno == ENOENT ? CLI_DONE : failed(v->ids_name);
}

int cli_vectors_open(cli_vectors_in *v, const char *path, const char *tensor)
{
    int code = CLI_DONE;
    unsigned char head[HEAD] = {0};
    CLI_TRY(open_file(v, path));
    rewind(v->in);
    const int64_t n = (int64_t)fread(head, 1, sizeof head, v->in);
    if (ferror(v->in)) return failed(v->name);
    CLI_TRY(cli_vectors_binary(v, head, n, tensor));
    if (tensor && v->format != CLI_SAFETENSORS)
        return cli_error(CLI_USAGE, "--tensor has no effect: %s is no safetensors file",
                         v->name);
    clearerr(v->in);
    fseeko(v->in, v->begin, SEEK_SET);
    if (v->format) {
        CLI_TRY(make_row(v));
        CLI_TRY(open_ids(v));
    } else {
        v->row = cli_new(MOST_TEXT_DIM, sizeof *v->row);
        if (!v->row) CLI_TRY(cli_no_memory());
        CLI_TRY(count_text(v));
    }
done:
    return code;
}

static int read_binary_row(cli_vectors_in *v)
{
    const rg_npy array = {.kind = 'f', .bytes = v->bytes};
    unsigned char length[4] = {0};
    const size_t n = (size_t)(v->dim * v->bytes);
    if (v->format == CLI_FVECS &&
        (fread(length, 1, 4, v->in) != 4 ||
         (int64_t)(length[0] | length[1] << 8 | length[2] << 16 |
                   (int64_t)length[3] << 24) != v->dim))
        return cli_vectors_wrong(v, "vector %lld has not %lld numbers", (long long)v->at,
                                 (long long)v->dim);
    if (fread(v->raw, 1, n, v->in) != n)
        return ferror(v->in) ? failed(v->name) : cli_vectors_wrong(v, "is truncated");
    for (int64_t c = 0; c < v->dim; c++) {
        v->row[c] = rg_npy_at(&array, v->raw, c);
        if (!isfinite(v->row[c]))
            return cli_vectors_wrong(v,
                                     "row %lld, column %lld (from 0) is not a finite "
                                     "float32",
                                     (long long)v->at, (long long)c);
    }
    return CLI_DONE;
}

/* The id of the row from the file beside it. */
static int read_id(cli_vectors_in *v)
{
    int64_t length = 0;
    snprintf(v->own, sizeof v->own, "%lld", (long long)v->at);
    v->id = v->own;
    if (!v->ids) return CLI_DONE;
    const int code =
        next_line(v->ids, v->ids_name, v->at + 1, &v->id_text, &v->id_size, &length);
    if (code != CLI_DONE) return code;
    if (length < 0)
        return cli_error(CLI_INPUT, "%s: %lld id%s for %lld vector%s", v->ids_name,
                         (long long)v->at, CLI_S(v->at), (long long)v->n, CLI_S(v->n));
    v->id = v->id_text;
    const char *wrong = id_wrong(v->id);
    if (wrong)
        return cli_error(CLI_INPUT, "%s:%lld: %s", v->ids_name, (long long)v->at + 1,
                         wrong);
    return CLI_DONE;
}

/* No id may be left behind the last vector. */
static int end_ids(cli_vectors_in *v)
{
    int64_t length = -1;
    if (!v->ids) return CLI_DONE;
    const int code =
        next_line(v->ids, v->ids_name, v->n + 1, &v->id_text, &v->id_size, &length);
    if (code != CLI_DONE || length < 0) return code;
    return cli_error(CLI_INPUT, "%s: more ids than the %lld vector%s", v->ids_name,
                     (long long)v->n, CLI_S(v->n));
}

int cli_vectors_next(cli_vectors_in *v, int *more)
{
    int code = CLI_DONE;
    int64_t length = 0, n = 0;
    *more = v->at < v->n;
    if (!*more) return end_ids(v);
    if (!cli_vectors_named(v->format)) {
        CLI_TRY(read_binary_row(v));
        CLI_TRY(read_id(v));
    } else {
        CLI_TRY(text_line(v, &length));
        if (length < 0) return cli_vectors_wrong(v, "became shorter while it was read");
        CLI_TRY(read_text_row(v, &n));
        if (n != v->dim) return text_wrong(v, "changed while it was read");
    }
    v->at++;
done:
    return code;
}

void cli_vectors_in_close(cli_vectors_in *v)
{
    if (v->in) fclose(v->in);
    if (v->ids) fclose(v->ids);
    free(v->text);
    free(v->id_text);
    free(v->raw);
    free(v->row);
}
