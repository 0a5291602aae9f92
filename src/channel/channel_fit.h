/* How a channel is fitted: the operations beside those it is served by (model/channel.h).
 *
 * A fit chooses settings on a validation slice and then fits every channel of the choice
 * on all interactions. Each channel brings its settings, its trials and its fitted part;
 * the fit loops over the channels in the order of `order` and knows none by name. */
#ifndef RG_CHANNEL_CHANNEL_FIT_H
#define RG_CHANNEL_CHANNEL_FIT_H
#include "base/text/text.h"
#include "channel/fit_options.h"
#include "channel/fit_plan.h"
#include "channel/spread.h"
#include "gat/train.h"
#include "graph/bipartite.h"
#include "model/blend.h"
#include "ridge/reweight_learn.h"

/* Everything fitted on one graph: on the slice's training part, or on all interactions.
 * Zero but for what rg_fitted_begin fills. */
typedef struct rg_fitted {
    const regatta_graph *graph;  /* borrowed */
    float *weight;               /* of its edges, NULL = all 1 */
    rg_csr rows;                 /* graph->by_user with these weights: a view */
    void *part[RG_MAX_CHANNELS]; /* what each channel has fitted; NULL = nothing */
    /* To measure with, made when they are first asked for. */
    regatta_model *base;                    /* the histories */
    regatta_model *served[RG_MAX_CHANNELS]; /* the channel in the form it is served in */
} rg_fitted;

/* What validation decided, or the defaults where there is none. */
typedef struct rg_fit_choice {
    int on[RG_MAX_CHANNELS];        /* channels to fit */
    void *setting[RG_MAX_CHANNELS]; /* each channel's settings */
    int blended;                    /* 1: `blend` makes the score of the channels */
    rg_blend *blend;                /* of all channels */
} rg_fit_choice;

/* How far a channel's choice has come, for its estimate of the work to come. */
enum { RG_CHOICE_AHEAD = 0, RG_CHOICE_DONE = 100 };

/* A fit while it is going on, as its channels see it. */
typedef struct rg_fit_env {
    regatta_ctx *ctx;
    const regatta_graph *graph; /* what is learned from in the end */
    rg_fit_options *options;    /* resolved */
    uint32_t batch_users;       /* as given; 0 = by the graph that a run is on */
    double started;             /* on rg_clock */
    rg_fit_plan *plan;
    int finished; /* the caller said REGATTA_FINISH: the state so far is kept */
    int progress[RG_MAX_CHANNELS]; /* of each channel's choice: its own numbers, between
                                    * RG_CHOICE_AHEAD and RG_CHOICE_DONE */
    rg_text trials; /* members of a JSON object: what was tried on the slice */
    /* Tells the caller which stage begins, or that it goes on. REGATTA_CANCEL becomes
     * REGATTA_ESTOPPED. */
    regatta_status (*stage)(struct rg_fit_env *env, const char *stage);
} rg_fit_env;

/* What a channel measures its settings with: the slice. */
typedef struct rg_selection {
    rg_fit_env *env;
    rg_fitted *fitted;
    rg_fit_choice *choice;
    void *owner; /* the fit's own slice */

    /* Measures a channel alone while it trains, in a state of the form that a model has:
     * mean ndcg@20 of all users of the slice. The report has the best since
     * validate_begin, which a run calls first. */
    void (*validate_begin)(const struct rg_selection *s);
    regatta_status (*validate)(const struct rg_selection *s, double *ndcg, int channel,
                               void *state);
    /* A new choice begins: the incumbent is forgotten. */
    void (*begin)(struct rg_selection *s);
    /* Measures the channels of on[] as they are fitted, blended by `blend` (NULL: on[] is
     * a single channel), and with a factor[n_items] also each score times it. ndcg@20;
     * better 1: there was no incumbent, or it is beaten by a margin; it then takes its
     * place. Both have one entry without a factor, else two. */
    regatta_status (*measure)(struct rg_selection *s, double *ndcg, int *better,
                              const int *on, rg_blend *blend, const float *factor);
    /* Calls use() with samples of the slice: the best unseen items of the channels of
     * on[] for each user, labelled, with the scaled score of channel `known`. */
    regatta_status (*sample)(struct rg_selection *s, const int *on, int known,
                             regatta_status (*use)(void *state,
                                                   const rg_reweight_samples *samples),
                             void *state);
    /* Counts again what is to come. */
    void (*replan)(struct rg_selection *s);
} rg_selection;

/* Which of the fits of a choice this is. */
typedef struct rg_fit_task {
    rg_selection *selection; /* settings are chosen too; NULL: the choice is made */
    const char *stage;       /* for progress; NULL: each channel's own */
    const rg_fitted
        *slice;        /* fitted where the choice was made; NULL: it is the defaults */
    int same_nodes;    /* 1: the slice has the nodes of this graph */
    int fold, n_folds; /* 1..n_folds; 0: the fit on all interactions */
} rg_fit_task;

/* What is to come when work is counted. */
typedef struct rg_outlook {
    const rg_fit_env *env;
    const rg_fit_choice *choice;
    const rg_fitted *slice; /* NULL: there is none */
    int n_folds;            /* fits on more slices */
    int adjusts;            /* 1: choices that depend on other channels are ahead */
    int progress;           /* of this channel's choice */
} rg_outlook;

/* Where a channel writes JSON about a fit. */
typedef enum rg_json_place {
    RG_JSON_SETTINGS,  /* after the list of channels */
    RG_JSON_TRAINING,  /* after the blend */
    RG_JSON_VALIDATION /* at the end of the object of validation */
} rg_json_place;

/* A finished fit. */
typedef struct rg_fit_report {
    const rg_fit_env *env;
    const rg_fit_choice *choice;
    const rg_fitted *slice, *whole; /* slice NULL: there was no validation */
} rg_fit_report;

typedef struct rg_channel_fit_ops {
    int order;  /* channels are fitted in ascending order */
    int fast;   /* 1: REGATTA_PRESET_FAST has it, and it is the last to be left out */
    int refits; /* 1: with options.refit 0 the slice's part serves the whole */
    const char *stage; /* of fit, for progress; NULL: its steps report themselves */
    size_t setting_size;

    /* Fills settings, and options that are left open, by the sizes of the graph. May be
     * NULL. */
    void (*resolve)(void *setting, rg_fit_options *options, const regatta_graph *graph);
    /* 0: a preset leaves the channel out on this graph. NULL: it never does. */
    int (*in_preset)(const regatta_graph *graph);
    /* Settings where nothing can be validated. May be NULL. */
    void (*settle)(void *setting, rg_fit_options *options);
    /* The channel that this setting needs fitted before; NULL: none. May be NULL. */
    const struct rg_channel_fit_ops *(*needs)(const void *setting);

    /* Chooses settings on the slice and leaves the part fitted by them. NULL: fit. */
    regatta_status (*choose)(rg_selection *s);
    /* Chooses what depends on other channels, when several are on and all are fitted. May
     * be NULL. */
    regatta_status (*choose_adjustment)(rg_selection *s);
    /* Fits by the choice, and replaces the part. */
    regatta_status (*fit)(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task);
    /* After the others. May be NULL. */
    regatta_status (*adjust)(rg_fit_env *env, rg_fitted *fitted,
                             const rg_fit_choice *choice);

    /* Fills the zeroed state of a model's channel by the part; its arrays are the
     * model's. */
    regatta_status (*serve)(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted);
    /* Makes the part one of all items. May be NULL: it has no table of items. */
    regatta_status (*spread)(const rg_spread *s, void *part);
    void (*free)(regatta_ctx *ctx, void *part);

    /* The kinds of work, their seconds on this graph, and how many are to come (added to
     * `left`). */
    int n_works;
    void (*units)(double *unit, const rg_fit_env *env);
    void (*count)(double *left, const rg_outlook *outlook);
    /* May be NULL. */
    void (*json)(rg_text *t, rg_json_place place, const rg_fit_report *report);
} rg_channel_fit_ops;

/* The number of the channel of these operations. */
int rg_channel_of(const rg_channel_fit_ops *ops);
/* The channel that is fitted k-th. */
int rg_channel_at(int k);
/* 1: the choice has this channel fitted, because it is on or a channel that is on needs
 * it. */
int rg_channel_wanted(const rg_fit_choice *choice, int channel);
int rg_count_on(const int *on);

/* A blend of all channels, and those of on[] with the start weights of the table. */
regatta_status rg_channel_blend(regatta_ctx *ctx, rg_blend **out);
void rg_channel_blend_start(rg_blend *blend, const int *on);

/* Room for every channel's settings, and a blend, zeroed. */
regatta_status rg_fit_choice_create(regatta_ctx *ctx, rg_fit_choice *choice);
void rg_fit_choice_free(regatta_ctx *ctx, rg_fit_choice *choice);
/* A channel's part is another than before: it has to be served anew. */
void rg_fitted_changed(rg_fitted *fitted, int channel);
/* Frees a channel's part. */
void rg_fitted_drop(regatta_ctx *ctx, rg_fitted *fitted, int channel);
/* n of work `kind` of a channel are done. */
void rg_channel_did(rg_fit_env *env, const rg_channel_fit_ops *ops, int kind, double n);
#endif
