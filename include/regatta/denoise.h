/* regatta/denoise.h: interactions that the rest of the graph does not support. */
#ifndef REGATTA_DENOISE_H
#define REGATTA_DENOISE_H
#include <regatta/graph.h>
REGATTA_BEGIN_C

/* What is found about a user: a sum of these. */
typedef enum regatta_suspect {
    REGATTA_SUSPECT_COPY = 1,  /* the history is nearly that of an earlier user: at least
                                  10  items, of which both have at least 0.8 of those that
                                  one  of them has (Jaccard) */
    REGATTA_SUSPECT_SPREE = 2, /* more interactions within 60 seconds than spree_above */
    REGATTA_SUSPECT_BOT = 4    /* the mean probability of noise is at least 0.8, over at
                                  least 20 interactions that are judged */
} regatta_suspect;

/* Start from REGATTA_DENOISE_OPTIONS_INIT. New fields are only ever appended. The arrays
 * are the caller's, of the sizes of the graph, or NULL; interactions are in the order of
 * regatta_graph_rows. */
typedef struct regatta_denoise_options {
    uint32_t struct_size;
    uint64_t seed;     /* of the halves of users and of the controls; default 1 */
    float *noise;      /* [n_edges] receives the probability that it is noise; 0 for pairs
                          that are not judged: of users with fewer than 3 items, of items
                          with fewer than 5 users */
    uint32_t *suspect; /* [n_users] receives a sum of regatta_suspect */
    uint32_t *same_as; /* [n_users] receives the first user with nearly the same history;
                          itself if there is none */
} regatta_denoise_options;

#define REGATTA_DENOISE_OPTIONS_INIT                                                     \
    {                                                                                    \
        sizeof(regatta_denoise_options), 1, NULL, NULL, NULL                             \
    }

/* What is found. Start from REGATTA_DENOISE_REPORT_INIT. */
typedef struct regatta_denoise_report {
    uint32_t struct_size;
    uint32_t n_copies, n_sprees, n_bots; /* users of each kind */
    uint32_t spree_usual; /* 95 % of the users have at most so many interactions within 60
                             seconds, or 5; 0 for a graph without times */
    uint32_t spree_above; /* 4 times as many */
    double n_noise;       /* the sum of the probabilities of noise */
} regatta_denoise_report;

#define REGATTA_DENOISE_REPORT_INIT                                                      \
    {                                                                                    \
        sizeof(regatta_denoise_report), 0, 0, 0, 0, 0, 0.0                               \
    }

/* Finds interactions that those of other users do not support, copies of accounts and
 * sprees, and stores in *out a copy of the graph with other weights, to be freed with
 * regatta_graph_free: train on it with REGATTA_WEIGHTING_RAW. out NULL: only the report.
 *
 * The support of a pair is the score that local item attention, fitted on the users of
 * the other half of the data, gives it from the other items of the user. The probability
 * of noise compares it with the support of pairs drawn at random, of the same user and of
 * items with about as many users (local false discovery rate: Efron et al., JASA 2001;
 * docs/data.md, Noise). A weight is multiplied by 1 - noise / 2, brought to the same sum
 * for each item; divided by the number of users with nearly the same history; and
 * multiplied by spree_usual / m in a spree whose fullest minute has m interactions. Each
 * row of a repeated pair gets the factor of the pair. Weights of 0 stay 0; dislikes stay.
 * Cost: two local ridges of 100 neighbours on half of the users, and O(132 edges). Same
 * bits at any number of threads. On failure *out is NULL, and the report
 * and the arrays are as before.
 *   REGATTA_EINVAL  graph is NULL, a struct_size that is not set
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_graph_denoise(regatta_ctx *ctx, regatta_graph **out,
                                                 const regatta_graph *graph,
                                                 const regatta_denoise_options *opts,
                                                 regatta_denoise_report *report);
REGATTA_END_C
#endif
