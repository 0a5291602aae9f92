/* See history_table.h. */
#include "cli/input/history_table.h"
#include "cli/input/fields.h"
#include "cli/input/ids.h"
#include "cli/input/reading.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The whole lines among the first bytes of an input. */
typedef struct sample {
    char *bytes; /* a copy, cut into lines */
    char **line; /* [n] */
    char *field; /* room for the fields of a line */
    int64_t n;
} sample;

/* The separator of a table and the library's format for it; format 0: not a table. */
typedef struct guess {
    uint32_t format;
    int header;
    int either; /* either a table or one history on each line */
} guess;

static const struct separator {
    char by;
    uint32_t format;
} separators[] = {
    {'\t', REGATTA_FORMAT_TSV},   {';', REGATTA_FORMAT_SEMICOLON},
    {',', REGATTA_FORMAT_CSV},    {'|', REGATTA_FORMAT_PIPE},
    {':', REGATTA_FORMAT_COLONS}, {' ', REGATTA_FORMAT_SSV},
};

/* The usual names of columns of users and items, without "id" behind. */
static const char *const column_word[] = {
    "user",     "item",     "customer", "product",     "visitor",  "member",
    "session",  "movie",    "song",     "track",       "artist",   "book",
    "article",  "game",     "client",   "kunde",       "nutzer",   "artikel",
    "produkt",  "usuario",  "producto", "utilisateur", "produit",  "sku",
    "username", "itemname", "asin",     "isbn",        "stockcode"};

static int take_sample(sample *s, const char *bytes, int64_t n, int whole)
{
    char *rest = NULL;
    *s = (sample){.bytes = cli_new(n + 1, 1)};
    s->field = cli_new(n + 1, 1);
    s->line = cli_new(n / 2 + 1, sizeof *s->line);
    if (!s->bytes || !s->field || !s->line) return cli_no_memory();
    memcpy(s->bytes, bytes, (size_t)n);
    while (!whole && n > 0 && s->bytes[n - 1] != '\n') n--;
    s->bytes[n] = '\0';
    char *from = s->bytes;
    if (n >= 3 && memcmp(from, "\xef\xbb\xbf", 3) == 0) from += 3;
    for (char *line = strtok_r(from, "\r\n", &rest); line;
         line = strtok_r(NULL, "\r\n", &rest))
        if (line[strspn(line, " \t")]) s->line[s->n++] = line;
    return CLI_DONE;
}

static void free_sample(sample *s)
{
    free(s->bytes);
    free(s->line);
    free(s->field);
}

static int count_fields(const sample *s, int64_t i, char by)
{
    int n = 0;
    const char *rest = s->line[i];
    while (cli_next_field(&rest, by, s->field)) n++;
    return n;
}

/* The separator by which all lines have the same number of fields, two or more. */
static const struct separator *find_separator(const sample *s)
{
    for (int k = 0; k < CLI_COUNT(separators); k++) {
        const char by = separators[k].by;
        const int n = count_fields(s, 0, by);
        if (n < 2 || (by == ':' && !strstr(s->line[0], "::"))) continue;
        int64_t same = 1;
        while (same < s->n && count_fields(s, same, by) == n) same++;
        if (same == s->n) return &separators[k];
    }
    return NULL;
}

/* Lower case, without '_', '-', '.', blanks and "id" at the end; *is_id: it was there. */
static void normalise(char word[64], int *is_id, const char *field)
{
    size_t n = 0;
    for (; *field && n < 63; field++)
        if (!strchr("_-. \"", *field)) word[n++] = (char)tolower((unsigned char)*field);
    *is_id = n > 2 && word[n - 2] == 'i' && word[n - 1] == 'd';
    word[*is_id ? n - 2 : n] = '\0';
}

/* A usual name, or NAME_id. */
static int is_column_word(const char *field)
{
    char word[64];
    int is_id = 0;
    const size_t n = strlen(field);
    normalise(word, &is_id, field);
    if (is_id && n > 3 && strchr("_- ", field[n - 3])) return 1;
    for (int k = 0; k < CLI_COUNT(column_word); k++)
        if (strcmp(word, column_word[k]) == 0) return 1;
    return 0;
}

/* Returns 1 if the first line has the name of a column and no id that the model knows. */
static int has_header(const sample *s, char by, const regatta_model *model,
                      regatta_side members)
{
    int n_words = 0;
    const char *rest = s->line[0];
    while (cli_next_field(&rest, by, s->field)) {
        if (cli_lookup(model, members, s->field) != REGATTA_NONE) return 0;
        n_words += is_column_word(s->field);
    }
    return n_words > 0;
}

/* Returns how many fields of a column are ids that the model knows; -1: no such
 * column. */
static int64_t count_known(const sample *s, char by, int column,
                           const regatta_model *model, regatta_side members)
{
    int64_t n = -1;
    for (int64_t i = 0; i < s->n; i++) {
        const char *rest = s->line[i];
        for (int at = 0; cli_next_field(&rest, by, s->field);) {
            if (by == ':' && !*s->field) continue; /* between two colons */
            if (++at != column) continue;
            if (n < 0) n = 0;
            n += cli_lookup(model, members, s->field) != REGATTA_NONE;
            break;
        }
    }
    return n;
}

/* Returns 1 if each column after the second has an id that the model knows, as in
 * histories of equal length. */
static int all_are_known(const sample *s, char by, const regatta_model *model,
                         regatta_side members)
{
    int column = 3;
    int64_t n = count_known(s, by, column, model, members);
    if (n < 0) return 0;
    while (n > 0) n = count_known(s, by, ++column, model, members);
    return n < 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Returns 1 if two lines begin with the same field. Cuts the lines after it. */
static int names_repeat(sample *s, char by)
{
    for (int64_t i = 0; i < s->n; i++) {
        const char *rest = s->line[i];
        cli_next_field(&rest, by, s->field);
        memcpy(s->line[i], s->field, strlen(s->field) + 1);
    }
    qsort(s->line, (size_t)s->n, sizeof *s->line, by_text);
    for (int64_t i = 1; i < s->n; i++)
        if (strcmp(s->line[i - 1], s->line[i]) == 0) return 1;
    return 0;
}

/* Returns 1 if the sample is a table. Destroys the lines. */
static guess look_at(sample *s, const regatta_model *model, regatta_side members)
{
    guess g = {0, 0, 0};
    if (s->n < 2 || strchr("{[", s->line[0][strspn(s->line[0], " \t")])) return g;
    const struct separator *found = find_separator(s);
    if (!found) return g;
    const char by = found->by;
    g.header = has_header(s, by, model, members);
    const int either = !g.header && all_are_known(s, by, model, members);
    if (either && (by == ' ' || by == '\t')) return g; /* the usual form of a line */
    if (!g.header && count_known(s, by, 2, model, members) <= 0) return g;
    if (!g.header && !names_repeat(s, by)) return g;
    g.format = found->format;
    g.either = either;
    return g;
}

/* Copies an input that cannot be read twice to an unnamed temporary file. */
static int spool(FILE **out, const cli_lines *in)
{
    char block[1 << 14];
    FILE *file = *out = tmpfile();
    if (!file) return cli_error(CLI_FAILED, "temporary file: %s", strerror(errno));
    fwrite(in->data, 1, (size_t)in->n, file);
    for (;;) {
        const ssize_t n = read(in->fd, block, sizeof block);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return cli_error(CLI_FAILED, "%s: %s", in->name, strerror(errno));
        if (n == 0 || fwrite(block, 1, (size_t)n, file) != (size_t)n) break;
    }
    if (fflush(file) == 0 && !ferror(file) && lseek(fileno(file), 0, SEEK_SET) == 0)
        return CLI_DONE;
    return cli_error(CLI_FAILED, "temporary file: %s", strerror(errno));
}

static int read_table(regatta_ctx *ctx, regatta_graph **out, const char *path,
                      const cli_lines *in, const guess *g, regatta_side side,
                      const regatta_model *model, int quiet)
{
    int code = CLI_DONE;
    char spooled[32];
    FILE *file = NULL;
    cli_reading reading = CLI_READING_INIT;
    reading.options.format = g->format;
    reading.header = (uint32_t)g->header;
    reading.options.like = model;
    if (side == REGATTA_ITEMS && g->format && !g->header) { /* the name is first */
        reading.options.item_column = 1;
        reading.options.user_column = 2;
    }
    if (in->fd >= 0 && lseek(in->fd, -in->n, SEEK_CUR) < 0) {
        CLI_TRY(spool(&file, in));
        snprintf(spooled, sizeof spooled, "/dev/fd/%d", fileno(file));
        if (in->fd != STDIN_FILENO)
            path = spooled;
        else if (dup2(fileno(file), STDIN_FILENO) < 0)
            CLI_TRY(cli_error(CLI_FAILED, "%s: %s", in->name, strerror(errno)));
    }
    CLI_TRY(cli_read_graph(ctx, out, path, &reading, quiet));
done:
    if (file) fclose(file);
    return code;
}

static int new_members(cli_history_table *t, int64_t n, int with_time)
{
    t->member = cli_new(n, sizeof *t->member);
    t->time = with_time ? cli_new(n, sizeof *t->time) : NULL;
    return t->offset && t->member && (t->time || !with_time) ? CLI_DONE : cli_no_memory();
}

/* What users did, in order. */
static int make_user_rows(regatta_ctx *ctx, cli_history_table *t)
{
    int code = CLI_DONE;
    regatta_history h = REGATTA_HISTORY_INIT;
    for (uint32_t u = 0; u < t->n; u++) {
        CLI_CALL(regatta_graph_history(ctx, &h, t->graph, u));
        t->offset[u + 1LL] = t->offset[u] + h.n;
    }
    CLI_TRY(new_members(t, t->offset[t->n], (int)h.has_time));
    for (uint32_t u = 0; u < t->n; u++) {
        h.capacity = t->offset[u + 1LL] - t->offset[u];
        h.item = t->member + t->offset[u];
        h.time = t->time ? t->time + t->offset[u] : NULL;
        CLI_CALL(regatta_graph_history(ctx, &h, t->graph, u));
    }
done:
    return code;
}

/* The users of items: the transpose of the rows. */
static int make_item_rows(cli_history_table *t)
{
    int code = CLI_DONE;
    const regatta_csr csr = cli_graph_rows(t->graph);
    const int64_t n_edges = csr.offset[csr.n_users];
    CLI_TRY(new_members(t, n_edges, csr.time != NULL));
    /* offset[x + 2] counts row x, then offset[x + 1] is where its next member goes */
    for (int64_t e = 0; e < n_edges; e++) t->offset[(int64_t)csr.item[e] + 2]++;
    for (int64_t x = 2; x <= (int64_t)t->n + 1; x++) t->offset[x] += t->offset[x - 1];
    for (uint32_t u = 0; u < csr.n_users; u++)
        for (int64_t e = csr.offset[u]; e < csr.offset[u + 1LL]; e++) {
            const int64_t at = t->offset[(int64_t)csr.item[e] + 1]++;
            t->member[at] = u;
            if (t->time) t->time[at] = csr.time[e];
        }
done:
    return code;
}

static int make_rows(regatta_ctx *ctx, cli_history_table *t)
{
    const regatta_csr csr = cli_graph_rows(t->graph);
    const int users = t->side == REGATTA_USERS;
    t->n = users ? csr.n_users : csr.n_items;
    t->offset = cli_new((int64_t)t->n + 2, sizeof *t->offset);
    if (!t->offset) return cli_no_memory();
    return users ? make_user_rows(ctx, t) : make_item_rows(t);
}

static int find_guess(guess *g, const regatta_model *model, const char *bytes, int64_t n,
                      int whole, regatta_side side)
{
    sample s = {0};
    *g = (guess){0, 0, 0};
    if (n == 0 || memchr(bytes, '\0', (size_t)n)) return CLI_DONE;
    const int code = take_sample(&s, bytes, n, whole);
    if (code == CLI_DONE)
        *g = look_at(&s, model, side == REGATTA_USERS ? REGATTA_ITEMS : REGATTA_USERS);
    free_sample(&s);
    return code;
}

/* Finds out what the input is; *is_table: it may be read as a table. */
static int recognise(guess *g, int *is_table, const regatta_model *model, cli_lines *in,
                     regatta_side side, cli_history_form form)
{
    int code = CLI_DONE;
    int64_t n = 0;
    const char *bytes = NULL;
    CLI_TRY(cli_lines_peek(in, &bytes, &n));
    const int packed = cli_compression(bytes, n) != NULL;
    if (!packed) CLI_TRY(find_guess(g, model, bytes, n, in->ended, side));
    *is_table = packed || g->format || form == CLI_HISTORY_TABLE;
    if (g->either && form == CLI_HISTORY_AUTO)
        code = cli_error(
            CLI_INPUT,
            "%s: names repeat and known %ss are in several columns: pass "
            "--history-format lines, or table for an interaction a row",
            in->name,
            cli_side_word(side == REGATTA_USERS ? REGATTA_ITEMS : REGATTA_USERS));
done:
    return code;
}

int cli_history_table_open(cli_history_table *table, regatta_ctx *ctx,
                           const regatta_model *model, const char *path, cli_lines *in,
                           regatta_side side, cli_history_form form, int quiet)
{
    int code = CLI_DONE, is_table = 1;
    guess g = {0, 0, 0};
    const int is_folder = in->fd < 0;
    *table = (cli_history_table){.side = side};
    if (is_folder && (form == CLI_HISTORY_LINES || side == REGATTA_ITEMS))
        return cli_error(CLI_INPUT, "%s: is a folder: %s are read from one file",
                         in->name,
                         side == REGATTA_ITEMS ? "histories of items" : "lines");
    if (form == CLI_HISTORY_LINES) return CLI_DONE;
    if (!is_folder) CLI_TRY(recognise(&g, &is_table, model, in, side, form));
    if (!is_table) goto done;
    CLI_TRY(read_table(ctx, &table->graph, path, in, &g, side, model, quiet));
    code = make_rows(ctx, table);
    if (code == CLI_DONE && !quiet)
        cli_say("  read as a table, an interaction a row: histories of %lu %s%s",
                (unsigned long)table->n, cli_side_word(side), CLI_S(table->n));
done:
    return code;
}

void cli_history_table_free(cli_history_table *table)
{
    regatta_graph_free(table->graph);
    free(table->offset);
    free(table->member);
    free(table->time);
    *table = (cli_history_table){0};
}
