/* The role of a column by its name. */
#ifndef RG_GRAPH_COLUMN_NAMES_H
#define RG_GRAPH_COLUMN_NAMES_H
#include "graph/readers/column_words.h"
#include <regatta/graph.h>

typedef struct rg_column_name {
    rg_role role;
    int rank;   /* among several columns of a role the lowest rank wins */
    int is_key; /* the name contains a word for id: user_id, movieId, code_produit */
} rg_column_name;

/* Names are compared by their words, without case, separators, quotes, a leading '#' and
 * RecBole's ":type". user_id, userId, "USER ID", id_user and userid are one name. A name
 * of several words has the role of its last word (purchased_product_id); the id of
 * another thing (rating_id, product_category_id) has no role. */
rg_column_name rg_column_name_of(const char *text, int64_t length);
/* The same for a column of the rows that `opts` describe: the weight of logged feedback
 * is its reward, and events have names if their kinds have weights. */
rg_column_name rg_column_name_in(const regatta_read_options *opts, const char *text,
                                 int64_t length);

/* The first words of a name, in lower case: "releaseYear:float" has release and year. */
enum { RG_NAME_WORDS = 6, RG_NAME_BYTES = 64 };
typedef struct rg_name_words {
    int first, n; /* words [first, first + n) */
    char word[RG_NAME_WORDS][RG_NAME_BYTES];
} rg_name_words;
void rg_name_words_of(rg_name_words *out, const char *text, int64_t length);
#endif
