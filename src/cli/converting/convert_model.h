/* Models: from one file to shards and back. */
#ifndef RG_CLI_CONVERT_MODEL_H
#define RG_CLI_CONVERT_MODEL_H
#include "cli/cli.h"

/* Writes the model `from` to `to`: one file, or as `shards` files if it is named like an
 * index (0: one). */
int cli_convert_model(regatta_ctx *ctx, const char *from, const char *to, uint32_t shards,
                      int quiet);
#endif
