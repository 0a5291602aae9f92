/* "Did you mean": the nearest of some words by edit distance. */
#ifndef RG_CLI_SUGGEST_H
#define RG_CLI_SUGGEST_H

/* Insertions, deletions, substitutions and swaps of neighbours between two words, or
 * `limit` + 1 when it takes more. Words beyond 63 bytes are only equal or not. */
int cli_distance(const char *a, const char *b, int limit);
/* The distance at which a word still is a slip of `word`. */
int cli_slip(const char *word);
#endif
