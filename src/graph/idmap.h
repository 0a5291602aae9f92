/* Ids: strings outside, dense numbers inside, in order of first appearance. */
#ifndef RG_GRAPH_IDMAP_H
#define RG_GRAPH_IDMAP_H
#include "base/ctx.h"

/* The name number, or REGATTA_NONE, and the low half of the name's hash: a search rarely
 * reads another name than that it finds, and the table grows without reading names. */
typedef struct rg_id_slot {
    uint32_t number, tag;
} rg_id_slot;

/* All names, packed, each ended by a NUL: `bytes` and `offset` have the layout of a model
 * file, so a map can be a view of a file. Open addressing over xxHash; the table is
 * rebuilt on load. */
typedef struct rg_idmap {
    rg_mem mem;
    uint32_t n;
    int64_t capacity; /* capacity of `offset` in names */
    int64_t byte_capacity;
    const int64_t *offset; /* [n + 1]; name k is bytes[offset[k]..offset[k+1] - 1) */
    const char *bytes;
    rg_id_slot *slot; /* [n_slots] */
    int64_t n_slots;  /* a power of two */
    int owned;        /* 0: offset and bytes are borrowed */
} rg_idmap;

regatta_status rg_idmap_create(regatta_ctx *ctx, rg_idmap **out);
/* Stores the number of `name` (length bytes, without a NUL), which is added if it is new.
 * EFORMAT beyond 2^32 - 2 names. */
regatta_status rg_idmap_add(regatta_ctx *ctx, rg_idmap *map, const char *name,
                            int64_t length, uint32_t *out);
/* Adds n names, as rg_idmap_add does one by one, and writes their numbers. Memory is read
 * ahead. */
regatta_status rg_idmap_add_all(regatta_ctx *ctx, rg_idmap *map, uint32_t *number,
                                const char *const *name, const uint32_t *length,
                                uint32_t n);
/* Adds the names of another map and writes their numbers to number[from->n]. */
regatta_status rg_idmap_merge(regatta_ctx *ctx, rg_idmap *map, const rg_idmap *from,
                              uint32_t *number);
/* Removes the names from number n on. O(slots) */
void rg_idmap_cut(rg_idmap *map, uint32_t n);
/* Creates a map of the names 0, 1, ... n-1 in decimal. */
regatta_status rg_idmap_numbers(regatta_ctx *ctx, rg_idmap **out, uint32_t n);
/* Creates a map over borrowed arrays, which must outlive it. Checks them: ascending
 * offsets, NUL-terminated names, each an id by rg_id_wrong, no repeats
 * (REGATTA_EFORMAT). */
regatta_status rg_idmap_view(regatta_ctx *ctx, rg_idmap **out, uint32_t n,
                             const int64_t *offset, const char *bytes, int64_t n_bytes);
/* Creates a map of the names picked[0..n) of another map, in that order. */
regatta_status rg_idmap_pick(regatta_ctx *ctx, rg_idmap **out, const rg_idmap *map,
                             const uint32_t *picked, uint32_t n);
/* Copies a map. */
regatta_status rg_idmap_copy(regatta_ctx *ctx, rg_idmap **out, const rg_idmap *map);
/* Returns the reason why these bytes are not an id, such as "is empty", "is not UTF-8" or
 * "holds a control character" (a tab would break every table that contains it); NULL:
 * they are an id. Used by the readers, for names of the caller, and for model files. */
const char *rg_id_wrong(const char *name, int64_t length);
uint32_t rg_idmap_find(const rg_idmap *map, const char *name, int64_t length);
/* Finds n names at once: number[k] as rg_idmap_find returns it. Memory is read ahead, so
 * that it is several times as fast in a map that the cache does not hold. */
enum { RG_IDMAP_GROUP = 64 };
void rg_idmap_find_group(const rg_idmap *map, uint32_t *number, const char *const *name,
                         const int64_t *length, int n);
const char *rg_idmap_name(const rg_idmap *map, uint32_t k); /* k < n */
/* Returns the number of name k of another map. */
uint32_t rg_idmap_find_name(const rg_idmap *map, const rg_idmap *from, uint32_t k);
/* Writes number[from->n], the number of each name of another map, REGATTA_NONE for a name
 * that this one does not have. */
void rg_idmap_match(uint32_t *number, const rg_idmap *map, const rg_idmap *from);
void rg_idmap_free(rg_idmap *map);
#endif
