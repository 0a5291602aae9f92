/* The argument of --split. */
#ifndef RG_CLI_SPLIT_SPEC_H
#define RG_CLI_SPLIT_SPEC_H
#include "cli/cli.h"

/* ratio:TRAIN,TEST | ratio:TRAIN,VALID,TEST | leave-last:N | leave-last:N,VALID |
 * time:MOMENT (regatta_time_of_text). leave-last:2 is leave-last:1,1. Fills what it says,
 * and whether there is a validation part; CLI_USAGE and a line when it is none of these.
 */
int cli_split_parse(const char *text, regatta_split_options *out, int *has_valid);
#endif
