/* A moment in an option. */
#ifndef RG_CLI_MOMENT_H
#define RG_CLI_MOMENT_H
#include <stdint.h>

/* Reads seconds since 1970, or YYYY-MM-DD[THH:MM:SS[Z]] in UTC. Returns 1 if the text is
 * one of these. */
int cli_moment_parse(const char *text, int64_t *out);
#endif
