#include "cli/converting/convert_vectors.h"
#include "cli/converting/vectors_in.h"
#include "cli/input/reading.h"
#include "cli/output/meter.h"
#include "cli/output/vectors_out.h"
#include <limits.h>
#include <string.h>
#include <strings.h>

int cli_names_vectors(const char *path)
{
    const size_t n = strlen(path);
    for (int k = 0; k < cli_vector_formats.n; k++) {
        const cli_extension *e = &cli_vector_formats.extensions[k];
        const size_t length = strlen(e->text);
        if (e->format != CLI_VECTORS_TSV && n > length &&
            strcasecmp(path + n - length, e->text) == 0)
            return 1;
    }
    return 0;
}

static int write_table(regatta_ctx *ctx, const cli_vector_job *job, cli_vectors_in *v)
{
    int code = CLI_DONE, more = 0;
    rg_store *store = NULL;
    CLI_TRY(cli_vector_table_begin(ctx, &store, job->to, job->table, v->dim));
    for (;;) {
        CLI_TRY(cli_vectors_next(v, &more));
        if (!more) break;
        CLI_TRY(cli_vector_table_put(ctx, store, v->id, v->row, v->dim));
    }
    CLI_CALL(rg_store_commit(store));
done:
    rg_store_close(store);
    return code;
}

static int write_file(const cli_vector_job *job, uint32_t format, cli_vectors_in *v)
{
    int code = CLI_DONE, more = 0, n = 0;
    char path[PATH_MAX];
    cli_output *out[2] = {NULL};
    const int has_ids = !cli_vectors_named(format) && strcmp(job->to, "-") != 0;
    if (snprintf(path, sizeof path, "%s.ids.txt", job->to) >= PATH_MAX)
        return cli_error(CLI_FAILED, "%s: name too long", job->to);
    CLI_TRY(cli_output_open(&out[n++], job->to));
    if (has_ids) CLI_TRY(cli_output_open(&out[n++], path));
    const cli_vector_rows rows = {out[0], format, v->dim};
    if (format == CLI_SAFETENSORS)
        cli_tensor_begin(out[0], v->tensor[0] ? v->tensor : "items", v->n, v->dim);
    else
        cli_vector_rows_begin(&rows, v->n);
    for (;;) {
        CLI_TRY(cli_vectors_next(v, &more));
        if (!more) break;
        CLI_TRY(cli_vector_rows_put(&rows, v->id, v->row));
        if (!has_ids) continue;
        cli_text(out[1], v->id);
        cli_text(out[1], "\n");
    }
    code = cli_output_commit_all(out, n);
done:
    for (int k = 0; k < 2; k++) cli_output_abandon(&out[k]);
    return code;
}

/* Prints what was read and written. */
static void say(const cli_vector_job *job, uint32_t format, const cli_vectors_in *v)
{
    int n = 0, m = 0;
    const char *was = cli_format_text(&cli_vector_formats, v->format, &n);
    const char *is = cli_format_text(&cli_vector_formats, format, &m);
    fprintf(stderr, "%s: %.*s%s%s, %lld vector%s of %lld number%s\n  ids = %s\n", v->name,
            n, was, v->tensor[0] ? ", tensor " : "", v->tensor, (long long)v->n,
            CLI_S(v->n), (long long)v->dim, CLI_S(v->dim),
            v->ids                         ? v->ids_name
            : cli_vectors_named(v->format) ? "first column"
                                           : "numbers of the rows, from 0");
    if (job->table)
        fprintf(stderr, "%s: table %s\n", cli_shown_place(job->to), job->table);
    else
        fprintf(stderr, "%s: %.*s\n", strcmp(job->to, "-") ? job->to : "<stdout>", m, is);
}

int cli_convert_vectors(regatta_ctx *ctx, const cli_vector_job *job)
{
    int code = CLI_DONE;
    uint32_t format = job->format;
    cli_vectors_in v = {.name = NULL};
    cli_meter meter = {.stage = NULL};
    cli_formats known = cli_vector_formats;
    known.strict = "choose one with --output-format";
    if (!job->table && !format) CLI_TRY(cli_format_by_name(&format, job->to, &known));
    cli_meter_begin(&meter, "convert", NULL, 0, job->quiet);
    CLI_TRY(cli_vectors_open(&v, job->from, job->tensor));
    CLI_TRY(job->table ? write_table(ctx, job, &v) : write_file(job, format, &v));
    cli_meter_end(&meter, 1);
    if (!job->quiet) say(job, format, &v);
done:
    cli_meter_end(&meter, 0);
    cli_vectors_in_close(&v);
    return code;
}
