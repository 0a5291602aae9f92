/* Ids from the command line and from inputs, as numbers of a model. */
#ifndef RG_CLI_IDS_H
#define RG_CLI_IDS_H
#include "cli/cli.h"

/* "user" or "item". */
const char *cli_side_word(regatta_side side);

/* The node called `id`; CLI_INPUT with a message that names the nearest id, with `where`
 * ("FILE:LINE: " or "") in front and `advice` ("" or "; ...") behind, when the model has
 * none. */
int cli_find(const regatta_model *model, regatta_side side, const char *id,
             const char *where, const char *advice, uint32_t *out);
/* The known id nearest to `id`, NULL when none is near. O(ids). */
const char *cli_nearest(const regatta_model *model, regatta_side side, const char *id);

/* Blanks around the text and quotes around what is left are removed in place. */
void cli_clean(char *text);
/* The node called `text`, else the node called `text` cleaned; REGATTA_NONE when there is
 * neither. Cleans the text unless it is an id as it is. */
uint32_t cli_lookup(const regatta_model *model, regatta_side side, char *text);
/* Why `text` may be no id of an answer, as the readers of data would say it; NULL: it
 * may. */
const char *cli_id_wrong(const char *text);
#endif
