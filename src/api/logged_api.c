/* regatta/logged.h: checks of the arguments, and the log in the model's numbers. */
#include "api/arguments.h"
#include "api/query_as_of.h"
#include "graph/formats/read_edges.h"
#include "rank/logged/logged.h"
#include "store/store.h"
#include <inttypes.h>
#include <math.h>
#include <regatta/logged.h>
#include <string.h>

/* A log on its way to the model's numbers. */
typedef struct log_input {
    regatta_logged given; /* a copy of the caller's */
    rg_edges *edges;      /* of a file */
    rg_record *record;    /* of arrays */
    uint32_t *user_of, *item_of;
    rg_logged_source source;
} log_input;

/* Returns the place of the log as messages show it. */
static const char *place_of(const log_input *l, char shown[RG_SHOWN_PLACE])
{
    const char *path = l->given.path;
    if (path == NULL) return "logged feedback";
    if (strcmp(path, "-") == 0) return "<stdin>";
    if (!rg_store_is_url(path)) return path;
    rg_store_show(shown, path);
    return shown;
}

static regatta_status refuse_unknown(regatta_ctx *ctx, const log_input *l,
                                     regatta_side side, int64_t k)
{
    char shown[RG_SHOWN_PLACE];
    const int is_user = side == REGATTA_USERS;
    const uint32_t number = is_user ? l->source.user[k] : l->source.item[k];
    const char *const *names = is_user ? l->given.user_names : l->given.item_names;
    const char *name = "";
    if (l->edges != NULL)
        name = rg_idmap_name(is_user ? l->edges->users : l->edges->items, number);
    else if (names != NULL && number != REGATTA_NONE)
        name = names[number];
    return rg_fail(ctx, REGATTA_EFORMAT, "%s:%" PRId64 ": unknown %s '%.100s'",
                   place_of(l, shown), l->source.record[k].line,
                   is_user ? "user" : "item", name);
}

static regatta_status refuse_unknowns(regatta_ctx *ctx, const log_input *l)
{
    for (int64_t k = 0; k < l->source.n; k++) {
        if (rg_logged_user(&l->source, k) == REGATTA_NONE)
            return refuse_unknown(ctx, l, REGATTA_USERS, k);
        if (rg_logged_item(&l->source, k) == REGATTA_NONE)
            return refuse_unknown(ctx, l, REGATTA_ITEMS, k);
    }
    return REGATTA_OK;
}

static regatta_status read_log(regatta_ctx *ctx, log_input *l, const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    regatta_read_report report = {.struct_size = sizeof report};
    RG_TRY(rg_options_read(ctx, &o, sizeof o, l->given.read, "read options"));
    if (l->given.report != NULL)
        RG_TRY(rg_struct_check(ctx, l->given.report, "read report"));
    RG_TRY(rg_read_check(ctx, &o));
    if (o.skip_bad || o.use_min_weight) {
        status = rg_fail(ctx, REGATTA_EINVAL,
                         "logged feedback is read whole: no skip_bad, no min_weight");
        goto done;
    }
    o.logged = 1;
    RG_TRY(rg_read_edges(ctx, &l->edges, l->given.path, &o, &report));
    RG_NEW(ctx->mem, l->user_of, l->edges->users->n);
    RG_NEW(ctx->mem, l->item_of, l->edges->items->n);
    rg_idmap_match(l->user_of, model->users, l->edges->users);
    rg_idmap_match(l->item_of, model->items, l->edges->items);
    l->source = (rg_logged_source){.n = l->edges->n,
                                   .user = l->edges->user,
                                   .item = l->edges->item,
                                   .user_of = l->user_of,
                                   .item_of = l->item_of,
                                   .record = l->edges->record,
                                   .time = l->edges->time};
    if (l->given.report != NULL) rg_struct_write(l->given.report, &report, sizeof report);
done:
    return status;
}

/* Looks names up; *out stays NULL without names. */
static regatta_status match_names(regatta_ctx *ctx, uint32_t **out, const rg_idmap *map,
                                  const char *const *names, uint32_t n)
{
    regatta_status status = REGATTA_OK;
    if (names == NULL) return REGATTA_OK;
    RG_NEW(ctx->mem, *out, n);
    for (uint32_t k = 0; k < n; k++) {
        if (names[k] == NULL) return rg_missing(ctx, "a name");
        (*out)[k] = rg_idmap_find(map, names[k], (int64_t)strlen(names[k]));
    }
done:
    return status;
}

static regatta_status check_record(regatta_ctx *ctx, const regatta_logged *g, int64_t k,
                                   int64_t n_users, int64_t n_items)
{
    const char *wrong = NULL;
    if (g->user[k] != REGATTA_NONE && (int64_t)g->user[k] >= n_users)
        wrong = "its user is out of range";
    else if (g->item[k] != REGATTA_NONE && (int64_t)g->item[k] >= n_items)
        wrong = "its item is out of range";
    else if (!(g->propensity[k] > 0.0 && g->propensity[k] <= 1.0))
        wrong = "its propensity is not above 0 and at most 1";
    else if (!(fabs(g->reward[k]) <= 1e30))
        wrong = "its reward is not a number up to 1e30";
    else if (g->position != NULL && g->position[k] > 1000000000)
        wrong = "its position is above 1e9";
    if (wrong == NULL) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL, "logged: record %" PRId64 ": %s", k, wrong);
}

static regatta_status check_arrays(regatta_ctx *ctx, const regatta_logged *g,
                                   const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_users = g->user_names != NULL ? g->n_users : model->n_users;
    const int64_t n_items = g->item_names != NULL ? g->n_items : model->n_items;
    if (g->n < 0 || g->n > (int64_t)UINT32_MAX)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "logged: n must be 0 to 2^32 - 1, not %" PRId64, g->n);
    if (g->n == 0)
        return rg_fail(ctx, REGATTA_EFORMAT, "logged feedback contains no record");
    if (g->user == NULL) return rg_missing(ctx, "user");
    if (g->item == NULL) return rg_missing(ctx, "item");
    if (g->propensity == NULL) return rg_missing(ctx, "propensity");
    if (g->reward == NULL) return rg_missing(ctx, "reward");
    for (int64_t k = 0; k < g->n; k++) RG_TRY(check_record(ctx, g, k, n_users, n_items));
done:
    return status;
}

static regatta_status take_arrays(regatta_ctx *ctx, log_input *l,
                                  const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const regatta_logged *g = &l->given;
    RG_TRY(check_arrays(ctx, g, model));
    RG_TRY(match_names(ctx, &l->user_of, model->users, g->user_names, g->n_users));
    RG_TRY(match_names(ctx, &l->item_of, model->items, g->item_names, g->n_items));
    RG_NEW(ctx->mem, l->record, g->n);
    for (int64_t k = 0; k < g->n; k++)
        l->record[k] = (rg_record){.reward = g->reward[k],
                                   .propensity = g->propensity[k],
                                   .line = k,
                                   .position = g->position != NULL ? g->position[k] : 0};
    l->source = (rg_logged_source){.n = g->n,
                                   .user = g->user,
                                   .item = g->item,
                                   .user_of = l->user_of,
                                   .item_of = l->item_of,
                                   .record = l->record,
                                   .time = g->time};
done:
    return status;
}

static regatta_status check_options(regatta_ctx *ctx, const regatta_logged_options *o,
                                    const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    if (!(o->temperature >= 0.0 && isfinite(o->temperature)))
        return rg_fail(ctx, REGATTA_EINVAL, "temperature must be 0 or above, not %g",
                       o->temperature);
    if (!(o->max_weight >= 0.0 && isfinite(o->max_weight)))
        return rg_fail(ctx, REGATTA_EINVAL, "max_weight must be 0 or above, not %g",
                       o->max_weight);
    if (o->only == NULL) return REGATTA_OK;
    RG_TRY(rg_check_nodes(ctx, model, REGATTA_ITEMS, o->only, o->n_only, "only"));
    RG_TRY(rg_check_answers(ctx, model, o->only, o->n_only, "only"));
done:
    return status;
}

/* Reads or takes the log, and checks that some record counts. */
static regatta_status open_log(regatta_ctx *ctx, log_input *l,
                               rg_logged_records **records, const regatta_model *model,
                               int strict)
{
    char shown[RG_SHOWN_PLACE];
    regatta_status status = REGATTA_OK;
    if (l->given.path != NULL)
        RG_TRY(read_log(ctx, l, model));
    else
        RG_TRY(take_arrays(ctx, l, model));
    if (strict) RG_TRY(refuse_unknowns(ctx, l));
    RG_TRY(rg_logged_records_create(ctx, records, model, &l->source));
    if ((*records)->n == 0)
        status = rg_fail(ctx, REGATTA_EFORMAT,
                         "%s: the model knows no user of its %" PRId64 " record%s",
                         place_of(l, shown), l->source.n, RG_S(l->source.n));
    else if ((*records)->n == (*records)->n_unknown_items)
        status = rg_fail(ctx, REGATTA_EFORMAT,
                         "%s: the model knows no item of its %" PRId64 " record%s",
                         place_of(l, shown), l->source.n, RG_S(l->source.n));
done:
    return status;
}

static regatta_status evaluate(regatta_ctx *ctx, const regatta_model *model,
                               const regatta_logged *given,
                               const regatta_logged_options *opts,
                               regatta_logged_evaluation *out)
{
    regatta_status status = REGATTA_OK;
    const regatta_logged init = REGATTA_LOGGED_INIT;
    regatta_logged_options o = REGATTA_LOGGED_OPTIONS_INIT;
    regatta_logged_evaluation filled;
    log_input l = {.given = init};
    rg_logged_records *records = NULL;
    rg_as_of as_of = {.user = NULL};
    regatta_query query = REGATTA_QUERY_INIT;
    if (model == NULL) return rg_missing(ctx, "model");
    if (given == NULL) return rg_missing(ctx, "logged");
    RG_TRY(rg_struct_check(ctx, out, "logged evaluation"));
    RG_TRY(rg_options_read(ctx, &l.given, sizeof l.given, given, "logged"));
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "logged options"));
    RG_TRY(check_options(ctx, &o, model));
    RG_TRY(open_log(ctx, &l, &records, model, (int)o.strict));
    query.n = records->n_queries;
    query.user = records->user;
    query.at = records->at;
    RG_TRY(rg_as_of_create(ctx, &as_of, model, &query));
    RG_TRY(rg_evaluate_logged(ctx, &filled, model, records, &as_of.query, &o));
    rg_struct_write(out, &filled, sizeof filled);
done:
    rg_as_of_free(ctx, &as_of);
    rg_logged_records_free(records);
    rg_edges_free(l.edges);
    rg_free(ctx->mem, l.record);
    rg_free(ctx->mem, l.user_of);
    rg_free(ctx->mem, l.item_of);
    return status;
}

regatta_status regatta_evaluate_logged(regatta_ctx *ctx, const regatta_model *model,
                                       const regatta_logged *logged,
                                       const regatta_logged_options *opts,
                                       regatta_logged_evaluation *out)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, evaluate(ctx, model, logged, opts, out));
}
