/* regatta/prune.h: a model with fewer attention weights and channels. */
#ifndef REGATTA_PRUNE_H
#define REGATTA_PRUNE_H
#include <regatta/model.h>
REGATTA_BEGIN_C

/* Start from REGATTA_PRUNE_OPTIONS_INIT, and set one of edges, share, bytes and
 * agreement; without any, share is 1/4. New fields are only ever appended. */
typedef struct regatta_prune_options {
    uint32_t struct_size;
    uint32_t solve;   /* 1: solve the ridge again on the weights that stay, if the model
                         allows it; 0: these keep their values; default 1 */
    uint64_t edges;   /* attention weights to keep, at most */
    double share;     /* share of the attention weights to keep, in (0, 1] */
    uint64_t bytes;   /* keep as many weights as a file of at most this size allows */
    double agreement; /* keep the fewest weights with which this share, in (0, 1], of the
                         model's top 20 stays in the top 20 */
    const char *drop; /* channels to leave out: their names, separated by commas, or
                         "auto"; default NULL: none */
    double drop_loss; /* of "auto": the share of the validation ndcg@20 to give up at
                         most, by the records of training, from 0 to 1; default 0.01 */
} regatta_prune_options;

#define REGATTA_PRUNE_OPTIONS_INIT                                                       \
    {                                                                                    \
        sizeof(regatta_prune_options), 1, 0, 0.0, 0, 0.0, 0, 0.01                        \
    }

/* The result of pruning. Start from REGATTA_PRUNE_REPORT_INIT. */
typedef struct regatta_prune_report {
    uint32_t struct_size;
    uint32_t solved; /* 1: the ridge was solved again; 0: weights keep their values */
    uint64_t edges_before; /* attention weights */
    uint64_t edges_after;  /* zeros among the solved weights are not stored */
    double agreement; /* mean share of the top 20 of up to 1000 users, evenly spread, that
                         is in the top 20 of the pruned model */
    uint32_t dropped; /* bit c: channel c was left out (regatta_channel_name) */
} regatta_prune_report;

#define REGATTA_PRUNE_REPORT_INIT                                                        \
    {                                                                                    \
        sizeof(regatta_prune_report), 0, 0, 0, 0.0, 0                                    \
    }

/* Stores in *out a copy of the model with fewer weights of attention between items
 * (channels `items` and `order`) and between users (`users`), or without the channels of
 * `drop`; to be freed with regatta_model_free. The weights with the least effect on the
 * ridge go (docs/model.md), and the ridge is solved again on the others from the model's
 * histories. Weights that trained layers reweighted, and those of a model with several
 * domains, with a history of more than 50,000 items, or of an earlier version, keep
 * their values: report->solved is 0. Type and index of the model stay, and so do its
 * other tables: it may be converted before and after. `report` may be NULL. Same bits at
 * any number of threads. Where several channels have weights, their shares are those with
 * which the top 20 agree most. Cost: that of the local ridge on the weights that stay,
 * once and about seven times for each further channel; eight times more for `agreement`;
 * O(bytes of the model) twenty times for `bytes`.
 *
 * Without a channel its tables are not in the copy, nor is the index without the vectors.
 * The weights of the blend change so that the scores of up to 4000 users are nearest to
 * those before, and the copy has no calibration; if the score has nothing of the channel,
 * both stay. edges and share then count the weights of the other channels; without any of
 * the four all of them stay. "auto" leaves out channels in ascending order of their loss
 * for each byte, as long as drop_loss, and bytes or agreement if set, allow; channels
 * that other calls use, such as vectors and items, go only by name.
 *   REGATTA_EINVAL  an option out of range; several of the four set; a model
 *                   without attention weights, or one that has more bytes than `bytes`
 *                   without any weight; `drop` names a channel that the model lacks, that
 *                   another one reads, or without which the score knows no unseen users;
 *                   "auto" and the model does not say what its channels add
 *   REGATTA_ENUMERIC, REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_model_prune(regatta_ctx *ctx, regatta_model **out,
                                               const regatta_model *model,
                                               const regatta_prune_options *opts,
                                               regatta_prune_report *report);
REGATTA_END_C
#endif
