/* How the runtimes that the command carries shall behave, where the user has not said it.
 * Runs before the constructors of libgomp and of libraries that are loaded later, which
 * read these variables once.
 *   OMP_WAIT_POLICY        threads that wait sleep: on a machine that is busy with
 *                          something else spinning takes the time of those waited for
 *   OPENBLAS_NUM_THREADS   no function that needs BLAS is called; without this OpenBLAS
 *                          starts a thread for each processor when it is loaded */
#include <stdlib.h>

__attribute__((constructor(101))) static void set_defaults(void)
{
    setenv("OMP_WAIT_POLICY", "passive", 0);
    setenv("OPENBLAS_NUM_THREADS", "1", 0);
}
