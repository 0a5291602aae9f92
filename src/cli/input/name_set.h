/* A set of names, stored as 64-bit hashes. */
#ifndef RG_CLI_NAME_SET_H
#define RG_CLI_NAME_SET_H
#include "cli/cli.h"

typedef struct cli_name_set {
    uint64_t *slot; /* [n_slots], a power of two; 0: free */
    int64_t n, n_slots;
} cli_name_set;

/* Adds a name; *before says whether it was in the set. */
int cli_name_set_add(cli_name_set *set, const char *name, int *before);
void cli_name_set_free(cli_name_set *set);
#endif
