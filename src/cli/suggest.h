/* "Did you mean": the most similar of some words by edit distance. */
#ifndef RG_CLI_SUGGEST_H
#define RG_CLI_SUGGEST_H

/* Insertions, deletions, substitutions and swaps of neighbours between two words, or
 * `limit` + 1 when it takes more. Words beyond 63 bytes are only equal or not. */
int cli_distance(const char *a, const char *b, int limit);
/* Returns the largest distance of a word that counts as a typing error of `word`. */
int cli_slip(const char *word);
#endif
