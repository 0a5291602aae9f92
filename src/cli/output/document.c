/* See document.h. */
#include "cli/output/document.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cli_document_put(json_t *root, cli_output *to)
{
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) : NULL;
    const int code = text ? CLI_DONE : cli_no_memory();
    if (text) {
        cli_text(to, text);
        cli_text(to, "\n");
    }
    free(text);
    json_decref(root);
    return code;
}

int cli_document_write(json_t *root, const char *path)
{
    cli_output *out = NULL;
    int code = cli_output_open(&out, path);
    if (code != CLI_DONE) {
        json_decref(root);
        return code;
    }
    CLI_TRY(cli_document_put(root, out));
    CLI_TRY(cli_output_commit(&out));
done:
    cli_output_abandon(&out);
    return code;
}

int cli_report_put(json_t *root, const cli_report *report, cli_output **out, int *n)
{
    int code = CLI_DONE;
    const char *const path[] = {report->file, report->json ? "-" : NULL};
    for (int k = 0; k < 2; k++) {
        if (!path[k]) continue;
        CLI_TRY(cli_output_open(&out[*n], path[k]));
        CLI_TRY(cli_document_put(json_incref(root), out[(*n)++]));
    }
done:
    json_decref(root);
    return code;
}

int cli_report_write(json_t *root, const cli_report *report)
{
    int code = CLI_DONE, n = 0;
    cli_output *out[2] = {NULL, NULL};
    CLI_TRY(cli_report_put(root, report, out, &n));
    code = cli_output_commit_all(out, n);
done:
    for (int k = 0; k < 2; k++) cli_output_abandon(&out[k]);
    return code;
}

json_t *cli_json_hash(uint64_t hash)
{
    char text[17];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    return json_string(text);
}

json_t *cli_json_string(const char *text)
{
    json_t *value = json_string(text);
    if (value) return value;
    char *plain = strdup(text);
    for (char *c = plain; plain && *c; c++)
        if ((unsigned char)*c >= 0x80) *c = '?';
    value = plain ? json_string(plain) : NULL;
    free(plain);
    return value;
}

json_t *cli_json_number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

json_t *cli_json_model(const regatta_model *model)
{
    return json_loads(regatta_model_json(model), 0, NULL);
}
