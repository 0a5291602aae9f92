/* User attention fitted: the local ridge between users. */
#ifndef RG_CHANNEL_USERS_FIT_H
#define RG_CHANNEL_USERS_FIT_H
#include "channel/channel_fit.h"

extern const rg_channel_fit_ops rg_users_fit;
#endif
