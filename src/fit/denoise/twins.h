/* Accounts with nearly the same history. */
#ifndef RG_FIT_TWINS_H
#define RG_FIT_TWINS_H
#include "linalg/csr.h"

/* Histories of at least so many items are compared. */
enum { RG_TWIN_ITEMS = 10 };

/* Stores root[n_users]: the first user of the group of u, u itself if it has no twin, and
 * size[n_users], the users of the group of u. Two users are twins if the items that both
 * have are at least 0.8 of those that one of them has (Jaccard), and groups are closed
 * under it. Candidates have equal values in 4 of 32 hashes, in one of 8 bands (Broder,
 * "On the resemblance and containment of documents", SEQUENCES 1997: two sets agree in
 * each hash with the probability of their Jaccard index): of twins at 0.8 98 % are found,
 * at 0.9 and above practically all. A user is compared with at most 4 candidates of each
 * band, so the cost is O(32 edges). Same bits at any number of threads. REGATTA_ENOMEM */
regatta_status rg_twins_find(regatta_ctx *ctx, uint32_t *root, uint32_t *size,
                             const rg_csr *by_user, uint64_t seed);
#endif
