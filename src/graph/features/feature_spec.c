#include "graph/features/feature_spec.h"
#include "base/text/number.h"
#include <stdio.h>
#include <string.h>

/* A part of the caller's text. */
typedef struct part {
    const char *text;
    int64_t length;
} part;

static const char *const kind_names[RG_N_FEATURE_KINDS] = {
    [RG_FEATURE_OPEN] = "open",     [RG_FEATURE_CATEGORY] = "category",
    [RG_FEATURE_NUMBER] = "number", [RG_FEATURE_LIST] = "list",
    [RG_FEATURE_TEXT] = "text",     [RG_FEATURE_NAME] = "feature",
    [RG_FEATURE_WEIGHT] = "weight", [RG_FEATURE_ID] = "id",
    [RG_FEATURE_SKIP] = "skip"};

const char *rg_feature_kind_name(rg_feature_kind kind)
{
    return kind_names[kind];
}

static int is_word(part p, const char *word)
{
    return (int64_t)strlen(word) == p.length &&
           memcmp(p.text, word, (size_t)p.length) == 0;
}

/* Takes the next entry of a list with commas; 0: there is none. */
static int next_entry(const char **at, part *entry)
{
    if (*at == NULL) return 0;
    const char *const comma = strchr(*at, ',');
    entry->text = *at;
    entry->length = comma != NULL ? comma - *at : (int64_t)strlen(*at);
    *at = comma != NULL ? comma + 1 : NULL;
    return 1;
}

static char separator_of(part p)
{
    static const char *const words[] = {"|", ";", "/", "comma", "blank"};
    for (int k = 0; k < 5; k++)
        if (is_word(p, words[k])) return "|;/, "[k];
    return '\0';
}

/* "NAME=KIND", cut at the last '='. Returns 0 if it is no such entry. */
static int read_entry(part entry, part *name, rg_feature_kind *kind, char *separator)
{
    int64_t at = entry.length;
    while (at > 0 && entry.text[at - 1] != '=') at--;
    if (at < 2) return 0;
    *name = (part){entry.text, at - 1};
    part word = {entry.text + at, entry.length - at};
    *separator = '\0';
    const char *const colon = memchr(word.text, ':', (size_t)word.length);
    if (colon != NULL) {
        *separator = separator_of((part){colon + 1, word.text + word.length - colon - 1});
        word.length = colon - word.text;
        if (*separator == '\0' || !is_word(word, kind_names[RG_FEATURE_LIST])) return 0;
    }
    for (int k = RG_FEATURE_CATEGORY; k < RG_N_FEATURE_KINDS; k++)
        if (is_word(word, kind_names[k])) {
            *kind = (rg_feature_kind)k;
            return 1;
        }
    return 0;
}

regatta_status rg_feature_columns_check(regatta_ctx *ctx, const char *entries)
{
    part entry, name;
    rg_feature_kind kind = RG_FEATURE_OPEN;
    char separator = '\0';
    int n = 0;
    for (const char *at = entries; next_entry(&at, &entry); n++)
        if (!read_entry(entry, &name, &kind, &separator))
            return rg_fail(
                ctx, REGATTA_EINVAL,
                "columns: '%.*s' is not COLUMN=KIND with KIND category, number, "
                "list, text, feature, weight, id or skip; list:| list:; list:/ "
                "list:comma list:blank name the separator",
                rg_shown(entry.length), entry.text);
    if (n > 64) return rg_fail(ctx, REGATTA_EINVAL, "columns: more than 64 entries");
    return REGATTA_OK;
}

/* Returns the column of a name or number, -1 if there is none. */
static int find(const rg_feature_columns *columns, part name, const char *modality)
{
    const int64_t n = (int64_t)strlen(modality);
    int64_t number = 0;
    for (int c = 0; c < columns->n; c++)
        if (is_word(name, columns->column[c].name)) return c;
    if (name.length > n + 1 && memcmp(name.text, modality, (size_t)n) == 0 &&
        name.text[n] == '.')
        return find(columns, (part){name.text + n + 1, name.length - n - 1}, modality);
    if (rg_parse_int(name.text, name.length, &number) && number >= 1 &&
        number <= columns->n)
        return (int)number - 1;
    return -1;
}

void rg_feature_spec_apply(rg_feature_columns *columns, const char *entries,
                           const char *modality)
{
    part entry, name;
    rg_feature_kind kind = RG_FEATURE_OPEN;
    char separator = '\0';
    const char *at = entries;
    for (int k = 0; next_entry(&at, &entry); k++) {
        if (!read_entry(entry, &name, &kind, &separator)) continue;
        const int c = find(columns, name, modality);
        if (c < 0) continue;
        columns->column[c].kind = kind;
        columns->column[c].separator = separator;
        columns->column[c].is_given = 1;
        columns->entries |= (uint64_t)1 << k;
    }
}

static const char *type_of(const char *name)
{
    static const char *const types[] = {":token", ":token_seq", ":float", ":float_seq"};
    const char *const colon = strrchr(name, ':');
    for (int k = 0; colon != NULL && k < 4; k++)
        if (strcmp(colon, types[k]) == 0) return colon;
    return NULL;
}

void rg_feature_types_apply(rg_feature_columns *columns)
{
    for (int c = 0; c < columns->n; c++)
        if (type_of(columns->column[c].name) == NULL) return;
    for (int c = 0; c < columns->n; c++) {
        rg_feature_column *column = &columns->column[c];
        const char *const type = type_of(column->name);
        const int is_sequence = strstr(type, "_seq") != NULL;
        column->is_given = 1;
        if (type[1] == 't') {
            column->kind = is_sequence ? RG_FEATURE_LIST : RG_FEATURE_CATEGORY;
            column->separator = is_sequence ? ' ' : '\0';
        } else {
            column->kind = is_sequence ? RG_FEATURE_OPEN : RG_FEATURE_NUMBER;
            snprintf(column->why, sizeof column->why, "vectors, for a .npy file");
        }
        column->name[type - column->name] = '\0';
    }
}
