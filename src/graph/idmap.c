/* Open addressing with linear probing over XXH3; at most 5/8 of the slots are used.
 * Adding is O(length) on average; growing doubles, so n names cost O(bytes). */
#include "graph/idmap.h"
#include "base/hash.h"
#include "base/text/same.h"
#include "base/text/utf8.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_NAMES = 16, FIRST_BYTES = 256, FIRST_SLOTS = 32, DECIMAL_BYTES = 16 };

static int64_t name_length(const rg_idmap *map, uint32_t k)
{
    return map->offset[(int64_t)k + 1] - map->offset[k] - 1;
}

static uint32_t tag_of(const char *name, int64_t length)
{
    return (uint32_t)rg_hash(name, (size_t)length, 0);
}

static int64_t first_slot(const rg_idmap *map, uint32_t tag)
{
    return (int64_t)tag & (map->n_slots - 1);
}

static int is_name(const rg_idmap *map, uint32_t k, const char *name, int64_t length)
{
    return name_length(map, k) == length &&
           rg_same_bytes(map->bytes + map->offset[k], name, length);
}

/* Returns the first slot from `at` on that is free or has the tag. */
static int64_t probe_tag(const rg_idmap *map, int64_t at, uint32_t tag)
{
    while (map->slot[at].number != REGATTA_NONE && map->slot[at].tag != tag)
        at = (at + 1) & (map->n_slots - 1);
    return at;
}

/* Returns the slot of the name, or the free slot to insert it, from `at` on, a slot of
 * probe_tag. */
static int64_t probe_from(const rg_idmap *map, int64_t at, uint32_t tag, const char *name,
                          int64_t length)
{
    while (map->slot[at].number != REGATTA_NONE &&
           !is_name(map, map->slot[at].number, name, length))
        at = probe_tag(map, (at + 1) & (map->n_slots - 1), tag);
    return at;
}

static int64_t probe(const rg_idmap *map, uint32_t tag, const char *name, int64_t length)
{
    return probe_from(map, probe_tag(map, first_slot(map, tag), tag), tag, name, length);
}

/* Returns the number of slots for n names: a power of two with 3/8 free. */
static int64_t slots_for(int64_t n)
{
    int64_t slots = FIRST_SLOTS;
    while (n * 8 > slots * 5) slots *= 2;
    return slots;
}

/* Moves the names from other slots to free ones. */
static void enter_all(rg_idmap *map, const rg_id_slot *from, int64_t n_from)
{
    memset(map->slot, 0xff, (size_t)map->n_slots * sizeof *map->slot);
    for (int64_t k = 0; k < n_from; k++) {
        if (from[k].number == REGATTA_NONE) continue;
        int64_t at = first_slot(map, from[k].tag);
        while (map->slot[at].number != REGATTA_NONE) at = (at + 1) & (map->n_slots - 1);
        map->slot[at] = from[k];
    }
}

static regatta_status reserve_slots(rg_idmap *map, int64_t n)
{
    const int64_t n_slots = slots_for(n), old_slots = map->n_slots;
    if (map->slot != NULL && n_slots <= old_slots) return REGATTA_OK;
    rg_id_slot *old = map->slot, *slot = rg_alloc(map->mem, n_slots, sizeof *slot);
    if (slot == NULL) return REGATTA_ENOMEM;
    map->slot = slot;
    map->n_slots = n_slots;
    enter_all(map, old, old_slots);
    rg_free(map->mem, old);
    return REGATTA_OK;
}

static regatta_status reserve_names(rg_idmap *map, int64_t n, int64_t n_bytes)
{
    if (n > map->capacity) {
        const int64_t most = map->capacity > n / 2 ? map->capacity * 2 : n;
        int64_t *grown = rg_grow(map->mem, (void *)map->offset, (int64_t)map->n + 1,
                                 most + 1, sizeof *grown);
        if (grown == NULL) return REGATTA_ENOMEM;
        map->offset = grown;
        map->capacity = most;
    }
    if (n_bytes > map->byte_capacity) {
        const int64_t most =
            map->byte_capacity > n_bytes / 2 ? map->byte_capacity * 2 : n_bytes;
        char *grown = rg_grow(map->mem, (void *)map->bytes, map->offset[map->n], most, 1);
        if (grown == NULL) return REGATTA_ENOMEM;
        map->bytes = grown;
        map->byte_capacity = most;
    }
    return reserve_slots(map, n);
}

static regatta_status create_sized(regatta_ctx *ctx, rg_idmap **out, int64_t n,
                                   int64_t n_bytes)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    int64_t *offset = NULL;
    char *bytes = NULL;
    rg_idmap *map = NULL;
    RG_NEW(ctx->mem, map, 1);
    map->mem = ctx->mem;
    map->owned = 1;
    RG_NEW(ctx->mem, offset, n + 1);
    map->offset = offset;
    map->capacity = n;
    RG_NEW(ctx->mem, bytes, n_bytes);
    map->bytes = bytes;
    map->byte_capacity = n_bytes;
    RG_TRY(reserve_slots(map, n));
    *out = map;
    map = NULL;
done:
    rg_idmap_free(map);
    return status;
}

regatta_status rg_idmap_create(regatta_ctx *ctx, rg_idmap **out)
{
    return create_sized(ctx, out, FIRST_NAMES, FIRST_BYTES);
}

/* Appends a new name; `at` is its slot, and room is reserved. */
static void append(rg_idmap *map, int64_t at, uint32_t tag, const char *name,
                   int64_t length)
{
    int64_t *offset = (int64_t *)map->offset;
    char *bytes = (char *)map->bytes + offset[map->n];
    memcpy(bytes, name, (size_t)length);
    bytes[length] = '\0';
    offset[(int64_t)map->n + 1] = offset[map->n] + length + 1;
    map->slot[at] = (rg_id_slot){map->n++, tag};
}

static regatta_status add(regatta_ctx *ctx, rg_idmap *map, uint32_t tag, const char *name,
                          int64_t length, uint32_t *out)
{
    assert(map->owned && length >= 0);
    int64_t at = probe(map, tag, name, length);
    *out = map->slot[at].number;
    if (*out != REGATTA_NONE) return REGATTA_OK;
    if (map->n >= REGATTA_NONE - 1)
        return rg_fail(ctx, REGATTA_EFORMAT, "more than 2^32 - 2 different ids");
    const int64_t slots = map->n_slots;
    const regatta_status status =
        reserve_names(map, (int64_t)map->n + 1, map->offset[map->n] + length + 1);
    if (status != REGATTA_OK) return status;
    if (map->n_slots != slots) at = probe(map, tag, name, length);
    append(map, at, tag, name, length);
    *out = map->n - 1;
    return REGATTA_OK;
}

regatta_status rg_idmap_add(regatta_ctx *ctx, rg_idmap *map, const char *name,
                            int64_t length, uint32_t *out)
{
    return add(ctx, map, tag_of(name, length), name, length, out);
}

regatta_status rg_idmap_add_all(regatta_ctx *ctx, rg_idmap *map, uint32_t *number,
                                const char *const *name, const uint32_t *length,
                                uint32_t n)
{
    regatta_status status = REGATTA_OK;
    uint32_t tag[RG_IDMAP_GROUP];
    for (uint32_t first = 0; first < n; first += RG_IDMAP_GROUP) {
        const uint32_t m = n - first < RG_IDMAP_GROUP ? n - first : RG_IDMAP_GROUP;
        for (uint32_t k = 0; k < m; k++) {
            tag[k] = tag_of(name[first + k], length[first + k]);
            __builtin_prefetch(map->slot + first_slot(map, tag[k]), 1);
        }
        for (uint32_t k = 0; k < m; k++)
            RG_TRY(add(ctx, map, tag[k], name[first + k], length[first + k],
                       &number[first + k]));
    }
done:
    return status;
}

regatta_status rg_idmap_merge(regatta_ctx *ctx, rg_idmap *map, const rg_idmap *from,
                              uint32_t *number)
{
    regatta_status status = REGATTA_OK;
    for (uint32_t k = 0; k < from->n; k++)
        RG_TRY(rg_idmap_add(ctx, map, rg_idmap_name(from, k), name_length(from, k),
                            &number[k]));
done:
    return status;
}

void rg_idmap_cut(rg_idmap *map, uint32_t n)
{
    assert(map->owned);
    if (n >= map->n) return;
    map->n = n;
    /* Each name is entered anew: a table with gaps would end searches early. */
    memset(map->slot, 0xff, (size_t)map->n_slots * sizeof *map->slot);
    for (uint32_t k = 0; k < n; k++) {
        const char *name = map->bytes + map->offset[k];
        const uint32_t tag = tag_of(name, name_length(map, k));
        map->slot[probe(map, tag, name, name_length(map, k))] = (rg_id_slot){k, tag};
    }
}

regatta_status rg_idmap_numbers(regatta_ctx *ctx, rg_idmap **out, uint32_t n)
{
    regatta_status status = create_sized(ctx, out, n, (int64_t)n * DECIMAL_BYTES);
    for (uint32_t k = 0; k < n && status == REGATTA_OK; k++) {
        char name[DECIMAL_BYTES];
        uint32_t number = 0;
        const int length = snprintf(name, sizeof name, "%" PRIu32, k);
        status = rg_idmap_add(ctx, *out, name, length, &number);
    }
    if (status != REGATTA_OK) {
        rg_idmap_free(*out);
        *out = NULL;
    }
    return status;
}

enum { CONTROL = 1, HIGH = 2 }; /* bytes below 0x20 or 0x7f; bytes above 0x7f */

/* Which of both are among eight bytes. */
static int kinds_of_eight(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t deleted = eight ^ (ones * 0x7f);
    const uint64_t control =
        ((eight - ones * 0x20) & ~eight) | ((deleted - ones) & ~deleted);
    return ((control & ones << 7) != 0 ? CONTROL : 0) |
           ((eight & ones << 7) != 0 ? HIGH : 0);
}

/* The ends of a text overlap where it is no whole number of words. */
static int kinds_of(const char *text, int64_t length)
{
    uint64_t eight = 0;
    uint32_t first, last;
    int found = 0;
    if (length < 4) {
        memset(&eight, ' ', sizeof eight);
        memcpy(&eight, text, (size_t)length);
        return kinds_of_eight(eight);
    }
    if (length < 8) {
        memcpy(&first, text, sizeof first);
        memcpy(&last, text + length - 4, sizeof last);
        return kinds_of_eight((uint64_t)first << 32 | last);
    }
    for (int64_t k = 0; k + 8 < length; k += 8) {
        memcpy(&eight, text + k, sizeof eight);
        found |= kinds_of_eight(eight);
    }
    memcpy(&eight, text + length - 8, sizeof eight);
    return found | kinds_of_eight(eight);
}

const char *rg_id_wrong(const char *name, int64_t length)
{
    const int kinds = kinds_of(name, length);
    if (length == 0) return "is empty";
    if (kinds & CONTROL) return "holds a control character";
    return kinds & HIGH && !rg_utf8_is_valid(name, length) ? "is not UTF-8" : NULL;
}

static regatta_status check_names(regatta_ctx *ctx, uint32_t n, const int64_t *offset,
                                  const char *bytes, int64_t n_bytes)
{
    if (offset[0] != 0 || offset[n] != n_bytes)
        return rg_fail(ctx, REGATTA_EFORMAT, "id offsets do not span the id bytes");
    for (int64_t k = 0; k < n; k++) {
        const int64_t begin = offset[k], end = offset[k + 1];
        if (end <= begin || end > n_bytes)
            return rg_fail(ctx, REGATTA_EFORMAT, "id offset %" PRId64 " is out of order",
                           k);
        if (bytes[end - 1] != '\0')
            return rg_fail(ctx, REGATTA_EFORMAT, "id %" PRId64 " does not end in a NUL",
                           k);
        const char *wrong = rg_id_wrong(bytes + begin, end - 1 - begin);
        if (wrong != NULL)
            return rg_fail(ctx, REGATTA_EFORMAT, "id %" PRId64 " %s", k, wrong);
    }
    return REGATTA_OK;
}

regatta_status rg_idmap_view(regatta_ctx *ctx, rg_idmap **out, uint32_t n,
                             const int64_t *offset, const char *bytes, int64_t n_bytes)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_idmap *map = NULL;
    if (n == REGATTA_NONE) return rg_fail(ctx, REGATTA_EFORMAT, "too many ids");
    RG_TRY(check_names(ctx, n, offset, bytes, n_bytes));
    RG_NEW(ctx->mem, map, 1);
    map->mem = ctx->mem;
    map->offset = offset;
    map->bytes = bytes;
    map->capacity = n;
    map->byte_capacity = n_bytes;
    RG_TRY(reserve_slots(map, n)); /* an empty table: n is still 0 */
    for (uint32_t k = 0; k < n; k++) {
        const int64_t length = offset[k + 1] - offset[k] - 1;
        const uint32_t tag = tag_of(bytes + offset[k], length);
        const int64_t at = probe(map, tag, bytes + offset[k], length);
        if (map->slot[at].number != REGATTA_NONE) {
            status = rg_fail(ctx, REGATTA_EFORMAT, "id '%.100s' is repeated",
                             bytes + offset[k]);
            goto done;
        }
        map->slot[at] = (rg_id_slot){map->n++, tag};
    }
    *out = map;
    map = NULL;
done:
    rg_idmap_free(map);
    return status;
}

regatta_status rg_idmap_pick(regatta_ctx *ctx, rg_idmap **out, const rg_idmap *map,
                             const uint32_t *picked, uint32_t n)
{
    int64_t n_bytes = 0;
    for (uint32_t k = 0; k < n; k++) n_bytes += name_length(map, picked[k]) + 1;
    const regatta_status status = create_sized(ctx, out, n, n_bytes);
    if (status != REGATTA_OK) return status;
    for (uint32_t k = 0; k < n; k++) {
        const char *name = rg_idmap_name(map, picked[k]);
        const int64_t length = name_length(map, picked[k]);
        const uint32_t tag = tag_of(name, length);
        append(*out, probe(*out, tag, name, length), tag, name, length);
    }
    return REGATTA_OK;
}

regatta_status rg_idmap_copy(regatta_ctx *ctx, rg_idmap **out, const rg_idmap *map)
{
    const regatta_status status = create_sized(ctx, out, map->n, map->offset[map->n]);
    if (status != REGATTA_OK) return status;
    for (uint32_t k = 0; k < map->n; k++) {
        const char *name = rg_idmap_name(map, k);
        const int64_t length = name_length(map, k);
        const uint32_t tag = tag_of(name, length);
        append(*out, probe(*out, tag, name, length), tag, name, length);
    }
    return REGATTA_OK;
}

uint32_t rg_idmap_find(const rg_idmap *map, const char *name, int64_t length)
{
    return map->slot[probe(map, tag_of(name, length), name, length)].number;
}

void rg_idmap_find_group(const rg_idmap *map, uint32_t *number, const char *const *name,
                         const int64_t *length, int n)
{
    int64_t at[RG_IDMAP_GROUP];
    uint32_t tag[RG_IDMAP_GROUP];
    assert(n <= RG_IDMAP_GROUP);
    for (int k = 0; k < n; k++) {
        tag[k] = tag_of(name[k], length[k]);
        at[k] = first_slot(map, tag[k]);
        __builtin_prefetch(map->slot + at[k]);
    }
    for (int k = 0; k < n; k++) {
        at[k] = probe_tag(map, at[k], tag[k]);
        number[k] = map->slot[at[k]].number;
        if (number[k] != REGATTA_NONE) __builtin_prefetch(map->offset + number[k]);
    }
    for (int k = 0; k < n; k++)
        if (number[k] != REGATTA_NONE)
            __builtin_prefetch(map->bytes + map->offset[number[k]]);
    for (int k = 0; k < n; k++)
        if (number[k] != REGATTA_NONE)
            number[k] =
                map->slot[probe_from(map, at[k], tag[k], name[k], length[k])].number;
}

uint32_t rg_idmap_find_name(const rg_idmap *map, const rg_idmap *from, uint32_t k)
{
    return rg_idmap_find(map, rg_idmap_name(from, k), name_length(from, k));
}

void rg_idmap_match(uint32_t *number, const rg_idmap *map, const rg_idmap *from)
{
    for (uint32_t k = 0; k < from->n; k++) number[k] = rg_idmap_find_name(map, from, k);
}

const char *rg_idmap_name(const rg_idmap *map, uint32_t k)
{
    assert(k < map->n);
    return map->bytes + map->offset[k];
}

void rg_idmap_free(rg_idmap *map)
{
    if (map == NULL) return;
    rg_free(map->mem, map->slot);
    if (map->owned) {
        rg_free(map->mem, (void *)map->offset);
        rg_free(map->mem, (void *)map->bytes);
    }
    rg_free(map->mem, map);
}
