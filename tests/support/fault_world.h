/* Small inputs for every public function, files for those that read, and a folder for
 * those that write. */
#ifndef TESTS_SUPPORT_FAULT_WORLD_H
#define TESTS_SUPPORT_FAULT_WORLD_H
#include "support/scratch.h"
#include <regatta/regatta.h>

enum { FAULT_USERS = 4, FAULT_ITEMS = 5, FAULT_OUTPUTS = 10 };

typedef struct fault_world {
    regatta_ctx *ctx; /* no fault happens in it */
    regatta_graph *graph;
    regatta_model *model;   /* built by hand, with every channel of tiny_model.h */
    regatta_model *trained; /* on the graph, with content and a calibration */
    regatta_features *features, *new_items;
    char folder[SCRATCH_PATH];
    char rows[SCRATCH_PATH], packed[SCRATCH_PATH]; /* the graph, plain and gzipped */
    char tags[SCRATCH_PATH], wide[SCRATCH_PATH], vectors[SCRATCH_PATH];
    char log[SCRATCH_PATH]; /* of a policy */
    char saved[SCRATCH_PATH], saved_trained[SCRATCH_PATH], sharded[SCRATCH_PATH];
    unsigned char *bytes; /* of the saved model */
    int64_t n_bytes;
    char outputs[SCRATCH_PATH];       /* a folder */
    uint64_t complete[FAULT_OUTPUTS]; /* hash of each output when it is complete; 0 = not
                                         known */
    uint64_t print;                   /* fault_world_print of the beginning */
} fault_world;

void fault_world_open(fault_world *w);
void fault_world_close(fault_world *w);
/* Returns a hash of graph, models and features. */
uint64_t fault_world_print(const fault_world *w);
/* Gives every output its old content. */
void fault_world_reset(const fault_world *w);
/* Asserts that the folder of the outputs has these files and no other, each with its old
 * content or complete. */
void fault_world_check(const fault_world *w);
/* Stores the hashes of the outputs that were written since the reset. */
void fault_world_learn(fault_world *w);
#endif
