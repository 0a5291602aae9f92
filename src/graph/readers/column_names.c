#include "graph/readers/column_names.h"
#include "graph/readers/reader_common.h"
#include <string.h>

enum { LABEL_RANK = 8, LAST_WORD_RANK = 1 };

static int is_upper(unsigned char c)
{
    return c >= 'A' && c <= 'Z';
}

static int is_lower(unsigned char c)
{
    return c >= 'a' && c <= 'z';
}

/* Lower case of ASCII, and of two-byte sequences of Latin-1 and Cyrillic. */
static void to_lower(char *s)
{
    for (unsigned char *c = (unsigned char *)s; *c != '\0'; c++) {
        if (is_upper(*c)) *c = (unsigned char)(*c + 0x20);
        const int latin = *c == 0xc3 && c[1] >= 0x80 && c[1] <= 0x9e && c[1] != 0x97;
        const int cyrillic = *c == 0xd0 && c[1] >= 0x90 && c[1] <= 0xaf;
        if (cyrillic && c[1] >= 0xa0) {
            *c = 0xd1;
            c[1] = (unsigned char)(c[1] - 0x20);
        } else if (latin || cyrillic) {
            c[1] = (unsigned char)(c[1] + 0x20);
        }
        if (*c >= 0xc0 && c[1] != '\0') c++;
    }
}

/* A word begins at text[k]: userId, IDUser. */
static int begins_word(const char *text, int64_t k, int64_t length)
{
    if (k == 0 || !is_upper((unsigned char)text[k])) return 0;
    if (is_lower((unsigned char)text[k - 1])) return 1;
    return is_upper((unsigned char)text[k - 1]) && k + 1 < length &&
           is_lower((unsigned char)text[k + 1]);
}

void rg_name_words_of(rg_name_words *w, const char *text, int64_t length)
{
    int n_bytes = 0;
    *w = (rg_name_words){0};
    for (int64_t k = 0; k < length && text[k] != ':'; k++) {
        const int separates = strchr("_-. \t/\"'#()[]", text[k]) != NULL;
        if ((separates || begins_word(text, k, length)) && n_bytes > 0) {
            if (w->n + 1 == RG_NAME_WORDS) break;
            w->n++;
            n_bytes = 0;
        }
        if (!separates && n_bytes < RG_NAME_BYTES - 1) w->word[w->n][n_bytes++] = text[k];
    }
    w->n += n_bytes > 0;
    for (int k = 0; k < w->n; k++) to_lower(w->word[k]);
}

static void join_words(char name[RG_NAME_BYTES], const rg_name_words *w)
{
    size_t n = 0;
    for (int k = w->first; k < w->first + w->n; k++) {
        const size_t length = strlen(w->word[k]);
        if (n + length >= RG_NAME_BYTES) break;
        memcpy(name + n, w->word[k], length);
        n += length;
    }
    name[n] = '\0';
}

/* "userid" and "idusuario" are two words when the other half has a role. */
static int cut_joined_key(char *word)
{
    static const char *const keys[] = {"uuid", "guid", "ids",    "id",     "nr",    "no",
                                       "code", "key",  "nummer", "number", "numero"};
    const size_t n = strlen(word);
    int rank = 0;
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        const size_t length = strlen(keys[k]);
        char stem[RG_NAME_BYTES];
        if (n <= length) continue;
        memcpy(stem, word, n + 1);
        if (memcmp(word + n - length, keys[k], length) == 0) {
            stem[n - length] = '\0';
            if (rg_column_word(stem, &rank) == RG_ROLE_UNKNOWN) continue;
        } else if (length == 2 && memcmp(word, "id", 2) == 0) {
            memmove(stem, stem + 2, n - 1);
            if (rg_column_word(stem, &rank) == RG_ROLE_UNKNOWN) continue;
        } else {
            continue;
        }
        memcpy(word, stem, strlen(stem) + 1);
        return 1;
    }
    return 0;
}

/* The second of three or more words is "de" or the like. */
static int has_particle(const rg_name_words *w)
{
    return w->n > 2 && rg_column_word_is_particle(w->word[w->first + 1]);
}

/* Drops words that only say "id" or "name" from both ends. */
static void drop_affixes(rg_name_words *w, int *is_key, int *is_label)
{
    while (w->n > 0) {
        const char *last = w->word[w->first + w->n - 1];
        const int key = rg_column_word_is_key(last),
                  label = rg_column_word_is_label(last);
        if (!key && !label) break;
        *is_key |= key;
        *is_label |= label;
        w->n--;
    }
    while (w->n > 1) {
        const char *first = w->word[w->first];
        const int key = rg_column_word_is_key(first);
        if (!key && !(rg_column_word_is_label(first) && has_particle(w))) break;
        *is_key |= key;
        *is_label |= !key;
        w->first++;
        w->n--;
    }
    if (w->n > 0 && !*is_key) *is_key = cut_joined_key(w->word[w->first + w->n - 1]);
}

/* By the last word of several, unless the first has another role (user_location). By
 * the first word if "de" or a similar word follows it. */
static rg_role by_last_word(const rg_name_words *w, int *rank)
{
    int ignored = 0;
    if (w->n < 2) return RG_ROLE_UNKNOWN;
    const rg_role first = rg_column_word(w->word[w->first], &ignored);
    if (has_particle(w) && first != RG_ROLE_UNKNOWN) {
        *rank = ignored + LAST_WORD_RANK;
        return first;
    }
    const char *last = w->word[w->first + w->n - 1];
    rg_role role = rg_column_word(last, rank);
    if (strcmp(last, "at") == 0) { /* behind the names that are listed whole */
        role = RG_ROLE_TIME;
        *rank = 1;
    }
    if (role == RG_ROLE_WEIGHT) return RG_ROLE_UNKNOWN;
    if (role == RG_ROLE_ITEM && first == RG_ROLE_USER) return RG_ROLE_OTHER;
    *rank += LAST_WORD_RANK;
    return role;
}

enum { STEP = 4 }; /* of the ranks of words, between which affixes decide */

rg_column_name rg_column_name_of(const char *text, int64_t length)
{
    rg_name_words w;
    rg_id utf8;
    char joined[RG_NAME_BYTES];
    int rank = 0, is_key = 0, is_label = 0;
    rg_id_take(&utf8, text, length);
    rg_name_words_of(&w, utf8.text, utf8.length);
    join_words(joined, &w);
    rg_role role = rg_column_word(joined, &rank);
    if (role != RG_ROLE_UNKNOWN) return (rg_column_name){role, rank * STEP, 0};
    drop_affixes(&w, &is_key, &is_label);
    if (w.n == 0)
        return (rg_column_name){is_key || is_label ? RG_ROLE_OTHER : RG_ROLE_UNKNOWN, 0,
                                is_key};
    join_words(joined, &w);
    role = rg_column_word(joined, &rank);
    if (role == RG_ROLE_UNKNOWN) role = by_last_word(&w, &rank);
    if ((is_key || is_label) && (role == RG_ROLE_WEIGHT || role == RG_ROLE_TIME))
        role = RG_ROLE_OTHER;
    if (role == RG_ROLE_UNKNOWN && is_label && !is_key) role = RG_ROLE_OTHER;
    rank = rank * STEP - is_key + (is_label ? LABEL_RANK : 0);
    return (rg_column_name){role, rank, is_key};
}

/* Of the weights of logged feedback only rewards have a role: a log may hold both. */
rg_column_name rg_column_name_in(const regatta_read_options *opts, const char *text,
                                 int64_t length)
{
    rg_name_words w;
    rg_id utf8;
    char joined[RG_NAME_BYTES];
    int rank = 0;
    rg_role role = RG_ROLE_UNKNOWN;
    rg_id_take(&utf8, text, length);
    rg_name_words_of(&w, utf8.text, utf8.length);
    join_words(joined, &w);
    if (opts->logged)
        role = rg_column_word_logged(joined, &rank);
    else if (opts->event_weights != NULL)
        role = rg_column_word_event(joined, &rank);
    if (role != RG_ROLE_UNKNOWN) return (rg_column_name){role, rank * STEP, 0};
    rg_column_name name = rg_column_name_of(text, length);
    if (opts->logged && name.role == RG_ROLE_WEIGHT) name.role = RG_ROLE_OTHER;
    return name;
}
