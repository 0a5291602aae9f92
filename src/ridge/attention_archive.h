/* Item attention in a checkpoint. */
#ifndef RG_RIDGE_ATTENTION_ARCHIVE_H
#define RG_RIDGE_ATTENTION_ARCHIVE_H
#include "base/checkpoint/archive.h"
#include "ridge/item_attention.h"

/* Visits the weights by target and the degrees of n_items items; reading creates *a. */
regatta_status rg_attention_archive(rg_archive *archive, rg_item_attention **a,
                                    int64_t n_items, double candidate_power);
#endif
