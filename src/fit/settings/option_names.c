#include "fit/settings/option_names.h"
#include <stddef.h>

const char *const rg_attention_name[] = {"none", "cosine", "dot",  "scaled-dot",
                                         "gat",  "gatv2",  "auto", NULL};
const char *const rg_share_name[] = {"none", "heads", "layers", "all", NULL};
const char *const rg_hierarchy_name[] = {"none", "communities", "groups", "auto", NULL};
const char *const rg_feature_vectors_name[] = {"none", "auto", "always", NULL};
const char *const rg_combine_name[] = {"mean", "all", "last", NULL};
const char *const rg_start_name[] = {"svd", "random", NULL};
const char *const rg_loss_name[] = {"softmax", "bpr", NULL};
const char *const rg_preset_name[] = {"default", "fast", "best", NULL};
const char *const rg_expect_name[] = {"both", "past", "popular", NULL};
const char *const rg_weighting_name[] = {"binary", "log", "raw", NULL};
const char *const rg_sequence_name[] = {"none", "transformer", "gru", "auto", NULL};
const char *const rg_target_name[] = {"auto", "none", "gate", "softmax", NULL};
const char *const rg_denoise_name[] = {"none", "auto", "always", NULL};
const char *const rg_dedup_name[] = {"sum", "max", "last", NULL};
