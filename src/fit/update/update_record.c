#include "fit/update/update_record.h"
#include "base/text/json_find.h"
#include "base/text/text.h"
#include <string.h>

/* Adds the member "interactions" of an object to *sum. */
static int add_object(rg_json *at, int64_t *sum)
{
    char name[RG_JSON_NAME];
    int n = 0;
    int64_t more = 0;
    if (!rg_json_enter(at, '{')) return 0;
    while (rg_json_next(at, '{', &n)) {
        if (rg_json_name(at, name, sizeof name) < 0) return 0;
        if (strcmp(name, "interactions") != 0 ? !rg_json_skip(at)
                                              : !rg_json_whole(at, &more))
            return 0;
    }
    *sum += more > 0 && more < INT64_MAX / 1024 ? more : 0;
    return !at->wrong;
}

rg_update_past rg_update_past_of(const regatta_model *model)
{
    rg_update_past past = {0, 0, 0};
    rg_json at;
    int n = 0;
    if (rg_json_find(&at, model->json, "data.interactions"))
        rg_json_whole(&at, &past.n_trained);
    if (!rg_json_find(&at, model->json, "updates") || !rg_json_enter(&at, '['))
        return past;
    while (rg_json_next(&at, '[', &n) && add_object(&at, &past.n_added))
        past.n_updates = n;
    return past;
}

/* Appends the settings before `end` without the members "mean_self", which are numbers of
 * the interactions: the mean of G_ii, over all users. */
static void append_without_means(rg_text *t, const char *settings, const char *end)
{
    static const char member[] = ", \"mean_self\": ";
    const char *at = settings, *next;
    while ((next = strstr(at, member)) != NULL && next < end) {
        rg_text_append_bytes(t, at, next - at);
        at = next + strlen(member);
        at += strcspn(at, ",}");
    }
    rg_text_append_bytes(t, at, end - at);
}

regatta_status rg_update_settings(regatta_ctx *ctx, char **out, const char *settings,
                                  const rg_update_record *record)
{
    rg_text t;
    rg_json at;
    const int more = rg_json_find(&at, settings, "updates");
    const char *end = strrchr(settings, more ? ']' : '}');
    *out = NULL;
    rg_text_begin(&t, ctx->mem);
    if (record->n_forgotten > 0)
        append_without_means(&t, settings, end);
    else
        rg_text_append_bytes(&t, settings, end - settings);
    rg_text_append(&t, more ? ", {" : ", \"updates\": [{");
    t.n_members = 0;
    if (record->n_forgotten > 0) {
        rg_text_int(&t, "forgotten_users", record->n_forgotten);
    } else {
        rg_text_int(&t, "interactions", record->n_interactions);
        rg_text_int(&t, "users", record->n_users);
        rg_text_int(&t, "items", record->n_items);
        rg_text_int(&t, "steps", record->steps);
    }
    rg_text_append(&t, "}]}");
    if (t.status != REGATTA_OK) {
        rg_free(ctx->mem, t.bytes);
        return t.status;
    }
    *out = t.bytes;
    return REGATTA_OK;
}
