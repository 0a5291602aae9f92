#include "model/channel.h"
#include <string.h>

const char *rg_channel_name(uint32_t channel)
{
    return channel < (uint32_t)rg_n_channels ? rg_channels[channel]->name : NULL;
}

int rg_channel_find(const char *name, int64_t length)
{
    for (int a = 0; a < rg_n_channels; a++)
        if ((int64_t)strlen(rg_channels[a]->name) == length &&
            memcmp(rg_channels[a]->name, name, (size_t)length) == 0)
            return a;
    return -1;
}
