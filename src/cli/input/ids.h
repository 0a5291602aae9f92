/* Ids from the command line and from inputs, as numbers of a model. */
#ifndef RG_CLI_IDS_H
#define RG_CLI_IDS_H
#include "cli/cli.h"
#include <jansson.h>

/* "user" or "item". */
const char *cli_side_word(regatta_side side);

/* Stores the node called `id`. If the model has none, returns CLI_INPUT with a message
 * that names the most similar id, after `where` ("FILE:LINE: " or "") and before
 * `advice` ("" or "; ..."). */
int cli_find(const regatta_model *model, regatta_side side, const char *id,
             const char *where, const char *advice, uint32_t *out);
/* The same for an item that may be an answer: not one of another domain. */
int cli_find_answer(const regatta_model *model, const char *id, const char *where,
                    uint32_t *out);
/* Returns the known id most similar to `id`; NULL if none is similar. O(ids). */
const char *cli_nearest(const regatta_model *model, regatta_side side, const char *id);

/* Removes blanks around the text, then quotes, in place. */
void cli_clean(char *text);
/* Returns the node called `text`, else the node called `text` after cli_clean;
 * REGATTA_NONE if there is neither. Cleans the text unless it is an id as given. */
uint32_t cli_lookup(const regatta_model *model, regatta_side side, char *text);
/* Returns the reason why `text` cannot be an id of an answer, in the words of the data
 * readers; NULL: it can. */
const char *cli_id_wrong(const char *text);

enum { CLI_JSON_ID = 24 }; /* bytes of a whole number */
/* Returns the text of an id that is a string of JSON or a whole number, which it writes
 * to `room`; NULL for any other value. */
const char *cli_json_id(const json_t *value, char room[CLI_JSON_ID]);
/* Why a text is no JSON, in words for those who wrote it. Valid while the error is. */
const char *cli_json_reason(const json_error_t *error);
#endif
