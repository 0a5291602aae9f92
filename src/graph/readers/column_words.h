/* Words that name columns of interactions, in several languages. */
#ifndef RG_GRAPH_COLUMN_WORDS_H
#define RG_GRAPH_COLUMN_WORDS_H

/* Column roles. Those before RG_N_ROLES are indices of arrays. */
typedef enum rg_role {
    RG_ROLE_USER,
    RG_ROLE_ITEM,
    RG_ROLE_WEIGHT,
    RG_ROLE_TIME,
    RG_ROLE_EVENT,    /* the kind of event, if kinds have weights */
    RG_ROLE_POSITION, /* of logged feedback, as the next */
    RG_ROLE_PROPENSITY,
    RG_N_ROLES,
    RG_ROLE_OTHER = RG_N_ROLES, /* known, and none of these: brand, order, price */
    RG_ROLE_UNKNOWN
} rg_role;

/* Returns the role of a word in lower case without separators, also of its plural;
 * *rank is 1 for unambiguous words and larger for weaker ones. */
rg_role rg_column_word(const char *word, int *rank);
/* The same for words that have a role in logged feedback alone: click is its reward. */
rg_role rg_column_word_logged(const char *word, int *rank);
/* The same for the names of a kind of event. */
rg_role rg_column_word_event(const char *word, int *rank);
/* Return 1 if a part of a name only means a number or key ("id", "nr"), or a text
 * ("name"). */
int rg_column_word_is_key(const char *word);
int rg_column_word_is_label(const char *word);
/* "de", "du", "di": the word before it has the role of the column ("date de
 * commande"). */
int rg_column_word_is_particle(const char *word);
#endif
