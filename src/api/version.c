/* regatta/version.h. */
#include "base/kernels/vec.h"
#include <regatta/version.h>

const char *regatta_version(void)
{
    return REGATTA_VERSION;
}

const char *regatta_simd(void)
{
    return rg_vec_isa();
}
