/* regatta/channel.h: the names of the channels that make up a score. */
#ifndef REGATTA_CHANNEL_H
#define REGATTA_CHANNEL_H
#include <regatta/status.h>
REGATTA_BEGIN_C

/* A channel gives every item a score for a query; the blend adds the channels up
 * (docs/model.md). A build numbers its channels from 0: arrays over channels have
 * REGATTA_MAX_CHANNELS elements and are indexed by that number. Store names, not
 * numbers: a name means the same channel in every build, a number does not. */
#define REGATTA_MAX_CHANNELS 16

/* What a model has of a channel. */
typedef enum regatta_channel_state {
    REGATTA_CHANNEL_ABSENT = 0, /* the model does not hold the channel */
    REGATTA_CHANNEL_HELD = 1,   /* it holds the channel, but scores do not use it */
    REGATTA_CHANNEL_SCORES = 2  /* the channel takes part in the score */
} regatta_channel_state;

/* The name of channel number `channel` of this build, such as "items" (docs/model.md has
 * all). NULL for a number without a channel: count up from 0 to list them. Static
 * storage. O(1). */
REGATTA_API const char *regatta_channel_name(uint32_t channel);

REGATTA_END_C
#endif
