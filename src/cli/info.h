/* What `info` prints, for `inspect` and reports too. */
#ifndef RG_CLI_INFO_H
#define RG_CLI_INFO_H
#include <jansson.h>
#include <regatta/regatta.h>

/* Sizes, hash, validation and everything that made it; NULL without memory. */
json_t *cli_info_json(const regatta_model *model);
int cli_info_print(const regatta_model *model, int json);
#endif
