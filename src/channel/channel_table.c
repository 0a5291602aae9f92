/* The channels of this build. The index of a channel in the table is its number; files
 * and options use its name. */
#include "channel/channel_content.h"
#include "channel/channel_items.h"
#include "channel/channel_order.h"
#include "channel/channel_profile.h"
#include "channel/channel_sequence.h"
#include "channel/channel_spectral.h"
#include "channel/channel_target.h"
#include "channel/channel_trend.h"
#include "channel/channel_users.h"
#include "channel/channel_vectors.h"

const rg_channel_ops *const rg_channels[] = {
    &rg_channel_vectors, &rg_channel_items,    &rg_channel_users,  &rg_channel_spectral,
    &rg_channel_order,   &rg_channel_sequence, &rg_channel_target, &rg_channel_content,
    &rg_channel_profile, &rg_channel_trend,
};
const int rg_n_channels = (int)(sizeof rg_channels / sizeof *rg_channels);
_Static_assert(sizeof rg_channels / sizeof *rg_channels <= RG_MAX_CHANNELS,
               "RG_MAX_CHANNELS channels at most");
