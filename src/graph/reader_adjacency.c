/* LightGCN text: `user item item ...` a line. A user may come again, and may come
 * without items. */
#include "graph/reader.h"
#include "graph/reader_common.h"

/* The next word of the line; *length 0 when there is none. */
static char *next_word(char *at, int64_t *length)
{
    while (*at == ' ' || *at == '\t') at++;
    char *end = at;
    while (*end != '\0' && *end != ' ' && *end != '\t') end++;
    *length = end - at;
    return at;
}

static regatta_status read_row(regatta_ctx *ctx, rg_edges *e, const rg_input *in,
                               char *line)
{
    int64_t length = 0;
    uint32_t user = 0, item = 0;
    char *word = next_word(line, &length);
    regatta_status status = rg_reader_id(ctx, in, e->users, "user", word, length, &user);
    while (status == REGATTA_OK) {
        word = next_word(word + length, &length);
        if (length == 0) break;
        status = rg_reader_id(ctx, in, e->items, "item", word, length, &item);
        if (status == REGATTA_OK) status = rg_edges_add(ctx, e, user, item, 1.0f, 0);
    }
    return status;
}

regatta_status rg_read_adjacency(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                                 regatta_read_report *report)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_edges *e = NULL;
    RG_TRY(rg_edges_create(ctx, &e, 0, 0));
    for (;;) {
        char *line = NULL;
        int64_t length = 0;
        RG_TRY(rg_input_line(in, &line, &length));
        if (line == NULL) break;
        if (rg_reader_is_blank(line, length, REGATTA_FORMAT_ADJACENCY)) continue;
        if (e->users->n == 0 && rg_reader_is_comment(line, length)) continue;
        RG_TRY(read_row(ctx, e, in, line));
    }
    report->n_lines = rg_input_line_number(in);
    report->n_rows = e->n;
    *out = e;
    e = NULL;
done:
    rg_edges_free(e);
    return status;
}
