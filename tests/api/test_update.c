/* Updates of models: what they must equal, what they take in, and what is refused. */
#include "channel/channel_content.h"
#include "channel/channel_profile.h"
#include "graph/bipartite.h"
#include "model/model.h"
#include "support/fault.h"
#include "support/feature_table.h"
#include "support/model_bytes.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 45, ITEMS = 24, GROUPS = 3, FIRST = 6, MORE = 3, ROWS_BYTES = 1 << 15 };

/* Rows "user,item,time" of users [from, to): user u has items of the group u % 3 from
 * place `first` on, one after another by a step of its own. */
static void put_rows(char *text, uint32_t from, uint32_t to, int first, int n)
{
    size_t at = strlen(text);
    for (int k = first; k < first + n; k++)
        for (uint32_t u = from; u < to; u++) {
            const uint32_t group = u % GROUPS, each = ITEMS / GROUPS;
            const uint32_t item = (u / GROUPS + (uint32_t)k * (1 + u % 2)) % each;
            at += (size_t)snprintf(text + at, ROWS_BYTES - at, "u%u,i%u,%d\n", u,
                                   group + GROUPS * item, 1000 * (k + 1) + (int)u);
        }
}

static regatta_graph *graph_of(regatta_ctx *ctx, const char *rows)
{
    char text[ROWS_BYTES + 32] = "user,item,time\n";
    regatta_graph *graph = NULL;
    strcat(text, rows);
    CU_ASSERT_EQUAL_FATAL(text_read(ctx, &graph, text, NULL, NULL), REGATTA_OK);
    return graph;
}

static regatta_train_options options_of(const char *channels)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = channels;
    o.dim = 8;
    o.max_steps = 6;
    o.temperature = 0.2f;
    return o;
}

static regatta_model *train(regatta_ctx *ctx, const char *rows,
                            const regatta_train_options *o)
{
    regatta_graph *graph = graph_of(ctx, rows);
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, o), REGATTA_OK);
    regatta_graph_free(graph);
    return model;
}

static regatta_model *update(regatta_ctx *ctx, const regatta_model *model,
                             const char *rows, const regatta_update_options *o,
                             regatta_update_report *report)
{
    regatta_graph *news = rows != NULL ? graph_of(ctx, rows) : NULL;
    regatta_model *updated = NULL;
    CU_ASSERT_EQUAL(regatta_model_update(ctx, &updated, model, news, o, report),
                    REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(updated);
    regatta_graph_free(news);
    return updated;
}

/* Every closed form, every learned part and every setting is in the file. */
static void test_update__of_nothing_gives_the_same_bytes(void)
{
    static const char *const channels[] = {
        "items",   "items,order", "vectors,items,users,spectral,order",
        "vectors", "sequence",    "vectors,items,order,target,sequence"};
    regatta_ctx *ctx = tiny_context(2);
    char rows[ROWS_BYTES] = "";
    put_rows(rows, 0, USERS, 0, FIRST);
    for (size_t k = 0; k < sizeof channels / sizeof *channels; k++) {
        regatta_train_options o = options_of(channels[k]);
        if (strstr(channels[k], "sequence") != NULL) {
            o.sequence = REGATTA_SEQUENCE_GRU;
            o.sequence_dim = 4;
        }
        regatta_model *model = train(ctx, rows, &o);
        regatta_model *again = update(ctx, model, NULL, NULL, NULL);
        CU_ASSERT(model_bytes_same(ctx, model, again));
        regatta_model_free(again);
        regatta_model_free(model);
    }
    regatta_ctx_free(ctx);
}

/* The histories are those of a file with the rows of both, and the closed forms those of
 * a training on it with the same settings. */
static void test_update__is_a_training_on_all_rows(void)
{
    regatta_ctx *ctx = tiny_context(2);
    char old[ROWS_BYTES] = "", new[ROWS_BYTES] = "", all[2 * ROWS_BYTES] = "";
    regatta_train_options o = options_of("items");
    o.valid_share = 0.0f; /* the settings are the defaults, so both have the same */
    put_rows(old, 0, USERS, 0, FIRST);
    put_rows(new, 0, USERS + 4, FIRST, MORE);
    snprintf(all, sizeof all, "%s%s", old, new);
    regatta_model *model = train(ctx, old, &o), *whole = train(ctx, all, &o);
    regatta_update_report r = REGATTA_UPDATE_REPORT_INIT;
    regatta_model *updated = update(ctx, model, new, NULL, &r);
    CU_ASSERT_EQUAL(updated->info.data_hash, whole->info.data_hash);
    CU_ASSERT_EQUAL(updated->n_edges, whole->n_edges);
    CU_ASSERT_EQUAL(r.n_users, 4);
    CU_ASSERT_EQUAL(r.n_interactions, (USERS + 4) * MORE);
    CU_ASSERT_EQUAL(r.n_touched_users, USERS + 4);
    CU_ASSERT_EQUAL(r.n_since, 1);
    CU_ASSERT_EQUAL(r.is_due, 1); /* more than a fifth is new */
    const rg_weights *a = &updated->item_weights->rows, *b = &whole->item_weights->rows;
    CU_ASSERT_EQUAL_FATAL(a->offset[ITEMS], b->offset[ITEMS]);
    CU_ASSERT(memcmp(a->value, b->value, (size_t)a->offset[ITEMS] * sizeof *a->value) ==
              0);
    regatta_model_free(updated);
    regatta_model_free(whole);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* The best item of a user is one of the group that the user has not. */
static int best_of_group(regatta_ctx *ctx, const regatta_model *model, const char *user,
                         uint32_t group)
{
    const uint32_t number = regatta_model_find(model, REGATTA_USERS, user);
    uint32_t item = REGATTA_NONE;
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &number};
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    o.k = 1;
    CU_ASSERT_NOT_EQUAL_FATAL(number, REGATTA_NONE);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, model, &query, &o, &item, NULL), REGATTA_OK);
    const char *name = regatta_model_name(model, REGATTA_ITEMS, item);
    return (uint32_t)strtoul(name + 1, NULL, 10) % GROUPS == group;
}

/* A new user of a group gets items of the group, and a new item that the group likes is
 * for its users; the model was not trained with either. */
static void test_update__new_users_and_items(void)
{
    static const char *const channels[] = {"items", "vectors", "vectors,items,order"};
    regatta_ctx *ctx = tiny_context(2);
    char old[ROWS_BYTES] = "", new[ROWS_BYTES] = "";
    put_rows(old, 0, USERS, 0, FIRST);
    put_rows(new, USERS + 1, USERS + 2, 0, 4);
    for (uint32_t u = 0; u < USERS; u += GROUPS) { /* group 0 takes item i24 */
        char row[32];
        snprintf(row, sizeof row, "u%u,i%u,%u\n", u, ITEMS, 90000 + u);
        if (u > 0) strcat(new, row);
    }
    for (size_t k = 0; k < sizeof channels / sizeof *channels; k++) {
        const regatta_train_options o = options_of(channels[k]);
        regatta_model *model = train(ctx, old, &o);
        regatta_update_report r = REGATTA_UPDATE_REPORT_INIT;
        regatta_model *updated = update(ctx, model, new, NULL, &r);
        char name[16];
        snprintf(name, sizeof name, "u%d", USERS + 1);
        CU_ASSERT(best_of_group(ctx, updated, name, (USERS + 1) % GROUPS));
        CU_ASSERT(best_of_group(ctx, updated, "u0", 0));
        CU_ASSERT_EQUAL(r.n_users, 1);
        CU_ASSERT_EQUAL(r.n_items, 1);
        CU_ASSERT(r.overlap > 0.0 && r.overlap <= 1.0);
        CU_ASSERT(r.n_measured > 0 && r.ndcg_after >= 0.0);
        regatta_model_free(updated);
        regatta_model_free(model);
    }
    regatta_ctx_free(ctx);
}

static void test_update__same_bytes_at_any_thread_count(void)
{
    char old[ROWS_BYTES] = "", new[ROWS_BYTES] = "";
    regatta_model *updated[2] = {NULL, NULL};
    regatta_ctx *ctx[2];
    put_rows(old, 0, USERS, 0, FIRST);
    put_rows(new, 3, USERS + 2, FIRST, MORE);
    for (int k = 0; k < 2; k++) {
        const regatta_train_options o = options_of("vectors,items,users,spectral,order");
        ctx[k] = tiny_context(k == 0 ? 1 : 3);
        regatta_model *model = train(ctx[k], old, &o);
        updated[k] = update(ctx[k], model, new, NULL, NULL);
        regatta_model_free(model);
    }
    CU_ASSERT(model_bytes_same(ctx[0], updated[0], updated[1]));
    for (int k = 0; k < 2; k++) {
        regatta_model_free(updated[k]);
        regatta_ctx_free(ctx[k]);
    }
}

static void test_update__type_and_index_stay(void)
{
    regatta_ctx *ctx = tiny_context(2);
    char old[ROWS_BYTES] = "", new[ROWS_BYTES] = "";
    const regatta_train_options o = options_of("vectors,items");
    regatta_convert_options convert = REGATTA_CONVERT_OPTIONS_INIT;
    regatta_model_info info = REGATTA_MODEL_INFO_INIT;
    regatta_model *small = NULL;
    convert.type = REGATTA_TYPE_I8;
    convert.index = 1;
    put_rows(old, 0, USERS, 0, FIRST);
    put_rows(new, 0, USERS, FIRST, MORE);
    regatta_model *model = train(ctx, old, &o);
    CU_ASSERT_EQUAL_FATAL(regatta_model_convert(ctx, &small, model, &convert),
                          REGATTA_OK);
    regatta_model *updated = update(ctx, small, new, NULL, NULL);
    CU_ASSERT_EQUAL(regatta_model_get_info(ctx, &info, updated), REGATTA_OK);
    CU_ASSERT_EQUAL(info.type, REGATTA_TYPE_I8);
    CU_ASSERT(info.index_degree > 0);
    regatta_model_free(updated);
    regatta_model_free(small);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* Returns the number of items of the model that are in no history. */
static int64_t count_bare(const regatta_model *model)
{
    int64_t n = 0;
    for (int64_t i = 0; i < model->n_items; i++) n += model->item_count[i] == 0;
    return n;
}

/* Of the nodes that only side tables have, those with first interactions come before the
 * others; in each type of tables. */
static void test_update__nodes_of_side_tables_alone(void)
{
    enum { BARE = 6 };
    static const regatta_type types[] = {REGATTA_TYPE_F32, REGATTA_TYPE_BF16,
                                         REGATTA_TYPE_I8};
    regatta_ctx *ctx = tiny_context(2);
    char old[ROWS_BYTES] = "", new[ROWS_BYTES] = "", name[16];
    regatta_train_options o = options_of("vectors,items,order,spectral,content,profile");
    rg_features *items = feature_table(ctx, "i", ITEMS + BARE, GROUPS, 4);
    rg_features *users = feature_table(ctx, "u", USERS + BARE, GROUPS, 0);
    o.item_features = items;
    o.user_features = users;
    put_rows(old, 0, USERS, 0, FIRST);
    put_rows(new, 0, 9, FIRST, 1);
    snprintf(new + strlen(new), 64, "u%d,i%d,99000\n", USERS + 3, ITEMS + 2);
    regatta_model *model = train(ctx, old, &o);
    CU_ASSERT_EQUAL(count_bare(model), BARE);
    for (int t = 0; t < 3; t++) {
        regatta_convert_options convert = REGATTA_CONVERT_OPTIONS_INIT;
        regatta_model *typed = NULL;
        convert.type = (uint32_t)types[t];
        CU_ASSERT_EQUAL_FATAL(regatta_model_convert(ctx, &typed, model, &convert),
                              REGATTA_OK);
        regatta_model *updated = update(ctx, typed, new, NULL, NULL);
        CU_ASSERT_EQUAL(updated->n_items, ITEMS + BARE);
        CU_ASSERT_EQUAL(updated->n_users, USERS + BARE);
        CU_ASSERT_EQUAL(count_bare(updated), BARE - 1);
        snprintf(name, sizeof name, "i%d", ITEMS + 2);
        CU_ASSERT_EQUAL(regatta_model_find(updated, REGATTA_ITEMS, name), ITEMS);
        snprintf(name, sizeof name, "u%d", USERS + 3);
        CU_ASSERT_EQUAL(regatta_model_find(updated, REGATTA_USERS, name), USERS);
        if (types[t] == REGATTA_TYPE_F32) {
            regatta_model *again = update(ctx, updated, NULL, NULL, NULL);
            CU_ASSERT(model_bytes_same(ctx, updated, again));
            regatta_model_free(again);
        }
        regatta_model_free(updated);
        regatta_model_free(typed);
    }
    regatta_model_free(model);
    rg_features_free(items);
    rg_features_free(users);
    regatta_ctx_free(ctx);
}

/* Sets the share of the learned matrix of content, which is 0 without validation. */
static void learn_content(regatta_model *model)
{
    static const char member[] = "\"learned\": ";
    char *at = strstr(model->json, member);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    CU_ASSERT_EQUAL_FATAL(at[strlen(member)], '0');
    at[strlen(member)] = '2';
}

/* Returns the end of the JSON object that begins at `at`. */
static const char *object_end(const char *at)
{
    int depth = 0;
    do depth += *at == '{' ? 1 : *at == '}' ? -1 : 0;
    while (depth > 0 && *at++ != '\0');
    return at + 1;
}

/* Creates a model whose item attention is a local ridge, reweighted by the vectors: an
 * update of nothing with these settings. */
static regatta_model *reweighted(regatta_ctx *ctx, regatta_model *model)
{
    static const char member
        [] = "\"item_attention\": ",
  ours[] =
        "{\"ridge\": \"local\", \"user_power\": 0.5, \"lambda\": 2, \"theta\": 0.5, "
        "\"candidate_power\": 0, \"neighbours\": 4, \"cap\": 500, \"mean_self\": 1.25, "
        "\"attention\": \"cosine\", \"beta\": [1.5, 0.75]}";
    char settings[1 << 14];
    char *own = model->json, *at = strstr(own, member);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    at += strlen(member);
    snprintf(settings, sizeof settings, "%.*s%s%s", (int)(at - own), own, ours,
             object_end(at));
    CU_ASSERT_FATAL(strlen(settings) < sizeof settings - 1);
    model->json = settings;
    regatta_model *out = update(ctx, model, NULL, NULL, NULL);
    model->json = own;
    return out;
}

static rg_weights *weights_of(regatta_model *model)
{
    return (rg_weights *)(uintptr_t)&model->item_weights->rows;
}

/* Updates by rows of one user, who has items of one group: only these are solved, and all
 * bytes are those of an update that solves all, and of one of nothing after it. */
static void check_reweighted(regatta_ctx *ctx, regatta_model *model, const char *new)
{
    regatta_update_report some = REGATTA_UPDATE_REPORT_INIT, all = some;
    const uint16_t *solved = weights_of(model)->solved;
    CU_ASSERT_PTR_NOT_NULL_FATAL(solved);
    const size_t bytes = (size_t)weights_of(model)->offset[ITEMS] * sizeof *solved;
    CU_ASSERT_NOT_EQUAL(memcmp(solved, weights_of(model)->value, bytes), 0);
    regatta_model *updated = update(ctx, model, new, NULL, &some);
    regatta_model *again = update(ctx, updated, NULL, NULL, NULL);
    weights_of(model)->solved = NULL;
    regatta_model *whole = update(ctx, model, new, NULL, &all);
    weights_of(model)->solved = solved;
    CU_ASSERT_EQUAL(some.n_solved, ITEMS / GROUPS);
    CU_ASSERT_EQUAL(all.n_solved, ITEMS);
    CU_ASSERT(model_bytes_same(ctx, updated, again));
    CU_ASSERT(model_bytes_same(ctx, updated, whole));
    regatta_model_free(updated);
    regatta_model_free(again);
    regatta_model_free(whole);
}

/* The file keeps the weights before they were reweighted, of all types but i8; also
 * beside columns of items that only side tables have, and read again. */
static void test_update__reweighted_by_vectors(void)
{
    regatta_ctx *ctx = tiny_context(2);
    char old[ROWS_BYTES] = "", new[ROWS_BYTES] = "";
    rg_features *items = feature_table(ctx, "i", ITEMS + 5, GROUPS, 4);
    put_rows(old, 0, USERS, 0, FIRST);
    put_rows(new, 0, 1, FIRST, 1);
    for (int bare = 0; bare < 2; bare++) {
        regatta_train_options o =
            options_of(bare ? "vectors,items,content" : "vectors,items");
        regatta_convert_options convert = REGATTA_CONVERT_OPTIONS_INIT;
        regatta_model *small = NULL;
        o.item_features = bare ? items : NULL;
        regatta_model *trained = train(ctx, old, &o);
        regatta_model *model = reweighted(ctx, trained);
        check_reweighted(ctx, model, new);
        for (int t = 0; t < 2; t++) {
            convert.type = t == 0 ? REGATTA_TYPE_BF16 : REGATTA_TYPE_I8;
            CU_ASSERT_EQUAL_FATAL(regatta_model_convert(ctx, &small, model, &convert),
                                  REGATTA_OK);
            CU_ASSERT_EQUAL(weights_of(small)->solved != NULL, t == 0);
            regatta_model_free(small);
        }
        regatta_model_free(model);
        regatta_model_free(trained);
    }
    rg_features_free(items);
    regatta_ctx_free(ctx);
}

/* With the same nodes, content and profile have the numbers of a training on all rows. */
static void test_update__solves_content_and_profile(void)
{
    regatta_ctx *ctx = tiny_context(2);
    char old[ROWS_BYTES] = "", new[ROWS_BYTES] = "", all[2 * ROWS_BYTES] = "";
    regatta_train_options o = options_of("items,content,profile");
    rg_features *items = feature_table(ctx, "i", ITEMS, GROUPS, 4);
    rg_features *users = feature_table(ctx, "u", USERS, GROUPS, 0);
    o.valid_share = 0.0f;
    o.item_features = items;
    o.user_features = users;
    put_rows(old, 0, USERS, 0, FIRST);
    put_rows(new, 0, 20, FIRST, MORE);
    snprintf(all, sizeof all, "%s%s", old, new);
    regatta_model *model = train(ctx, old, &o), *whole = train(ctx, all, &o);
    learn_content(model);
    learn_content(whole);
    regatta_model *a = update(ctx, model, new, NULL, NULL);
    regatta_model *b = update(ctx, whole, NULL, NULL, NULL);
    const rg_content_state *c[3] = {rg_content_of(a), rg_content_of(b),
                                    rg_content_of(model)};
    const rg_profile_state *p[3] = {rg_profile_of(a), rg_profile_of(b),
                                    rg_profile_of(model)};
    const size_t rank = (size_t)c[0]->features.rank, width = (size_t)p[0]->features.rank;
    const size_t mix = rank * rank * sizeof(float), out = ITEMS * width * sizeof(float);
    CU_ASSERT_EQUAL_FATAL(c[1]->features.rank, c[0]->features.rank);
    CU_ASSERT_EQUAL_FATAL(p[1]->features.rank, p[0]->features.rank);
    CU_ASSERT_EQUAL(memcmp(c[0]->mix, c[1]->mix, mix), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(c[0]->mix, c[2]->mix, mix), 0);
    CU_ASSERT_EQUAL(memcmp(p[0]->out.data, rg_profile_of(whole)->out.data, out), 0);
    CU_ASSERT_EQUAL(memcmp(p[0]->out.data, p[1]->out.data, out), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(p[0]->out.data, p[2]->out.data, out), 0);
    CU_ASSERT_EQUAL(memcmp(p[0]->bias, p[1]->bias, ITEMS * sizeof(float)), 0);
    regatta_model_free(a);
    regatta_model_free(b);
    regatta_model_free(whole);
    regatta_model_free(model);
    rg_features_free(items);
    rg_features_free(users);
    regatta_ctx_free(ctx);
}

/* Items first appear with users that stay, so that both models number them alike. */
static void test_update__forgetting_is_never_having_seen(void)
{
    regatta_ctx *ctx = tiny_context(2);
    char kept[ROWS_BYTES] = "", all[2 * ROWS_BYTES] = "", gone[ROWS_BYTES] = "";
    regatta_train_options o = options_of("items,order,users,spectral");
    const uint32_t forget[] = {USERS, USERS + 2, USERS + 1};
    const regatta_update_options ask = {
        .struct_size = sizeof ask, .forget = forget, .n_forget = 3};
    o.valid_share = 0.0f;
    put_rows(kept, 0, USERS, 0, FIRST);
    put_rows(gone, USERS, USERS + 3, 0, FIRST);
    snprintf(all, sizeof all, "%s%su%d,secret,5\n", kept, gone, USERS);
    regatta_model *model = train(ctx, all, &o), *never = train(ctx, kept, &o);
    regatta_model *after = update(ctx, model, NULL, &ask, NULL);
    CU_ASSERT_EQUAL(after->n_users, USERS);
    CU_ASSERT_EQUAL(regatta_model_find(after, REGATTA_ITEMS, "secret"), REGATTA_NONE);
    CU_ASSERT_EQUAL(after->info.data_hash, never->info.data_hash);
    /* Without the record of the update all bytes are those of the training. */
    CU_ASSERT_PTR_NOT_NULL(
        strstr(after->json, ", \"updates\": [{\"forgotten_users\": 3, "));
    CU_ASSERT_PTR_NULL(strstr(after->json, "mean_self"));
    CU_ASSERT_PTR_NOT_NULL(strstr(never->json, "mean_self"));
    char *own = after->json;
    after->json = never->json;
    CU_ASSERT(model_bytes_same(ctx, after, never));
    after->json = own;
    regatta_model_free(after);
    regatta_model_free(never);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static void refused(regatta_ctx *ctx, const regatta_model *model,
                    const regatta_graph *news, const regatta_update_options *o,
                    const char *words)
{
    regatta_model *out = (regatta_model *)(uintptr_t)ctx; /* anything but NULL */
    CU_ASSERT_EQUAL(regatta_model_update(ctx, &out, model, news, o, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
    CU_ASSERT_PTR_NULL(out);
}

static void test_update__refusals(void)
{
    regatta_ctx *ctx = tiny_context(1);
    char old[ROWS_BYTES] = "";
    uint32_t everybody[USERS + 1];
    const regatta_train_options fast = options_of("items");
    const regatta_update_options init = REGATTA_UPDATE_OPTIONS_INIT;
    regatta_update_options o = init;
    regatta_graph *untimed = NULL;
    for (uint32_t u = 0; u <= USERS; u++) everybody[u] = u;
    put_rows(old, 0, USERS, 0, FIRST);
    regatta_model *model = train(ctx, old, &fast);
    refused(ctx, NULL, NULL, NULL, "model is missing: the argument is NULL");
    o.steps = 10001;
    refused(ctx, model, NULL, &o, "steps must be 0 to 10000, not 10001");
    o.steps = 5;
    refused(ctx, model, NULL, &o, "steps train the vectors, and this model has none");
    o = init;
    o.measure = 2;
    refused(ctx, model, NULL, &o, "measure must be 0 or 1, not 2");
    CU_ASSERT_EQUAL_FATAL(
        text_read(ctx, &untimed, "user,item\nu1,i1\nu1,i2\nu2,i1\n", NULL, NULL),
        REGATTA_OK);
    refused(ctx, model, untimed, NULL,
            "the new interactions have no times, those of the model have");
    o = init;
    o.forget = everybody;
    o.n_forget = USERS;
    refused(ctx, model, NULL, &o, "no interaction would be left in the model");
    refused(ctx, model, untimed, &o,
            "users are forgotten without new interactions and features");
    o.n_forget = USERS + 1;
    refused(ctx, model, NULL, &o, "forget: user 45 of 45");
    static char settings[] = "{\"seed\":1,\"options\":{\"weighting\":\"binary\"}}";
    char *own = model->json;
    model->json = settings;
    refused(ctx, model, NULL, NULL,
            "the settings of the model lack 'item_attention.ridge', or it is out of "
            "range: it is of an earlier version; train again");
    static char weighed[] = "{\"denoise\":{\"weighed\":5}}";
    model->json = weighed;
    refused(
        ctx, model, NULL, NULL,
        "the model has the weights of denoise, and not those of the data: it is of an "
        "earlier version; train again");
    model->json = own;
    regatta_model_free(model);
    regatta_graph_free(untimed);
    text_remove();
    regatta_ctx_free(ctx);
}

typedef struct attempt {
    const regatta_model *model;
    const regatta_graph *news;
    regatta_update_options options;
} attempt;

static regatta_status try(regatta_ctx *ctx, void *arg)
{
    const attempt *a = arg;
    regatta_model *out = NULL;
    regatta_update_report r = REGATTA_UPDATE_REPORT_INIT;
    const regatta_status status =
        regatta_model_update(ctx, &out, a->model, a->news, &a->options, &r);
    CU_ASSERT_EQUAL(status == REGATTA_OK, out != NULL);
    regatta_model_free(out);
    return status;
}

/* The same of a model with nodes that only side tables have, and weights of denoise. */
static void sweep_bare(regatta_ctx *ctx, const char *old, const char *new)
{
    regatta_train_options o = options_of("items,order,content,profile");
    rg_features *items = feature_table(ctx, "i", ITEMS, GROUPS, 4);
    rg_features *users = feature_table(ctx, "u", 14, GROUPS, 0);
    o.item_features = items;
    o.user_features = users;
    o.denoise = REGATTA_DENOISE_ALWAYS;
    o.valid_share = 0.0f;
    regatta_model *model = train(ctx, old, &o);
    learn_content(model);
    regatta_graph *news = graph_of(ctx, new);
    attempt a = {model, news, REGATTA_UPDATE_OPTIONS_INIT};
    a.options.measure = 0;
    fault_sweep_memory(try, &a);
    regatta_graph_free(news);
    regatta_model_free(model);
    rg_features_free(items);
    rg_features_free(users);
}

static void test_update__without_memory(void)
{
    regatta_ctx *ctx = tiny_context(1);
    char old[ROWS_BYTES] = "", new[ROWS_BYTES] = "";
    const regatta_train_options o = options_of("items,order");
    const uint32_t user = 1;
    put_rows(old, 0, 9, 0, 3);
    put_rows(new, 5, 11, 3, 1);
    regatta_model *model = train(ctx, old, &o);
    regatta_graph *news = graph_of(ctx, new);
    attempt a = {model, news, REGATTA_UPDATE_OPTIONS_INIT};
    fault_sweep_memory(try, &a);
    a.news = NULL;
    a.options.forget = &user;
    a.options.n_forget = 1;
    fault_sweep_memory(try, &a);
    regatta_graph_free(news);
    sweep_bare(ctx, old, new);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

int test_update(void)
{
    static const test_case cases[] = {
        {"of nothing gives the same bytes", test_update__of_nothing_gives_the_same_bytes},
        {"is a training on all rows", test_update__is_a_training_on_all_rows},
        {"new users and items", test_update__new_users_and_items},
        {"same bytes at any thread count", test_update__same_bytes_at_any_thread_count},
        {"type and index stay", test_update__type_and_index_stay},
        {"nodes of side tables alone", test_update__nodes_of_side_tables_alone},
        {"reweighted by vectors", test_update__reweighted_by_vectors},
        {"solves content and profile", test_update__solves_content_and_profile},
        {"forgetting is never having seen", test_update__forgetting_is_never_having_seen},
        {"refusals", test_update__refusals},
        {"without memory", test_update__without_memory},
    };
    return TEST_MAIN("update", cases);
}
