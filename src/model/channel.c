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

uint32_t rg_channel_mask(const char *names, const char **unknown, int64_t *unknown_length)
{
    uint32_t mask = 0;
    *unknown = NULL;
    *unknown_length = 0;
    while (names != NULL) {
        const int64_t length = (int64_t)strcspn(names, ",");
        const int channel = rg_channel_find(names, length);
        if (channel >= 0) {
            mask |= UINT32_C(1) << channel;
        } else if (*unknown == NULL) {
            *unknown = names;
            *unknown_length = length;
        }
        names = names[length] == ',' ? names + length + 1 : NULL;
    }
    return mask;
}

int rg_channel_evidence(void)
{
    for (int a = 0; a < rg_n_channels; a++)
        if (rg_channels[a]->evidence) return a;
    return -1;
}

void rg_channel_start(float *start)
{
    for (int a = 0; a < rg_n_channels; a++) start[a] = rg_channels[a]->start_weight;
}

void rg_channel_seen_only(int *seen_only)
{
    for (int a = 0; a < rg_n_channels; a++) seen_only[a] = rg_channels[a]->seen_only;
}
