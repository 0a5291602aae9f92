/* Other domains with shared users or items: which of them, and with which weight, improve
 * the answers of the target domain.
 *
 * The weight omega of a source is one of 0, 1/4, 1/2, 1. It is chosen by the channel of
 * items in closed form, on the slice of the target, one source after another: a weight is
 * taken if it beats the weights so far by two standard errors of the paired difference
 * over users, as in all choices. 1 is tried first. A source of weight 0 is left out: if
 * all are, the training is that of the target alone. */
#ifndef RG_FIT_DOMAINS_H
#define RG_FIT_DOMAINS_H
#include "base/text/text.h"
#include "channel/fit/fit_options.h"
#include "graph/bipartite.h"

enum { RG_MAX_SOURCES = 16, RG_SOURCE_TRIALS = 3 };

/* What a weight is worth: the mean difference of ndcg@20 to the weights chosen before,
 * and its standard error. */
typedef struct rg_source_trial {
    double weight, ndcg, gain, error;
} rg_source_trial;

typedef struct rg_source_report {
    uint32_t n_users, n_items, n_shared_users, n_shared_items;
    int64_t n_edges, n_dropped; /* dropped: pairs of a user and an item of the target */
    int by_features; /* 1: no id is shared: the channel of content chooses a weight */
    double weight;
    int n_trials;
    rg_source_trial trial[RG_SOURCE_TRIALS];
} rg_source_report;

typedef struct rg_domains {
    const regatta_graph *graph;  /* of the training: the target or `merged` */
    regatta_weighting weighting; /* of this graph */
    regatta_graph *merged;       /* NULL: all weights are 0, or there are no sources */
    double started;              /* on rg_clock */
    int finished;                /* the caller returned REGATTA_FINISH */
    double ndcg_alone; /* ndcg@20 of the channel of items for the target alone */
    int64_t n_users;   /* measured */
    int n_sources;
    rg_source_report *source; /* [n_sources] */
} rg_domains;

/* Chooses the weights of options->sources and merges the graphs. Free *out also after a
 * failure.
 *   REGATTA_EINVAL    a source shares neither users nor items with the target and has no
 *                     features for content, or there is no validation
 *   REGATTA_ENOMEM, REGATTA_ENUMERIC, REGATTA_ESTOPPED */
regatta_status rg_domains_choose(regatta_ctx *ctx, rg_domains *out,
                                 const regatta_graph *target,
                                 const rg_fit_options *options);
/* Writes the sources as members of a JSON object; nothing without sources. */
void rg_domains_write(rg_text *t, const rg_domains *domains);
void rg_domains_free(regatta_ctx *ctx, rg_domains *domains);
#endif
