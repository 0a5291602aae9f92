#include "graph/sequences.h"
#include "base/leb128.h"
#include <string.h>

enum { FIRST_BYTES = 4096 };

/* Returns the bits of a position in a row; 0 if the row has one interaction. */
static int width_of(int64_t degree, int64_t n)
{
    int width = 1;
    if (n <= 1) return 0;
    while ((degree - 1) >> width > 0) width++;
    return width;
}

static int64_t order_bytes(int64_t degree, int64_t n)
{
    return (n * width_of(degree, n) + 7) / 8;
}

static void pack(uint8_t *out, const uint32_t *position, int64_t n, int width)
{
    uint64_t buffer = 0;
    int bits = 0;
    for (int64_t k = 0; k < n; k++) {
        buffer |= (uint64_t)position[k] << bits;
        for (bits += width; bits >= 8; bits -= 8, buffer >>= 8) *out++ = (uint8_t)buffer;
    }
    if (bits > 0) *out = (uint8_t)buffer;
}

/* Returns the bits after the last position. */
static uint64_t unpack(uint32_t *position, const uint8_t *from, int64_t n, int width)
{
    const uint64_t mask = ((uint64_t)1 << width) - 1;
    uint64_t buffer = 0;
    int bits = 0;
    for (int64_t k = 0; k < n; k++) {
        for (; bits < width; bits += 8) buffer |= (uint64_t)*from++ << bits;
        position[k] = (uint32_t)(buffer & mask);
        buffer >>= width;
        bits -= width;
    }
    return buffer;
}

regatta_status rg_sequences_begin(regatta_ctx *ctx, rg_sequences_draft *draft,
                                  int64_t n_rows, int64_t n, int with_repeats,
                                  const int64_t clock[RG_N_CLOCK], int with_weight)
{
    regatta_status status = REGATTA_OK;
    rg_sequences *s = NULL;
    *draft = (rg_sequences_draft){.ctx = ctx, .with_repeats = with_repeats};
    RG_NEW(ctx->mem, s, 1);
    draft->to = s;
    s->mem = ctx->mem;
    s->n_rows = n_rows;
    RG_NEW(s->mem, s->order_at, n_rows + 1);
    if (with_repeats) RG_NEW(s->mem, s->own_count, n_rows);
    if (with_repeats) RG_NEW(s->mem, s->offset, n_rows + 1);
    if (with_weight) RG_NEW(s->mem, s->own_weight, n);
    if (clock == NULL) return REGATTA_OK;
    draft->with_time = 1;
    memcpy(s->clock, clock, sizeof s->clock);
    s->last = clock[RG_CLOCK_FIRST];
    RG_NEW(s->mem, s->time_at, n_rows + 1);
done:
    return status;
}

/* Reserves `more` bytes after the first n. */
static regatta_status reserve(rg_mem mem, uint8_t **bytes, int64_t *room, int64_t n,
                              int64_t more)
{
    int64_t grown = *room > 0 ? *room : FIRST_BYTES;
    if (n + more <= *room) return REGATTA_OK;
    while (grown < n + more) grown *= 2;
    uint8_t *p = rg_grow(mem, *bytes, *room, grown, sizeof *p);
    if (p == NULL) return REGATTA_ENOMEM;
    *bytes = p;
    *room = grown;
    return REGATTA_OK;
}

static regatta_status add_times(rg_sequences_draft *draft, const rg_steps *steps)
{
    rg_sequences *s = draft->to;
    const regatta_status status = reserve(s->mem, &s->own_time, &draft->time_room,
                                          s->n_time, steps->n * RG_LEB128_BYTES);
    uint64_t before = (uint64_t)s->clock[RG_CLOCK_FIRST];
    if (status != REGATTA_OK) return status;
    for (int64_t k = 0; k < steps->n; k++) {
        const uint64_t time = (uint64_t)steps->time[k]; /* differences wrap correctly */
        s->n_time += rg_leb128_put(s->own_time + s->n_time,
                                   (time - before) / (uint64_t)s->clock[RG_CLOCK_UNIT]);
        before = time;
    }
    if (steps->n > 0 && steps->time[steps->n - 1] > s->last)
        s->last = steps->time[steps->n - 1];
    return REGATTA_OK;
}

regatta_status rg_sequences_add(rg_sequences_draft *draft, int64_t degree,
                                const rg_steps *steps)
{
    regatta_status status = REGATTA_OK;
    rg_sequences *s = draft->to;
    const int64_t n = steps->n, bytes = order_bytes(degree, n), r = draft->row;
    RG_TRY(reserve(s->mem, &s->own_order, &draft->order_room, s->n_order, bytes));
    if (bytes > 0) /* the first rows may have none, and no block */
        pack(s->own_order + s->n_order, steps->position, n, width_of(degree, n));
    for (int64_t k = 0; k < n && !draft->out_of_order; k++)
        draft->out_of_order = (int64_t)steps->position[k] != k;
    if (draft->with_time) RG_TRY(add_times(draft, steps));
    for (int64_t k = 0; k < n && s->own_weight != NULL; k++)
        s->own_weight[s->n + k] = steps->weight != NULL ? steps->weight[k] : 1.0f;
    s->n_order += bytes;
    s->n += n;
    s->order_at[r + 1] = s->n_order;
    if (s->time_at != NULL) s->time_at[r + 1] = s->n_time;
    if (s->own_count != NULL) {
        s->own_count[r] = (uint32_t)n;
        s->offset[r + 1] = s->n;
    }
    draft->row = r + 1;
done:
    return status;
}

/* Shrinks the block to n bytes; frees it for n = 0. */
static regatta_status trim(rg_mem mem, uint8_t **bytes, int64_t n)
{
    uint8_t *exact = rg_alloc(mem, n, sizeof *exact);
    if (exact == NULL) return REGATTA_ENOMEM;
    if (n > 0) memcpy(exact, *bytes, (size_t)n);
    rg_free(mem, *bytes);
    *bytes = exact;
    return REGATTA_OK;
}

regatta_status rg_sequences_end(rg_sequences_draft *draft, rg_sequences **out)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_sequences *s = draft->to;
    const int with_order = draft->with_repeats || draft->out_of_order;
    if (!with_order && !draft->with_time && s->own_weight == NULL) {
        rg_sequences_discard(draft);
        return REGATTA_OK;
    }
    if (with_order) {
        RG_TRY(trim(s->mem, &s->own_order, s->n_order));
    } else {
        rg_free(s->mem, s->own_order);
        rg_free(s->mem, s->order_at);
        s->own_order = NULL;
        s->order_at = NULL;
        s->n_order = 0;
    }
    if (draft->with_time) RG_TRY(trim(s->mem, &s->own_time, s->n_time));
    s->count = s->own_count;
    s->order = s->own_order;
    s->time = s->own_time;
    s->weight = s->own_weight;
    *out = s;
    draft->to = NULL;
done:
    return status;
}

void rg_sequences_discard(rg_sequences_draft *draft)
{
    rg_sequences_free(draft->to);
    draft->to = NULL;
}

void rg_sequences_free(rg_sequences *s)
{
    if (s == NULL) return;
    rg_free(s->mem, s->order_at);
    rg_free(s->mem, s->time_at);
    rg_free(s->mem, s->offset);
    rg_free(s->mem, s->own_count);
    rg_free(s->mem, s->own_order);
    rg_free(s->mem, s->own_time);
    rg_free(s->mem, s->own_weight);
    rg_free(s->mem, s);
}

static int64_t row_length(const rg_sequences *s, const int64_t *item_offset, int64_t row)
{
    return rg_sequences_first(s, item_offset, row + 1) -
           rg_sequences_first(s, item_offset, row);
}

void rg_sequences_positions(uint32_t *position, const rg_sequences *s,
                            const int64_t *item_offset, int64_t row)
{
    const int64_t n = row_length(s, item_offset, row);
    if (s == NULL || s->order == NULL) {
        for (int64_t k = 0; k < n; k++) position[k] = (uint32_t)k;
        return;
    }
    unpack(position, s->order + s->order_at[row], n,
           width_of(item_offset[row + 1] - item_offset[row], n));
}

void rg_sequences_times(int64_t *time, const rg_sequences *s, const int64_t *item_offset,
                        int64_t row)
{
    const int64_t n = row_length(s, item_offset, row);
    int64_t at = s->time_at[row];
    uint64_t now = (uint64_t)s->clock[RG_CLOCK_FIRST], units = 0;
    for (int64_t k = 0; k < n; k++) {
        rg_leb128_take(&units, s->time, &at, s->n_time);
        now += units * (uint64_t)s->clock[RG_CLOCK_UNIT];
        time[k] = (int64_t)now;
    }
}

static const rg_sequences_fault SOUND = {NULL, NULL};

/* Computes the begin of the interactions and of the order of each row. In a row of
 * several interactions each takes at least one bit, so the sum is bounded by the bytes
 * and cannot overflow. */
static rg_sequences_fault check_counts(rg_sequences *s, const int64_t *item_offset)
{
    for (int64_t r = 0; r < s->n_rows; r++) {
        const int64_t n_items = item_offset[r + 1] - item_offset[r];
        const int64_t n = s->count != NULL ? (int64_t)s->count[r] : n_items;
        if (n < n_items)
            return (rg_sequences_fault){"counts",
                                        "a row has fewer interactions than items"};
        if (n > n_items && (n_items == 0 || s->order == NULL))
            return (rg_sequences_fault){"counts", "a row has interactions without items"};
        if (s->count != NULL) s->offset[r + 1] = s->offset[r] + n;
        if (s->order == NULL) continue;
        s->order_at[r + 1] = s->order_at[r] + order_bytes(n_items, n);
        if (s->order_at[r + 1] > s->n_order)
            return (rg_sequences_fault){"order",
                                        "the order has fewer bytes than its rows need"};
    }
    if (s->order != NULL && s->order_at[s->n_rows] != s->n_order)
        return (rg_sequences_fault){"order",
                                    "the order has more bytes than its rows need"};
    return SOUND;
}

/* Checks that each item of each row occurs at least once. */
static rg_sequences_fault check_order(const rg_sequences *s, const int64_t *item_offset,
                                      uint32_t *position, uint8_t *seen)
{
    for (int64_t r = 0; r < s->n_rows; r++) {
        const int64_t n_items = item_offset[r + 1] - item_offset[r];
        const int64_t n = row_length(s, item_offset, r);
        int64_t n_seen = 0;
        memset(seen, 0, (size_t)n_items);
        if (unpack(position, s->order + s->order_at[r], n, width_of(n_items, n)) != 0)
            return (rg_sequences_fault){"order", "the order has bits behind a row"};
        for (int64_t k = 0; k < n; k++) {
            if ((int64_t)position[k] >= n_items)
                return (rg_sequences_fault){"order", "the order leaves its row"};
            n_seen += !seen[position[k]];
            seen[position[k]] = 1;
        }
        if (n_seen < n_items)
            return (rg_sequences_fault){"order",
                                        "the order leaves out an item of its row"};
    }
    return SOUND;
}

/* Checks that the times use exactly the bytes and fit 64 bits. */
static rg_sequences_fault check_times(rg_sequences *s, const int64_t *item_offset)
{
    int64_t at = 0;
    uint64_t largest = 0;
    if (s->clock[RG_CLOCK_UNIT] < 1)
        return (rg_sequences_fault){"clock", "the unit of the times is below 1"};
    const uint64_t most = ((uint64_t)INT64_MAX - (uint64_t)s->clock[RG_CLOCK_FIRST]) /
                          (uint64_t)s->clock[RG_CLOCK_UNIT];
    for (int64_t r = 0; r < s->n_rows; r++) {
        uint64_t sum = 0, units = 0;
        for (int64_t k = row_length(s, item_offset, r); k > 0; k--) {
            if (!rg_leb128_take(&units, s->time, &at, s->n_time))
                return (rg_sequences_fault){"times",
                                            "a number of the times is not whole"};
            if (units > most - sum)
                return (rg_sequences_fault){"times", "a time is beyond 64 bits"};
            sum += units;
        }
        s->time_at[r + 1] = at;
        largest = sum > largest ? sum : largest;
    }
    s->last = (int64_t)((uint64_t)s->clock[RG_CLOCK_FIRST] +
                        largest * (uint64_t)s->clock[RG_CLOCK_UNIT]);
    if (at != s->n_time)
        return (rg_sequences_fault){"times",
                                    "the times have more bytes than interactions"};
    return SOUND;
}

/* Returns the length of the longest row, in items or interactions. */
static int64_t longest_row(const rg_sequences *s, const int64_t *item_offset)
{
    int64_t longest = 0;
    for (int64_t r = 0; r < s->n_rows; r++) {
        const int64_t n = row_length(s, item_offset, r);
        longest = n > longest ? n : longest;
    }
    return longest;
}

static regatta_status check(regatta_ctx *ctx, rg_sequences *s, const int64_t *item_offset,
                            rg_sequences_fault *fault)
{
    regatta_status status = REGATTA_OK;
    uint32_t *position = NULL;
    uint8_t *seen = NULL;
    *fault = check_counts(s, item_offset);
    if (fault->reason != NULL) return REGATTA_OK;
    const int64_t longest = longest_row(s, item_offset);
    RG_NEW(ctx->mem, position, longest);
    RG_NEW(ctx->mem, seen, longest);
    if (s->order != NULL) *fault = check_order(s, item_offset, position, seen);
    if (fault->reason == NULL && s->time != NULL) *fault = check_times(s, item_offset);
done:
    rg_free(ctx->mem, position);
    rg_free(ctx->mem, seen);
    return status;
}

/* Copies the struct without derived and owned arrays. */
static regatta_status outline(regatta_ctx *ctx, rg_sequences **out,
                              const rg_sequences *from)
{
    regatta_status status = REGATTA_OK;
    rg_sequences *s = NULL;
    RG_NEW(ctx->mem, s, 1);
    *s = *from;
    s->mem = ctx->mem;
    s->offset = s->order_at = s->time_at = NULL;
    s->own_count = NULL;
    s->own_order = s->own_time = NULL;
    s->own_weight = NULL;
    *out = s;
    if (s->count != NULL) RG_NEW(s->mem, s->offset, s->n_rows + 1);
    if (s->order != NULL) RG_NEW(s->mem, s->order_at, s->n_rows + 1);
    if (s->time != NULL) RG_NEW(s->mem, s->time_at, s->n_rows + 1);
done:
    return status;
}

regatta_status rg_sequences_view(regatta_ctx *ctx, rg_sequences **out,
                                 const rg_sequences *parts, const int64_t *item_offset,
                                 rg_sequences_fault *fault)
{
    *out = NULL;
    *fault = SOUND;
    regatta_status status = REGATTA_OK;
    rg_sequences *s = NULL;
    RG_TRY(outline(ctx, &s, parts));
    RG_TRY(check(ctx, s, item_offset, fault));
    if (fault->reason != NULL) goto done;
    s->n = rg_sequences_first(s, item_offset, s->n_rows);
    *out = s;
    s = NULL; /* ownership has moved to the caller */
done:
    rg_sequences_free(s);
    return status;
}

static void copy_ends(int64_t *to, const int64_t *from, int64_t n_rows)
{
    if (to != NULL) memcpy(to, from, (size_t)(n_rows + 1) * sizeof *to);
}

regatta_status rg_sequences_share(regatta_ctx *ctx, rg_sequences **out,
                                  const rg_sequences *from)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_sequences *s = NULL;
    if (from == NULL) return REGATTA_OK;
    RG_TRY(outline(ctx, &s, from));
    copy_ends(s->offset, from->offset, s->n_rows);
    copy_ends(s->order_at, from->order_at, s->n_rows);
    copy_ends(s->time_at, from->time_at, s->n_rows);
    *out = s;
    s = NULL; /* ownership has moved to the caller */
done:
    rg_sequences_free(s);
    return status;
}
