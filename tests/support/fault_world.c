#include "support/fault_world.h"
#include "base/hash.h"
#include "support/tiny_model.h"
#include <CUnit/CUnit.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static const char *const output[FAULT_OUTPUTS] = {
    "o.npz",  "o.mtx", "o.mtx.users.txt", "o.mtx.items.txt", "o.jsonl.gz",
    "o.item", "o.csv", "o.tsv.gz",        "graph.tsv.gz",    "model"};
static const char old[] = "what was there\n";

static void ok(regatta_status status)
{
    CU_ASSERT_EQUAL_FATAL(status, REGATTA_OK);
}

static void write_text(char *path, const char *folder, const char *name, const char *text)
{
    scratch_path(path, folder, name);
    scratch_write(path, text, (int64_t)strlen(text));
}

/* Version 1 of the format: five rows of two numbers. */
static void write_vectors(fault_world *w)
{
    enum { HEAD = 118 };
    static const float numbers[] = {1.0f, 0.0f, 0.5f, 0.5f,  0.0f,
                                    1.0f, 1.0f, 1.0f, -1.0f, 0.5f};
    static const char words[] =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 2), }";
    char bytes[10 + HEAD + sizeof numbers], ids[SCRATCH_PATH];
    memset(bytes, ' ', sizeof bytes);
    memcpy(bytes, "\x93NUMPY\x01\x00\x76\x00", 10);
    memcpy(bytes + 10, words, sizeof words - 1);
    bytes[10 + HEAD - 1] = '\n';
    memcpy(bytes + 10 + HEAD, numbers, sizeof numbers);
    scratch_path(w->vectors, w->folder, "vectors.npy");
    scratch_write(w->vectors, bytes, sizeof bytes);
    write_text(ids, w->folder, "vectors.npy.ids.txt", "i0\ni1\ni2\ni3\ni4\n");
}

static void write_inputs(fault_world *w)
{
    write_text(
        w->rows, w->folder, "rows.tsv",
        "user\titem\trating\ttimestamp\tevent\n"
        "u0\ti0\t5\t1600000001\tv\nu0\ti1\t4\t1600000002\tv\nu0\ti2\t3\t1600000003\tv\n"
        "u1\ti1\t5\t1600000004\tv\nu1\ti2\t4\t1600000005\tv\nu1\ti3\t3\t1600000006\tv\n"
        "u2\ti2\t5\t1600000007\tv\nu2\ti3\t4\t1600000008\tv\nu2\ti4\t3\t1600000009\tv\n"
        "u3\ti3\t5\t1600000010\tv\nu3\ti4\t4\t1600000011\tv\nu3\ti0\t3\t1600000012\tv\n");
    write_text(w->tags, w->folder, "tags.tsv",
               "item\ttag\ni0\tx\ni0\ty\ni1\tx\ni2\ty\ni3\tz\ni4\tz\ni4\tx\n");
    write_text(w->wide, w->folder, "wide.csv",
               "item,year,genre\ni0,1990,a\ni1,1991,b\ni2,1992,a\ni3,1993,b\ni4,1994,\n");
    write_text(w->log, w->folder, "log.tsv",
               "user\titem\tposition\tpropensity\treward\n"
               "u0\ti3\t1\t0.5\t1\nu1\ti0\t2\t0.25\t0\nu3\ti1\t1\t0.1\t1\n");
    write_vectors(w);
}

static void train(fault_world *w)
{
    static const uint32_t user[] = {0, 0, 1, 1};
    static const uint8_t label[] = {1, 0, 1, 0};
    static const float scores[] = {1.0f, 0.5f, 0.7f, 0.9f};
    regatta_train_options opts = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_pairs pairs = REGATTA_PAIRS_INIT;
    regatta_model *plain = NULL;
    opts.channels = "items,content";
    opts.item_features = w->features;
    opts.valid_share = 0.0f;
    ok(regatta_model_train(w->ctx, &plain, w->graph, &opts));
    pairs.n = 4;
    pairs.user = user;
    pairs.label = label;
    pairs.score = scores;
    ok(regatta_calibrate(w->ctx, &w->trained, plain, &pairs));
    regatta_model_free(plain);
}

void fault_world_open(fault_world *w)
{
    tiny_spec spec = tiny_smallest();
    char path[SCRATCH_PATH];
    *w = (fault_world){.ctx = tiny_context(1)};
    scratch_open(w->folder);
    scratch_open(w->outputs);
    write_inputs(w);
    regatta_read_options kinds = REGATTA_READ_OPTIONS_INIT;
    kinds.event_weights = "v=1,*=0";
    kinds.use_min_weight = 1;
    ok(regatta_graph_read(w->ctx, &w->graph, w->rows, &kinds, NULL));
    scratch_path(w->packed, w->folder, "rows.tsv.gz");
    ok(regatta_graph_write(w->ctx, w->graph, w->packed));
    ok(regatta_features_create(w->ctx, &w->features));
    ok(regatta_features_read(w->ctx, w->features, w->tags, NULL, NULL));
    ok(regatta_features_create(w->ctx, &w->new_items));
    write_text(path, w->folder, "new.tsv", "item\ttag\nn0\tx\nn1\ty\n");
    regatta_features_options like = REGATTA_FEATURES_OPTIONS_INIT;
    like.like = w->features;
    like.name = "tags";
    ok(regatta_features_read(w->ctx, w->new_items, path, &like, NULL));
    train(w);
    ok(tiny_model(w->ctx, &w->model, &spec));
    scratch_path(w->saved, w->folder, "model");
    ok(regatta_model_save(w->ctx, w->model, w->saved));
    scratch_path(w->saved_trained, w->folder, "trained");
    ok(regatta_model_save(w->ctx, w->trained, w->saved_trained));
    scratch_path(w->sharded, w->folder, "sharded.safetensors.index.json");
    ok(regatta_model_save_shards(w->ctx, w->model, w->sharded, 3));
    w->bytes = scratch_read(w->saved, &w->n_bytes);
    w->print = fault_world_print(w);
}

void fault_world_close(fault_world *w)
{
    CU_ASSERT_EQUAL(fault_world_print(w), w->print);
    free(w->bytes);
    regatta_graph_free(w->graph);
    regatta_model_free(w->model);
    regatta_model_free(w->trained);
    regatta_features_free(w->features);
    regatta_features_free(w->new_items);
    scratch_close(w->folder);
    scratch_close(w->outputs);
    regatta_ctx_free(w->ctx);
}

static int add_hash(void *state, const void *bytes, size_t n)
{
    uint64_t *hash = state;
    *hash = rg_hash(bytes, n, *hash);
    return 0;
}

uint64_t fault_world_print(const fault_world *w)
{
    uint64_t hash = 1;
    regatta_csr rows = REGATTA_CSR_INIT;
    ok(regatta_graph_rows(w->ctx, &rows, w->graph));
    const size_t n = (size_t)rows.offset[rows.n_users];
    hash = rg_hash(rows.offset, (rows.n_users + 1) * sizeof *rows.offset, hash);
    hash = rg_hash(rows.item, n * sizeof *rows.item, hash);
    hash = rg_hash(rows.time, n * sizeof *rows.time, hash);
    ok(regatta_model_write(w->ctx, w->model, add_hash, &hash));
    ok(regatta_model_write(w->ctx, w->trained, add_hash, &hash));
    const regatta_features *const features[] = {w->features, w->new_items};
    for (int k = 0; k < 2; k++) {
        regatta_modality tags = REGATTA_MODALITY_INIT;
        ok(regatta_features_get_modality(w->ctx, &tags, features[k], 0));
        hash = rg_hash(&tags.n_nodes, 3 * sizeof tags.n_nodes, hash);
    }
    return hash;
}

static uint64_t hash_of(const fault_world *w, int k)
{
    char path[SCRATCH_PATH];
    int64_t n = 0;
    scratch_path(path, w->outputs, output[k]);
    unsigned char *bytes = scratch_read(path, &n);
    const uint64_t hash = rg_hash(bytes, (size_t)n, 0);
    free(bytes);
    return hash;
}

void fault_world_reset(const fault_world *w)
{
    for (int k = 0; k < FAULT_OUTPUTS; k++) {
        char path[SCRATCH_PATH];
        write_text(path, w->outputs, output[k], old);
    }
}

void fault_world_check(const fault_world *w)
{
    const uint64_t before = rg_hash(old, sizeof old - 1, 0);
    int n = 0;
    DIR *folder = opendir(w->outputs);
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    for (const struct dirent *e; (e = readdir(folder)) != NULL;)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(folder);
    CU_ASSERT_EQUAL(n, FAULT_OUTPUTS);
    for (int k = 0; k < FAULT_OUTPUTS; k++) {
        const uint64_t hash = hash_of(w, k);
        CU_ASSERT(hash == before || (hash == w->complete[k] && hash != 0));
    }
}

void fault_world_learn(fault_world *w)
{
    const uint64_t before = rg_hash(old, sizeof old - 1, 0);
    for (int k = 0; k < FAULT_OUTPUTS; k++)
        if (hash_of(w, k) != before) w->complete[k] = hash_of(w, k);
}
