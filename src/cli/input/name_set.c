/* Open addressing with linear probes, at most half full. Two names of one hash count as
 * the same: of a million names that happens once in 37 million runs. */
#include "cli/input/name_set.h"
#include <stdlib.h>

enum { FIRST_SLOTS = 1024 };

/* FNV-1a, with a final mix for the low bits; never 0. */
static uint64_t hash_of(const char *name)
{
    uint64_t x = 14695981039346656037u;
    for (const char *s = name; *s; s++) x = (x ^ (unsigned char)*s) * 1099511628211u;
    x ^= x >> 32;
    return x ? x : 1;
}

/* The slot that holds `hash`, or the free one where it belongs. */
static uint64_t *place(const cli_name_set *set, uint64_t hash)
{
    const uint64_t mask = (uint64_t)set->n_slots - 1;
    uint64_t i = hash & mask;
    while (set->slot[i] && set->slot[i] != hash) i = (i + 1) & mask;
    return &set->slot[i];
}

static int grow(cli_name_set *set)
{
    cli_name_set larger = {NULL, set->n, set->n_slots ? 2 * set->n_slots : FIRST_SLOTS};
    larger.slot = cli_new(larger.n_slots, sizeof *larger.slot);
    if (!larger.slot) return cli_no_memory();
    for (int64_t i = 0; i < set->n_slots; i++)
        if (set->slot[i]) *place(&larger, set->slot[i]) = set->slot[i];
    free(set->slot);
    *set = larger;
    return CLI_DONE;
}

int cli_name_set_add(cli_name_set *set, const char *name, int *before)
{
    if (2 * set->n >= set->n_slots) {
        const int code = grow(set);
        if (code != CLI_DONE) return code;
    }
    const uint64_t hash = hash_of(name);
    uint64_t *slot = place(set, hash);
    *before = *slot == hash;
    if (!*before) set->n++;
    *slot = hash;
    return CLI_DONE;
}

void cli_name_set_free(cli_name_set *set)
{
    free(set->slot);
    *set = (cli_name_set){0};
}
