/* The information about a model, as JSON and as text. */
#ifndef RG_CLI_INFO_H
#define RG_CLI_INFO_H
#include "cli/output/document.h"
#include <stdio.h>

/* Sizes, hashes, validation and all settings of a model; NULL when there is no memory. */
json_t *cli_info_json(const regatta_model *model);
/* Prints the same as lines `name TAB value` on standard output, or as one JSON object
 * to the outputs of `to`. */
int cli_info_print(const regatta_model *model, const cli_report *to);
/* Prints the decisions of training in a few lines: channels and their weights, omitted
 * channels, temperature and steps, quality on the validation slice. `info` comes from
 * cli_info_json. */
void cli_info_decisions(FILE *to, json_t *info);
/* What the order of interactions follows: "time", "rows" (of the data), or "items": that
 * of the item numbers, no other is known. */
const char *cli_order_word(uint32_t has_order, uint32_t has_time);
#endif
