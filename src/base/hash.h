/* 64-bit hashes: XXH3 (libxxhash), the same on every machine. */
#ifndef RG_BASE_HASH_H
#define RG_BASE_HASH_H
#include <stddef.h>
#include <stdint.h>

/* Of bytes, chained: pass the hash so far as `seed`, 0 at first. */
uint64_t rg_hash(const void *bytes, size_t n, uint64_t seed);
#endif
