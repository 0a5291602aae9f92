#include "model/channel_names.h"
#include "model/blend.h"
#include <string.h>

static const char *const NAME[RG_N_CHANNELS] = {[RG_CHANNEL_VECTORS] = "vectors",
                                                [RG_CHANNEL_ITEMS] = "items",
                                                [RG_CHANNEL_USERS] = "users",
                                                [RG_CHANNEL_SPECTRAL] = "spectral"};

const char *rg_channel_name(uint32_t channel)
{
    return channel < RG_N_CHANNELS ? NAME[channel] : NULL;
}

int rg_channel_find(const char *name, int64_t length)
{
    for (int a = 0; a < RG_N_CHANNELS; a++)
        if ((int64_t)strlen(NAME[a]) == length &&
            memcmp(NAME[a], name, (size_t)length) == 0)
            return a;
    return -1;
}
