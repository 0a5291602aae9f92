/* regatta/model.h: train a graph-attention model, save and load it, read its vectors. */
#ifndef REGATTA_MODEL_H
#define REGATTA_MODEL_H
#include <regatta/channel.h>
#include <regatta/ctx.h>
#include <regatta/features.h>
#include <regatta/graph.h>
REGATTA_BEGIN_C

/* A trained model: node vectors, attention between items and users, ids, and the history
 * of every user. It needs no other data to recommend. Immutable: any number of threads
 * may read one at once. */
typedef struct regatta_model regatta_model;

/* How a node weighs its neighbours in a layer (docs/model.md has the formulas). */
typedef enum regatta_attention {
    REGATTA_ATTENTION_NONE = 0,       /* degree-normalised propagation (LightGCN) */
    REGATTA_ATTENTION_COSINE = 1,     /* beta cos(x_v, x_w) (AGNN, Thekumparampil 2018) */
    REGATTA_ATTENTION_DOT = 2,        /* <W_q h_v, W_k h_w> */
    REGATTA_ATTENTION_SCALED_DOT = 3, /* the same / sqrt(head size) (Vaswani 2017) */
    REGATTA_ATTENTION_GAT = 4,        /* lrelu(a_q.W h_v + a_k.W h_w) (Velickovic 2018) */
    REGATTA_ATTENTION_GATV2 = 5,      /* a . lrelu(W_q h_v + W_k h_w) (Brody 2022) */
    REGATTA_ATTENTION_AUTO = 6 /* NONE, or that of DOT and of COSINE with `dynamic` which
                                  gains two standard errors in short runs on the
                                  validation slice */
} regatta_attention;

/* What the attention parameters of the layers share. With heads shared, each head has its
 * own queries, and all heads the same keys (multi-query attention, Shazeer 2019) and
 * factors; with layers shared, all layers have the same parameters (ALBERT, Lan 2020). */
typedef enum regatta_share {
    REGATTA_SHARE_NONE = 0,
    REGATTA_SHARE_HEADS = 1,
    REGATTA_SHARE_LAYERS = 2,
    REGATTA_SHARE_ALL = 3 /* heads and layers */
} regatta_share;

/* Hierarchical attention: a user's row weighs the items of the history, the groups that
 * they lie in, and the whole history (docs/model.md, HAN, Yang 2016). */
typedef enum regatta_hierarchy {
    REGATTA_HIERARCHY_NONE = 0,
    REGATTA_HIERARCHY_COMMUNITIES = 1, /* of the graph (Leiden, Traag 2019) */
    REGATTA_HIERARCHY_GROUPS = 2,      /* the groups of item_groups */
    REGATTA_HIERARCHY_AUTO = 3         /* communities, if validation gains from them */
} regatta_hierarchy;

/* Features in the input layer: X_0 = E + F W, so that a new node has the vector F W of
 * its features (docs/model.md, Features of nodes; id dropout after Volkovs, Yu and
 * Poutanen, DropoutNet, NeurIPS 2017). */
typedef enum regatta_feature_vectors {
    REGATTA_FEATURE_VECTORS_NONE = 0,
    REGATTA_FEATURE_VECTORS_AUTO = 1, /* if validation gains from them, by two standard
                                         errors */
    REGATTA_FEATURE_VECTORS_ALWAYS = 2
} regatta_feature_vectors;

typedef enum regatta_loss {
    REGATTA_LOSS_SOFTMAX = 0, /* over all items, or over a sample (softmax_items) */
    REGATTA_LOSS_BPR = 1 /* pairwise, one uniform negative a positive (Rendle 2009) */
} regatta_loss;

/* How the outputs of layers 1..L (and the input, layer 0) combine to a node's vector. */
typedef enum regatta_combine {
    REGATTA_COMBINE_MEAN = 0, /* mean of 1..L: a history alone gives the user's vector */
    REGATTA_COMBINE_ALL = 1,  /* mean of 0..L, as LightGCN */
    REGATTA_COMBINE_LAST = 2  /* L */
} regatta_combine;

typedef enum regatta_weighting {
    REGATTA_WEIGHTING_BINARY = 0, /* every interaction counts 1 */
    REGATTA_WEIGHTING_LOG = 1,    /* log(1 + weight) */
    REGATTA_WEIGHTING_RAW = 2     /* the weight itself */
} regatta_weighting;

typedef enum regatta_start {
    REGATTA_START_SVD = 0,   /* randomised SVD of the normalised adjacency */
    REGATTA_START_RANDOM = 1 /* normal, deviation 0.1 */
} regatta_start;

typedef enum regatta_preset {
    REGATTA_PRESET_DEFAULT = 0,
    REGATTA_PRESET_FAST = 1, /* item attention only, in closed form: trains in seconds */
    REGATTA_PRESET_BEST = 2  /* model selection on more users: eight slices at any size */
} regatta_preset;

/* The validation scenario that model selection optimises (docs/model.md). */
typedef enum regatta_expect {
    REGATTA_EXPECT_BOTH = 0,   /* the mean of the uniform and the popularity-tilted
                                  scenario; uniform with times, where the latest
                                  interactions are held out */
    REGATTA_EXPECT_PAST = 1,   /* uniform: held-out interactions as in the data */
    REGATTA_EXPECT_POPULAR = 2 /* popularity-tilted: popular items have more
                                  interactions than in the data */
} regatta_expect;

/* The factors of target attention (docs/model.md). */
typedef enum regatta_target {
    REGATTA_TARGET_AUTO = 0,   /* the better kind by validation, or none; NONE for data
                                  without times */
    REGATTA_TARGET_NONE = 1,   /* no channel `target` */
    REGATTA_TARGET_GATE = 2,   /* a gate for each pair (DIN, Zhou 2018), if it helps */
    REGATTA_TARGET_SOFTMAX = 3 /* a softmax over the history, if it helps */
} regatta_target;

/* Weights of interactions by what the rest of the graph says about them (docs/data.md,
 * Noise). */
typedef enum regatta_denoise {
    REGATTA_DENOISE_NONE = 0,
    REGATTA_DENOISE_AUTO = 1,  /* each kind of weights, of noise, sprees and copies, if
                                  validation shows that it helps */
    REGATTA_DENOISE_ALWAYS = 2 /* all kinds, without a choice */
} regatta_denoise;

/* A progress report of training. Strings are static. */
typedef struct regatta_progress {
    uint32_t struct_size;
    const char *stage;   /* "item attention", "temperature", "item graph", "validate",
                            "blend", "fold", "refit", ... */
    int64_t done, total; /* optimizer steps of this stage (of "fold": of all folds);
                            total may shrink. Both 0 at the begin of a stage and during
                            work without steps */
    double loss;         /* mean over the last step's batch; NaN if there is none */
    double valid_ndcg;   /* ndcg@20 at the last validation; NaN before the first */
    double best_ndcg;    /* the best validation so far; NaN before the first */
    double seconds;      /* since training began */
    double seconds_left; /* estimate for the whole training, set from the first call on */
} regatta_progress;

/* Return values of a progress callback. */
#define REGATTA_GO_ON 0
#define REGATTA_FINISH 1 /* stop early and keep the best state so far */
#define REGATTA_CANCEL 2 /* abort: the call returns REGATTA_ESTOPPED */

typedef int (*regatta_progress_fn)(void *state, const regatta_progress *progress);

/* The cost of one kind of work of a training. Strings are static. */
typedef struct regatta_work {
    uint32_t struct_size;
    const char *part; /* "slice": choices on the validation slice; "folds": fits on more
                         slices; "whole": the fit on all interactions, and the model */
    const char *channel; /* the channel's name; NULL: work for all channels */
    const char *name;    /* "local ridge", "steps", "blend", "model", ... */
    double seconds;
    double flops; /* floating-point operations, counted by formulas of the sizes of the
                     work (a multiply-add is 2), not by the hardware: the same at any
                     number of threads. 0: the work only moves or compares data */
} regatta_work;

typedef void (*regatta_work_fn)(void *state, const regatta_work *work);

/* A learned encoder of histories in order: the channel "sequence". */
typedef enum regatta_sequence {
    REGATTA_SEQUENCE_NONE = 0,
    REGATTA_SEQUENCE_TRANSFORMER = 1, /* causal self-attention (SASRec) */
    REGATTA_SEQUENCE_GRU = 2,         /* GRU with attention over its states */
    REGATTA_SEQUENCE_AUTO = 3 /* TRANSFORMER if the data has times and the estimated time
                                 is at most sequence_seconds, else NONE */
} regatta_sequence;

/* Start from REGATTA_TRAIN_OPTIONS_INIT. New fields are only ever appended. */
typedef struct regatta_train_options {
    uint32_t struct_size; /* sizeof this struct in the caller's build */
    uint32_t attention;   /* regatta_attention; default NONE */
    uint32_t heads;       /* attention heads per layer, 1..16; divides dim. 1 with
                             AUTO: 4, or the largest number below that divides dim */
    uint32_t layers;      /* 1..4; default 2 */
    uint32_t dim;     /* node vector length, 4..1024, a multiple of heads; 0 = 128, or 64
                         above 400,000 nodes; heads must divide the default too */
    uint32_t combine; /* regatta_combine */
    uint32_t start;   /* regatta_start */
    uint32_t loss;    /* regatta_loss */
    uint32_t weighting;     /* regatta_weighting */
    uint32_t max_steps;     /* maximum of optimizer steps, 1..1000000; 0 = 200 */
    uint32_t patience;      /* stop after this many validations without a gain of 0.5 %
                               in ndcg, 1..1000; default 3 */
    uint32_t eval_every;    /* steps between validations, 1..100000; default 10 */
    uint32_t batch_users;   /* users per step, 1..65536; 0 = users / 64, at least 1024
                               and at most 4096 */
    uint32_t softmax_items; /* items in a softmax; 0 = all items up to 250,000, above
                               that a sample of 65,536 */
    uint32_t refit; /* 1: train again on all interactions for the best number of steps */
    float valid_share;    /* share of each user's items held out for validation, [0, 0.5];
                             default 0.1. 0: no validation, no refit, exactly max_steps
                             steps */
    float learning_rate;  /* Adam, > 0; 0 = 0.06, or 0.02 below 500,000 interactions */
    float temperature;    /* of the softmax over cosines, > 0; 0 = chosen by validation */
    float l2;             /* L2 penalty of the parameters, >= 0; default 1e-8 */
    float edge_dropout;   /* share of edges dropped in each step's propagation, [0,
                             0.9]; default 0 */
    uint64_t seed;        /* same graph, options and seed give the same bits; default 1 */
    uint32_t preset;      /* regatta_preset: sets the defaults of the fields that are 0 */
    const char *channels; /* names of channels that scores may use (regatta/channel.h),
                             separated by commas: "items,users". NULL = the channels of
                             the preset: all, or "items,order" for FAST; "order" and
                             "target" only if the graph has times, "trend" only if they
                             are of one clock and there is validation, "content" and
                             "profile" only with features of items and of users.
                             "target" brings "items" with it. Validation drops channels
                             that do not improve the score */
    regatta_progress_fn progress; /* may be NULL; called from the calling thread */
    void *progress_state;
    uint32_t expect;      /* regatta_expect; default BOTH */
    regatta_work_fn work; /* may be NULL; called from the calling thread at the end of a
                             successful training, for each part and kind of work */
    void *work_state;
    uint32_t sequence;        /* regatta_sequence; default NONE. Validation drops an
                                 encoder that does not improve the score */
    uint32_t sequence_dim;    /* 4..512, a multiple of sequence_heads; 0 = 64 */
    uint32_t sequence_blocks; /* 1..4; 0 = 1, or 2 for a TRANSFORMER with more than 30
                                 interactions a user */
    uint32_t sequence_heads;  /* attention heads, 1..16; default 1 */
    uint32_t sequence_window; /* latest interactions that the encoder reads, 1..1024; 0 =
                                 50, or 200 with more than 30 interactions a user */
    float sequence_dropout;   /* [0, 0.9]; -1 = 0.5, or 0.2 with more than 30
                                 interactions a user; default -1 */
    float sequence_seconds;   /* most seconds that AUTO accepts, by an estimate for two
                                 cores; default 600 */
    uint32_t target;          /* regatta_target; default AUTO. NONE without validation */
    /* Features of items and of users by their ids; NULL: none. Nodes without features and
     * features of unknown nodes are allowed. They are not needed after the training */
    const regatta_features *item_features, *user_features;
    /* Graphs of other domains that share ids of users or items with the graph, or whose
     * items have features in item_features (then "content" alone learns from them), up
     * to 16: their interactions inform, each source with a weight of 0, 1/4, 1/2 or 1
     * that validation chooses; the items of the graph alone are answers (docs/model.md,
     * Domains). They are not needed after the training */
    const regatta_graph *const *sources;
    uint32_t n_sources;
    float checkpoint_seconds; /* at least this time between two writes of the checkpoint;
                                 default 60 */
    /* A folder that receives a checkpoint, created if it is missing: the results of the
     * parts of the training, and the state of the running part. NULL: none. `checkpoint`
     * begins one, in a folder without a checkpoint; `resume` continues the one in the
     * folder, and writes there; both, the same folder: continues the checkpoint if there
     * is one. A training that was killed and resumes gives the bytes of one that was not,
     * at any number of threads (docs/reliability.md). When `progress` does not return
     * REGATTA_GO_ON, the state before is written, and nothing after. The files stay */
    const char *checkpoint, *resume;
    uint64_t memory_limit; /* bytes that the training may take besides the graph; 0 = what
                              is left of the context's memory_limit or, without one, the
                              memory that the machine and the control groups of the
                              process have left. A training whose estimate exceeds it is
                              refused before it starts; the limit changes no model */
    uint32_t share;     /* regatta_share of the parameters of attention; default NONE */
    uint32_t hierarchy; /* regatta_hierarchy; default NONE */
    /* For GROUPS: a group of each item, its feature with the largest weight; items
     * without one are a group of their own. Not needed after the training */
    const regatta_features *item_groups;
    uint32_t denoise; /* regatta_denoise; default NONE. AUTO needs validation */
    uint32_t dynamic; /* 1: dynamic attention: each layer learns a temperature of the
                         scores by the side and the degree of a row, and terms for the
                         degree of a neighbour, the item graph and the age of an
                         interaction; 0: none (docs/model.md); default 0 */
    uint32_t feature_vectors; /* regatta_feature_vectors; default NONE. Needs features of
                                 items or users, whose channels ("content", "profile")
                                 are used; AUTO needs validation */
    /* A model with vectors, whose inputs and biases the nodes with the same ids start
     * with; the rest starts as usual (docs/model.md, Start). Needs `dim` numbers; dim 0
     * is then that of this model. NULL: none. Not needed after the training */
    const regatta_model *init;
    uint32_t valid_latest; /* where interactions have times, at most this number of a
                              user's latest is held out; 0: no limit but valid_share;
                              default 5. The fewer, the more choices fit what is asked
                              next (docs/model.md, Validation) */
} regatta_train_options;

#define REGATTA_TRAIN_OPTIONS_INIT                                                       \
    {                                                                                    \
        sizeof(regatta_train_options), 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 10, 0, 0, 1, 0.1f,  \
            0.0f, 0.0f, 1e-8f, 0.0f, 1, 0, NULL, NULL, NULL, 0, NULL, NULL, 0, 0, 0, 1,  \
            0, -1.0f, 600.0f, 0, NULL, NULL, NULL, 0, 60.0f, NULL, NULL, 0, 0, 0, NULL,  \
            0, 0, 0, NULL, 5                                                             \
    }

/* Trains on `graph`; stores a new model in *out, to be freed with regatta_model_free.
 * `opts` NULL means INIT. Settings are selected on a validation slice of the graph, then
 * the model is fitted on the whole graph (docs/model.md). A step of the vectors costs
 * O(edges * layers * dim) for the propagation and O(batch_users * items * dim) for the
 * softmax; item attention costs O(sum of squared history lengths). On failure *out is
 * NULL and the graph is as before.
 *   REGATTA_EINVAL    an option out of range, or a graph with no edges; a source that
 *                     shares neither ids nor, for "content", features with the graph;
 *                     sources without
 *                     validation; attention, denoise or feature_vectors AUTO without
 *                     validation; attention AUTO with `dynamic`;
 *                     feature_vectors without features; `init` without vectors or of
 *                     another dimension
 *   REGATTA_ENOTFOUND `channels` names a channel that this build does not have
 *   REGATTA_ENOMEM    the estimate of the memory exceeds the limit: the message has
 *                     both and what would fit; an allocation failed; too little
 *                     address space to load CHOLMOD
 *   REGATTA_EINVAL    also: `checkpoint` is a folder with a checkpoint, `resume` one
 *                     without; the checkpoint is of other data, of other options or of
 *                     another version: the message names the first difference
 *   REGATTA_EFORMAT   a file of the checkpoint is truncated or altered
 *   REGATTA_EIO       CHOLMOD, which exact item attention may use, cannot be loaded; a
 *                     file of the checkpoint cannot be read or written: the files that
 *                     were written before stay
 *   REGATTA_ENUMERIC  the loss or a vector became NaN or infinite; with weighting LOG or
 *                     RAW the largest weight is above 2^48 times the median, or all are 0
 *   REGATTA_ESTOPPED  the progress callback returned REGATTA_CANCEL */
REGATTA_API regatta_status regatta_model_train(regatta_ctx *ctx, regatta_model **out,
                                               const regatta_graph *graph,
                                               const regatta_train_options *opts);

/* New nodes of a model. Start from REGATTA_EXTENSION_INIT. */
typedef struct regatta_extension {
    uint32_t struct_size;
    uint32_t n_items, n_users; /* added */
    uint32_t n_known_items;    /* nodes of the tables that the model has: unchanged */
    uint32_t n_known_users;
    uint32_t n_bare_items; /* added items of which no feature is known to the model */
    uint32_t n_bare_users; /* the same for users */
} regatta_extension;

#define REGATTA_EXTENSION_INIT                                                           \
    {                                                                                    \
        sizeof(regatta_extension), 0, 0, 0, 0, 0, 0                                      \
    }

/* Stores in *out a copy of `model` with new items and users: the nodes of the tables that
 * the model does not have, in the order of the tables (NULL: none). New nodes have no
 * interactions. A new user gets what is expected by the features (the channel "profile").
 * A new item is scored through its features: by the channel "content", and by the other
 * channels as the mean of the 30 items nearest to it by content; with feature_vectors the
 * vectors of new items and users are those of their features (docs/model.md).
 * Modalities are found by name; a table has only modalities of the training. `report` may
 * be NULL. The copy has no index (regatta_model_convert builds one). O(bytes of the model
 * + new items * items * rank of the content).
 *   REGATTA_EINVAL  model is NULL; items, but the model has no features of items, or the
 *                   same of users; a modality that the model does not have, or of another
 *                   kind or length
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_model_extend(regatta_ctx *ctx, regatta_model **out,
                                                const regatta_model *model,
                                                const regatta_features *items,
                                                const regatta_features *users,
                                                regatta_extension *report);

/* Stores in *out the modalities of the model and their features without nodes, for
 * regatta_features_options.like; to be freed with regatta_features_free. Without features
 * of this side *out has no modality.
 *   REGATTA_EINVAL, REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_model_features(regatta_ctx *ctx,
                                                  regatta_features **out,
                                                  const regatta_model *model,
                                                  regatta_side side);

/* Writes a safetensors file (docs/format.md). The write is atomic: the data go to a file
 * .NAME.regatta-XXXXXX in the folder of `path`, and this file is renamed. Such a file of
 * a killed process is removed. A `path` that is a device, a pipe or an open descriptor
 * (/dev/fd/3) is written directly.
 *   REGATTA_EIO, REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_model_save(regatta_ctx *ctx,
                                              const regatta_model *model,
                                              const char *path);

/* Writes the model as n_shards safetensors files of nearly the same size and their index,
 * as Hugging Face has it (docs/format.md): `path` is the index,
 * NAME.safetensors.index.json, and NAME-HASH-00001-of-00004.safetensors is a shard beside
 * it. n_shards is 1 to 256; 0: one for each rank (regatta/ranks.h), 1 without ranks. Each
 * rank writes its share of the shards; their bytes depend on the model and n_shards
 * alone. The model appears whole or not at all: the index is renamed when all shards are
 * there, and the shards of the model that it replaces are removed after that.
 *   REGATTA_EINVAL  n_shards is out of range, or `path` is not named like an index
 *   REGATTA_EIO, REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_model_save_shards(regatta_ctx *ctx,
                                                     const regatta_model *model,
                                                     const char *path, uint32_t n_shards);

/* Maps a model file, or the shards of a model's index, read-only. The content hash and
 * every array are checked before use. Tensors that are divided among shards are copied to
 * memory.
 * The file must not change while the model exists: replace it by a rename, as
 * regatta_model_save does. If another process shortens it, reading ends this process by
 * SIGBUS; regatta_model_load_memory has a copy.
 *   REGATTA_EIO      cannot be opened or mapped, or became shorter while it was opened
 *   REGATTA_EFORMAT  not a model, truncated, altered, or of an unknown version; a shard
 * of another model REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_model_load(regatta_ctx *ctx, regatta_model **out,
                                              const char *path);

/* Receives the next n bytes; returns 0, or another value on failure. Called on the
 * calling thread; must not call regatta with the same context. */
typedef int (*regatta_write_fn)(void *state, const void *bytes, size_t n);

/* Passes the bytes of the file that regatta_model_save writes to `write`, in order and in
 * pieces of any size: for memory, a database, a connection. If the call fails, `write`
 * may have received some of them. O(bytes of the model) time, little memory.
 *   REGATTA_EINVAL  model or write is NULL
 *   REGATTA_EIO     `write` did not return 0
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_model_write(regatta_ctx *ctx,
                                               const regatta_model *model,
                                               regatta_write_fn write, void *state);

/* Loads a model from bytes[n] of a model file, of any alignment. The bytes are copied:
 * the caller may change or free them after the call. Makes the same checks as
 * regatta_model_load, and takes n bytes of memory.
 *   REGATTA_EINVAL   bytes is NULL
 *   REGATTA_EFORMAT  not a model, truncated, altered, or of an unknown version
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_model_load_memory(regatta_ctx *ctx,
                                                     regatta_model **out,
                                                     const void *bytes, size_t n);

/* The number type of a model's tables, in its file and in memory. */
typedef enum regatta_type {
    REGATTA_TYPE_KEEP = 0, /* the present type */
    REGATTA_TYPE_F32 = 1,
    REGATTA_TYPE_BF16 = 2, /* the upper half of a float */
    REGATTA_TYPE_I8 = 3    /* -127..127 times a scale per row */
} regatta_type;

/* Start from REGATTA_CONVERT_OPTIONS_INIT. New fields are only ever appended. */
typedef struct regatta_convert_options {
    uint32_t struct_size;
    uint32_t type;         /* regatta_type; default KEEP */
    uint32_t index;        /* 1: build an index of the item vectors; 0: keep the present
                              index, if any */
    uint32_t index_degree; /* edges per item in the index, 4..128; 0 = 32 */
    uint32_t index_build;  /* beam of the search that builds it, 8..4096; 0 = 100 */
    uint32_t communities;  /* 1: find the communities of the items, for
                              regatta_candidates; 0: keep the present ones, if any */
} regatta_convert_options;

#define REGATTA_CONVERT_OPTIONS_INIT                                                     \
    {                                                                                    \
        sizeof(regatta_convert_options), 0, 0, 0, 0, 0                                   \
    }

/* Stores a copy of the model in *out, in memory of its own, to be freed with
 * regatta_model_free; `opts` NULL means INIT, a plain copy. A type other than KEEP rounds
 * the tables of vectors and of channels with factors to it, in memory and in the file; a
 * wider type does not restore rounded numbers. With BF16 and I8 the file also stores the
 * targets of attention and the histories in about one byte each, without loss. The copy
 * computes scores from the rounded tables. With an index, the time of regatta_candidates
 * for the vectors grows like the logarithm of the number of items; the recall of the
 * index against exact search is measured on up to 1000 of the model's users. An index has
 * the same bits at any number of threads. Communities are those of the graph of the
 * histories (Leiden on modularity, Traag et al., 2019), from a fixed seed. O(bytes of the
 * model), O(items * index_build * index_degree * dim) for an index, and about O(edges *
 * log nodes) for communities.
 *   REGATTA_EINVAL    an option out of range, an index of a model without vectors
 *   REGATTA_EIO       communities: igraph cannot be loaded
 *   REGATTA_ENUMERIC  a number is beyond what the type holds
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_model_convert(regatta_ctx *ctx, regatta_model **out,
                                                 const regatta_model *model,
                                                 const regatta_convert_options *opts);

/* Sizes and settings of a model. Start from REGATTA_MODEL_INFO_INIT. */
typedef struct regatta_model_info {
    uint32_t struct_size;
    uint32_t n_users, n_items;
    uint32_t dim;          /* 0: the model has no vectors */
    int64_t n_edges;       /* interactions in the histories, each pair once */
    uint64_t data_hash;    /* of the training graph (regatta_graph_summary.hash) */
    double valid_ndcg;     /* ndcg@20 on the validation slice; NaN without one */
    double valid_recall;   /* recall@20 there */
    uint32_t type;         /* regatta_type of the tables; without tables, of the compact
                              weights; else F32 */
    uint32_t index_degree; /* edges per item in the index; 0: the model has no index */
    uint32_t index_build;  /* beam of the search that built it */
    int64_t index_bytes;   /* size of the index in file and memory */
    double index_recall;   /* recall@20 against exact search, at the default effort */
    /* The inner product of (vector_scale * a user's row, 1) and (an item's row, its bias)
     * is the vectors' score, by which regatta_candidates ranks with
     * REGATTA_SOURCE_VECTORS. */
    double vector_scale;    /* 0 without vectors */
    const float *item_bias; /* [n_items], owned by the model; NULL without vectors */
    uint32_t channel[REGATTA_MAX_CHANNELS]; /* regatta_channel_state, by channel number */
    int64_t n_interactions; /* interactions in the histories, repeats included */
    uint32_t has_order;     /* 1: the histories are in the order of the interactions; 0:
                               that order is the order of the item numbers, or is not known
                               (files of earlier versions) */
    uint32_t has_time;      /* 1: the interactions have times and are ordered by them */
    int64_t time_first, time_last; /* seconds; 0 without times */
    uint32_t n_communities;        /* communities of the items; 0: the model has none */
    int64_t n_dislikes;            /* pairs of a user and an item that they dislike */
    int64_t n_shown; /* pairs of a user and an item that they were shown (docs/data.md) */
    double exposure; /* what exposure takes from a score, over log(1 + times shown) */
    /* Those of the target domain, which come first: only its items are answers. n_users
     * and n_items if the model has no other domains. */
    uint32_t n_own_users, n_own_items;
} regatta_model_info;

#define REGATTA_MODEL_INFO_INIT                                                          \
    {                                                                                    \
        sizeof(regatta_model_info), 0, 0, 0, 0, 0, 0.0, 0.0, 0, 0, 0, 0, 0.0, 0.0, NULL, \
            {0}, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0, 0                                       \
    }

/* Fills *out, whose struct_size the caller sets. `ctx` receives the error message and may
 * be NULL. O(1).
 *   REGATTA_EINVAL  model is NULL, a struct_size that is not set */
REGATTA_API regatta_status regatta_model_get_info(regatta_ctx *ctx,
                                                  regatta_model_info *out,
                                                  const regatta_model *model);
/* Returns the provenance of the model (version, options, seed, data hash, validation
 * curve) as one JSON object. Owned by the model. */
REGATTA_API const char *regatta_model_json(const regatta_model *model);

/* Returns the vectors of users or items, row-major [n][dim], rows of length 1. The vector
 * part of a score is vector_scale times the cosine of the user's and the item's row, plus
 * the item's bias (both in regatta_model_info). Returns NULL if the model has no vectors
 * (dim 0: trained without the channel vectors) or stores them as BF16 or I8:
 * regatta_model_convert to F32 makes a model with float vectors, and regatta_fold_in
 * returns the rows of some users. Owned by the model. */
REGATTA_API const float *regatta_model_vectors(const regatta_model *model,
                                               regatta_side side);

/* As regatta_graph_name and regatta_graph_find. */
REGATTA_API const char *regatta_model_name(const regatta_model *model, regatta_side side,
                                           uint32_t index);
REGATTA_API uint32_t regatta_model_find(const regatta_model *model, regatta_side side,
                                        const char *name);
REGATTA_API void regatta_model_free(regatta_model *model); /* NULL is a no-op */
REGATTA_END_C
#endif
