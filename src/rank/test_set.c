#include "rank/test_set.h"
#include "base/sort.h"
#include "graph/interactions.h"
#include "model/history.h"
#include "rank/allow.h"
#include <string.h>

enum { ROOM = 1 << 22 }; /* interactions of a chunk that has more than one query */

/* A graph of histories. */
typedef struct past {
    rg_interactions in;
    uint32_t *row;  /* [test users] the graph's number of each, REGATTA_NONE: unknown */
    uint32_t *item; /* [items of the graph] the model's number of each */
} past;

typedef struct build {
    rg_test_set *set;
    const regatta_model *model;
    const rg_test_source *from;
    rg_interactions test;
    past *past;     /* [n_histories] */
    uint32_t *user; /* [test users] the model's number of each */
    uint32_t *row;  /* [model users] the test graph's number of each */
    uint32_t *item; /* [test items] the model's number of each */
    uint32_t *seen; /* [model items] the last stamp at which a history had it */
    rg_sequence_room model_room;
    uint32_t stamp; /* of the current user */
    int64_t latest; /* time of the latest interaction of their history; INT64_MIN: none */
    int folds, asks_at;
    int64_t n_steps; /* in step_item */
} build;

static int model_has_times(const regatta_model *model)
{
    return model->sequences != NULL && model->sequences->time != NULL;
}

/* Returns 1 if all histories have times. */
static int past_has_times(const build *b)
{
    const rg_test_source *from = b->from;
    if (from->n_histories == 0) return model_has_times(b->model);
    for (int h = 0; h < from->n_histories; h++)
        if (from->history[h]->time == NULL) return 0;
    return 1;
}

static void note_time(build *b, int64_t time)
{
    if (time > b->latest) b->latest = time;
}

/* Appends an interaction to the history of the current user. */
static void append(build *b, uint32_t item, const int64_t *time)
{
    if (time != NULL) note_time(b, *time);
    b->seen[item] = b->stamp;
    if (b->set->step_time != NULL) b->set->step_time[b->n_steps] = *time;
    b->set->step_item[b->n_steps++] = item;
}

static void append_of_model(build *b, uint32_t user)
{
    const regatta_model *model = b->model;
    rg_sequence s = {.n = 0};
    const int64_t *disliked = b->folds ? NULL : model->disliked_offset;
    for (int64_t e = disliked != NULL ? disliked[user] : 0;
         disliked != NULL && e < disliked[user + 1LL]; e++)
        b->seen[model->disliked_item[e]] = b->stamp;
    if (b->folds || b->asks_at) rg_sequence_of_user(&s, model, user, &b->model_room);
    if (!b->folds) { /* the query has it */
        for (int64_t e = model->history_offset[user];
             e < model->history_offset[user + 1LL]; e++)
            b->seen[model->history_item[e]] = b->stamp;
        if (b->asks_at && s.n > 0) note_time(b, s.time[s.n - 1]);
        return;
    }
    for (int64_t k = 0; k < s.n; k++)
        append(b, s.item[k], s.time != NULL ? s.time + k : NULL);
}

static void append_of_past(build *b, past *p, uint32_t row)
{
    const uint32_t user = p->row[row];
    if (user == REGATTA_NONE) return;
    const rg_csr *rows = p->in.graph->by_user;
    rg_interactions_read(&p->in, user);
    for (int64_t k = 0; k < p->in.now.n; k++) {
        const uint32_t item =
            p->item[rows->target[rows->offset[user] + p->in.now.position[k]]];
        if (item == REGATTA_NONE)
            b->set->n_unknown_history++;
        else
            append(b, item, p->in.time != NULL ? p->in.time + k : NULL);
    }
}

/* Begins the next user of the test graph, whose history may be empty. */
static void begin_user(build *b, uint32_t row)
{
    b->stamp++;
    b->latest = INT64_MIN;
    rg_interactions_read(&b->test, row);
    for (int h = 0; h < b->from->n_histories; h++) append_of_past(b, &b->past[h], row);
    if (b->from->n_histories == 0 && b->user[row] != REGATTA_NONE)
        append_of_model(b, b->user[row]);
}

/* Returns 1 if the model or a history knows the user. */
static int is_known(const build *b, uint32_t row)
{
    if (b->from->n_histories == 0) return b->user[row] != REGATTA_NONE;
    for (int h = 0; h < b->from->n_histories; h++)
        if (b->past[h].row[row] != REGATTA_NONE) return 1;
    return 0;
}

static int64_t next_query(const rg_test_set *set)
{
    return set->holdout.n_users + set->n_unranked;
}

/* Takes the test items [begin, end) of the test graph into the next query. */
static void take_items(build *b, uint32_t row, const uint32_t *begin, const uint32_t *end)
{
    rg_test_set *set = b->set;
    const int64_t t = next_query(set), first = set->holdout.offset[t];
    uint32_t *items = set->holdout.item + first;
    int64_t n = 0, n_outside = 0;
    for (const uint32_t *at = begin; at < end; at++) {
        const uint32_t item = b->item[*at];
        if ((int64_t)item >= b->model->own.items) /* unknown, or of another domain */
            set->n_unknown_edges++;
        else if (!rg_allows(b->from->allow, item))
            n_outside++;
        else if (!b->from->keep_seen && b->seen[item] == b->stamp)
            set->n_seen_edges++;
        else
            items[n++] = item;
    }
    rg_sort_u32(items, n);
    set->row[t] = row;
    set->holdout.offset[t + 1] = first + n;
    set->n_missed[t] = (uint32_t)(end - begin - n - n_outside);
    set->n_outside += n_outside;
}

/* Ends the next query as one with the history from step `first` on, asked at the test
 * step k. */
static void end_ranked(build *b, uint32_t row, int64_t first, int64_t k)
{
    rg_test_set *set = b->set;
    const int64_t t = set->holdout.n_users++;
    if (b->asks_at) set->holdout.at[t] = b->test.time[k];
    if (!b->folds) {
        set->holdout.user[t] = b->user[row];
        return;
    }
    set->first[t] = first;
    set->length[t] = b->n_steps - first;
    if (set->length[t] > set->longest) set->longest = set->length[t];
}

/* Ends the next query, of n test items, as one that is not ranked. */
static void end_unranked(build *b, int64_t n_unknown_before, int64_t n)
{
    b->set->n_unranked++;
    b->set->n_unknown_edges = n_unknown_before + n;
}

/* Returns how many test interactions of the current user are earlier than the latest of
 * the history. */
static int64_t count_earlier(const build *b)
{
    int64_t n = 0;
    for (int64_t k = 0; b->asks_at && k < b->test.now.n; k++)
        n += b->test.time[k] < b->latest;
    return n;
}

/* Adds the query of a user. */
static void add_user(build *b, uint32_t row)
{
    const rg_csr *rows = b->from->test->by_user;
    const int64_t n_unknown = b->set->n_unknown_edges, first = b->n_steps;
    const uint32_t *items = rows->target + rows->offset[row];
    const int64_t n = rg_csr_degree(rows, row);
    if (n == 0) return;
    begin_user(b, row);
    b->set->n_earlier += count_earlier(b);
    take_items(b, row, items, items + n);
    if (is_known(b, row))
        end_ranked(b, row, first, 0);
    else
        end_unranked(b, n_unknown, n);
}

/* Adds a query for each test interaction of a user. Without a history the first one is
 * not ranked: it is added by add_first. */
static void add_steps(build *b, uint32_t row)
{
    const rg_csr *rows = b->from->test->by_user;
    const int64_t first = b->n_steps;
    if (rg_csr_degree(rows, row) == 0) return;
    begin_user(b, row);
    for (int64_t k = 0; k < b->test.now.n; k++) {
        const uint32_t *item = rows->target + rows->offset[row] + b->test.now.position[k];
        if (k > 0 || is_known(b, row)) {
            take_items(b, row, item, item + 1);
            end_ranked(b, row, first, k);
        }
        if (b->item[*item] != REGATTA_NONE)
            append(b, b->item[*item], b->test.time != NULL ? b->test.time + k : NULL);
    }
}

/* Adds the first test interaction of a user without a history. */
static void add_first(build *b, uint32_t row)
{
    const rg_csr *rows = b->from->test->by_user;
    const int64_t n_unknown = b->set->n_unknown_edges;
    b->stamp++;
    rg_interactions_read(&b->test, row);
    if (b->test.now.n == 0) return;
    const uint32_t *item = rows->target + rows->offset[row] + b->test.now.position[0];
    take_items(b, row, item, item + 1);
    end_unranked(b, n_unknown, 1);
}

/* Adds the queries with a history, then those without. */
static void fill(build *b)
{
    const int64_t n_rows = b->from->test->by_user->n_rows;
    const int every = b->from->every_next;
    void (*const add)(build *, uint32_t) = every ? add_steps : add_user;
    for (int64_t user = 0; user < b->model->n_users && b->from->n_histories == 0; user++)
        if (b->row[user] != REGATTA_NONE) add(b, b->row[user]);
    for (int64_t row = 0; row < n_rows; row++) {
        const int known = is_known(b, (uint32_t)row);
        if (known ? b->from->n_histories > 0 : every) add(b, (uint32_t)row);
    }
    for (int64_t row = 0; row < n_rows; row++)
        if (!is_known(b, (uint32_t)row)) (every ? add_first : add_user)(b, (uint32_t)row);
}

int64_t rg_test_set_count(const rg_test_set *set, int64_t t, uint32_t unknown)
{
    const int64_t n_ranked = set->holdout.offset[t + 1] - set->holdout.offset[t];
    if (unknown == REGATTA_UNKNOWN_MISS) return n_ranked + set->n_missed[t];
    return t < set->holdout.n_users ? n_ranked : 0;
}

/* Counts by treatment; counted[test users] is scratch. */
static void count(rg_test_set *set, uint8_t *counted)
{
    for (uint32_t u = 0; u < RG_N_UNKNOWN; u++)
        for (int64_t t = 0; t < next_query(set); t++) {
            const int64_t n_test = rg_test_set_count(set, t, u);
            if (n_test == 0) continue;
            set->n_measured[u]++;
            set->n_test[u] += n_test;
            set->n_users[u] += !(counted[set->row[t]] >> u & 1);
            counted[set->row[t]] |= (uint8_t)(1 << u);
        }
}

/* Room for all queries: of all users, or of all interactions of the test. */
static regatta_status create_set(regatta_ctx *ctx, rg_test_set **out, const build *b)
{
    regatta_status status = REGATTA_OK;
    const rg_test_source *from = b->from;
    const int64_t n_steps = rg_interactions_count(from->test);
    const rg_csr *rows = from->test->by_user;
    const int64_t n = from->every_next ? n_steps : rows->n_rows;
    int64_t n_past = from->every_next ? n_steps : 0;
    rg_test_set *set = NULL;
    RG_NEW(ctx->mem, set, 1);
    set->mem = ctx->mem;
    RG_TRY(rg_holdout_create(ctx->mem, &set->holdout, n,
                             from->every_next ? n_steps : rows->n_edges, b->asks_at));
    RG_NEW(ctx->mem, set->row, n);
    RG_NEW(ctx->mem, set->n_missed, n);
    if (b->folds) {
        for (int h = 0; h < from->n_histories; h++)
            n_past += rg_interactions_count(from->history[h]);
        if (from->n_histories == 0)
            n_past += rg_sequences_first(b->model->sequences, b->model->history_offset,
                                         b->model->n_users);
        RG_NEW(ctx->mem, set->first, n);
        RG_NEW(ctx->mem, set->length, n);
        RG_NEW(ctx->mem, set->step_item, n_past);
        if (past_has_times(b) && (!from->every_next || from->test->time != NULL))
            RG_NEW(ctx->mem, set->step_time, n_past);
    }
    *out = set;
    set = NULL; /* ownership has moved to the caller */
done:
    rg_test_set_free(set); /* NULL unless we failed */
    return status;
}

static regatta_status open_past(regatta_ctx *ctx, past *p, const regatta_graph *test,
                                const regatta_graph *history, const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_interactions_open(ctx, &p->in, history, 0));
    RG_NEW(ctx->mem, p->row, test->users->n);
    RG_NEW(ctx->mem, p->item, history->items->n);
    rg_idmap_match(p->row, history->users, test->users);
    rg_idmap_match(p->item, model->items, history->items);
done:
    return status;
}

static int64_t longest_of_model(const regatta_model *model)
{
    int64_t longest = 0;
    for (int64_t u = 0; u < model->n_users; u++) {
        const int64_t first =
            rg_sequences_first(model->sequences, model->history_offset, u);
        const int64_t n =
            rg_sequences_first(model->sequences, model->history_offset, u + 1) - first;
        if (n > longest) longest = n;
    }
    return longest;
}

static regatta_status open_build(regatta_ctx *ctx, build *b)
{
    regatta_status status = REGATTA_OK;
    const regatta_graph *test = b->from->test;
    const regatta_model *model = b->model;
    b->folds = b->from->n_histories > 0 || b->from->every_next;
    b->asks_at = test->time != NULL && past_has_times(b);
    RG_TRY(rg_interactions_open(ctx, &b->test, test, 0));
    RG_NEW(ctx->mem, b->item, test->items->n);
    RG_NEW(ctx->mem, b->user, test->users->n);
    RG_NEW(ctx->mem, b->row, model->n_users);
    RG_NEW(ctx->mem, b->seen, model->n_items);
    RG_NEW(ctx->mem, b->past, b->from->n_histories);
    for (int h = 0; h < b->from->n_histories; h++)
        RG_TRY(open_past(ctx, &b->past[h], test, b->from->history[h], model));
    if (b->from->n_histories == 0 && (b->folds || b->asks_at))
        RG_TRY(rg_sequence_room_create(ctx, &b->model_room, longest_of_model(model)));
    rg_idmap_match(b->item, model->items, test->items);
    rg_idmap_match(b->user, model->users, test->users);
    for (int64_t u = 0; u < model->n_users; u++) b->row[u] = REGATTA_NONE;
    for (uint32_t row = 0; row < test->users->n; row++)
        if (b->user[row] != REGATTA_NONE) b->row[b->user[row]] = row;
done:
    return status;
}

static void close_build(regatta_ctx *ctx, build *b)
{
    for (int h = 0; h < b->from->n_histories && b->past != NULL; h++) {
        rg_interactions_close(&b->past[h].in);
        rg_free(ctx->mem, b->past[h].row);
        rg_free(ctx->mem, b->past[h].item);
    }
    rg_interactions_close(&b->test);
    rg_sequence_room_free(ctx, &b->model_room);
    rg_free(ctx->mem, b->past);
    rg_free(ctx->mem, b->user);
    rg_free(ctx->mem, b->row);
    rg_free(ctx->mem, b->item);
    rg_free(ctx->mem, b->seen);
}

regatta_status rg_test_set_create(regatta_ctx *ctx, rg_test_set **out,
                                  const regatta_model *model,
                                  const rg_test_source *source)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    uint8_t *counted = NULL;
    build b = {.model = model, .from = source};
    RG_TRY(open_build(ctx, &b));
    RG_NEW(ctx->mem, counted, source->test->users->n);
    RG_TRY(create_set(ctx, &b.set, &b));
    fill(&b);
    count(b.set, counted);
    *out = b.set;
done:
    rg_free(ctx->mem, counted);
    close_build(ctx, &b);
    return status;
}

void rg_test_set_free(rg_test_set *set)
{
    if (set == NULL) return;
    rg_holdout_free(set->mem, &set->holdout);
    rg_free(set->mem, set->row);
    rg_free(set->mem, set->n_missed);
    rg_free(set->mem, set->first);
    rg_free(set->mem, set->length);
    rg_free(set->mem, set->step_item);
    rg_free(set->mem, set->step_time);
    rg_free(set->mem, set);
}

regatta_status rg_test_room_create(regatta_ctx *ctx, rg_test_room *out,
                                   const rg_test_set *set, int64_t most)
{
    regatta_status status = REGATTA_OK;
    int64_t n = 0;
    *out = (rg_test_room){0};
    if (set->first == NULL) return REGATTA_OK;
    for (int64_t t = 0; t < set->holdout.n_users && n < ROOM; t++) n += set->length[t];
    out->capacity = n < ROOM ? n : set->longest > ROOM ? set->longest : ROOM;
    RG_NEW(ctx->mem, out->offset, most + 1);
    RG_NEW(ctx->mem, out->item, out->capacity);
    if (set->step_time != NULL) RG_NEW(ctx->mem, out->time, out->capacity);
done:
    if (status != REGATTA_OK) rg_test_room_free(ctx, out);
    return status;
}

void rg_test_room_free(regatta_ctx *ctx, rg_test_room *room)
{
    rg_free(ctx->mem, room->offset);
    rg_free(ctx->mem, room->item);
    rg_free(ctx->mem, room->time);
    *room = (rg_test_room){0};
}

void rg_test_set_query(regatta_query *out, const rg_test_set *set, int64_t first,
                       int64_t most, const rg_test_room *room)
{
    const int64_t left = set->holdout.n_users - first;
    if (most > left) most = left;
    *out = (regatta_query){.struct_size = sizeof *out, .n = most};
    if (set->holdout.at != NULL) out->at = set->holdout.at + first;
    if (set->first == NULL) {
        out->user = set->holdout.user + first;
        return;
    }
    int64_t n = 0, at = 0;
    for (; n < most && at + set->length[first + n] <= room->capacity; n++) {
        const int64_t from = set->first[first + n], length = set->length[first + n];
        room->offset[n] = at;
        if (length == 0) continue;
        memcpy(room->item + at, set->step_item + from,
               (size_t)length * sizeof *room->item);
        if (room->time != NULL)
            memcpy(room->time + at, set->step_time + from,
                   (size_t)length * sizeof *room->time);
        at += length;
    }
    room->offset[n] = at;
    out->n = n;
    out->offset = room->offset;
    out->item = room->item;
    out->time = room->time;
}
