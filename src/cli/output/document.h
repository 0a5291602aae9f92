/* JSON documents: made with jansson, written as outputs are. */
#ifndef RG_CLI_DOCUMENT_H
#define RG_CLI_DOCUMENT_H
#include "cli/option_table.h"
#include "cli/output/output.h"
#include <jansson.h>

/* Writes `root` indented to `path` (NULL or "-" is standard output) and releases it.
 * `root` is NULL if jansson had no memory. */
int cli_document_write(json_t *root, const char *path);
/* The same to an output, which stays open. */
int cli_document_put(json_t *root, cli_output *to);
/* Opens the outputs of --json and --report, at most two, as out[*n] on, and writes
 * `root` to them. */
int cli_report_put(json_t *root, const cli_report *report, cli_output **out, int *n);
/* The same, and commits them. */
int cli_report_write(json_t *root, const cli_report *report);
/* A hash as 16 hexadecimal digits: JSON numbers lose bits above 2^53. */
json_t *cli_json_hash(uint64_t hash);
/* Returns a string of any bytes; non-UTF-8 bytes become '?'. */
json_t *cli_json_string(const char *text);
/* A number; null where it is not finite. */
json_t *cli_json_number(double x);
/* regatta_model_json as an object. */
json_t *cli_json_model(const regatta_model *model);
#endif
