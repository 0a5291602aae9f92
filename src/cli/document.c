/* See document.h. */
#include "cli/document.h"
#include "cli/output.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cli_document_write(json_t *root, const char *path)
{
    int code = CLI_DONE;
    cli_output *out = NULL;
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) : NULL;
    if (!text) {
        code = cli_no_memory();
        goto done;
    }
    CLI_TRY(cli_output_open(&out, path));
    cli_text(out, text);
    cli_text(out, "\n");
    CLI_TRY(cli_output_commit(&out));
done:
    cli_output_abandon(&out);
    free(text);
    json_decref(root);
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
