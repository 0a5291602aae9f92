#include "graph/readers/reader_blocks.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/text/marks.h"
#include "base/text/same.h"
#include "graph/edge_spill.h"
#include <string.h>

/* A part of a block is the work of one thread. Fewer bytes than LEAST are not worth a
 * team, and after TRIES parts that were not plain the file is read line by line. */
enum {
    PART_LINES = 1 << 16,
    PART_BYTES = 1 << 22,
    PIECE = 1 << 12,
    STEP = 64,
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
    int64_t n_below, n_left_out; /* rows */
    int is_plain;
    int is_ascii;   /* besides separators and line ends it has printable ASCII alone */
    int has_quotes; /* has a quote, in a format that knows them */
    /* Of each row: its user and item, whose numbers from those of the graph on are of
     * fresh ids. */
    rg_edges row;
    fresh users, items;
    rg_times times;
    rg_decimal_signs signs; /* of weights */
    const char *last;       /* the user of the row before */
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
        rg_free(mem, p->row.user);
        rg_free(mem, p->row.item);
        rg_free(mem, p->row.weight);
        rg_free(mem, p->row.time);
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

/* Makes the room of a part, before its first lines: few lines need one part alone. */
static regatta_status make_part(const rg_blocks *b, part *p)
{
    regatta_status status = REGATTA_OK;
    const rg_mem mem = b->ctx->mem;
    if (p->row.user != NULL) return REGATTA_OK;
    RG_NEW(mem, p->row.item, PART_LINES);
    if (b->rows->edges->has_weight) RG_NEW(mem, p->row.weight, PART_LINES);
    if (b->rows->edges->has_time) RG_NEW(mem, p->row.time, PART_LINES);
    RG_TRY(make_fresh(mem, &p->users));
    RG_TRY(make_fresh(mem, &p->items));
    RG_NEW(mem, p->row.user, PART_LINES);
done:
    return status;
}

static int64_t count_lines(const char *bytes, int64_t n)
{
    int64_t count = 0;
    for (; n >= STEP; n -= STEP, bytes += STEP) {
        int lines = 0; /* STEP is a constant: the compiler uses vectors */
        for (int k = 0; k < STEP; k++) lines += bytes[k] == '\n';
        count += lines;
    }
    for (int64_t k = 0; k < n; k++) count += bytes[k] == '\n';
    return count;
}

static int is_odd(char byte, char separator)
{
    const unsigned char c = (unsigned char)byte;
    return ((unsigned char)(c - 0x20) > 0x5e) & (byte != separator) & (byte != '\n');
}

/* Returns 1 if all bytes are printable ASCII, separators or line ends. */
static int is_ascii(const char *bytes, int64_t n, char separator)
{
    int odd = 0;
    for (; n >= STEP; n -= STEP, bytes += STEP)
        for (int k = 0; k < STEP; k++) odd |= is_odd(bytes[k], separator);
    for (int64_t k = 0; k < n; k++) odd |= is_odd(bytes[k], separator);
    return !odd;
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
        if (f->length[k] == (uint32_t)length && rg_same_bytes(f->text[k], text, length))
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
    const int64_t first = p->row.n - g->n;
    for (int k = 0; k < g->n; k++) {
        if (item[k] == REGATTA_NONE)
            item[k] = add_fresh(&p->items, b->n_items, g->item[k], g->item_length[k]);
        if (g->place[k] >= 0) p->last_number = user[g->place[k]];
        p->row.user[first + k] = p->last_number;
        p->row.item[first + k] = item[k];
    }
    g->n = g->n_users = 0;
}

/* An id that needs no other treatment than trimming, in *text and *length; 0 for others.
 */
static int take_id(const rg_blocks *b, part *p, const char **text, int64_t *length)
{
    const int keeps_null = (int)b->rows->opts->keep_null_words;
    if (p->is_ascii) {
        rg_field_trim(text, length);
        /* No null word begins with a digit. */
        return *length > 0 && *length <= RG_MAX_ID &&
               ((unsigned char)(**text - '0') <= 9 || keeps_null ||
                !rg_reader_is_null_word(*text, *length));
    }
    rg_id_take(&p->id, *text, *length);
    if (p->id.is_recoded || !rg_reader_is_id(&p->id, keeps_null)) return 0;
    *text = p->id.text;
    *length = p->id.length;
    return 1;
}

static void add_row(part *p, const char *user, int64_t user_length, const char *item,
                    int64_t item_length)
{
    group *const g = &p->group;
    const int same = p->last != NULL && p->last_length == user_length &&
                     rg_same_bytes(p->last, user, user_length);
    g->place[g->n] = same ? g->n_users - 1 : g->n_users;
    if (!same) {
        g->user[g->n_users] = user;
        g->user_length[g->n_users++] = user_length;
        p->last = user;
        p->last_length = user_length;
    }
    g->item[g->n] = item;
    g->item_length[g->n++] = item_length;
    p->row.n++;
}

/* The cells of a line that have roles. */
typedef struct line {
    const char *text[RG_N_ROLES];
    int64_t length[RG_N_ROLES];
    int64_t number;
} line;

/* Cuts the line at `at`, and returns its end; *n is the number of its cells, 0 if they
 * are more than the columns. */
static const char *cut_line(const rg_blocks *b, const part *p, rg_marks *marks,
                            const char *at, line *l, int *n)
{
    const int most = b->rows->columns.n;
    for (int k = 0; k < most; k++) {
        const char *const stop = rg_marks_next(marks);
        const int is_last = stop == marks->end || *stop == '\n';
        const char *const end =
            is_last && !p->is_ascii && stop > at && stop[-1] == '\r' ? stop - 1 : stop;
        if (b->role[k] >= 0) {
            l->text[b->role[k]] = at;
            l->length[b->role[k]] = end - at;
        }
        at = stop + 1;
        if (!is_last) continue;
        *n = k + 1;
        return end;
    }
    *n = 0;
    return at;
}

/* Returns 1 for a line of `n` cells that is no row: empty, or of spaces alone. */
static int is_blank(const char *at, const char *end, int n)
{
    if (n > 1) return 0;
    return at == end ||
           (*at == ' ' && rg_reader_is_blank(at, end - at, REGATTA_FORMAT_TSV));
}

/* Returns 1 for a line that is no plain row: a repeated header, or one with quotes. */
static int is_other(const rg_blocks *b, const part *p, const char *at, const char *end)
{
    if (p->has_quotes && memchr(at, '"', (size_t)(end - at)) != NULL) return 1;
    return b->header != NULL && end - at == b->header_length &&
           memcmp(at, b->header, (size_t)(end - at)) == 0;
}

/* Takes the event and the weight of a row; *is_out is 1 for one that is left out.
 * Returns 0 for cells that are not plain. */
static int take_weight(const rg_blocks *b, part *p, line *l, int *is_out)
{
    double weight = 1.0, event = 1.0;
    const rg_rows *rows = b->rows;
    if (rows->events != NULL) {
        rg_field_trim(&l->text[RG_ROLE_EVENT], &l->length[RG_ROLE_EVENT]);
        if (!rg_event_weight(rows->events, l->text[RG_ROLE_EVENT],
                             l->length[RG_ROLE_EVENT], &event))
            return 0;
        *is_out = event == 0.0;
        p->n_left_out += *is_out;
        if (*is_out) return 1;
    }
    if (rows->columns.at[RG_ROLE_WEIGHT] >= 0) {
        if (!rg_rows_weight(l->text[RG_ROLE_WEIGHT], l->length[RG_ROLE_WEIGHT], &weight))
            return 0;
        rg_signs_take(&p->signs, l->text[RG_ROLE_WEIGHT], l->length[RG_ROLE_WEIGHT],
                      l->number);
        *is_out = rg_rows_below(rows, weight);
        p->n_below += *is_out;
        if (*is_out) return 1;
    }
    return p->row.weight == NULL ||
           rg_rows_weigh(rows, weight, event, &p->row.weight[p->row.n]);
}

static int take_time(const rg_blocks *b, part *p, line *l)
{
    const char *text = l->text[RG_ROLE_TIME];
    int64_t length = l->length[RG_ROLE_TIME];
    if (b->rows->columns.at[RG_ROLE_TIME] < 0) return 1;
    rg_field_trim(&text, &length);
    return length > 0 && rg_times_take(&p->times, text, length, l->number,
                                       &p->row.time[p->row.n]) == NULL;
}

/* Takes the row of a line; 0 if it is not plain. */
static int take_line(const rg_blocks *b, part *p, line *l)
{
    int is_out = 0;
    if (!take_weight(b, p, l, &is_out)) return 0;
    if (is_out) return 1;
    if (!take_id(b, p, &l->text[RG_ROLE_USER], &l->length[RG_ROLE_USER])) return 0;
    if (!take_id(b, p, &l->text[RG_ROLE_ITEM], &l->length[RG_ROLE_ITEM])) return 0;
    if (!take_time(b, p, l)) return 0;
    add_row(p, l->text[RG_ROLE_USER], l->length[RG_ROLE_USER], l->text[RG_ROLE_ITEM],
            l->length[RG_ROLE_ITEM]);
    return 1;
}

static void begin_part(const rg_blocks *b, part *p)
{
    const size_t n = (size_t)p->n_bytes;
    p->row.n = p->n_below = p->n_left_out = 0;
    p->users.n = p->items.n = 0;
    p->group.n = p->group.n_users = 0;
    p->last = NULL;
    p->signs = (rg_decimal_signs){0};
    p->is_ascii = is_ascii(p->begin, p->n_bytes, b->separator);
    p->is_plain = p->is_ascii || memchr(p->begin, '\0', n) == NULL;
    p->has_quotes = b->has_quotes && memchr(p->begin, '"', n) != NULL;
    memset(p->users.slot, 0xff, SLOTS * sizeof *p->users.slot);
    memset(p->items.slot, 0xff, SLOTS * sizeof *p->items.slot);
    rg_times_begin(&p->times, b->rows->times.format, b->rows->times.pattern);
}

static void take_part(const rg_blocks *b, part *p)
{
    const char *at = p->begin, *const end = p->begin + p->n_bytes;
    rg_marks marks = rg_marks_begin(at, p->n_bytes, b->separator, '\n');
    line l = {0};
    begin_part(b, p);
    while (p->is_plain && at < end) {
        int n = 0;
        const char *const stop = cut_line(b, p, &marks, at, &l, &n);
        l.number++;
        if (n > 0 && !is_blank(at, stop, n))
            p->is_plain =
                n >= b->rows->needed && !is_other(b, p, at, stop) && take_line(b, p, &l);
        p->is_plain &= n > 0;
        at = stop + 1 + (stop < end && *stop == '\r');
        if (p->group.n == RG_IDMAP_GROUP) end_group(b, p);
    }
    end_group(b, p);
    p->is_plain &= rg_times_is_free(&p->times);
}

/* Replaces the numbers of fresh ids by those of the graph. */
static void number(uint32_t *id, int64_t n, uint32_t n_known, const uint32_t *of_fresh)
{
    for (int64_t k = 0; k < n; k++)
        if (id[k] >= n_known) id[k] = of_fresh[id[k] - n_known];
}

/* Gives the fresh ids of a part their numbers, makes room for its rows, and consumes its
 * lines. */
static regatta_status take_in(rg_blocks *b, part *p)
{
    regatta_status status = REGATTA_OK;
    rg_rows *const rows = b->rows;
    rg_edges *const e = rows->edges;
    RG_TRY(rg_idmap_add_all(b->ctx, e->users, p->users.number, p->users.text,
                            p->users.length, p->users.n));
    RG_TRY(rg_idmap_add_all(b->ctx, e->items, p->items.number, p->items.text,
                            p->items.length, p->items.n));
    rg_times_merge(&rows->times, &p->times, rg_input_line_number(rows->in));
    rg_signs_merge(&rows->signs[RG_ROLE_WEIGHT], &p->signs,
                   rg_input_line_number(rows->in));
    rows->report->n_below += p->n_below;
    rows->report->n_left_out += p->n_left_out;
    rg_input_skip(rows->in, p->n_bytes, p->n_lines);
done:
    return status;
}

/* Adds the rows of a part one by one to a list with a spill. */
static regatta_status spill_rows(rg_blocks *b, const part *p)
{
    regatta_status status = REGATTA_OK;
    const rg_edges *row = &p->row;
    for (int64_t k = 0; k < row->n; k++)
        RG_TRY(rg_edges_add(b->ctx, b->rows->edges, row->user[k], row->item[k],
                            row->weight != NULL ? row->weight[k] : 1.0f,
                            row->time != NULL ? row->time[k] : 0));
done:
    return status;
}

/* Adds the rows of the first n parts of a block. */
static regatta_status add_rows(rg_blocks *b, int n)
{
    regatta_status status = REGATTA_OK;
    rg_edges *const e = b->rows->edges;
    int64_t begin[MOST_PARTS + 1] = {e->n};
    for (int k = 0; k < n; k++) {
        RG_TRY(take_in(b, &b->part[k]));
        begin[k + 1] = begin[k] + b->part[k].row.n;
    }
    if (e->spill == NULL) RG_TRY(rg_edges_reserve(e, begin[n] - begin[0]));
    const int team = rg_threads_for((int64_t)n * PART_LINES * RG_SCALAR, b->ctx->threads);
#pragma omp parallel for num_threads(team) schedule(static, 1)
    for (int k = 0; k < n; k++) {
        const part *p = &b->part[k];
        number(p->row.user, p->row.n, b->n_users, p->users.number);
        number(p->row.item, p->row.n, b->n_items, p->items.number);
        if (e->spill == NULL) rg_edges_put(e, begin[k], &p->row);
    }
    if (e->spill == NULL) e->n = begin[n];
    for (int k = 0; e->spill != NULL && k < n; k++) RG_TRY(spill_rows(b, &b->part[k]));
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
    if (b->part == NULL) RG_NEW(b->ctx->mem, b->part, b->most_parts);
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
        RG_TRY(make_part(b, p));
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
        int n = 0;
        while (n < b->n_parts && b->part[n].is_plain) n++;
        RG_TRY(add_rows(b, n));
        if (n < b->n_parts) {
            b->n_failed++;
            *until = rg_input_line_number(b->rows->in) + b->part[n].n_lines;
            return REGATTA_OK;
        }
        b->n_failed = 0;
    }
done:
    return status;
}
