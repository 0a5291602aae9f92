#include "cli/pairs/pair_columns.h"
#include "cli/input/fields.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_NAME = 80 };

int cli_pair_split(cli_pairs *p, const char *line, char *field[CLI_PAIR_FIELDS])
{
    const char *rest = line;
    char *at = p->scratch;
    int n = 0;
    while (cli_next_field(&rest, p->separator, at)) {
        const size_t size = strlen(at) + 1;
        if (n < CLI_PAIR_FIELDS) field[n] = at;
        n++;
        at += size;
    }
    return n;
}

int cli_pair_wrong_fields(const cli_pairs *p, const char *where, int n)
{
    return cli_error(CLI_INPUT, "%s%d field%s, not `user item%s [time]`", where, n,
                     CLI_S(n), p->rules.labelled ? " label" : "");
}

static int is_one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcasecmp(name, *list) == 0) return 1;
    return 0;
}

/* A name of labels alone, then a reward of logged feedback, then a weight. */
static int is_label(const char *name, uint32_t *rank)
{
    enum { LOGGED = 2, WEIGHT = 1000 };
    static const char *const first[] = {"label", "labels", NULL}, *const other[] = {
                                                                      "target", "y",
                                                                      "bought", "taken",
                                                                      "liked",  NULL};
    *rank = 0;
    if (is_one_of(name, first)) return 1;
    *rank = 1;
    if (is_one_of(name, other)) return 1;
    int found = regatta_column_of_name(name, 1, rank) == REGATTA_COLUMN_WEIGHT;
    *rank += LOGGED;
    if (found) return 1;
    found = regatta_column_of_name(name, 0, rank) == REGATTA_COLUMN_WEIGHT;
    *rank += WEIGHT;
    return found;
}

regatta_column cli_pair_column(const char *field, uint32_t *rank)
{
    char name[LONGEST_NAME + 1] = "";
    uint32_t own = 0;
    if (!rank) rank = &own;
    if (strlen(field) > LONGEST_NAME) return REGATTA_COLUMN_UNKNOWN;
    strcpy(name, field);
    cli_clean(name);
    if (is_label(name, rank)) return REGATTA_COLUMN_WEIGHT;
    *rank = 0;
    if (strcasecmp(name, "at") == 0) return REGATTA_COLUMN_TIME;
    return regatta_column_of_name(name, 0, rank);
}

/* The columns of a header; -1: it has none of the kind. */
typedef struct header {
    int user, item, label, time;
    int open; /* the only column whose name says nothing */
} header;

/* Of several columns of a kind the name of the lowest rank, as in interactions. */
static header header_of(char *const *field, int n)
{
    header h = {-1, -1, -1, -1, -1};
    uint32_t lowest[REGATTA_COLUMN_OTHER + 1] = {0};
    int n_open = 0;
    for (int k = 0; k < n; k++) {
        uint32_t rank = 0;
        const regatta_column column = cli_pair_column(field[k], &rank);
        int *at = column == REGATTA_COLUMN_USER     ? &h.user
                  : column == REGATTA_COLUMN_ITEM   ? &h.item
                  : column == REGATTA_COLUMN_WEIGHT ? &h.label
                  : column == REGATTA_COLUMN_TIME   ? &h.time
                                                    : NULL;
        if (column == REGATTA_COLUMN_UNKNOWN && n_open++ == 0) h.open = k;
        if (!at || (*at >= 0 && lowest[column] <= rank)) continue;
        *at = k;
        lowest[column] = rank;
    }
    if (n_open > 1) h.open = -1;
    return h;
}

static int is_known(const cli_pairs *p, regatta_side side, const char *id)
{
    return regatta_model_find(p->model, side, id) != REGATTA_NONE;
}

/* The line names users and items that the model does not know. */
static int is_header(const cli_pairs *p, const header *h, char *const *field)
{
    return h->user >= 0 && h->item >= 0 && !is_known(p, REGATTA_USERS, field[h->user]) &&
           !is_known(p, REGATTA_ITEMS, field[h->item]);
}

/* Columns have the places that the header gives them. The label may have a name that says
 * nothing, if it is the only one. */
static int take_header(cli_pairs *p, const header *h, char **field, int n,
                       const char *where)
{
    for (int k = 0; k < n; k++) cli_clean(field[k]);
    p->user_at = h->user;
    p->item_at = h->item;
    p->time_at = h->time;
    p->most = n;
    if (p->rules.labelled) p->label_at = h->label >= 0 ? h->label : h->open;
    if (p->rules.labelled && p->label_at < 0) {
        for (int k = 0; k < n; k++)
            if (k != h->user && k != h->item)
                return cli_error(CLI_INPUT, "%scolumn %d is '%.200s', not a label", where,
                                 k + 1, field[k]);
        return cli_pair_wrong_fields(p, where, n);
    }
    if (p->rules.quiet) return CLI_DONE;
    if (p->rules.labelled && h->label < 0)
        fprintf(stderr, "%scolumn %d, '%.200s', is the label\n", where, p->label_at + 1,
                field[p->label_at]);
    for (int k = 0; k < n; k++)
        if (k != p->user_at && k != p->item_at && k != p->label_at && k != p->time_at)
            fprintf(stderr, "%scolumn %d, '%.200s', is not used\n", where, k + 1,
                    field[k]);
    return CLI_DONE;
}

/* user item [label] [time] */
static void take_places(cli_pairs *p)
{
    const int labelled = (int)p->rules.labelled;
    p->user_at = 0;
    p->item_at = 1;
    p->label_at = labelled ? 2 : -1;
    p->time_at = 2 + labelled;
    p->most = p->time_at + 1;
}

/* "sep=;" before the header, as spreadsheets write it. */
static int is_separator_line(const char *line)
{
    return strncasecmp(line, "sep=", 4) == 0 && line[4] != '\0' && line[5] == '\0';
}

int cli_pair_columns(cli_pairs *p, const char *line, const char *where, int *is_row)
{
    static const char separators[] = "\t;, ";
    char *field[CLI_PAIR_FIELDS] = {NULL};
    char first = '\0';
    *is_row = 0;
    if (is_separator_line(line)) return CLI_DONE;
    /* "#user,item" is a header, "# text" a comment */
    const int is_comment = line[0] == '#' && (line[1] == ' ' || line[1] == '\t');
    const char *from = line + (*line == '#');
    for (const char *by = separators; *by; by++) {
        if (!strchr(line, *by)) continue;
        if (!first) first = *by;
        p->separator = *by;
        const int n = cli_pair_split(p, from, field);
        if (n < 2 || n > CLI_PAIR_FIELDS) continue;
        const header h = header_of(field, n);
        *is_row = is_comment || !is_header(p, &h, field);
        if (!*is_row) return take_header(p, &h, field, n, where);
        cli_pair_split(p, line, field);
        if (cli_lookup(p->model, REGATTA_USERS, field[0]) != REGATTA_NONE &&
            cli_lookup(p->model, REGATTA_ITEMS, field[1]) != REGATTA_NONE) {
            take_places(p);
            return CLI_DONE;
        }
    }
    p->separator = first ? first : ' ';
    *is_row = *line != '#';
    if (*is_row) take_places(p);
    return CLI_DONE;
}
