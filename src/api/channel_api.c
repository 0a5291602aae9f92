/* regatta/channel.h. */
#include "model/channel.h"
#include <regatta/channel.h>

const char *regatta_channel_name(uint32_t channel)
{
    return rg_channel_name(channel);
}
