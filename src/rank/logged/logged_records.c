#include "rank/logged/logged_records.h"
#include "base/sort.h"

uint32_t rg_logged_user(const rg_logged_source *source, int64_t k)
{
    const uint32_t u = source->user[k];
    return source->user_of == NULL || u == REGATTA_NONE ? u : source->user_of[u];
}

uint32_t rg_logged_item(const rg_logged_source *source, int64_t k)
{
    const uint32_t i = source->item[k];
    return source->item_of == NULL || i == REGATTA_NONE ? i : source->item_of[i];
}

/* The records of known users in the order of the model's users. */
typedef struct sorted {
    int64_t *offset; /* [n_users + 1] into record */
    int64_t *record; /* numbers in the log */
    rg_moment *moment;
} sorted;

/* A stable counting sort by user. */
static regatta_status sort_records(regatta_ctx *ctx, sorted *s, int64_t n_users,
                                   const rg_logged_source *source)
{
    regatta_status status = REGATTA_OK;
    int64_t longest = 0;
    RG_NEW(ctx->mem, s->offset, n_users + 2);
    RG_NEW(ctx->mem, s->record, source->n);
    for (int64_t k = 0; k < source->n; k++) {
        const uint32_t u = rg_logged_user(source, k);
        if (u != REGATTA_NONE) s->offset[(int64_t)u + 2]++;
    }
    for (int64_t u = 0; u < n_users; u++) {
        if (s->offset[u + 2] > longest) longest = s->offset[u + 2];
        s->offset[u + 2] += s->offset[u + 1];
    }
    for (int64_t k = 0; k < source->n; k++) {
        const uint32_t u = rg_logged_user(source, k);
        if (u != REGATTA_NONE) s->record[s->offset[(int64_t)u + 1]++] = k;
    }
    RG_NEW(ctx->mem, s->moment, longest);
done:
    return status;
}

/* Sorts the records of one user by time, those of one time by the log. */
static void sort_times(const sorted *s, int64_t first, int64_t n, const int64_t *time)
{
    int64_t *record = s->record + first;
    for (int64_t k = 0; k < n; k++)
        s->moment[k] = (rg_moment){time[record[k]], (uint32_t)k};
    rg_sort_moments(s->moment, n);
    /* The places are read before they are overwritten: time holds the record. */
    for (int64_t k = 0; k < n; k++) s->moment[k].time = record[s->moment[k].place];
    for (int64_t k = 0; k < n; k++) record[k] = s->moment[k].time;
}

static void take_record(rg_logged_records *r, const rg_logged_source *source, int64_t k,
                        uint32_t first_position)
{
    const rg_record *from = &source->record[k];
    const int64_t at = r->n++;
    r->item[at] = rg_logged_item(source, k);
    r->position[at] = from->position + 1 - first_position;
    r->propensity[at] = from->propensity;
    r->reward[at] = from->reward;
    r->group[at] = (uint32_t)(r->n_users - 1);
    r->n_unknown_items += r->item[at] == REGATTA_NONE;
}

/* Adds the records of one user, and a query for each time. */
static void add_user(rg_logged_records *r, const sorted *s, uint32_t user,
                     const rg_logged_source *source, uint32_t first_position)
{
    const int64_t first = s->offset[user], end = s->offset[(int64_t)user + 1];
    if (first == end) return;
    r->n_users++;
    if (r->at != NULL) sort_times(s, first, end - first, source->time);
    for (int64_t e = first; e < end; e++) {
        const int64_t k = s->record[e];
        const int64_t at = r->at != NULL ? source->time[k] : 0;
        const int is_new = e == first || (r->at != NULL && at != r->at[r->n_queries - 1]);
        if (is_new) {
            if (r->at != NULL) r->at[r->n_queries] = at;
            r->user[r->n_queries++] = user;
        }
        take_record(r, source, k, first_position);
        r->offset[r->n_queries] = r->n;
    }
}

static uint32_t least_position(const rg_logged_source *source)
{
    uint32_t least = 1;
    for (int64_t k = 0; k < source->n; k++)
        if (source->record[k].position < least) least = source->record[k].position;
    return least;
}

regatta_status rg_logged_records_create(regatta_ctx *ctx, rg_logged_records **out,
                                        const regatta_model *model,
                                        const rg_logged_source *source)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_logged_records *r = NULL;
    sorted s = {.offset = NULL};
    const uint32_t first_position = least_position(source);
    RG_NEW(ctx->mem, r, 1);
    r->mem = ctx->mem;
    RG_TRY(sort_records(ctx, &s, model->n_users, source));
    const int64_t n = s.offset[model->n_users];
    RG_NEW(r->mem, r->offset, n + 1);
    RG_NEW(r->mem, r->user, n);
    if (source->time != NULL && model->sequences != NULL &&
        model->sequences->time != NULL)
        RG_NEW(r->mem, r->at, n);
    RG_NEW(r->mem, r->item, n);
    RG_NEW(r->mem, r->position, n);
    RG_NEW(r->mem, r->propensity, n);
    RG_NEW(r->mem, r->reward, n);
    RG_NEW(r->mem, r->group, n);
    for (int64_t u = 0; u < model->n_users; u++)
        add_user(r, &s, (uint32_t)u, source, first_position);
    r->n_unknown_users = source->n - n;
    *out = r;
    r = NULL;
done:
    rg_free(ctx->mem, s.offset);
    rg_free(ctx->mem, s.record);
    rg_free(ctx->mem, s.moment);
    rg_logged_records_free(r);
    return status;
}

void rg_logged_records_free(rg_logged_records *r)
{
    if (r == NULL) return;
    rg_free(r->mem, r->offset);
    rg_free(r->mem, r->user);
    rg_free(r->mem, r->at);
    rg_free(r->mem, r->item);
    rg_free(r->mem, r->position);
    rg_free(r->mem, r->propensity);
    rg_free(r->mem, r->reward);
    rg_free(r->mem, r->group);
    rg_free(r->mem, r);
}
