/* What a model tells about itself, as JSON and in words. */
#ifndef RG_CLI_INFO_H
#define RG_CLI_INFO_H
#include "cli/output/document.h"
#include <stdio.h>

/* Sizes, hashes, validation and all settings of a model; NULL when there is no memory. */
json_t *cli_info_json(const regatta_model *model);
/* Prints the same on standard output as lines `name TAB value`, or as one object to where
 * `to` says. */
int cli_info_print(const regatta_model *model, const cli_report *to);
/* What training decided, in a few lines: channels and their weights, what was left out,
 * temperature and steps, quality on the validation slice. `info` is cli_info_json's. */
void cli_info_decisions(FILE *to, json_t *info);
#endif
