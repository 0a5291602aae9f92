/* src/channel/channel_table.c with one more line. The test links it in its place. */
#include "channel/channel_items.h"
#include "channel/channel_spectral.h"
#include "channel/channel_users.h"
#include "channel/channel_vectors.h"
#include "channel/recent_channel.h"

const rg_channel_ops *const rg_channels[] = {
    &rg_channel_vectors,  &rg_channel_items, &rg_channel_users,
    &rg_channel_spectral, &recent_channel,
};
const int rg_n_channels = (int)(sizeof rg_channels / sizeof *rg_channels);
