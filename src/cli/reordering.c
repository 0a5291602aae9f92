#include "cli/reordering.h"

int cli_reordering_check(const cli_reordering *r)
{
    if (!r->pool || r->mmr < 1.0f) return CLI_DONE;
    return cli_error(CLI_USAGE,
                     "--pool is what --mmr chooses from: it needs --mmr below 1");
}
