/* The costs of a training, as JSON and as text. */
#ifndef RG_CLI_WORK_TABLE_H
#define RG_CLI_WORK_TABLE_H
#include "cli/output/document.h"
#include <stdio.h>

/* A regatta_work_fn: appends the work to the JSON array `state`, a json_t **; without
 * memory the array becomes NULL. */
void cli_work_add(void *state, const regatta_work *work);
/* Prints a row for each work of the list, with seconds, GFLOP and GFLOP/s. */
void cli_work_table(FILE *to, json_t *list);
#endif
