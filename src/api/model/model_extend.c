/* Checks the features of new nodes and extends a model by them. */
#include "api/model/model_extend.h"
#include "api/options.h"
#include "channel/channel_content.h"
#include "channel/channel_profile.h"
#include "channel/features/own_growth.h"
#include "model/bounds.h"
#include <stdio.h>
#include <string.h>

/* Writes the names of the modalities, separated by commas. */
static void list_modalities(char *text, size_t size, const rg_feature_blocks *s)
{
    size_t n = 0;
    text[0] = '\0';
    for (int64_t b = 0; b < s->n && n < size; b++)
        n += (size_t)snprintf(text + n, size - n, "%s%s", b > 0 ? ", " : "",
                              rg_idmap_name(s->names, (uint32_t)b));
}

/* f NULL: the model has no features of this side. */
static regatta_status check_side(regatta_ctx *ctx, const rg_feature_blocks *f,
                                 const rg_features *table, const char *side)
{
    char known[256];
    if (table == NULL) return REGATTA_OK;
    if (f == NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "new %s need a model with features of %s: this one was trained "
                       "without, or validation dropped the channel %s",
                       side, side, strcmp(side, "items") == 0 ? "content" : "profile");
    for (int m = 0; m < table->n_modalities; m++) {
        const char *name = table->modality[m].name;
        if (rg_idmap_find(f->names, name, (int64_t)strlen(name)) != REGATTA_NONE)
            continue;
        list_modalities(known, sizeof known, f);
        return rg_fail(ctx, REGATTA_EINVAL,
                       "features '%s': the model has none of this name; it has %s", name,
                       known);
    }
    return REGATTA_OK;
}

static const rg_feature_blocks *blocks_of(const regatta_model *model, regatta_side side)
{
    const rg_content_state *content = rg_content_of(model);
    const rg_profile_state *profile = rg_profile_of(model);
    if (side == REGATTA_ITEMS) return content != NULL ? &content->features : NULL;
    return profile != NULL ? &profile->features : NULL;
}

regatta_status rg_new_nodes_check(regatta_ctx *ctx, const regatta_model *model,
                                  const rg_features *items, const rg_features *users)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(check_side(ctx, blocks_of(model, REGATTA_ITEMS), items, "items"));
    RG_TRY(check_side(ctx, blocks_of(model, REGATTA_USERS), users, "users"));
done:
    return status;
}

/* Counts the new items, n_items from `first` on, and the last n_users users that have no
 * known feature. */
static void count_bare(regatta_extension *r, const regatta_model *model, int64_t first)
{
    const rg_content_state *content = rg_content_of(model);
    const rg_profile_state *profile = rg_profile_of(model);
    for (int64_t i = first; i < first + r->n_items && content != NULL; i++)
        r->n_bare_items += !rg_content_has(content, i);
    for (int64_t u = model->n_users - r->n_users; u < model->n_users && profile != NULL;
         u++)
        r->n_bare_users += !rg_profile_has(profile, u);
}

static regatta_status extend(regatta_ctx *ctx, regatta_model **out,
                             const regatta_model *model, const rg_features *items,
                             const rg_features *users, regatta_extension *report)
{
    regatta_status status = REGATTA_OK;
    regatta_extension r = {.struct_size = sizeof r};
    int64_t n_new = 0;
    if (model == NULL) return rg_missing(ctx, "model");
    if (report != NULL) RG_TRY(rg_struct_check(ctx, report, "extension"));
    RG_TRY(rg_new_nodes_check(ctx, model, items, users));
    RG_TRY(rg_model_grow_own(ctx, out, &n_new, model, items, users, NULL));
    RG_TRY(rg_model_check_numbers(ctx, *out));
    r.n_items = (uint32_t)n_new;
    r.n_users = (uint32_t)((*out)->n_users - model->n_users);
    if (items != NULL) r.n_known_items = items->ids->n - r.n_items;
    if (users != NULL) r.n_known_users = users->ids->n - r.n_users;
    count_bare(&r, *out, model->own.items);
    if (report != NULL) rg_struct_write(report, &r, sizeof r);
done:
    if (status != REGATTA_OK) {
        regatta_model_free(*out);
        *out = NULL;
    }
    return status;
}

regatta_status regatta_model_extend(regatta_ctx *ctx, regatta_model **out,
                                    const regatta_model *model,
                                    const regatta_features *items,
                                    const regatta_features *users,
                                    regatta_extension *report)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_missing(ctx, "out");
    return rg_end(ctx, extend(ctx, out, model, items, users, report));
}

static regatta_status features_of(regatta_ctx *ctx, regatta_features **out,
                                  const regatta_model *model, regatta_side side)
{
    regatta_status status = REGATTA_OK;
    rg_features *features = NULL;
    if (model == NULL) return rg_missing(ctx, "model");
    const rg_feature_blocks *f = blocks_of(model, side);
    RG_TRY(rg_features_create(ctx, &features));
    if (f != NULL) RG_TRY(rg_feature_blocks_names(ctx, features, f));
    *out = features;
    features = NULL;
done:
    rg_features_free(features);
    return status;
}

regatta_status regatta_model_features(regatta_ctx *ctx, regatta_features **out,
                                      const regatta_model *model, regatta_side side)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_missing(ctx, "out");
    return rg_end(ctx, features_of(ctx, out, model, side));
}
