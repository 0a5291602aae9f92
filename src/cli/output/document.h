/* JSON documents: made with jansson, written as outputs are. */
#ifndef RG_CLI_DOCUMENT_H
#define RG_CLI_DOCUMENT_H
#include "cli/option_table.h"
#include "cli/output/output.h"
#include <jansson.h>

/* Writes `root` indented to `path` (NULL or "-" is standard output) and gives it back.
 * NULL is what jansson returns when there is no memory. */
int cli_document_write(json_t *root, const char *path);
/* The same to an output, which stays open. */
int cli_document_put(json_t *root, cli_output *to);
/* Opens what --json and --report say and puts the same there: out[*n] on, at most two. */
int cli_report_put(json_t *root, const cli_report *report, cli_output **out, int *n);
/* That alone, committed. */
int cli_report_write(json_t *root, const cli_report *report);
/* A hash as 16 hexadecimal digits: JSON numbers lose bits above 2^53. */
json_t *cli_json_hash(uint64_t hash);
/* A string whatever its bytes: those that are not UTF-8 become '?'. */
json_t *cli_json_string(const char *text);
/* A number; null where it is not finite. */
json_t *cli_json_number(double x);
/* regatta_model_json as an object. */
json_t *cli_json_model(const regatta_model *model);
#endif
