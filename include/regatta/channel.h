/* regatta/channel.h: the names of the channels whose sum is the score. */
#ifndef REGATTA_CHANNEL_H
#define REGATTA_CHANNEL_H
#include <regatta/status.h>
REGATTA_BEGIN_C

/* A channel gives every item a score for a query; the blend adds the channels up
 * (docs/model.md). A build numbers its channels from 0: arrays over channels have
 * REGATTA_MAX_CHANNELS elements and are indexed by that number. Store names, not
 * numbers: a name means the same channel in every build, a number does not. */
#define REGATTA_MAX_CHANNELS 16

/* How a model uses a channel. */
typedef enum regatta_channel_state {
    REGATTA_CHANNEL_ABSENT = 0, /* the model does not contain the channel */
    REGATTA_CHANNEL_HELD = 1,   /* the model contains the channel, but scores do not
                                   use it */
    REGATTA_CHANNEL_SCORES = 2  /* the channel is part of the score */
} regatta_channel_state;

/* Returns the name of channel number `channel` of this build, such as "items"
 * (docs/model.md describes all channels), or NULL if there is none with this number. To
 * list all channels, count up from 0. Static storage. O(1). */
REGATTA_API const char *regatta_channel_name(uint32_t channel);

REGATTA_END_C
#endif
