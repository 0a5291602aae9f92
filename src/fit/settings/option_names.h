/* The names of the options of a fit in the settings of a model. */
#ifndef RG_FIT_OPTION_NAMES_H
#define RG_FIT_OPTION_NAMES_H

/* Lists end with NULL; a name's place is its number in the public enum. */
extern const char *const rg_attention_name[],
    *const rg_share_name[],
        *const rg_hierarchy_name[],
            *const rg_feature_vectors_name[],
                *const rg_combine_name[],
                    *const rg_start_name[],
                        *const rg_loss_name[],
                            *const rg_preset_name[],
                                *const rg_expect_name[],
                                    *const rg_weighting_name[],
                                        *const rg_sequence_name[],
                                            *const rg_target_name[],
                                                *const rg_denoise_name[],
                                                    *const rg_dedup_name[];
#endif
