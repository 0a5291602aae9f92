/* Whether a training weighs interactions down that the rest of the graph does not
 * support. */
#ifndef RG_FIT_DENOISE_CHOOSE_H
#define RG_FIT_DENOISE_CHOOSE_H
#include "fit/denoise/weighed.h"
#include "fit/domains/domains.h"

/* The kinds of weights, in the order in which they are tried, each besides those taken
 * before: those of interactions by their support, of sprees, of copies. */
enum { RG_DENOISE_EDGES, RG_DENOISE_SPREES, RG_DENOISE_COPIES, RG_N_DENOISE };

/* What weights are worth on the slice: the mean difference of ndcg@20 to the weights
 * chosen before, and its standard error. */
typedef struct rg_denoise_trial {
    int measured, used;
    double ndcg, gain, error;
} rg_denoise_trial;

/* The choice, and the graph of the training. */
typedef struct rg_denoise {
    int asked; /* 1: options->denoise is not NONE */
    rg_denoise_trial trial[RG_N_DENOISE];
    double ndcg_before; /* of the channel of items without the weights; NaN: not
                           measured */
    int64_t n_users;    /* measured */
    double n_noise;     /* the expected number of noisy interactions */
    int64_t n_kind[3];  /* users that are copies, have sprees, are bots */
    int used;           /* 1: the training has the weights */
    rg_weighed weighed; /* the graph of the training, if `used` */
    const regatta_graph
        *data; /* that with the weights of the data, if `used`; borrowed */
} rg_denoise;

/* With options->denoise AUTO the weights are chosen by the channel of items in closed
 * form on the slice: weights that are found on its training part are taken if they beat
 * those so far by two standard errors of the paired difference over users, as in all
 * choices. Users who are copies or have copies, have sprees, or are bots are not
 * measured. Copies are found before interactions are held out: without these a copy
 * may pass for another user. ALWAYS takes all kinds without measuring. Then the weights
 * are found on all interactions, and domains->graph becomes a view of the graph with
 * these weights. NONE: nothing changes. *out must outlive the training; free it also
 * after a failure. REGATTA_ENOMEM, REGATTA_ENUMERIC, REGATTA_ESTOPPED */
regatta_status rg_denoise_choose(regatta_ctx *ctx, rg_denoise *out, rg_domains *domains,
                                 const rg_fit_options *options);
/* Returns the estimated bytes that this takes besides the graph; 0 for NONE.
 * O(interactions). */
int64_t rg_denoise_memory(const regatta_graph *graph, const rg_fit_options *options,
                          int threads);
/* Does so with the trials of *out that are `used`: finds the weights on all interactions,
 * and makes the view. REGATTA_ENOMEM */
regatta_status rg_denoise_weigh(regatta_ctx *ctx, rg_denoise *out, rg_domains *domains,
                                uint64_t seed);
/* The members "used" of the object that rg_denoise_write writes, by trial. */
extern const char *const rg_denoise_used[RG_N_DENOISE];
/* Writes the choice as a member of a JSON object; nothing if it was not asked for. */
void rg_denoise_write(rg_text *t, const rg_denoise *denoise);
void rg_denoise_free(regatta_ctx *ctx, rg_denoise *denoise);
#endif
