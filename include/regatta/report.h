/* regatta/report.h: a page that describes a model, its data and its decisions. */
#ifndef REGATTA_REPORT_H
#define REGATTA_REPORT_H
#include <regatta/model.h>
REGATTA_BEGIN_C

/* Start from REGATTA_REPORT_OPTIONS_INIT. New fields are only ever appended. */
typedef struct regatta_report_options {
    uint32_t struct_size;
    /* Receive the page (HTML) and its numbers (one JSON object, docs/report.md), in order
     * and in pieces of any size; called on the calling thread. Either may be NULL. A
     * value other than 0 ends the call. */
    regatta_write_fn page, json;
    void *page_state, *json_state;
    const regatta_graph *test; /* held-out interactions, matched by names; NULL: the page
                                  has no quality by popularity and by history */
    const uint32_t *user;      /* [n_users] users whose attention is shown, at most 32;
                                  NULL = the users at the quartiles of history length */
    int64_t n_users;
    uint32_t item; /* its neighbours in item attention are shown; REGATTA_NONE = the item
                      with most users */
    uint32_t k;    /* length of the lists that are measured, 1..1000; default 20 */
    uint32_t sample; /* lists of at most this many users are measured, those of every n-th
                        user of the test part, or of the model; 0 = all; default 4000 */
    const char *title;             /* of the page; NULL = "regatta report" */
    const char *const *item_title; /* [items of the model] shown with the ids of items;
                                      each may be NULL. NULL = none */
} regatta_report_options;

#define REGATTA_REPORT_OPTIONS_INIT                                                      \
    {                                                                                    \
        sizeof(regatta_report_options), NULL, NULL, NULL, NULL, NULL, NULL, 0,           \
            REGATTA_NONE, 20, 4000, NULL, NULL                                           \
    }

/* Measures the model and writes a page: one HTML file with inline pictures that needs no
 * other file and no script. Each number of the page is in the JSON, with more digits. The
 * page describes the data (degrees, communities, times), the decisions of the training,
 * learning curves, channels, quality on `test`, coverage, calibration, and attention:
 * exact contributions for some users as regatta_explain, attention by age, channels and
 * heads against each other, the neighbours of an item, and the flow between communities.
 * Same bytes at any number of threads. Cost: communities O(edges * log nodes); one score
 * of every item for each measured user; about 50 explanations of 10 items.
 *   REGATTA_EINVAL    a number out of range, a model without users or items
 *   REGATTA_EFORMAT   no test interaction can be ranked
 *   REGATTA_EIO       `page` or `json` did not return 0; igraph cannot be loaded
 *   REGATTA_EINTERNAL igraph failed
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_report(regatta_ctx *ctx, const regatta_model *model,
                                          const regatta_report_options *opts);
REGATTA_END_C
#endif
