/* A call of every public function, for sweeps of faults. A function that is added to the
 * public headers gets a row. */
#ifndef TESTS_SUPPORT_FAULT_CALLS_H
#define TESTS_SUPPORT_FAULT_CALLS_H
#include "support/fault_world.h"

enum { FAULT_MEMORY = 1, FAULT_FILES = 2 };

typedef struct fault_call {
    const char *name; /* of the function */
    /* Calls it and asserts that the result is NULL exactly if the call failed. NULL: the
     * function has a test of its own */
    regatta_status (*attempt)(regatta_ctx *ctx, void *world);
    int fails; /* FAULT_MEMORY: it allocates; FAULT_FILES: it touches files */
} fault_call;

extern const fault_call fault_calls[];
extern const int fault_n_calls;
#endif
