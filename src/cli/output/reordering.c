#include "cli/output/reordering.h"
#include <inttypes.h>

int cli_reordering_check(const cli_reordering *r, uint32_t k)
{
    if (r->pool && !(r->mmr < 1.0f))
        return cli_error(CLI_USAGE, "--pool needs --mmr below 1, which chooses from it");
    if (r->pool && r->pool < k)
        return cli_error(CLI_USAGE,
                         "--pool %" PRIu32 ": --mmr needs at least the %" PRIu32
                         " item%s of -k",
                         r->pool, k, CLI_S(k));
    if (r->mmr < 1.0f && k == 1)
        return cli_error(CLI_USAGE, "--mmr has no effect on lists of one item (-k 1)");
    return CLI_DONE;
}
