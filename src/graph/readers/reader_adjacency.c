/* LightGCN text: `user item item ...` a line. A user may have several lines, and lines
 * without items. */
#include "graph/edge_spill.h"
#include "graph/readers/reader.h"
#include <stdio.h>

typedef struct lists {
    regatta_ctx *ctx;
    rg_input *in;
    rg_edges *edges;
    const regatta_read_options *opts;
    regatta_bad_row bad; /* why the current line is bad */
    int has_colons;      /* after the user */
    int64_t n_recoded;
    rg_id id; /* of the current word */
} lists;

/* Returns the next word of the line; *length is 0 if there is none. */
static const char *next_word(const char *at, int64_t *length)
{
    while (*at == ' ' || *at == '\t') at++;
    const char *end = at;
    while (*end != '\0' && *end != ' ' && *end != '\t') end++;
    *length = end - at;
    return at;
}

int rg_adjacency_has_colons(rg_sample *sample)
{
    for (int k = 0; k < sample->n; k++) {
        const char *line = sample->line[k], *end = line + sample->length[k];
        while (line < end && *line != ' ' && *line != '\t') line++;
        if (line - sample->line[k] < 2 || line[-1] != ':') return 0;
    }
    return sample->n > 0;
}

/* Reads the user of a line; *after is the position after it and its colon. */
static regatta_status find_user(lists *l, const char *line, const char **user,
                                int64_t *length, const char **after)
{
    *user = next_word(line, length);
    *after = *user + *length;
    if (!l->has_colons) return REGATTA_OK;
    l->bad = REGATTA_BAD_COLUMNS;
    if (*length < 2 || (*user)[*length - 1] != ':')
        return rg_reader_fail(l->ctx, l->in, "no ':' after the user, unlike line 1");
    --*length;
    return REGATTA_OK;
}

/* Returns 1 if every word of the line can be an id. */
static regatta_status check_row(lists *l, const char *line)
{
    int64_t length = 0;
    const char *word = NULL, *after = NULL;
    regatta_side side = REGATTA_USERS;
    regatta_status status = find_user(l, line, &word, &length, &after);
    while (status == REGATTA_OK && length > 0) {
        rg_id_take(&l->id, word, length);
        status = rg_reader_check_id(l->ctx, l->in, side, &l->id, "",
                                    (int)l->opts->keep_null_words, &l->bad);
        side = REGATTA_ITEMS;
        word = next_word(after, &length);
        after = word + length;
    }
    return status;
}

static regatta_status add_id(lists *l, rg_idmap *map, const char *word, int64_t length,
                             uint32_t *out)
{
    rg_id_take(&l->id, word, length);
    return rg_reader_add_id(l->ctx, map, &l->id, out, &l->n_recoded);
}

static regatta_status add_row(lists *l, const char *line)
{
    int64_t length = 0;
    uint32_t user = 0, item = 0;
    const char *word = NULL, *after = NULL;
    regatta_status status = rg_spill_rest(l->edges);
    if (status == REGATTA_OK) status = find_user(l, line, &word, &length, &after);
    if (status == REGATTA_OK) status = add_id(l, l->edges->users, word, length, &user);
    while (status == REGATTA_OK) {
        word = next_word(after, &length);
        if (length == 0) break;
        after = word + length;
        status = add_id(l, l->edges->items, word, length, &item);
        if (status == REGATTA_OK)
            status = rg_edges_add(l->ctx, l->edges, user, item, 1.0f, 0);
    }
    return status;
}

static regatta_status read_rows(lists *l, regatta_read_report *report)
{
    for (;;) {
        char *line = NULL;
        int64_t length = 0;
        regatta_status status = rg_input_line(l->in, &line, &length);
        if (status != REGATTA_OK || line == NULL) return status;
        if (rg_reader_is_blank(line, length, REGATTA_FORMAT_ADJACENCY)) continue;
        if (rg_reader_is_comment(line, length)) continue;
        status = check_row(l, line);
        if (status == REGATTA_EFORMAT && l->opts->skip_bad) {
            rg_reader_count_bad(report, l->bad, l->in, rg_input_line_number(l->in));
            continue;
        }
        if (status == REGATTA_OK) status = add_row(l, line);
        if (status != REGATTA_OK) return status;
    }
}

regatta_status rg_read_adjacency(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                                 const regatta_read_options *opts,
                                 regatta_read_report *report)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    lists l = {.ctx = ctx, .in = in, .opts = opts};
    rg_sample sample = {0};
    RG_TRY(rg_sample_take(ctx, &sample, in));
    l.has_colons = rg_adjacency_has_colons(&sample);
    RG_TRY(rg_edges_create(ctx, &l.edges, 0, 0));
    RG_TRY(read_rows(&l, report));
    report->n_lines = rg_input_line_number(in);
    report->n_rows = l.edges->n_before + l.edges->n;
    report->n_recoded = l.n_recoded;
    snprintf(report->columns, sizeof report->columns,
             "user = first word of a line%s, items = the others",
             l.has_colons ? ", without its colon" : "");
    *out = l.edges;
    l.edges = NULL;
done:
    rg_free(ctx->mem, sample.scratch);
    rg_edges_free(l.edges);
    return status;
}
