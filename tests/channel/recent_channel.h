/* A channel that is not part of the library: popularity within the last interactions of
 * each user,
 *
 *   x_j = log(1 + users who have j among their RECENT_LAST last interactions)
 *
 * the same for every query. It shows that a channel is these two files and a line of a
 * table (recent_table.c). */
#ifndef TESTS_CHANNEL_RECENT_CHANNEL_H
#define TESTS_CHANNEL_RECENT_CHANNEL_H
#include "model/channel.h"

enum { RECENT_LAST = 3 };

extern const rg_channel_ops recent_channel;
#endif
