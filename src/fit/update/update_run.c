#include "fit/update/update_run.h"
#include "fit/update/update_communities.h"
#include "fit/update/update_restore.h"
#include "graph/interactions.h"
#include "graph/pair_marks.h"
#include "model/model_copy.h"
#include "model/model_index.h"
#include <string.h>

static regatta_status check_model(const rg_update_run *u)
{
    const regatta_model *m = u->job->model;
    const regatta_graph *news = u->job->rows.news;
    const int timed = m->sequences != NULL && m->sequences->time != NULL;
    if (rg_model_is_mixed(m) && rg_restore_is_weighed(m))
        return rg_fail(u->ctx, REGATTA_EINVAL,
                       "a model with interactions of other domains and the weights of "
                       "denoise cannot be updated: train again");
    if (rg_restore_is_weighed(m) && !rg_restore_has_data(m))
        return rg_fail(u->ctx, REGATTA_EINVAL,
                       "the model has the weights of denoise, and not those of the data: "
                       "it is of an earlier version; train again");
    if (news != NULL && timed && news->time == NULL)
        return rg_fail(u->ctx, REGATTA_EINVAL,
                       "the new interactions have no times, those of the model have");
    return REGATTA_OK;
}

regatta_status rg_update_open(rg_update_run *u, regatta_dedup *dedup)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(check_model(u));
    u->fitted = rg_update_fitted(u->job->model);
    RG_TRY(rg_restore_options(u->ctx, &u->options, dedup, u->job->model));
    if (rg_model_is_mixed(u->job->model) &&
        u->options.weighting != REGATTA_WEIGHTING_BINARY)
        return rg_fail(u->ctx, REGATTA_EINVAL,
                       "a model with interactions of other domains and weights cannot be "
                       "updated: train again");
    u->options.progress = u->job->progress;
    u->options.progress_state = u->job->progress_state;
done:
    return status;
}

/* Adds the names from number `first` on that stay: forget[k] is not 1. */
static regatta_status add_names(regatta_ctx *ctx, rg_idmap *to, const rg_idmap *from,
                                int64_t first, const uint8_t *forget)
{
    regatta_status status = REGATTA_OK;
    uint32_t number;
    for (int64_t k = first; k < from->n; k++) {
        const char *name = rg_idmap_name(from, (uint32_t)k);
        if (forget == NULL || !forget[k])
            RG_TRY(rg_idmap_add(ctx, to, name, (int64_t)strlen(name), &number));
    }
done:
    return status;
}

regatta_status rg_update_name(rg_update_run *u)
{
    regatta_status status = REGATTA_OK;
    const rg_update_rows *rows = &u->job->rows;
    const regatta_model *from = u->job->model;
    RG_TRY(rg_idmap_copy(u->ctx, &u->users, u->graph->users));
    RG_TRY(rg_idmap_copy(u->ctx, &u->items, u->graph->items));
    RG_TRY(add_names(u->ctx, u->users, from->users, u->fitted.users, rows->forget));
    RG_TRY(add_names(u->ctx, u->items, from->items, u->fitted.items, NULL));
    if (rows->user_features != NULL)
        RG_TRY(add_names(u->ctx, u->users, rows->user_features->ids, 0, NULL));
    if (rows->item_features != NULL)
        RG_TRY(add_names(u->ctx, u->items, rows->item_features->ids, 0, NULL));
done:
    return status;
}

/* Finds the weights of denoise again, if the training had any. */
static regatta_status find_weights(rg_update_run *u)
{
    regatta_status status = REGATTA_OK;
    rg_restore_denoise(&u->denoise, u->job->model);
    if (!u->denoise.asked) return REGATTA_OK;
    RG_TRY(rg_fit_tell(&u->options, "denoise", u->domains.started, 0.0,
                       &u->domains.finished));
    RG_TRY(rg_denoise_weigh(u->ctx, &u->denoise, &u->domains, u->options.seed));
done:
    return status;
}

regatta_status rg_update_begin(rg_update_run *u)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_domains_choose(u->ctx, &u->domains, u->graph, &u->options));
    if (rg_model_is_mixed(u->job->model)) u->domains.weighting = REGATTA_WEIGHTING_RAW;
    RG_TRY(find_weights(u));
    RG_TRY(rg_fit_run_begin(u->ctx, &u->run, &u->domains, &u->options));
    u->run.whole.data = u->denoise.data;
    if (u->run.hubs.core != NULL && u->job->frozen) /* nothing is fitted on the core */
        RG_TRY(rg_hubs_spread(u->ctx, &u->run.hubs, &u->run.whole, u->run.full,
                              &u->run.weighting));
    RG_TRY(rg_restore_choice(u->ctx, &u->run.choice, &u->run.options, u->job->model,
                             u->job->rows.forget != NULL || rg_update_refits(u)));
    if (u->job->model->dislike_push != NULL)
        u->run.whole.push = *u->job->model->dislike_push;
    if (u->job->model->shown_strength != NULL)
        u->run.whole.strength = *u->job->model->shown_strength;
done:
    return status;
}

int rg_update_refits(const rg_update_run *u)
{
    return (u->run.hubs.core != NULL && !u->job->frozen) ||
           rg_model_is_mixed(u->job->model);
}

int rg_update_changes(const rg_update_run *u)
{
    const regatta_model *from = u->job->model;
    const regatta_graph *news = u->job->rows.news;
    return u->job->rows.forget != NULL ||
           (news != NULL && (rg_has_marks(news) || rg_interactions_count(news) > 0)) ||
           u->users->n != from->users->n || u->items->n != from->items->n;
}

regatta_status rg_update_renew(rg_update_run *u)
{
    regatta_status status = REGATTA_OK;
    for (int c = 0; c < rg_n_channels; c++) {
        const rg_channel_fit_ops *ops = rg_channels[c]->fit;
        void *state = rg_model_channel(u->states, c);
        if (state != NULL && ops->renew != NULL)
            RG_TRY(
                ops->renew(&u->run.env, u->states, state, &u->run.whole, &u->run.choice));
    }
done:
    return status;
}

regatta_status rg_update_adjust(rg_update_run *u)
{
    regatta_status status = REGATTA_OK;
    rg_fit_run *run = &u->run;
    for (int k = 0; k < rg_n_channels; k++) {
        const int c = rg_channel_at(k);
        const rg_channel_fit_ops *ops = rg_channels[c]->fit;
        if (run->choice.on[c] && run->whole.part[c] != NULL && ops->adjust != NULL)
            RG_TRY(ops->adjust(&run->env, &run->whole, &run->choice));
    }
done:
    return status;
}

/* The expected degrees of items without interactions; NULL if there is none. */
static regatta_status expect(regatta_model *m, const regatta_model *from)
{
    int any = 0;
    if (from->expected_degree == NULL) return REGATTA_OK;
    float *x = rg_model_copied(m, from->expected_degree, m->n_items, sizeof *x);
    if (x == NULL) return REGATTA_ENOMEM;
    for (int64_t j = 0; j < m->n_items; j++) {
        if (m->item_count[j] > 0) x[j] = 0.0f;
        any |= x[j] > 0.0f;
    }
    if (any) m->expected_degree = x;
    return REGATTA_OK;
}

/* Counts the users to forget, and what is left of the training and of later updates. */
static void count_forgotten(rg_update_record *record, const rg_update_run *u)
{
    const uint8_t *forget = u->job->rows.forget;
    const regatta_model *m = u->job->model;
    const int64_t n_trained = rg_update_past_of(m).n_trained_users;
    record->n_trained_users = n_trained;
    for (int64_t v = 0; forget != NULL && v < m->n_users; v++) {
        if (!forget[v]) continue;
        record->n_forgotten++;
        if (rg_model_is_mixed(m)) continue; /* users of sources come behind new ones */
        record->n_trained_users -= v < n_trained;
        if (v < n_trained) continue;
        record->n_taken_out +=
            rg_sequences_first(m->sequences, m->history_offset, v + 1) -
            rg_sequences_first(m->sequences, m->history_offset, v);
    }
}

/* Creates the settings: those of the model before, and what changed. */
static regatta_status settings_of(const rg_update_run *u, char **out)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *from = u->job->model;
    const regatta_graph *news = u->job->rows.news;
    const size_t n = strlen(from->json) + 1;
    rg_update_record record = {.n_interactions =
                                   news != NULL ? rg_interactions_count(news) : 0,
                               .refits = rg_update_refits(u),
                               .steps = u->job->steps,
                               .n_fitted_users = u->graph->users->n,
                               .n_fitted_items = u->graph->items->n};
    count_forgotten(&record, u);
    if (u->job->rows.forget == NULL) {
        record.n_users = u->users->n - from->n_users;
        record.n_items = u->items->n - from->n_items;
    }
    if (rg_update_changes(u)) return rg_update_settings(u->ctx, out, from->json, &record);
    RG_NEW(u->ctx->mem, *out, n);
    memcpy(*out, from->json, n);
done:
    return status;
}

/* Names, settings and numbers of the model before, over a model that borrows from
 * `states`. */
static regatta_status complete(rg_update_run *u, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *from = u->job->model;
    RG_TRY(rg_idmap_copy(u->ctx, &m->users, u->graph->users));
    RG_TRY(rg_idmap_copy(u->ctx, &m->items, u->graph->items));
    RG_TRY(settings_of(u, &m->json));
    m->calibration = from->calibration;
    m->info = from->info;
    m->info.n_users = u->users->n;
    m->info.n_items = u->items->n;
    m->info.n_edges = m->n_edges;
    if (rg_update_changes(u)) m->info.data_hash = u->graph->hash;
    if (u->states != NULL) RG_TRY(expect(m, u->states)); /* else no features */
done:
    return status;
}

/* Grows a model of the graph by the nodes that only side tables have; *out is NULL if
 * there are none. */
static regatta_status add_bare(const rg_update_run *u, regatta_model **out,
                               const regatta_model *model)
{
    const rg_new_nodes nodes = {.items = u->items,
                                .users = u->users,
                                .item_features = u->job->rows.item_features,
                                .user_features = u->job->rows.user_features,
                                .was = u->job->model};
    if (u->items->n == u->graph->items->n && u->users->n == u->graph->users->n)
        return REGATTA_OK;
    return rg_model_grow_to(u->ctx, out, model, &nodes);
}

regatta_status rg_update_assemble(rg_update_run *u, regatta_model **out)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *from = u->job->model;
    regatta_model *view = NULL, *grown = NULL;
    RG_TRY(rg_fitted_renew(u->ctx, &view, &u->run.whole, u->run.choice.on, u->states,
                           from->blend));
    RG_TRY(complete(u, view));
    RG_TRY(add_bare(u, &grown, view));
    RG_TRY(rg_model_convert(u->ctx, out, grown != NULL ? grown : view,
                            rg_model_element(from)));
    if (from->index.code != NULL)
        RG_TRY(rg_model_index_build(u->ctx, *out, from->index.degree, from->index_build));
    if (from->community != NULL) RG_TRY(rg_communities_find(u->ctx, *out));
done:
    regatta_model_free(grown);
    regatta_model_free(view);
    return status;
}

void rg_update_close(rg_update_run *u)
{
    regatta_model_free(u->states);
    regatta_model_free(u->core);
    rg_idmap_free(u->users);
    rg_idmap_free(u->items);
    rg_free(u->ctx->mem, u->changed_user);
    rg_fit_run_free(&u->run);
    rg_denoise_free(u->ctx, &u->denoise);
    rg_domains_free(u->ctx, &u->domains);
    regatta_graph_free(u->graph);
}
