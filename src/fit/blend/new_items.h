/* The weights of channels in the scores of new items (rg_blend.fresh).
 *
 * A new item gets the means of the rows of similar items. A channel over features also
 * knows the item itself, which matters more for an item without interactions than for
 * others. The slice decides how much: items are hidden from the channel, and twins of
 * them, grown as new items are, take their places. The users of the slice rank the twins
 * alone, and all items with the twins in place of the hidden ones. The other channels
 * know the hidden items, so the weight is rather too low than too high. */
#ifndef RG_FIT_BLEND_NEW_ITEMS_H
#define RG_FIT_BLEND_NEW_ITEMS_H
#include "fit/fit_run.h"

/* Sets `fresh` of the chosen blend for the channels that can hide items. */
regatta_status rg_fit_new_items(rg_fit_run *run);
#endif
