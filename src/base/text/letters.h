/* Letters, digits and lower case of Unicode, the same in every locale. */
#ifndef RG_BASE_LETTERS_H
#define RG_BASE_LETTERS_H
#include <stdint.h>

/* Tables of letter_tables.c, ascending. */
typedef struct rg_letter_range {
    uint32_t first, last;
} rg_letter_range;
typedef struct rg_lower_run {
    uint32_t first, last; /* every `step`-th code point from first to last */
    int32_t step, delta;  /* its lower case is `delta` after it */
} rg_lower_run;
extern const int rg_n_letter_ranges, rg_n_lower_runs;
extern const rg_letter_range rg_letter_ranges[];
extern const rg_lower_run rg_lower_runs[];

/* Returns 1 for a letter, a mark that combines with one, or a digit. */
int rg_is_letter(uint32_t code);
/* Returns the lower case of a code point that has one of a single code point; else the
 * code point. */
uint32_t rg_lower(uint32_t code);
/* Returns 1 for letters of scripts that are written without blanks between words: Han,
 * kana, Thai, Lao, Khmer, Myanmar, Tibetan. */
int rg_is_unspaced(uint32_t code);

/* A reader of the words of a text. */
enum { RG_WORD_BYTES = 64 };
typedef struct rg_words {
    const char *at, *end; /* UTF-8, valid */
    int length;
    char word[RG_WORD_BYTES];
} rg_words;

/* Stores the next word in lower case; 0: there are no more. A word is a longest run of
 * letters and digits; one letter of a script without blanks is a word. Words longer than
 * RG_WORD_BYTES are left out. */
int rg_words_next(rg_words *words);
#endif
