#include "graph/features/feature_evidence.h"
#include "graph/readers/column_names.h"
#include "graph/times/reader_time.h"
#include <stdio.h>
#include <string.h>

enum { N_SEPARATORS = 3, LEAST_CELLS = 2, LEAST_FLAGS = 8 };
static const char separators[N_SEPARATORS] = {'|', ';', ','};

typedef struct parts {
    int64_t cells;  /* with the separator */
    int64_t n;      /* parts of all cells */
    int64_t words;  /* in them */
    rg_idmap *seen; /* distinct parts */
} parts;

typedef struct evidence {
    int64_t n; /* cells that are not missing */
    int64_t numbers, fractions, dates, brackets, addresses;
    int64_t words;
    rg_idmap *seen; /* distinct cells */
    parts by[N_SEPARATORS];
    char shown[RG_SHOWN + 1]; /* a cell */
} evidence;

/* What names of columns announce. */
typedef enum hint { HINT_NONE, HINT_KEY, HINT_NUMBER, HINT_CATEGORY, HINT_TEXT } hint;

static hint hint_of_word(const char *word)
{
    static const struct {
        hint hint;
        const char *words;
    } lists[] = {
        {HINT_NUMBER,
         " year price age duration runtime length pages weight height width "
         "depth size budget revenue cost amount rating score stars votes vote "
         "count popularity minutes seconds hours days distance calories "
         "views likes downloads plays quantity "},
        {HINT_CATEGORY,
         " category categories cat genre genres tag tags type brand color colour gender "
         "sex occupation job country city region state zip zipcode language lang "
         "publisher author authors actor actors director directors artist artists "
         "manufacturer seller vendor store section topic topics subject subjects status "
         "class group department aisle keyword keywords platform format label labels "
         "maintainer license season "},
        {HINT_TEXT,
         " title name description summary abstract text review headline caption "
         "overview plot lyrics synopsis body content about bio "}};
    char padded[RG_NAME_BYTES + 2];
    snprintf(padded, sizeof padded, " %.60s ", word);
    for (int k = 0; k < 3; k++)
        if (strstr(lists[k].words, padded) != NULL) return lists[k].hint;
    return HINT_NONE;
}

/* The last word of the name decides; a word for an id makes a key. */
static hint hint_of(const char *name)
{
    const int64_t length = (int64_t)strlen(name);
    rg_name_words words;
    hint found = HINT_NONE;
    if (rg_column_name_of(name, length).is_key) return HINT_KEY;
    rg_name_words_of(&words, name, length);
    for (int k = 0; k < words.n; k++) {
        if (rg_column_word_is_key(words.word[k])) return HINT_KEY;
        const hint word = hint_of_word(words.word[k]);
        if (word != HINT_NONE) found = word;
    }
    return found;
}

int rg_feature_is_missing(const char *text, int64_t length, int keep_null_words)
{
    return length == 0 || (!keep_null_words && rg_reader_is_null_word(text, length));
}

/* Cuts brackets or quotes off both ends. */
static void unwrap(const char **text, int64_t *length, const char *open,
                   const char *close)
{
    if (*length < 2 || strchr(open, **text) == NULL) return;
    if (close[strchr(open, **text) - open] != (*text)[*length - 1]) return;
    (*text)++;
    *length -= 2;
}

int rg_feature_next_part(const char **at, const char *end, char separator,
                         const char **part, int64_t *length)
{
    const char stop = separator == RG_LIST_BRACKETS ? ',' : separator;
    while (*at <= end) {
        const char *next = *at < end ? memchr(*at, stop, (size_t)(end - *at)) : NULL;
        if (next == NULL) next = end;
        *part = *at;
        *length = next - *at;
        *at = next + 1;
        rg_field_trim(part, length);
        if (separator == RG_LIST_BRACKETS) unwrap(part, length, "'\"", "'\"");
        if (*length > 0) return 1;
    }
    return 0;
}

static int64_t count_words(const char *text, int64_t length)
{
    int64_t n = 0;
    for (int64_t k = 0; k < length; k++)
        n += text[k] != ' ' && (k == 0 || text[k - 1] == ' ');
    return n;
}

static regatta_status look_at_parts(regatta_ctx *ctx, parts *p, const char *text,
                                    int64_t length, char separator)
{
    const char *at = text, *part = NULL;
    int64_t size = 0;
    uint32_t ignored = 0;
    p->cells += memchr(text, separator, (size_t)length) != NULL;
    while (rg_feature_next_part(&at, text + length, separator, &part, &size)) {
        p->n++;
        p->words += count_words(part, size);
        const regatta_status status = rg_idmap_add(ctx, p->seen, part, size, &ignored);
        if (status != REGATTA_OK) return status;
    }
    return REGATTA_OK;
}

static regatta_status look_at_cell(regatta_ctx *ctx, evidence *e, const char *text,
                                   int64_t length)
{
    double number = 0.0;
    int64_t time = 0;
    uint32_t ignored = 0;
    const int is_number = rg_field_number(text, length, &number);
    if (e->n++ == 0) snprintf(e->shown, sizeof e->shown, "%.*s", rg_shown(length), text);
    e->numbers += is_number;
    e->fractions += is_number && (memchr(text, '.', (size_t)length) != NULL ||
                                  memchr(text, ',', (size_t)length) != NULL);
    e->dates += !is_number && rg_time_parse(text, length, &time) == RG_TIME_DATE;
    e->brackets += length >= 2 && text[0] == '[' && text[length - 1] == ']';
    e->addresses += length > 8 &&
                    (memcmp(text, "http://", 7) == 0 || memcmp(text, "https://", 8) == 0);
    e->words += count_words(text, length);
    regatta_status status = rg_idmap_add(ctx, e->seen, text, length, &ignored);
    for (int s = 0; s < N_SEPARATORS && status == REGATTA_OK; s++)
        status = look_at_parts(ctx, &e->by[s], text, length, separators[s]);
    return status;
}

static regatta_status look(regatta_ctx *ctx, evidence *e, int place,
                           const rg_feature_sample *sample)
{
    rg_fields f;
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_idmap_create(ctx, &e->seen));
    for (int s = 0; s < N_SEPARATORS; s++) RG_TRY(rg_idmap_create(ctx, &e->by[s].seen));
    for (int k = sample->first; k < sample->lines->n; k++) {
        if (rg_sample_split(sample->lines, k, sample->format, &f) != NULL || place >= f.n)
            continue;
        const char *text = f.text[place];
        int64_t length = f.length[place];
        rg_field_trim(&text, &length);
        if (rg_feature_is_missing(text, length, sample->keep_null_words)) continue;
        RG_TRY(look_at_cell(ctx, e, text, length));
    }
done:
    return status;
}

/* The separator of lists, '\0' if none is evident. */
static char list_of(const evidence *e, hint name)
{
    if (e->brackets == e->n) return RG_LIST_BRACKETS;
    for (int s = 0; s < N_SEPARATORS; s++) {
        const parts *p = &e->by[s];
        const int often = p->cells >= LEAST_CELLS && p->cells * 10 >= e->n;
        const int is_short = p->words <= 3 * p->n;
        const int repeats = p->seen->n * 2 <= p->n;
        if (name == HINT_CATEGORY && p->cells > 0 && is_short) return separators[s];
        if (often && is_short && name != HINT_TEXT && (repeats || separators[s] == '|'))
            return separators[s];
    }
    return '\0';
}

static rg_feature_kind of_numbers(const evidence *e, hint name, const char **why)
{
    if (name == HINT_KEY || name == HINT_CATEGORY) return RG_FEATURE_CATEGORY;
    if (name == HINT_NUMBER || e->fractions > 0) return RG_FEATURE_NUMBER;
    if (e->seen->n <= 2 && e->n >= LEAST_FLAGS) return RG_FEATURE_CATEGORY;
    *why = "whole numbers";
    return RG_FEATURE_OPEN;
}

/* Decides; sets *separator of a list and, if nothing is evident, *why. */
static rg_feature_kind decide(const evidence *e, hint name, char *separator,
                              const char **why)
{
    *why = "texts";
    if (e->n == 0) return RG_FEATURE_SKIP;
    if (e->numbers == e->n) return of_numbers(e, name, why);
    *separator = list_of(e, name);
    if (*separator != '\0') return RG_FEATURE_LIST;
    if (name == HINT_TEXT) return RG_FEATURE_TEXT;
    if (name == HINT_KEY || name == HINT_CATEGORY) return RG_FEATURE_CATEGORY;
    *why = e->dates == e->n ? "dates" : e->numbers > 0 ? "numbers and texts" : "texts";
    if (e->dates == e->n || e->numbers * 10 >= e->n) return RG_FEATURE_OPEN;
    *why = e->addresses > 0 ? "addresses" : "texts";
    if (e->addresses > 0) return RG_FEATURE_OPEN;
    if (e->seen->n * 2 <= e->n && e->words <= 5 * e->n) return RG_FEATURE_CATEGORY;
    if (e->words >= 3 * e->n && e->seen->n * 10 >= e->n * 9 && e->n >= LEAST_CELLS)
        return RG_FEATURE_TEXT;
    return RG_FEATURE_OPEN;
}

regatta_status rg_feature_evidence_find(regatta_ctx *ctx, rg_feature_column *column,
                                        int place, int has_known,
                                        const rg_feature_sample *sample)
{
    regatta_status status = REGATTA_OK;
    evidence e = {.n = 0};
    char separator = '\0';
    const char *why = "";
    RG_TRY(look(ctx, &e, place, sample));
    if (column->kind == RG_FEATURE_OPEN) {
        column->kind = decide(&e, has_known ? HINT_CATEGORY : hint_of(column->name),
                              &separator, &why);
        snprintf(column->why, sizeof column->why, "%s, such as '%s'", why, e.shown);
    } else {
        separator = list_of(&e, HINT_CATEGORY);
        if (separator == '\0') separator = ' ';
    }
    if (column->kind == RG_FEATURE_LIST) column->separator = separator;
done:
    rg_idmap_free(e.seen);
    for (int s = 0; s < N_SEPARATORS; s++) rg_idmap_free(e.by[s].seen);
    return status;
}
