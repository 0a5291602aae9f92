/* Random samples of target attention. */
#ifndef TESTS_SUPPORT_TARGET_WORLD_H
#define TESTS_SUPPORT_TARGET_WORLD_H
#include "gat/target/target_loss.h"

enum { TARGET_ITEMS = 24, TARGET_SAMPLES = 7, TARGET_OWN = 4, TARGET_USERS = 400 };

typedef struct target_world {
    rg_target_samples samples; /* of the arrays below */
    float q[TARGET_ITEMS * RG_TARGET_WIDTH];
    int64_t offset[TARGET_USERS + 1], own[TARGET_USERS + 1];
    uint32_t item[TARGET_USERS * TARGET_SAMPLES], user[TARGET_USERS];
    float known[TARGET_USERS * TARGET_SAMPLES], rest[TARGET_USERS * TARGET_SAMPLES];
    uint8_t label[TARGET_USERS * TARGET_SAMPLES];
    rg_target_item own_item[TARGET_USERS * TARGET_OWN];
    int64_t first[TARGET_USERS * TARGET_OWN + 1];
    rg_target_pair pair[TARGET_USERS * TARGET_OWN * TARGET_SAMPLES];
    uint32_t list[TARGET_USERS]; /* 0, 1, ... */
} target_world;

/* Returns n_users users of 4 items and 7 samples. An item and a sample have a pair with
 * probability 2 / 3; every user has a positive label and a negative one. `by_place`: the
 * positive sample is the best by x with factors exp(-2 place), else it is random. Free it
 * with free(). */
target_world *target_world_make(int64_t n_users, int width, int by_place);
#endif
