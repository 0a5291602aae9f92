#include "graph/readers/reader_blocks.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "graph/edge_spill.h"
#include <string.h>

/* A part of a block is the work of one thread. Fewer bytes than LEAST are not worth a
 * team, and after TRIES parts that were not plain the file is read line by line. */
enum {
    PART_LINES = 1 << 16,
    PART_BYTES = 1 << 22,
    PIECE = 1 << 12,
    LEAST = 1 << 16,
    MOST_PARTS = 16,
    BLOCK_BYTES = 1 << 21, /* for each part */
    TRIES = 16,
    SLOTS = 2 * PART_LINES
};

/* Ids of a part that the graph does not have, in order of first appearance. */
typedef struct fresh {
    uint32_t n;
    uint32_t *slot;    /* [SLOTS] number, or REGATTA_NONE */
    const char **text; /* [PART_LINES] */
    uint32_t *length;
    uint32_t *number; /* in the graph, once added */
} fresh;

/* Ids of some rows to be looked up together. */
typedef struct group {
    int n, n_users;
    const char *user[RG_IDMAP_GROUP], *item[RG_IDMAP_GROUP];
    int64_t user_length[RG_IDMAP_GROUP], item_length[RG_IDMAP_GROUP];
    int place[RG_IDMAP_GROUP]; /* of the row's user among the users, -1: the last one */
} group;

typedef struct part {
    const char *begin;
    int64_t n_bytes, n_lines;
    int64_t n, n_below, n_left_out; /* rows */
    int is_plain;
    /* Of each row: its user and item, whose numbers from those of the graph on are of
     * fresh ids. */
    uint32_t *user, *item;
    float *weight;
    int64_t *time;
    fresh users, items;
    rg_times times;
    const char *last; /* the user of the row before */
    int64_t last_length;
    uint32_t last_number;
    group group;
    rg_id id;
} part;

struct rg_blocks {
    regatta_ctx *ctx;
    rg_rows *rows;
    char separator;
    int has_quotes; /* a quote makes a line other than plain */
    const char *header;
    int64_t header_length;
    int8_t role[RG_MAX_FIELDS]; /* of each column; -1 = none */
    uint32_t n_users, n_items;  /* of the graph as the block begins */
    int n_parts, most_parts, n_failed;
    part *part;
};

static char separator_of(regatta_format format)
{
    switch (format) {
    case REGATTA_FORMAT_TSV: return '\t';
    case REGATTA_FORMAT_CSV: return ',';
    case REGATTA_FORMAT_SEMICOLON: return ';';
    case REGATTA_FORMAT_PIPE: return '|';
    default: return '\0';
    }
}

regatta_status rg_blocks_create(regatta_ctx *ctx, rg_blocks **out, rg_rows *rows,
                                regatta_format format, const char *header, int64_t length)
{
    *out = NULL;
    const char separator = separator_of(format);
    const int *const column = rows->columns.at;
    if (separator == '\0' || rows->fields.quote != '\0' || rows->opts->logged)
        return REGATTA_OK;
    rg_blocks *b = rg_alloc(ctx->mem, 1, sizeof *b);
    if (b == NULL) return REGATTA_ENOMEM;
    b->ctx = ctx;
    b->rows = rows;
    b->separator = separator;
    b->has_quotes = format == REGATTA_FORMAT_CSV || format == REGATTA_FORMAT_SEMICOLON;
    b->header = header;
    b->header_length = length;
    b->most_parts = ctx->threads < MOST_PARTS ? ctx->threads : MOST_PARTS;
    memset(b->role, -1, sizeof b->role);
    for (int r = 0; r < RG_N_ROLES; r++)
        if (column[r] >= 0) b->role[column[r]] = (int8_t)r;
    *out = b;
    return REGATTA_OK;
}

static void free_fresh(rg_mem mem, fresh *f)
{
    rg_free(mem, f->slot);
    rg_free(mem, (void *)f->text);
    rg_free(mem, f->length);
    rg_free(mem, f->number);
}

void rg_blocks_free(rg_blocks *b)
{
    if (b == NULL) return;
    const rg_mem mem = b->ctx->mem;
    for (int k = 0; b->part != NULL && k < b->most_parts; k++) {
        part *p = &b->part[k];
        rg_free(mem, p->user);
        rg_free(mem, p->item);
        rg_free(mem, p->weight);
        rg_free(mem, p->time);
        free_fresh(mem, &p->users);
        free_fresh(mem, &p->items);
    }
    rg_free(mem, b->part);
    rg_free(mem, b);
}

static regatta_status make_fresh(rg_mem mem, fresh *f)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(mem, f->slot, SLOTS);
    RG_NEW(mem, f->text, PART_LINES);
    RG_NEW(mem, f->length, PART_LINES);
    RG_NEW(mem, f->number, PART_LINES);
done:
    return status;
}

/* Makes the room of all parts, before the first block. */
static regatta_status make_parts(rg_blocks *b)
{
    regatta_status status = REGATTA_OK;
    const rg_mem mem = b->ctx->mem;
    if (b->part != NULL) return REGATTA_OK;
    RG_NEW(mem, b->part, b->most_parts);
    for (int k = 0; k < b->most_parts; k++) {
        part *p = &b->part[k];
        RG_NEW(mem, p->user, PART_LINES);
        RG_NEW(mem, p->item, PART_LINES);
        if (b->rows->edges->has_weight) RG_NEW(mem, p->weight, PART_LINES);
        if (b->rows->edges->has_time) RG_NEW(mem, p->time, PART_LINES);
        RG_TRY(make_fresh(mem, &p->users));
        RG_TRY(make_fresh(mem, &p->items));
    }
done:
    return status;
}

static int64_t count_lines(const char *bytes, int64_t n)
{
    int64_t count = 0;
    for (int64_t k = 0; k < n; k++) count += bytes[k] == '\n';
    return count;
}

/* The first lines of bytes[n], which end with a line: at most PART_LINES and PART_BYTES;
 * no line if the first is longer. */
static void cut_part(part *p, const char *bytes, int64_t n)
{
    const int64_t most = n < PART_BYTES ? n : PART_BYTES;
    int64_t at = 0, lines = 0;
    while (at < most) {
        const int64_t size = most - at < PIECE ? most - at : PIECE;
        const int64_t more = count_lines(bytes + at, size);
        if (lines + more > PART_LINES) break;
        lines += more;
        at += size;
    }
    while (at < most && lines < PART_LINES) {
        const char *stop = memchr(bytes + at, '\n', (size_t)(most - at));
        at = stop != NULL ? stop + 1 - bytes : most;
        lines += stop != NULL;
    }
    while (at > 0 && bytes[at - 1] != '\n') at--;
    p->begin = bytes;
    p->n_bytes = at;
    p->n_lines = lines;
}

/* Returns the number of a name among the fresh ones, after those of the graph. */
static uint32_t add_fresh(fresh *f, uint32_t n_known, const char *text, int64_t length)
{
    uint32_t at = (uint32_t)rg_hash(text, (size_t)length, 0) & (SLOTS - 1);
    for (;; at = (at + 1) & (SLOTS - 1)) {
        const uint32_t k = f->slot[at];
        if (k == REGATTA_NONE) break;
        if (f->length[k] == (uint32_t)length &&
            memcmp(f->text[k], text, (size_t)length) == 0)
            return n_known + k;
    }
    f->slot[at] = f->n;
    f->text[f->n] = text;
    f->length[f->n] = (uint32_t)length;
    return n_known + f->n++;
}

/* Looks the ids of the group up: its rows are the last ones of the part. */
static void end_group(const rg_blocks *b, part *p)
{
    group *const g = &p->group;
    uint32_t user[RG_IDMAP_GROUP], item[RG_IDMAP_GROUP];
    const rg_edges *e = b->rows->edges;
    rg_idmap_find_group(e->users, user, g->user, g->user_length, g->n_users);
    rg_idmap_find_group(e->items, item, g->item, g->item_length, g->n);
    for (int k = 0; k < g->n_users; k++)
        if (user[k] == REGATTA_NONE)
            user[k] = add_fresh(&p->users, b->n_users, g->user[k], g->user_length[k]);
    const int64_t first = p->n - g->n;
    for (int k = 0; k < g->n; k++) {
        if (item[k] == REGATTA_NONE)
            item[k] = add_fresh(&p->items, b->n_items, g->item[k], g->item_length[k]);
        if (g->place[k] >= 0) p->last_number = user[g->place[k]];
        p->user[first + k] = p->last_number;
        p->item[first + k] = item[k];
    }
    g->n = g->n_users = 0;
}

/* An id that needs no other treatment than trimming, in *text and *length; 0 for others.
 */
static int take_id(const rg_blocks *b, part *p, const char **text, int64_t *length)
{
    rg_id_take(&p->id, *text, *length);
    if (p->id.is_recoded || !rg_reader_is_id(&p->id, (int)b->rows->opts->keep_null_words))
        return 0;
    *text = p->id.text;
    *length = p->id.length;
    return 1;
}

static void add_row(part *p, const char *user, int64_t user_length, const char *item,
                    int64_t item_length)
{
    group *const g = &p->group;
    const int same = p->last != NULL && p->last_length == user_length &&
                     memcmp(p->last, user, (size_t)user_length) == 0;
    g->place[g->n] = same ? g->n_users - 1 : g->n_users;
    if (!same) {
        g->user[g->n_users] = user;
        g->user_length[g->n_users++] = user_length;
        p->last = user;
        p->last_length = user_length;
    }
    g->item[g->n] = item;
    g->item_length[g->n++] = item_length;
    p->n++;
}

/* Cuts a line into the cells of roles; 0 for another number of columns. */
static int cut_line(const rg_blocks *b, const char *line, const char *end,
                    const char *text[RG_N_ROLES], int64_t length[RG_N_ROLES])
{
    int n = 0;
    for (;; n++) {
        const char *stop = memchr(line, b->separator, (size_t)(end - line));
        if (stop == NULL) stop = end;
        if (n == b->rows->columns.n) return 0;
        const int role = b->role[n];
        if (role >= 0) {
            text[role] = line;
            length[role] = stop - line;
        }
        if (stop == end) break;
        line = stop + 1;
    }
    return n + 1 >= b->rows->needed;
}

/* Takes one line; 0 if it is not plain. */
static int take_line(const rg_blocks *b, part *p, const char *line, const char *end,
                     int64_t number)
{
    const char *text[RG_N_ROLES];
    int64_t length[RG_N_ROLES], time = 0;
    double weight = 1.0, event = 1.0;
    const rg_rows *rows = b->rows;
    if (end > line && end[-1] == '\r') end--;
    const int64_t n = end - line;
    if (n == 0 || (*line == ' ' && rg_reader_is_blank(line, n, REGATTA_FORMAT_TSV)))
        return 1;
    if (n == b->header_length && b->header != NULL &&
        memcmp(line, b->header, (size_t)n) == 0)
        return 0;
    if (b->has_quotes && memchr(line, '"', (size_t)n) != NULL) return 0;
    if (!cut_line(b, line, end, text, length)) return 0;
    if (rows->events != NULL) {
        rg_field_trim(&text[RG_ROLE_EVENT], &length[RG_ROLE_EVENT]);
        if (!rg_event_weight(rows->events, text[RG_ROLE_EVENT], length[RG_ROLE_EVENT],
                             &event))
            return 0;
        if (event == 0.0) {
            p->n_left_out++;
            return 1;
        }
    }
    if (rows->columns.at[RG_ROLE_WEIGHT] >= 0) {
        if (!rg_rows_weight(text[RG_ROLE_WEIGHT], length[RG_ROLE_WEIGHT], &weight))
            return 0;
        if (rows->opts->use_min_weight && weight < rows->opts->min_weight) {
            p->n_below++;
            return 1;
        }
    }
    if (p->weight != NULL && !rg_rows_weigh(rows, weight, event, &p->weight[p->n]))
        return 0;
    if (!take_id(b, p, &text[RG_ROLE_USER], &length[RG_ROLE_USER])) return 0;
    if (!take_id(b, p, &text[RG_ROLE_ITEM], &length[RG_ROLE_ITEM])) return 0;
    if (rows->columns.at[RG_ROLE_TIME] >= 0) {
        rg_field_trim(&text[RG_ROLE_TIME], &length[RG_ROLE_TIME]);
        if (length[RG_ROLE_TIME] == 0 ||
            rg_times_take(&p->times, text[RG_ROLE_TIME], length[RG_ROLE_TIME], number,
                          &time) != NULL)
            return 0;
        p->time[p->n] = time;
    }
    add_row(p, text[RG_ROLE_USER], length[RG_ROLE_USER], text[RG_ROLE_ITEM],
            length[RG_ROLE_ITEM]);
    return 1;
}

static void take_part(const rg_blocks *b, part *p)
{
    const char *line = p->begin, *const end = p->begin + p->n_bytes;
    p->n = p->n_below = p->n_left_out = 0;
    p->users.n = p->items.n = 0;
    p->group.n = p->group.n_users = 0;
    p->last = NULL;
    p->is_plain = memchr(line, '\0', (size_t)p->n_bytes) == NULL;
    memset(p->users.slot, 0xff, SLOTS * sizeof *p->users.slot);
    memset(p->items.slot, 0xff, SLOTS * sizeof *p->items.slot);
    rg_times_begin(&p->times, b->rows->times.format, b->rows->times.pattern);
    for (int64_t number = 1; p->is_plain && line < end; number++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        p->is_plain = take_line(b, p, line, stop, number);
        line = stop + 1;
        if (p->group.n == RG_IDMAP_GROUP) end_group(b, p);
    }
    end_group(b, p);
    p->is_plain &= rg_times_is_free(&p->times);
}

/* Gives the fresh ids their numbers. */
static regatta_status add_names(regatta_ctx *ctx, rg_idmap *map, fresh *f)
{
    regatta_status status = REGATTA_OK;
    for (uint32_t k = 0; k < f->n && status == REGATTA_OK; k++)
        status = rg_idmap_add(ctx, map, f->text[k], f->length[k], &f->number[k]);
    return status;
}

/* Adds the rows of a part, and consumes its lines. */
static regatta_status merge(rg_blocks *b, part *p)
{
    regatta_status status = REGATTA_OK;
    rg_rows *const rows = b->rows;
    rg_edges *const e = rows->edges;
    RG_TRY(add_names(b->ctx, e->users, &p->users));
    RG_TRY(add_names(b->ctx, e->items, &p->items));
    for (int64_t k = 0; k < p->n; k++) {
        const uint32_t u = p->user[k], i = p->item[k];
        RG_TRY(rg_edges_add(
            b->ctx, e, u < b->n_users ? u : p->users.number[u - b->n_users],
            i < b->n_items ? i : p->items.number[i - b->n_items],
            p->weight != NULL ? p->weight[k] : 1.0f, p->time != NULL ? p->time[k] : 0));
    }
    rg_times_merge(&rows->times, &p->times, rg_input_line_number(rows->in));
    rows->report->n_below += p->n_below;
    rows->report->n_left_out += p->n_left_out;
    rg_input_skip(rows->in, p->n_bytes, p->n_lines);
done:
    return status;
}

/* Cuts the next block into parts; none if too little is left. */
static regatta_status begin_block(rg_blocks *b)
{
    regatta_status status = REGATTA_OK;
    const char *bytes = NULL;
    int64_t n = 0;
    b->n_parts = 0;
    RG_TRY(rg_input_lines(b->rows->in, (int64_t)b->most_parts * BLOCK_BYTES, &bytes, &n));
    if (n < LEAST || b->n_failed >= TRIES) return REGATTA_OK;
    RG_TRY(make_parts(b));
    RG_TRY(rg_spill_rest(b->rows->edges));
    b->n_users = b->rows->edges->users->n;
    b->n_items = b->rows->edges->items->n;
    if (b->n_users > UINT32_MAX - 2 * PART_LINES ||
        b->n_items > UINT32_MAX - 2 * PART_LINES)
        return REGATTA_OK;
    while (n > 0 && b->n_parts < b->most_parts) {
        part *p = &b->part[b->n_parts];
        cut_part(p, bytes, n);
        if (p->n_bytes == 0) break;
        bytes += p->n_bytes;
        n -= p->n_bytes;
        b->n_parts++;
    }
done:
    return status;
}

regatta_status rg_blocks_read(rg_blocks *b, int64_t *until)
{
    regatta_status status = REGATTA_OK;
    *until = INT64_MAX;
    for (;;) {
        RG_TRY(begin_block(b));
        if (b->n_parts == 0) return REGATTA_OK;
        const int team =
            rg_threads_for((int64_t)b->n_parts * PART_LINES * RG_SCALAR, b->ctx->threads);
#pragma omp parallel for num_threads(team) schedule(static, 1)
        for (int k = 0; k < b->n_parts; k++) take_part(b, &b->part[k]);
        for (int k = 0; k < b->n_parts; k++) {
            part *p = &b->part[k];
            if (!p->is_plain) {
                b->n_failed++;
                *until = rg_input_line_number(b->rows->in) + p->n_lines;
                return REGATTA_OK;
            }
            RG_TRY(merge(b, p));
        }
        b->n_failed = 0;
    }
done:
    return status;
}
