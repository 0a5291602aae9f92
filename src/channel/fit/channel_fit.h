/* The operations that fit a channel; model/channel.h has the operations that serve it.
 *
 * A fit chooses settings on a validation slice and then fits every chosen channel on all
 * interactions. Each channel defines its settings, its trials and its fitted part; the
 * fit loops over the channels in the order of `order` and names none of them. */
#ifndef RG_CHANNEL_FIT_CHANNEL_FIT_H
#define RG_CHANNEL_FIT_CHANNEL_FIT_H
#include "base/text/text.h"
#include "channel/fit/fit_options.h"
#include "channel/fit/fit_plan.h"
#include "channel/fit/spread.h"
#include "channel/fit/update/settings.h"
#include "gat/train.h"
#include "graph/bipartite.h"
#include "graph/holdout.h"
#include "model/blend.h"
#include "model/weights.h"
#include "ridge/item_attention.h"
#include "ridge/reweight_learn.h"
#include <regatta/evaluate.h>

/* All parts fitted on one graph: on the training part of the slice, or on all
 * interactions. Zero except the members that rg_fitted_begin fills. */
typedef struct rg_fitted {
    const regatta_graph *graph;  /* borrowed */
    const regatta_graph *data;   /* the same with the weights of the data, if those of
                                    `graph` are others; borrowed. NULL: they are not */
    float *weight;               /* of its edges, NULL = all 1 */
    rg_csr rows;                 /* graph->by_user with these weights: a view */
    void *part[RG_MAX_CHANNELS]; /* the fitted part of each channel; NULL = not fitted */
    float push;     /* regatta_model.dislike_push, if the graph has dislikes */
    float strength; /* regatta_model.shown_strength, if it has impressions */
    /* Models for measurements, built on first use. */
    regatta_model *base;                    /* the histories */
    regatta_model *served[RG_MAX_CHANNELS]; /* the channel in its serving form */
    int gives; /* 1: no part is read after `serve`, which may take its tables */
} rg_fitted;

/* The result of model selection, or the defaults without validation. */
typedef struct rg_fit_choice {
    int on[RG_MAX_CHANNELS];        /* channels to fit */
    int apart[RG_MAX_CHANNELS];     /* 1: a kept channel that is not part of the score */
    void *setting[RG_MAX_CHANNELS]; /* each channel's settings */
    int blended;                    /* 1: `blend` makes the score of the channels */
    rg_blend *blend;                /* of all channels */
} rg_fit_choice;

/* The progress of a channel's choice, for the estimate of its remaining work. */
enum { RG_CHOICE_AHEAD = 0, RG_CHOICE_DONE = 100 };

/* The state of a running fit that channels use. */
typedef struct rg_fit_env {
    regatta_ctx *ctx;
    const regatta_graph *graph; /* the graph of the final fit */
    rg_fit_options *options;    /* resolved */
    uint32_t batch_users;       /* as given; 0 = by the size of the graph of a run */
    double started;             /* on rg_clock */
    rg_fit_plan *plan;
    int finished; /* the caller returned REGATTA_FINISH: keep the state so far */
    int progress[RG_MAX_CHANNELS]; /* progress of each channel's choice: numbers of the
                                      channel between RG_CHOICE_AHEAD and
                                      RG_CHOICE_DONE */
    rg_text trials;                /* members of a JSON object: the trials on the slice */
    /* Reports to the caller that a stage begins or continues. REGATTA_CANCEL becomes
     * REGATTA_ESTOPPED. */
    regatta_status (*stage)(struct rg_fit_env *env, const char *stage);
} rg_fit_env;

/* The slice, on which a channel measures its settings. */
typedef struct rg_selection {
    rg_fit_env *env;
    rg_fitted *fitted;
    rg_fit_choice *choice;
    void *owner; /* the slice of the fit */
    /* The held-out items of the uniform and the popularity-tilted scenario; the users of
     * the second are among those of the first. weight[]: what they count; sum 1. */
    const rg_holdout *holdout[2];
    double weight[2];
    int few_users; /* 1: `begin` and `measure` use the users that training measures: for
                      the steps of a search, less exact; 0 at first */

    double *best_ndcg, *best_recall; /* the best since validate_begin; NaN = none */
    /* Measures a channel alone during training, in a state as in a model: mean ndcg@20 of
     * all users of the slice. A run calls validate_begin first; the report contains the
     * best measurement since then. */
    void (*validate_begin)(const struct rg_selection *s);
    regatta_status (*validate)(const struct rg_selection *s, double *ndcg, int channel,
                               void *state);
    /* Begins a new choice: clears the incumbent. */
    void (*begin)(struct rg_selection *s);
    /* Measures ndcg@20 of the fitted channels of on[], blended by `blend` (NULL: on[] is
     * a single channel). *better is 1 if there was no incumbent or this beats it by a
     * margin; it is then the incumbent. Sets `error`. */
    regatta_status (*measure)(struct rg_selection *s, double *ndcg, int *better,
                              const int *on, rg_blend *blend);
    double error; /* standard error of the difference from the incumbent, paired over
                     users; NaN: there was none */
    /* Calls use() with labelled samples of the slice: the best unseen items of the
     * channels of on[] for each user, with their known score: the sum of the scaled
     * scores of channels times known[]. */
    regatta_status (*sample)(struct rg_selection *s, const int *on, const float *known,
                             regatta_status (*use)(void *state,
                                                   const rg_reweight_samples *samples),
                             void *state);
    /* Computes the metrics at out->k of a ranking of n items in which test[n_test] are
     * right (rank/metrics.h). */
    void (*rate)(regatta_metrics *out, const uint32_t *ranked, const uint32_t *test,
                 int64_t n_test, int64_t n);
    /* Counts the remaining work again. */
    void (*replan)(struct rg_selection *s);
} rg_selection;

/* Writes the members of a trial for what was measured last: "ndcg@20" and, if there was
 * an incumbent, "standard_error". */
void rg_selection_write(const rg_selection *s, double ndcg);

/* The kind of a fit: of the slice, of a fold, or of all interactions. */
typedef struct rg_fit_task {
    rg_selection *selection; /* choose settings too; NULL: settings are given */
    const char *stage;       /* for progress; NULL: the stage of each channel */
    const rg_fitted *slice;  /* the fit on which settings were chosen; NULL: settings are
                                the defaults */
    int same_nodes;          /* 1: the slice has the nodes of this graph */
    int fold, n_folds;       /* 1..n_folds; 0: the fit on all interactions */
} rg_fit_task;

/* The remaining part of a fit, for counting work. */
typedef struct rg_outlook {
    const rg_fit_env *env;
    const rg_fit_choice *choice;
    const rg_fitted *slice; /* NULL: no slice */
    int n_folds;            /* fits on more slices */
    int adjusts;            /* 1: choices that depend on other channels remain */
    int progress;           /* progress of this channel's choice */
} rg_outlook;

/* The processes of a fit, one of which is estimated. */
typedef struct rg_fit_processes {
    int threads;     /* of each */
    int n_ranks;     /* 1: alone */
    int item_panels; /* as in a context */
} rg_fit_processes;

/* The sizes of a fit, for estimates of its memory. */
typedef struct rg_memory_sizes {
    const regatta_graph *graph;
    const rg_fit_options *options; /* resolved */
    const rg_fit_choice *choice;
    int64_t n_measured; /* users of the slice whom choices measure; 0: no slice */
    int threads;
    int n_ranks, item_panels; /* as in rg_fit_processes */
} rg_memory_sizes;

/* Estimated bytes of a channel on one graph. */
typedef struct rg_channel_memory {
    int64_t kept;     /* the part and its serving form */
    int64_t choose;   /* besides, at most, while settings are chosen */
    int64_t fit;      /* besides, at most, while it is fitted */
    int64_t released; /* of kept, after all measurements on a slice */
} rg_channel_memory;

/* The places in the JSON of a fit at which a channel writes. */
typedef enum rg_json_place {
    RG_JSON_SETTINGS,  /* after the list of channels */
    RG_JSON_TRAINING,  /* after the blend */
    RG_JSON_DECISIONS, /* after the training; called for every channel of the build */
    RG_JSON_VALIDATION /* at the end of the object of validation */
} rg_json_place;

/* A finished fit. */
typedef struct rg_fit_report {
    const rg_fit_env *env;
    const rg_fit_choice *choice;
    const rg_fitted *slice, *whole; /* slice NULL: there was no validation */
} rg_fit_report;

/* A model that is fitted again to more interactions, with its choices. */
typedef struct rg_fit_update {
    const regatta_model *before;   /* the model before */
    const regatta_model *from;     /* the same with rows for all nodes of the graph: the
                                      nodes before, then the new ones. NULL for `closed` */
    int changed;                   /* 0: the graph is that of the model before */
    int anew;                      /* 1: any system may have changed: users have lost
                                      items, by new dislikes, or interactions have other
                                      weights */
    const uint8_t *changed_user;   /* [users of the graph] 1: with new interactions; all 1
                                      if nothing changed */
    uint32_t steps;                /* of learned parameters, at most; 0: they stay */
    int64_t *n_solved, *n_targets; /* systems solved, and all; added to */
} rg_fit_update;

/* The ridge whose solution are the sparse weights of a channel. */
typedef struct rg_channel_ridge {
    rg_weights *weights; /* of the state */
    int by_target;       /* 1: a row of the weights is a target; 0: a row has the targets
                            of an item of a history */
    const rg_csr *rows;  /* R; borrowed from the fit, or `made` */
    rg_csr *made;        /* to be freed; or NULL */
    rg_item_attention_options options;
    const rg_reweight_strength *strength; /* of the vectors' cosine; NULL: none */
    int learned; /* 1: trained layers reweight the solution: it cannot be repeated */
} rg_channel_ridge;

typedef struct rg_channel_fit_ops {
    int order;   /* channels are fitted in ascending order */
    int fast;    /* 1: the channel is in REGATTA_PRESET_FAST and is dropped last */
    int learned; /* 1: it is learned on the slice; without one presets leave it out */
    int refits;  /* 1: with options.refit 0 the part fitted on the slice is used for the
                    model */
    const char *stage; /* stage of fit, for progress; NULL: its steps report progress */
    size_t setting_size;

    /* Fills settings, and options without a value, by the sizes of the graph. May be
     * NULL. */
    void (*resolve)(void *setting, rg_fit_options *options, const regatta_graph *graph);
    /* Returns 1 if presets include the channel with these options on this graph. NULL:
     * always. */
    int (*in_preset)(const rg_fit_options *options, const regatta_graph *graph);
    /* Returns 1 if an option of its own includes the channel, in place of presets; a list
     * of channels cannot include it without. NULL: there is no such option. */
    int (*asked)(const void *setting);
    /* Sets the settings to use without validation. May be NULL. */
    void (*settle)(void *setting, rg_fit_options *options);
    /* Returns the channel that must be fitted before with this setting; NULL: none. May
     * be NULL. */
    const struct rg_channel_fit_ops *(*needs)(const void *setting);

    /* Chooses settings on the slice and fits the part with them. NULL: only fit. */
    regatta_status (*choose)(rg_selection *s);
    /* Chooses settings that depend on other channels, if several are on, after all are
     * fitted. May be NULL. */
    regatta_status (*choose_adjustment)(rg_selection *s);
    /* Decides after all adjustments whether the channel is apart from the score. May be
     * NULL. */
    regatta_status (*choose_apart)(rg_selection *s);
    /* Fits the part on the slice again without the interactions of some items, a fold, as
     * if they were new, and allocates hidden[*n_hidden]; 0 if the fold has too few. fold
     * n_folds: with all interactions again. May be NULL. */
    regatta_status (*hide)(rg_fit_env *env, rg_fitted *fitted,
                           const rg_fit_choice *choice, int fold, int *n_folds,
                           uint32_t **hidden, int64_t *n_hidden);
    /* Fits the part with the chosen settings and replaces the present one. */
    regatta_status (*fit)(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task);
    /* Sets the settings from those of a model that has the channel, after `resolve`.
     * NULL: `resolve` alone sets them. */
    void (*restore)(void *setting, rg_fit_options *options, rg_settings *settings);
    /* Fits the part of an updated model with restored settings, from the state of the
     * channel before. NULL: `fit` does, without reading the state. closed: 1 = it needs
     * no rows for new nodes. */
    regatta_status (*update)(rg_fit_env *env, rg_fitted *fitted,
                             const rg_fit_choice *choice, const rg_fit_update *update);
    int closed;
    int stays; /* 1: an update keeps the state of the channel, with rows for new nodes
                  (`grow`) */
    /* Solves numbers of such a state again, for the interactions of `fitted`; model: the
     * copy that has it. NULL: all of it is learned. */
    regatta_status (*renew)(rg_fit_env *env, regatta_model *model, void *state,
                            const rg_fitted *fitted, const rg_fit_choice *choice);
    int remains; /* 1: an update that forgets users does as any other, because the state
                    learned statistics over all users; 0: it fits from the beginning */
    /* Adjusts the part after all channels are fitted. May be NULL. */
    regatta_status (*adjust)(rg_fit_env *env, rg_fitted *fitted,
                             const rg_fit_choice *choice);

    /* Fills the zeroed state of a model's channel from the part; its arrays belong to the
     * model. */
    regatta_status (*serve)(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted);
    /* Describes the ridge of a state, with the setting of `choice`; fitted NULL: only its
     * weights and by_target. NULL: the channel has no such weights. */
    regatta_status (*ridge)(regatta_ctx *ctx, rg_channel_ridge *out, void *state,
                            const rg_fitted *fitted, const rg_fit_choice *choice);
    /* Extends a part on some items to all items. May be NULL for a part without tables of
     * items. */
    regatta_status (*spread)(const rg_spread *s, void *part);
    /* Frees what the fit on all interactions does not read of a part of the slice, on
     * which nothing more is measured. May be NULL. */
    void (*release)(regatta_ctx *ctx, void *part);
    void (*free)(regatta_ctx *ctx, void *part);

    /* The kinds of work with their names in reports, their seconds per unit on this
     * graph, and the units left (added to `left`). */
    int n_works;
    const char *const *works;
    void (*units)(double *unit, const rg_fit_env *env);
    void (*count)(double *left, const rg_outlook *outlook);
    /* Fills the zeroed estimate of the memory. May be NULL: little. */
    void (*memory)(rg_channel_memory *out, const rg_memory_sizes *sizes);
    /* May be NULL. */
    void (*json)(rg_text *t, rg_json_place place, const rg_fit_report *report);
} rg_channel_fit_ops;

/* Returns the number of the channel with these operations. */
int rg_channel_of(const rg_channel_fit_ops *ops);
/* Returns the channel that is fitted k-th. */
int rg_channel_at(int k);
/* Returns 1 if the choice requires a fit of this channel: it is on, or a channel that is
 * on needs it. */
int rg_channel_wanted(const rg_fit_choice *choice, int channel);
int rg_count_on(const int *on);
/* Turns on the channels whose state a channel that is on reads. */
void rg_choice_add_read(rg_fit_choice *choice);

/* Creates a blend of all channels, with the start weights of the table for those of
 * on[]. */
regatta_status rg_channel_blend(regatta_ctx *ctx, rg_blend **out);
void rg_channel_blend_start(rg_blend *blend, const int *on);

/* Allocates the settings of every channel and a blend, all zero. */
regatta_status rg_fit_choice_create(regatta_ctx *ctx, rg_fit_choice *choice);
void rg_fit_choice_free(regatta_ctx *ctx, rg_fit_choice *choice);
/* Marks a channel's part as changed: its serving form is built again. */
void rg_fitted_changed(rg_fitted *fitted, int channel);
/* Frees a channel's part. */
void rg_fitted_drop(regatta_ctx *ctx, rg_fitted *fitted, int channel);
/* Reports that n units of work `kind` of a channel are done. */
void rg_channel_did(rg_fit_env *env, const rg_channel_fit_ops *ops, int kind, double n);
#endif
