/* What the channels are called in options, files and reports. */
#ifndef RG_MODEL_CHANNEL_NAMES_H
#define RG_MODEL_CHANNEL_NAMES_H
#include <stdint.h>

/* NULL for a number that has no channel. */
const char *rg_channel_name(uint32_t channel);
/* The number of the channel called name[length], -1 when there is none. */
int rg_channel_find(const char *name, int64_t length);
#endif
