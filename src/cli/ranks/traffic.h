/* What the ranks of a command have moved. */
#ifndef RG_CLI_TRAFFIC_H
#define RG_CLI_TRAFFIC_H
#include <jansson.h>
#include <regatta/regatta.h>
#include <stdio.h>

/* Prints a line with the traffic of this rank; nothing without ranks. */
void cli_traffic_print(FILE *to, regatta_ctx *ctx);
/* Returns it as an object; NULL without ranks or memory. */
json_t *cli_traffic_json(regatta_ctx *ctx);
#endif
