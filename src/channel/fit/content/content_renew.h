/* The matrix of content in a model with other interactions. */
#ifndef RG_CHANNEL_FIT_CONTENT_RENEW_H
#define RG_CHANNEL_FIT_CONTENT_RENEW_H
#include "channel/channel_content.h"
#include "channel/fit/content/content_part.h"

/* Replaces s->mix, in memory of the model, by the matrix of these weights for the
 * coordinates that the state has and the interactions by_user. The state stays as it is
 * if nothing is learned from interactions, if other domains are, whose interactions a
 * model does not have, or if it is of a version without s->value. REGATTA_ENOMEM */
regatta_status rg_content_renew(regatta_ctx *ctx, regatta_model *model,
                                rg_content_state *s, const rg_content_weights *weights,
                                const rg_csr *by_user);
#endif
